"""The seconds of a video: one upright RGB frame for each, in one forward pass."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from av.container import InputContainer
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ingest.decoding.decoder import ForwardPass, declared_seconds
from ingest.decoding.equal_frames import are_equal
from ingest.decoding.heif_tiles import Mosaic
from ingest.decoding.orientation import Orientation, square_size, to_oriented_rgb
from ingest.decoding.probe import (
    Status,
    UndecodableVideo,
    encrypted,
    is_picture,
    not_decodable,
    open_container,
    still_of,
    video_stream,
)
from ingest.decoding.sampling import sample_midpoints
from ingest.decoding.sound import AudioSink, Sound
from ingest.decoding.transparency import before_background
from ingest.sources.captions.embedded import EmbeddedCaptions
from ingest.taggers.base import Frame

__all__ = ["LONGEST_SECONDS", "Second", "Status", "UndecodableVideo", "Video", "open_video"]

LONGEST_SECONDS: Final = 12 * 60 * 60
"""Seconds analyzed of one video, unless the caller says otherwise."""

ChooseText = Callable[[InputContainer], SubtitleStream | None]
"""Given the open file, returns the text stream to read; None where there is none to be read."""

_ANIMATIONS: Final = ("gif", "apng")


@dataclass(frozen=True, slots=True)
class Second:
    """The picture shown in the middle of one second of a video."""

    index: int
    """k, from 0; the frame is the one shown at k + 0.5 s after the first frame."""
    time: float
    """Seconds after the first frame at which this frame came up: at most index + 0.5."""
    frame: Frame
    """Longer side at most 640 pixels. The same object as of the second before where nothing
    differs: do not write on it."""
    repeated: bool
    """No frame came since the second before; ``frame`` and ``time`` are the same."""
    clear: bool = False
    """There is nothing to see: all of it can be seen through."""
    before: Callable[[], Frame] | None = None
    """Makes a frame shown about a fifth of a second before, which was decoded anyway; None if there
    is none within half a second. Costs as much as making ``frame`` did; to be called before the
    next second."""


@contextmanager
def open_video(
    path: Path,
    *,
    longest_seconds: int = LONGEST_SECONDS,
    audio_sink: AudioSink | None = None,
    choose_text: ChooseText | None = None,
) -> Iterator["Video"]:
    """Open a video and decode its first frame.

    Args:
        path: a file; whatever it holds, nothing else is opened because of it.
        longest_seconds: where to stop watching.
        audio_sink: given the sound beside the pictures, as ``ingest.decoding.sound`` tells.
        choose_text: chooses what is read beside them.

    Raises:
        UndecodableVideo: nothing at all can be seen.
    """
    with open_container(path) as container:
        still = still_of(path, container)
        mosaic = Mosaic(container, still) if still and still.is_composed else None
        stream = (mosaic and mosaic.stream) or video_stream(path, container)
        frames = mosaic or ForwardPass(container, stream)
        text = choose_text(container) if choose_text else None
        if isinstance(frames, ForwardPass):
            if audio_sink is not None:
                frames.attach_audio(audio_sink, longest_seconds)
            if text is not None:
                frames.read(text)
        yield Video(path, container, stream, longest_seconds, frames)


class Video:
    """An open video and what is known of it; made by ``open_video``.

    Attributes:
        width: of the first frame, in square pixels, upright, before any shrinking.
        height: likewise.
        rotation: by how many degrees, counterclockwise, stored frames are turned to be upright.
        codec: as FFmpeg calls it, for instance ``h264``.
        container: as FFmpeg calls it, for instance ``mov,mp4,m4a,3gp,3g2,mj2``.
        declared_seconds: how long the file says it is; None if it does not say, or if its clock
            has leapt so far.
        start: the first frame's time in the file, in seconds; None if the file gives no times.
        status: what could be seen, once ``seconds`` has come to its end.
        reason: the warning or the cause that goes with ``status``; empty when all is well.
    """

    def __init__(
        self,
        path: Path,
        container: InputContainer,
        stream: VideoStream,
        longest_seconds: int,
        source: ForwardPass | Mosaic,
    ) -> None:
        self._is_picture = is_picture(path, container)
        self._stream = stream
        self._longest_seconds = longest_seconds
        self._pixel_aspect = stream.sample_aspect_ratio
        self.codec = stream.codec.canonical_name
        self.container = container.format.name
        self._declared_seconds = declared_seconds(container, stream)
        self.status = Status.PARTIAL
        self.reason = "not analyzed to the end"

        self._pass = source
        self._frames = self._pass.frames()
        first = next(self._frames, None)
        if first is None:
            raise encrypted(path) if source.is_encrypted else not_decodable(path)
        self._first = first
        _, frame = first
        self._orientation = Orientation.of(frame, stream.codec, is_picture=self._is_picture)
        size = square_size(frame.width, frame.height, self._pixel_aspect)
        self.width, self.height = size[::-1] if self._orientation.quarter_turns % 2 else size
        self.rotation = 90 * self._orientation.quarter_turns
        self.start = frame.time

    @property
    def declared_seconds(self) -> float | None:
        """Length that the file declares; see the class."""
        return None if self._pass.has_leapt else self._declared_seconds

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Ranges of seconds so far, ends excluded, as ``decode_gaps.DecodeGaps.gaps``."""
        return tuple(self._pass.gaps.gaps)

    @property
    def sound(self) -> Sound | None:
        """Sound beside the pictures; None unless it is asked for and there."""
        return self._pass.sound if isinstance(self._pass, ForwardPass) else None

    @property
    def captions(self) -> EmbeddedCaptions | None:
        """Text beside the pictures; None where none was chosen."""
        return self._pass.captions if isinstance(self._pass, ForwardPass) else None

    def seconds(self) -> Iterator[Second]:
        """Yield the seconds of the video in order; can be gone through once.

        A clip shorter than half a second, and a single picture, give one second. Otherwise k is
        there if k + 0.5 s is not after the end of the last frame.
        """
        frames = chain([self._first], self._frames)
        shown: Frame | None = None
        last: VideoFrame | None = None
        is_clear = False

        def oriented(frame: VideoFrame) -> tuple[Frame, bool]:
            opaque, has_content = before_background(frame)
            return to_oriented_rgb(opaque, self._pixel_aspect, self._orientation), has_content

        for sample in sample_midpoints(frames, self._pass.gaps.length):
            if sample.second == self._longest_seconds:
                self.status = Status.TOO_LONG
                self.reason = f"analyzed the first {sample.second} seconds only"
                return
            # A picture that stands is stored again and again, and made only once.
            is_same = sample.repeated or (last is not None and are_equal(sample.item, last))
            if shown is None or not is_same:
                shown, has_content = oriented(sample.item)
                is_clear = not has_content
            last = sample.item
            earlier = sample.before
            before = None if earlier is None else (lambda frame=earlier: oriented(frame)[0])
            yield Second(
                sample.second, float(sample.time), shown, sample.repeated, is_clear, before
            )
        self.status, self.reason = self._assess()

    def _assess(self) -> tuple[Status, str]:
        source = self._pass
        if self._is_picture or (self.container in _ANIMATIONS and source.n_frames == 1):
            if source.gaps.n_errors:
                return Status.PARTIAL, f"{source.gaps.n_errors} pieces of the picture are damaged"
            return Status.IMAGE, "a single picture, analyzed as one second"
        if source.is_encrypted:
            seconds = float(source.gaps.length())
            return Status.PARTIAL, f"after {seconds:.1f} s the video is encrypted (DRM)"
        if lost := source.gaps.in_words():
            return Status.PARTIAL, f"{lost}; {float(source.gaps.length()):.1f} s were seen"
        warnings = []
        if source.gaps.n_errors:
            warnings.append(
                f"{source.gaps.n_errors} damaged frames: what could be made of them is shown"
            )
        if gaps := source.gaps.gaps_in_words():
            warnings.append(gaps)
        if source.untimed:
            warnings.append("the file gives no times: a constant frame rate is assumed")
        return Status.OK, "; ".join(warnings)
