"""Gaps of a pass over a video: what is cut off, damaged or missing, and how long that lasts."""

import math
from fractions import Fraction
from typing import Any, Final

from av.container import InputContainer
from av.packet import Packet

from ingest.decoding.clock_leaps import MAX_GAP_SECONDS
from ingest.decoding.sampling import MIDPOINT, Clock

_TOLERATED_SECONDS: Final = 1
_MAX_GAPS: Final = 100
# Pictures further apart than this, on average, are shown like slides: each until the next.
_SLIDE_SECONDS: Final = 1


class DecodeGaps:
    """The account of a pass, told of all that is read, decoded and left out, as it comes.

    Times are in ticks; ``end`` and ``at`` are those of the file, which the clock places.

    Attributes:
        n_errors: pieces so far that could not be read or decoded, or only with guesses.
        gaps: ranges of seconds, ends excluded, that repeat a picture because for more than
            ``MAX_GAP_SECONDS`` no other one came; the first ``_MAX_GAPS``.
    """

    def __init__(
        self,
        container: InputContainer,
        clock: Clock,
        declared: int | None,
        interval: int,
        second: int,
    ) -> None:
        """Begin an account.

        Args:
            container: what is read.
            clock: of the pass.
            declared: length that the file declares, if it does.
            interval: from one frame to the next, on average.
            second: how many ticks a second has.
        """
        self._streams = container.streams
        self._clock = clock
        self._declared = declared
        self._interval = interval
        self._second = second
        self._n_stored = 0
        self.gaps: list[tuple[int, int]] = []
        self._n_gaps = 0
        self._time_of_gaps = 0
        self._spans: dict[int, tuple[int, int]] = {}
        self._last_frame = 0
        self._left_out_until = 0
        # None once the decoder gave a frame since.
        self._begun_at: int | None = None
        self._shown_until = 0
        self._stored_until = 0
        # The first frame, which starts the clock, may come packets after its own.
        self._unplaced: int | None = None
        self._errors_at_last_frame = 0
        self._time_of_holes = 0
        self.n_errors = 0

    def length(self) -> Fraction:
        """Return when the last frame so far stops being shown, in seconds after the first.

        A picture is shown for as long as there is sound, and so is the last of several slides.
        """
        are_slides = self._last_frame >= (self._n_stored - 1) * _SLIDE_SECONDS * self._second
        shown_until = max(self._shown_until, self._sound_end() if are_slides else 0)
        if self._declared is None:
            return self._seconds(shown_until)
        # A damaged duration would keep the last frame for hours.
        tolerated = self._last_frame + _TOLERATED_SECONDS * self._second
        return self._seconds(min(shown_until, max(self._declared, tolerated)))

    def clear_declared(self) -> None:
        """No longer go by what the file says of its length."""
        self._declared = None

    def in_words(self) -> str:
        """Say what is missing when more than a second is; otherwise return nothing."""
        declared = None if self._declared is None else self._seconds(self._declared)
        if declared is not None and self._file_span() < declared - _TOLERATED_SECONDS:
            return f"the file says {float(declared):.1f} s but is cut off"
        unseen = self._seconds(self._stored_until - self._shown_until)
        if self.n_errors and unseen > _TOLERATED_SECONDS:
            return "the end is damaged"
        if self._time_of_holes:
            return f"{float(self._seconds(self._time_of_holes)):.1f} s inside are damaged"
        return ""

    def gaps_in_words(self) -> str:
        """Say how much of the length is a picture that stands for want of another one."""
        if not self._n_gaps:
            return ""
        where = "once" if self._n_gaps == 1 else f"{self._n_gaps} times"
        seconds = float(self._seconds(self._time_of_gaps))
        return (
            f"{where} no frame comes for more than {MAX_GAP_SECONDS} s, {seconds:.0f} s in all:"
            " the one before is shown"
        )

    def note_read(self, packet: "Packet[Any]") -> None:
        """Take note of a packet of any stream: their ends tell whether the file is whole."""
        if packet.pts is None:
            return
        # In ticks of its stream: this is done for every packet of sound, too.
        start, end = self._spans.get(packet.stream.index, (packet.pts, packet.pts))
        self._spans[packet.stream.index] = (
            min(start, packet.pts),
            max(end, packet.pts + (packet.duration or 0)),
        )

    def note_stored(self, end: int | None) -> None:
        """Take note that the file has a frame that is shown until then."""
        self._n_stored += 1
        self._stored_until = max(self._stored_until, self._clock.second_of(end) or 0)

    def note_beginning(self, at: int | None) -> None:
        """Take note that decoding begins anew, with the frame of that time."""
        self._end_beginning()
        self._begun_at = at

    def note_error(self) -> None:
        """Take note of a piece that could not be read or decoded."""
        self.n_errors += 1
        self._begun_at = None

    def note_left_out(self, end: int | None) -> None:
        """Take note that what the file has until then was not wanted: no hole, unless damaged."""
        if self.n_errors == self._errors_at_last_frame:
            self._left_out_until = max(self._left_out_until, self._clock.second_of(end) or 0)

    def note_shown(self, end: int | None) -> None:
        """Take note that what the file has until then was decoded, or not needed."""
        if end is not None:
            self._unplaced = end if self._unplaced is None else max(self._unplaced, end)
        placed = self._clock.second_of(self._unplaced)
        if placed is not None:
            self._shown_until, self._unplaced = max(self._shown_until, placed), None

    def note_frame(self, at: int | None, time: int, shown_for: int, *, is_corrupt: bool) -> None:
        """Take note of a frame.

        Args:
            at: its time, None if the file gives none.
            time: what the clock made of it.
            shown_for: for how long, if no packet tells.
            is_corrupt: whether the decoder had to guess.
        """
        if self._begun_at is not None and at is not None and at > self._begun_at:
            self._end_beginning()
        self._begun_at = None
        self._note_hole(time)
        self._note_gap(time)
        self.n_errors += is_corrupt
        self._errors_at_last_frame = self.n_errors
        self._last_frame = time
        self._shown_until = max(self._shown_until, time + shown_for)

    def note_end(self) -> None:
        """Take note that no frame comes any more."""
        if self._begun_at is not None:
            self._end_beginning()
            self._note_hole(self._shown_until)

    def _end_beginning(self) -> None:
        """Count it as an error if nothing came of the frame that decoding was to begin with."""
        if self._begun_at is None:
            return
        # What was left out after it does not count: what was decoded there is missing.
        self._left_out_until = min(self._left_out_until, self._clock.second_of(self._begun_at) or 0)
        self.note_error()

    def _note_hole(self, until: int) -> None:
        """Take note of what is missing up to then, if that is long, and because of damage."""
        gap = until - max(self._last_frame, self._left_out_until)
        is_long = gap > _TOLERATED_SECONDS * self._second
        if is_long and self.n_errors > self._errors_at_last_frame:
            self._time_of_holes += gap

    def _note_gap(self, until: int) -> None:
        """Take note that no frame came up to then, if that is long for this file."""
        since = self._last_frame + self._interval
        if until - since <= MAX_GAP_SECONDS * self._second:
            return
        self._n_gaps += 1
        self._time_of_gaps += until - since
        if len(self.gaps) < _MAX_GAPS:
            end = math.ceil(self._seconds(until) - MIDPOINT)
            self.gaps.append((self._last_frame // self._second + 1, end))

    def _sound_end(self) -> int:
        """Return when the last sound ends, as the clock places it; 0 if there is none."""
        ends = [
            int(end * (self._streams[i].time_base or 0) * self._second)
            for i, (_, end) in self._spans.items()
            if self._streams[i].type == "audio"
        ]
        return self._clock.second_of(max(ends, default=None)) or 0

    def _file_span(self) -> Fraction:
        """Return when the last packet of all streams ends, in seconds.

        Counted from the first packet or, if that is earlier, from 0: containers differ in it.
        """
        units = {i: self._streams[i].time_base or Fraction(0) for i in self._spans}
        starts = [start * units[i] for i, (start, _) in self._spans.items()]
        ends = [end * units[i] for i, (_, end) in self._spans.items()]
        return max(ends, default=Fraction(0)) - min([*starts, Fraction(0)])

    def _seconds(self, time: int) -> Fraction:
        return Fraction(time, self._second)
