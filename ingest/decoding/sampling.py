"""Assignment of frames to seconds: arithmetic on times, no decoding."""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

MIDPOINT: Final = Fraction(1, 2)
"""Offset in a second of its frame: second k is what is shown at k + 0.5 s.

The middle stands for its second better than the edge does, and remote taggers that look at one
frame a second report it for the middle too.
"""

# What comes back once, twice, three or four times a second is then somewhere else, and what is slow
# has moved by more than from one frame to the next.
_LEAD: Final = Fraction(1, 5)

_MISORDERS_A_SECOND: Final = 4
_MAX_OVERRUN_SECONDS: Final = 10


class Sample(NamedTuple, Generic[T]):
    """The item shown at ``second`` + 0.5 s, since ``time`` seconds after the first."""

    second: int
    time: Fraction
    item: T
    repeated: bool
    """Whether the second before got the same item."""
    before: T | None = None
    """The item shown a fifth of a second before ``second`` + 0.5 s, or else the first after it, if
    it is another one and came less than half a second before this one."""


def sample_midpoints(
    timed: Iterable[tuple[Fraction, T]], length: Callable[[], Fraction]
) -> Iterator[Sample[T]]:
    """Yield for k = 0, 1, 2 ... the last item at or before k + 0.5 s, while the video lasts.

    An item that is never chosen is let go soon; three items are held at a time.

    Args:
        timed: (seconds after the first item, item), by rising time, the first at 0.
        length: asked once ``timed`` is at its end: when the last item stops being shown, in
            seconds after the first item.

    Yields:
        Every k with k + 0.5 <= length; k = 0 always, if there is an item at all.
    """
    second, middle = 0, MIDPOINT
    lead, earliest = middle - _LEAD, middle - MIDPOINT
    shown: tuple[Fraction, T] | None = None
    earlier: tuple[Fraction, T] | None = None
    repeated = False

    def until(end: Fraction) -> Iterator[Sample[T]]:
        nonlocal second, middle, lead, earliest, repeated
        while shown is not None and middle < end:
            yield Sample(second, *shown, repeated, _before(earlier, shown))
            second, middle, repeated = second + 1, middle + 1, True
            lead, earliest = lead + 1, earliest + 1

    for time, item in timed:
        if middle < time:
            yield from until(time)
        # Nearer to a fifth of a second before the middle than the one held so far.
        if shown is not None and (earlier is None or shown[0] <= lead or earlier[0] <= earliest):
            earlier = shown
        shown, repeated = (time, item), False
    if shown is not None:
        end = length()
        yield from until(end)
        if middle == end or second == 0:
            yield Sample(second, *shown, repeated, _before(earlier, shown))


def _before(earlier: tuple[Fraction, T] | None, shown: tuple[Fraction, T]) -> T | None:
    if earlier is None or not 0 < shown[0] - earlier[0] < MIDPOINT:
        return None
    return earlier[1]


def midpoint_within(start: int, reach: int, second: int) -> bool:
    """Whether some k + 0.5 s lies in ``[start, start + reach)``; ``second`` is an even number."""
    return (second // 2 - start) % second < reach


class Clock:
    """Turns the times in a file into times after the first frame that never run backwards.

    All times are whole numbers of ticks.

    Args:
        interval: from one frame to the next, where the file gives no times.
        declared: length that the file declares, if it does.
        second: how many ticks a second has; a multiple of 4.

    Attributes:
        stepped_back: whether some time was before the one before it.
    """

    def __init__(self, interval: int, declared: int | None, second: int) -> None:
        self._interval = interval
        self._limit = math.inf if declared is None else declared + _MAX_OVERRUN_SECONDS * second
        self._misorder = second // _MISORDERS_A_SECOND
        self._origin: int | None = None
        self._last = -interval
        self.stepped_back = False

    def clear_declared(self) -> None:
        """No longer take a time for damaged because it is beyond the declared end."""
        self._limit = math.inf

    def second_of(self, file_time: int | None) -> int | None:
        """Return where a frame of that time would lie, without ticking; None if unknown."""
        if file_time is None or self._origin is None:
            return None
        return file_time - self._origin

    def follows(self, file_time: int) -> bool:
        """Whether a frame of that time would come after the last one, by its own time."""
        return self._origin is not None and self._last < file_time - self._origin <= self._limit

    def tick(self, file_time: int | None) -> int:
        """Take the next frame's time, None if it has none; return its time after the first.

        A step back of up to a quarter of a second is a frame out of order: it is shown at the time
        of the one before. A longer one, or one forward beyond the declared end, is a joint of two
        recordings or a damaged time: the clock runs on from the frame before.
        """
        time = self.second_of(file_time)
        self.stepped_back |= time is not None and time < self._last
        if time is None or time < self._last - self._misorder or time > self._limit:
            time = self._last + self._interval
            if file_time is not None:
                self._origin = file_time - time
        self._last = max(self._last, time)
        return self._last
