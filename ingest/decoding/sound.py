"""Sound beside the pictures, in the same pass: one channel, 16,000 samples a second.

The first sample is at the time of the first frame. What comes before is left out, what is missing
is filled with silence, and what comes twice is taken once: a sample's number tells its time.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples a second, of one channel, 16 bits each."""

AudioSink = Callable[[NDArray[np.int16]], object]
"""Given the next samples, shape (n,)."""

_TOLERANCE: Final = RATE // 10
"""Samples by which the times of a file may be off what was played so far."""

_MAX_HELD: Final = 600 * RATE
"""Samples that wait for the first frame; the earliest are let go."""

_PIECE: Final = 10 * RATE
_LOWEST_RATE, _HIGHEST_RATE = 1_000, 768_000


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Return the sound that a player would play; None if there is none."""
    return cast("AudioStream | None", container.streams.best("audio"))


class Sound:
    """The sound of a file, packet by packet.

    Args:
        stream: which.
        place: gives the number of the sample, counted from the first frame on, at a time of the
            stream, in its own unit; None while the first frame is not known.
        audio_sink: is given the samples.
        max_seconds: what comes later is left out.

    Attributes:
        n_errors: pieces that could not be decoded.
        n_decoded: pieces that could.
        is_encrypted: whether only those with a key can hear it.
    """

    def __init__(
        self,
        stream: AudioStream,
        place: Callable[[int], int | None],
        audio_sink: AudioSink,
        max_seconds: float,
    ) -> None:
        self._stream = stream
        self._place = place
        self._sink = audio_sink
        self._max_samples = int(max_seconds * RATE)
        self._resampler = _Resampler()
        self._has_begun = False
        self._held: deque[tuple[int | None, NDArray[np.int16]]] = deque()
        self._n_held = 0
        self._n_delivered = 0
        self.n_errors = 0
        self.n_decoded = 0
        self.is_encrypted = False
        self.index = stream.index
        if stream.codec_context is not None:
            # As for pictures: videos are analyzed side by side, one core each.
            stream.codec_context.thread_type = "NONE"

    def read(self, packet: "Packet[Any]") -> None:
        """Decode a packet of the stream; damage is counted and passed over."""
        if self.is_encrypted or self._stream.codec_context is None:
            return
        if packet.has_sidedata("encryption_info"):
            self.is_encrypted = True
            return
        try:
            frames = self._stream.codec_context.decode(packet)
            blocks = [block for frame in frames for block in self._resampler.take(frame)]
        except (av.FFmpegError, ValueError):
            # Of a form that nothing can be made of, too.
            self.n_errors += 1
            self._resampler = _Resampler()
            return
        self.n_decoded += len(blocks)
        for block in blocks:
            self._add(*block)

    def end(self) -> None:
        """Take what is left, once no packet comes any more."""
        for block in self._resampler.rest():
            self._add(None, block)
        if self._place(0) is not None:
            self._deliver_held()

    def in_words(self) -> str:
        """Return what kept the sound from being heard; empty if all was well."""
        if self.is_encrypted:
            return "the sound is encrypted (DRM)"
        if self._stream.codec_context is None:
            return "there is no decoder for the sound"
        if self.n_errors:
            return f"{self.n_errors} damaged pieces of sound were left out"
        return ""

    def _add(self, pts: int | None, samples: NDArray[np.int16]) -> None:
        # A clock that runs is not stopped.
        self._has_begun = self._has_begun or self._place(0) is not None
        if self._has_begun:
            self._deliver_held()
            self._tell(pts, samples)
            return
        self._held.append((pts, samples))
        self._n_held += len(samples)
        while self._n_held > _MAX_HELD:
            self._n_held -= len(self._held.popleft()[1])

    def _deliver_held(self) -> None:
        """Hand on what waited for the first frame."""
        while self._held:
            self._tell(*self._held.popleft())
        self._n_held = 0

    def _tell(self, pts: int | None, block: NDArray[np.int16]) -> None:
        """Hand on a block, after silence if it comes late, cut if it comes early."""
        at = None if pts is None else self._place(pts)
        if at is not None:
            late = at - self._n_delivered
            if late > _TOLERANCE:
                self._pad(late)
            elif late < -_TOLERANCE:
                block = block[-late:]
        block = block[: max(0, self._max_samples - self._n_delivered)]
        if len(block):
            self._n_delivered += len(block)
            self._sink(block)

    def _pad(self, n_samples: int) -> None:
        if self._n_delivered + n_samples > self._max_samples:
            return  # a damaged time
        for piece in _pieces(n_samples):
            self._sink(np.zeros(piece, np.int16))
        self._n_delivered += n_samples


class _Resampler:
    """Makes one channel of 16 bits of frames, whose form may change on the way."""

    def __init__(self) -> None:
        self._form: tuple[str, str, int] | None = None
        self._resampler = _made()

    def take(self, frame: AudioFrame) -> Iterator[tuple[int | None, NDArray[np.int16]]]:
        """Yield (time in the stream's unit, samples) of a frame."""
        if not _LOWEST_RATE <= frame.sample_rate <= _HIGHEST_RATE:
            raise ValueError(f"{frame.sample_rate} samples a second")
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._form not in (None, form):
            for rest in self.rest():
                yield None, rest
        self._form = form
        pts = frame.pts
        for made in self._resampler.resample(frame):
            # Some of the frame may come with the next, so little that it does not matter.
            yield pts, _samples_of(made)
            pts = None

    def rest(self) -> list[NDArray[np.int16]]:
        """Return what is left of the frames so far, and begin anew."""
        made = self._resampler.resample(None) if self._form else []
        self._form, self._resampler = None, _made()
        return [_samples_of(one) for one in made]


def _made() -> AudioResampler:
    return AudioResampler("s16", "mono", RATE)


def _samples_of(made: AudioFrame) -> NDArray[np.int16]:
    """Return the samples of a frame of one channel, without a copy of them."""
    return np.frombuffer(memoryview(made.planes[0]), np.int16, made.samples)


def _pieces(n_samples: int) -> Iterator[int]:
    while n_samples > 0:
        yield min(n_samples, _PIECE)
        n_samples -= _PIECE
