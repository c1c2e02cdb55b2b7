"""One forward pass over a video stream: frames with their times, and what was lost on the way."""

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final, Literal, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ingest.sampling import Clock, midpoint_within

_ASSUMED_RATE: Final = Fraction(25)
# Beyond these a rate is a slip of the file: 1/90000, or 90000 frames a second.
_SLOWEST_RATE, _FASTEST_RATE = Fraction(1, 60), Fraction(1000)
# H.264 and HEVC hold back at most 16 frames to put them in order.
_MOST_REORDERED: Final = 16
_TOLERATED_LOSS: Final = Fraction(1)
# Frames may be a second apart because none in between was wanted.
_TOLERATED_HOLE: Final = Fraction(3, 2)


class ForwardPass:
    """Decodes a stream from its first packet to its last, leaving out what no second needs.

    A frame that no other frame is built on is decoded only if it is shown in the middle of a
    second: up to half of the work is saved, and the frame at k + 0.5 s is still the right one. Of
    a codec whose frames all stand alone, nothing else is decoded at all. Some decoders (VP9, AV1)
    take no notice and decode everything.

    Attributes:
        n_frames: decoded so far.
        n_errors: pieces so far that could not be read or decoded, or only with guesses.
        untimed: whether the file gave no time for some frame.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._declared = _seconds(container.duration, Fraction(1, av.time_base))
        self._interval = 1 / _frame_rate(stream)
        self._unwanted: Literal["ALL", "NONREF"] = "ALL" if stream.codec.intra_only else "NONREF"
        self._clock = Clock(self._interval, self._declared)
        self._last_frame = Fraction(0)
        self._shown_until = Fraction(0)
        self._stored_until = Fraction(0)
        self._spans: dict[int, tuple[int, int]] = {}
        self._errors_at_last_frame = 0
        self._seconds_of_holes = Fraction(0)
        self.n_frames = 0
        self.n_errors = 0
        self.untimed = False

    def frames(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yield (seconds after the first frame, frame); damage is counted and passed over."""
        # The first frame, which starts the clock, may come packets after its own.
        unplaced: Fraction | None = None
        for packet, next_pts in _with_next_pts(self._packets()):
            start, end = _seconds(packet.pts, packet.time_base), self._end_of(packet)
            self._stored_until = max(self._stored_until, self._clock.place(end) or Fraction(0))
            wanted = self._is_wanted(start, _seconds(next_pts, packet.time_base))
            self._stream.codec_context.skip_frame = "NONE" if wanted else self._unwanted
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                self.n_errors += 1
                continue
            for frame in decoded:
                yield self._tick(frame), frame
            if end is not None:
                unplaced = end if unplaced is None else max(unplaced, end)
            placed = self._clock.place(unplaced)
            if placed is not None:
                self._shown_until, unplaced = max(self._shown_until, placed), None

    def length(self) -> Fraction:
        """Return when the last frame so far stops being shown, in seconds after the first."""
        if self._declared is None:
            return self._shown_until
        # A damaged duration would keep the last frame for hours.
        return min(self._shown_until, max(self._declared, self._last_frame + _TOLERATED_LOSS))

    def loss(self) -> str:
        """Say what is missing when more than a second is; otherwise return nothing."""
        if self._declared is not None and self._file_span() < self._declared - _TOLERATED_LOSS:
            return f"the file says {float(self._declared):.1f} s but is cut off"
        if self.n_errors and self._stored_until - self._shown_until > _TOLERATED_LOSS:
            return "the end is damaged"
        if self._seconds_of_holes:
            return f"{float(self._seconds_of_holes):.1f} s inside are damaged"
        return ""

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        try:
            # The other streams are read past anyway; their ends tell whether the file is whole.
            for packet in self._container.demux():
                self._note_span(packet)
                if packet.stream.index == self._stream.index:
                    yield cast("Packet[VideoStream]", packet)
        except av.FFmpegError:
            self.n_errors += 1

    def _note_span(self, packet: "Packet[Any]") -> None:
        if packet.pts is None:
            return
        # In ticks: this is done for every packet of sound, too.
        start, end = self._spans.get(packet.stream.index, (packet.pts, packet.pts))
        self._spans[packet.stream.index] = (
            min(start, packet.pts),
            max(end, packet.pts + (packet.duration or 0)),
        )

    def _file_span(self) -> Fraction:
        """Return when the last packet of all streams ends, in seconds.

        Counted from the first packet or, if that is earlier, from 0: containers differ in it.
        """
        units = {i: self._container.streams[i].time_base or Fraction(0) for i in self._spans}
        starts = [start * units[i] for i, (start, _) in self._spans.items()]
        ends = [end * units[i] for i, (_, end) in self._spans.items()]
        return max(ends, default=Fraction(0)) - min([*starts, Fraction(0)])

    def _is_wanted(self, start: Fraction | None, end: Fraction | None) -> bool:
        since = self._clock.place(start)
        if since is None or start is None or end is None:
            return True
        return midpoint_within(since, end - start)

    def _end_of(self, packet: "Packet[VideoStream]") -> Fraction | None:
        """Return when the packet's frame stops being shown, in the file's time."""
        start = _seconds(packet.pts, packet.time_base)
        if start is None:
            return None
        # Where frames are reordered, a packet's duration is that of another frame.
        own = _seconds(packet.duration, packet.time_base) if packet.pts == packet.dts else None
        return start + (own or self._interval)

    def _tick(self, frame: VideoFrame) -> Fraction:
        file_time = _seconds(frame.pts, frame.time_base)
        self.untimed |= file_time is None
        time = self._clock.tick(file_time)
        gap = time - self._last_frame
        if self.n_errors > self._errors_at_last_frame and gap > _TOLERATED_HOLE:
            self._seconds_of_holes += gap
        self.n_errors += frame.is_corrupt
        self._errors_at_last_frame = self.n_errors
        self._last_frame = time
        self._shown_until = max(
            self._shown_until, time + (self._interval if file_time is None else 0)
        )
        self.n_frames += 1
        return time


def _with_next_pts(
    packets: Iterable["Packet[VideoStream]"],
) -> Iterator[tuple["Packet[VideoStream]", int | None]]:
    """Yield (packet, pts of the frame shown after it), with one packet of foresight.

    The frame after it may be stored further on; then the time is that of a later frame, or None.
    It is never too early.
    """
    near: deque[int] = deque(maxlen=2 * _MOST_REORDERED)
    held: Packet[VideoStream] | None = None
    for packet in packets:
        if packet.pts is not None:
            near.append(packet.pts)
        if held is not None:
            yield held, _least_above(held.pts, near)
        held = packet
    if held is not None:
        yield held, None


def _least_above(pts: int | None, others: Iterable[int]) -> int | None:
    return None if pts is None else min((other for other in others if other > pts), default=None)


def declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return how long the file says its video is, in seconds; None if it does not say."""
    seconds = _seconds(stream.duration, stream.time_base) or _seconds(
        container.duration, Fraction(1, av.time_base)
    )
    return None if seconds is None else float(seconds)


def _seconds(ticks: int | None, unit: Fraction | None) -> Fraction | None:
    return None if ticks is None or unit is None else ticks * unit


def _frame_rate(stream: VideoStream) -> Fraction:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and _SLOWEST_RATE <= rate <= _FASTEST_RATE:
            return rate
    return _ASSUMED_RATE
