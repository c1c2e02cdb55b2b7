"""Packets that need no decoding: those between the last frame requested and a new beginning.

Arithmetic on times and marks, no decoding.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import chain, takewhile
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

MAX_HELD_BACK: Final = 32
"""Packets whose frames a decoder may still hold: in H.264 and HEVC it holds back at most 16 to put
them in order, and the two fields of a frame may come in a packet each."""

_MAX_AHEAD: Final = 512
_MAX_BYTES_AHEAD: Final = 16 << 20


class Stored(NamedTuple, Generic[T]):
    """A packet, in the order of the file."""

    packet: T
    time: int | None
    """Ticks at which its frame is shown; None if unknown."""
    is_entry: bool
    """Whether decoding can begin with it; never where its time is unknown."""
    size_bytes: int


class Fate(Enum):
    """The treatment of a packet."""

    DECODE = 1
    LEAVE_OUT = 2
    BEGIN = 3
    """To be decoded by a decoder that has let go of what came before."""


def plan(
    packets: Iterable[Stored[T]], is_free: Callable[[int, int], bool], reach: int
) -> Iterator[tuple[Stored[T], Fate]]:
    """Yield each packet with its fate, in the order of the file.

    A stretch of packets is left out if nothing is wanted of the time that its frames are shown,
    and an entry comes after it. With it go the frames stored after the entry but shown before it:
    they are built on what is left out.

    Args:
        packets: looked at as far ahead as ``reach``, but not beyond 512 packets
            or some 16 MB.
        is_free: whether nothing is wanted of what is shown in ``[start, end)``, and a frame of
            the time ``end`` will be shown then, after all that came before; asked when all
            packets before have been dealt with.
        reach: no time is free that is longer.
    """
    ahead = _Ahead(iter(packets))
    # What the decoder may still hold.
    behind: deque[int] = deque(maxlen=MAX_HELD_BACK)
    fate, n_leading = Fate.DECODE, 0
    while ahead.fill(reach):
        needless = _needless(ahead.stored, behind, is_free) if ahead.has_entry() else None
        if needless is not None:
            n_before, n_leading = needless
            yield from ((ahead.pop(), Fate.LEAVE_OUT) for _ in range(n_before))
            fate = Fate.BEGIN
            continue
        first = ahead.pop()
        if first.time is not None:
            behind.append(first.time)
        yield first, fate
        yield from ((ahead.pop(), Fate.LEAVE_OUT) for _ in range(n_leading))
        fate, n_leading = Fate.DECODE, 0


class _Ahead(Generic[T]):
    """The packets next to come, as many as may be held."""

    def __init__(self, source: Iterator[Stored[T]]) -> None:
        self.stored: deque[Stored[T]] = deque()
        self._source = source
        self._size_bytes = 0
        self._n_entries = 0

    def fill(self, reach: int) -> bool:
        """Look ahead as far as ``reach``, and tell whether any packet is left."""
        while self._may_hold_more(reach):
            stored = next(self._source, None)
            if stored is None:
                break
            self.stored.append(stored)
            self._size_bytes += stored.size_bytes
            self._n_entries += stored.is_entry
        return bool(self.stored)

    def has_entry(self) -> bool:
        """Whether one comes after the first packet."""
        return self._n_entries > self.stored[0].is_entry

    def pop(self) -> Stored[T]:
        first = self.stored.popleft()
        self._size_bytes -= first.size_bytes
        self._n_entries -= first.is_entry
        return first

    def _may_hold_more(self, reach: int) -> bool:
        if not self.stored:
            return True
        if len(self.stored) >= _MAX_AHEAD or self._size_bytes >= _MAX_BYTES_AHEAD:
            return False
        first, last = self.stored[0].time, self.stored[-1].time
        return first is not None and last is not None and last - first < reach


def _needless(
    ahead: Sequence[Stored[T]], behind: Iterable[int], is_free: Callable[[int, int], bool]
) -> tuple[int, int] | None:
    """Return how many packets are needless before the next entry, and how many right after it.

    None if the first is needed, or if that cannot be told.
    """
    at = next(i for i, stored in enumerate(ahead) if i and stored.is_entry)
    since, begin = ahead[0].time, ahead[at].time
    if since is None or begin is None or not is_free(since, begin):
        return None
    # The last alone may be without a time: nothing is looked at beyond it.
    times = [stored.time for stored in ahead if stored.time is not None]
    before, after = times[:at], times[at + 1 :]
    leading = list(takewhile(begin.__gt__, after))
    trailing = after[len(leading) :]
    # Until one comes that is shown after the entry, there may be more shown before it.
    if not trailing or min(trailing) <= begin or max(chain(before, behind)) >= begin:
        return None
    return (at, len(leading)) if is_free(min(before + leading), begin) else None
