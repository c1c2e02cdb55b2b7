"""The picture of a HEIC or AVIF file, put together from its tiles."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ingest.heif import UNSPECIFIED, Still
from ingest.losses import Losses
from ingest.opening import DECODER_OPTIONS
from ingest.sampling import Clock

_DEEP_BITS = 8


class Mosaic:
    """One frame of many tiles, given as ``ingest.decoding.ForwardPass`` gives those of a video.

    Attributes:
        losses: an error for each tile that cannot be decoded; its place stays grey.
        n_frames: 1 once it was put together of at least one tile.
        untimed: False; a picture needs no time.
        has_leapt: False.
        is_encrypted: False.
    """

    untimed = False
    has_leapt = False
    is_encrypted = False

    def __init__(self, container: InputContainer, still: Still) -> None:
        self._container = container
        self._still = still
        self.losses = Losses(container, Clock(1, None, 4), None, 1, 4)
        self.n_frames = 0
        self._n_decoded = 0

    @property
    def stream(self) -> VideoStream | None:
        """The stream of a tile; None if there is none."""
        ids = set(self._still.tiles)
        return next((s for s in self._container.streams.video if s.id in ids), None)

    def frames(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yield (0, the picture), or nothing if no tile can be decoded."""
        canvas: NDArray[Any] | None = None
        sample: VideoFrame | None = None
        for item, tile in self._tiles():
            colours = _colours(tile)
            if canvas is None:
                sample = tile
                shape = (self._still.height, self._still.width, 3)
                middle = np.iinfo(colours.dtype).max // 2 + 1
                canvas = np.full(shape, middle, colours.dtype)
            self._lay(canvas, colours, item)
        missing = len(set(self._still.tiles)) - self._n_decoded
        for _ in range(missing):
            self.losses.note_error()
        if canvas is not None and sample is not None:
            self.n_frames = 1
            yield Fraction(0), _whole(self._turned(canvas), sample)

    def _tiles(self) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (item, frame) of every tile that can be decoded."""
        ids = set(self._still.tiles)
        contexts: dict[bytes, Any] = {}
        try:
            for packet in self._container.demux():
                if packet.stream.id not in ids or not packet.size:
                    continue
                # Tiles of one setup go through one decoder.
                setup = packet.stream.codec_context.extradata or b""
                if setup not in contexts:
                    contexts[setup] = _decoder_of(packet.stream)
                frame = _decoded(contexts[setup], packet)
                if frame is not None:
                    self._n_decoded += 1
                    _tell_colours(frame, self._still.colours)
                    yield packet.stream.id, frame
        except av.FFmpegError:
            return  # what is missing is counted

    def _lay(self, canvas: NDArray[Any], colours: NDArray[Any], item: int) -> None:
        height, width = colours.shape[:2]
        for place, tile in enumerate(self._still.tiles):
            if tile == item:
                row, column = divmod(place, self._still.columns)
                room = canvas[row * height :, column * width :][:height, :width]
                room[:] = colours[: room.shape[0], : room.shape[1]]

    def _turned(self, canvas: NDArray[Any]) -> NDArray[Any]:
        turned = np.rot90(canvas, self._still.quarter_turns)
        if self._still.mirrored == "rows":
            turned = turned[::-1]
        elif self._still.mirrored == "columns":
            turned = turned[:, ::-1]
        return np.ascontiguousarray(turned)


def _decoder_of(stream: Any) -> Any:
    stream.thread_type = "NONE"
    stream.codec_context.options = DECODER_OPTIONS
    return stream.codec_context


def _decoded(context: Any, packet: Any) -> VideoFrame | None:
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except av.FFmpegError:
        return None
    finally:
        context.flush_buffers()
    return frames[0] if frames else None


def _tell_colours(tile: VideoFrame, colours: tuple[int, int, int]) -> None:
    """Have a tile that says nothing of its colours say what the whole says."""
    primaries, transfer, matrix = colours
    if tile.color_primaries == UNSPECIFIED:
        tile.color_primaries = primaries
    if tile.color_trc == UNSPECIFIED:
        tile.color_trc = transfer
    if tile.colorspace == UNSPECIFIED:
        tile.colorspace = matrix


def _colours(tile: VideoFrame) -> NDArray[Any]:
    """Return red, green and blue, shape (height, width, 3), as deep as they are coded."""
    is_deep = max(part.bits for part in tile.format.components) > _DEEP_BITS
    return tile.reformat(format="rgb48le" if is_deep else "rgb24", threads=1).to_ndarray()


def _whole(colours: NDArray[Any], sample: VideoFrame) -> VideoFrame:
    frame = VideoFrame.from_ndarray(
        colours, format="rgb24" if colours.dtype == np.uint8 else "rgb48le"
    )
    frame.color_trc, frame.color_primaries = sample.color_trc, sample.color_primaries
    return frame
