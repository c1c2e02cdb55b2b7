"""Times that run on where the clock of a file leaps: recordings joined, a counter that was reset.

Arithmetic on the times of packets, no decoding.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

MAX_GAP_SECONDS: Final = 10
"""A clock that passes over more than this has leapt; FFmpeg's own measure."""

_MAX_SILENCE_SECONDS: Final = 1
# Sound is read a little before or after the pictures beside it.
_TOLERATED_SHARE: Final = 0.1
_TS_DISCONT: Final = 0x200  # of FFmpeg's AVFMT_ flags
_LEAPING_TYPES: Final = ("video", "audio")


class Joints:
    """Sets the times of packets so that they run on where the file's clock leaps.

    A clock leaps when the time of a packet lies more than ``MAX_GAP_SECONDS`` after the end of
    those before it, or before that. It may leap in formats that say so of themselves (transport
    and program streams, Ogg), and between the fragments of an MP4 file, where each picture
    otherwise lasts until the next. In all other formats a gap is a gap. Each stream leaps by
    itself: sound mostly does a little earlier or later than the pictures.

    Pictures that stop while sound plays on are no leap.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        interval: Fraction,
        on_leap: Callable[[], object],
    ) -> None:
        """Begin.

        Args:
            container: whose packets come.
            stream: the pictures that are analyzed.
            interval: from one picture to the next, in seconds, where the file does not say.
            on_leap: called at each leap.
        """
        # Of MP4, durations are those between times of decoding. Elsewhere such a time may be made
        # up from the one before, across a leap.
        self._by_dts = container.format.name.startswith("mov,")
        self._may_leap = self._by_dts or bool(container.format.flags & _TS_DISCONT)
        self._decoded = stream.index
        self._interval = interval
        self._on_leap = on_leap
        self._tracks: dict[int, _Track] = {}
        self._ignored: set[int] = set()

    def mend(self, packet: "Packet[Any]") -> None:
        """Set a packet's times; packets come in the order of the file."""
        if not self._may_leap:
            return
        pts = packet.pts
        at = packet.dts if self._by_dts or pts is None else pts
        index = packet.stream.index
        if at is None or index in self._ignored:
            return
        track = self._tracks.get(index)
        if track is None:
            if packet.stream.type not in _LEAPING_TYPES:
                self._ignored.add(index)
                return
            track = self._tracks[index] = _Track(packet, at, self._interval)
        if not -track.max_silence <= at - track.next_at <= track.max_silence:
            self._mend_step(track, at, is_decoded=index == self._decoded)
        track.note(packet, at)

    def _mend_step(self, track: "_Track", at: int, *, is_decoded: bool) -> None:
        is_long = abs(at - track.next_at) > track.max_gap
        if is_long and not (is_decoded and self._is_played_through(track, at)):
            track.run_on(at)
            self._on_leap()
        else:
            track.since = track.next_at = at

    def _is_played_through(self, pictures: "_Track", until: int) -> bool:
        """Whether sound fills the gap between the pictures so far and that time."""
        start, end = pictures.next_at * pictures.unit, until * pictures.unit
        slack = (end - start) * _TOLERATED_SHARE
        return start < end and any(
            track.since * track.unit <= start + slack and track.next_at * track.unit >= end - slack
            for track in self._tracks.values()
            if track is not pictures
        )


class _Track:
    """Position of a stream; all times are those of the file.

    Attributes:
        unit: seconds of a tick.
        since: when what came without interruption began.
        next_at: the end of what came so far.
        max_gap: ticks beyond which the clock has leapt.
        max_silence: ticks beyond which sound is interrupted.
    """

    def __init__(self, packet: "Packet[Any]", at: int, interval: Fraction) -> None:
        base = packet.stream.time_base or Fraction(1, 1000)
        self.unit = float(base)
        self.since = self.next_at = at
        self.max_gap = int(MAX_GAP_SECONDS / base)
        self.max_silence = int(_MAX_SILENCE_SECONDS / base)
        self._interval = int(interval / base) if packet.stream.type == "video" else 0
        self._offset = 0

    def run_on(self, at: int) -> None:
        """Have the times from ``at`` on follow the end of those before."""
        self._offset += self.next_at - at
        self.since = self.next_at = at

    def note(self, packet: "Packet[Any]", at: int) -> None:
        """Set the times of a packet of the file's time ``at``, and go on from it."""
        self.next_at = max(self.next_at, at + (packet.duration or self._interval))
        if self._offset:
            if packet.pts is not None:
                packet.pts += self._offset
            if packet.dts is not None:
                packet.dts += self._offset
