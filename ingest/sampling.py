"""Which frame belongs to which second: arithmetic on times, no decoding."""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

MIDPOINT: Final = Fraction(1, 2)
"""Where in a second its frame is taken: second k is what is shown at k + 0.5 s.

The middle stands for its second better than the edge does, and remote taggers that look at one
frame a second report it for the middle too.
"""

_MOST_MISORDER: Final = Fraction(1, 4)
_MOST_OVERRUN: Final = Fraction(10)


class Sample(NamedTuple, Generic[T]):
    """What is shown at ``second`` + 0.5 s: an item, since ``time`` seconds after the first."""

    second: int
    time: Fraction
    item: T
    repeated: bool
    """Whether the second before got the same item."""


def sample_midpoints(
    timed: Iterable[tuple[Fraction, T]], length: Callable[[], Fraction]
) -> Iterator[Sample[T]]:
    """Yield for k = 0, 1, 2 ... the last item at or before k + 0.5 s, while the video lasts.

    An item that is never chosen is let go at once; two items are held at a time.

    Args:
        timed: (seconds after the first item, item), by rising time, the first at 0.
        length: asked once ``timed`` is at its end: when the last item stops being shown, in
            seconds after the first item.

    Yields:
        Every k with k + 0.5 <= length; k = 0 always, if there is an item at all.
    """
    second = 0
    shown: tuple[Fraction, T] | None = None
    repeated = False

    def until(end: Fraction) -> Iterator[Sample[T]]:
        nonlocal second, repeated
        while shown is not None and second + MIDPOINT < end:
            yield Sample(second, *shown, repeated)
            second, repeated = second + 1, True

    for time, item in timed:
        yield from until(time)
        shown, repeated = (time, item), False
    if shown is not None:
        end = length()
        yield from until(end)
        if second + MIDPOINT == end or second == 0:
            yield Sample(second, *shown, repeated)


def midpoint_within(start: Fraction, reach: Fraction) -> bool:
    """Whether some k + 0.5 lies in ``[start, start + reach)``, all in seconds."""
    return (MIDPOINT - start) % 1 < reach


class Clock:
    """Turns the times in a file into seconds after the first frame that never run backwards.

    Args:
        interval: seconds from one frame to the next, where the file gives no times.
        declared: how long the file says it is, if it does.
    """

    def __init__(self, interval: Fraction, declared: Fraction | None) -> None:
        self._interval = interval
        self._limit = math.inf if declared is None else declared + _MOST_OVERRUN
        self._origin: Fraction | None = None
        self._last = -interval

    def place(self, file_time: Fraction | None) -> Fraction | None:
        """Return where a frame of that time would lie, without ticking; None if unknown."""
        if file_time is None or self._origin is None:
            return None
        return file_time - self._origin

    def tick(self, file_time: Fraction | None) -> Fraction:
        """Take the next frame's time, None if it has none; return its seconds after the first.

        A step back of up to a quarter of a second is a frame out of order: it is shown at the time
        of the one before. A longer one, or one forward beyond the declared end, is a joint of two
        recordings or a damaged time: the clock runs on from the frame before.
        """
        time = self.place(file_time)
        if time is None or time < self._last - _MOST_MISORDER or time > self._limit:
            time = self._last + self._interval
            if file_time is not None:
                self._origin = file_time - time
        self._last = max(self._last, time)
        return self._last
