"""Packets skipped, on structures as encoders make them, beside what frames are built on."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.packet_skipping import Fate, Stored, plan
from ingest.decoding.sampling import midpoint_within
from support.footage import frame_of_each_second

SECOND = 20


@dataclass(frozen=True)
class Made:
    """A frame: the group it is stored in, and whether it is shown before that group's entry."""

    group: int
    leads: bool = False


@st.composite
def structures(draw: st.DrawFn) -> list[Stored[Made]]:
    """Frames in the order of a file: groups of an entry, frames that lead it, and the others."""
    stored: list[Made] = []
    shown: list[Made] = []
    for group in range(draw(st.integers(1, 8))):
        leading = [Made(group, leads=True) for _ in range(draw(st.integers(0, 3)) if group else 0)]
        entry = Made(group)
        stored += [entry, *leading]
        shown += [*leading, entry]
        for n_between in draw(st.lists(st.integers(0, 3), max_size=8)):
            between = [Made(group) for _ in range(n_between)]
            built_on = Made(group)
            stored += [built_on, *between]
            shown += [*between, built_on]
    gaps = draw(st.lists(st.integers(1, 12), min_size=len(shown), max_size=len(shown)))
    first = draw(st.integers(-50, 50))
    times = {
        id(frame): time for frame, time in zip(shown, accumulate(gaps, initial=first), strict=False)
    }
    entries = {frame.group: id(frame) for frame in reversed(stored) if not frame.leads}
    return [
        Stored(frame, times[id(frame)], id(frame) == entries[frame.group], 1000) for frame in stored
    ]


def fates(stored: list[Stored[Made]]) -> list[Fate]:
    start = stored[0].time
    assert start is not None

    def is_free(since: int, until: int) -> bool:
        return not midpoint_within(since - start, until - since, SECOND)

    planned = list(plan(stored, is_free, SECOND))
    assert [frame for frame, _ in planned] == stored
    return [fate for _, fate in planned]


def decoded_well(stored: list[Stored[Made]], fates: list[Fate]) -> list[bool]:
    """Whether each frame is decoded, and from all that it may be built on."""
    well: list[bool] = []
    # Of the group at hand and the one before: whether all that others are built on is there.
    whole, whole_before = False, False
    for frame, fate in zip(stored, fates, strict=True):
        is_there = fate is not Fate.LEAVE_OUT
        if frame.is_entry:
            whole_before = whole and fate is not Fate.BEGIN
            whole = is_there
            well.append(is_there)
        elif frame.packet.leads:
            well.append(is_there and whole and whole_before)
        else:
            whole &= is_there
            well.append(whole)
    return well


def indexes_needed(stored: list[Stored[Made]]) -> set[int]:
    """The times of the frames that the seconds get."""
    times = sorted(frame.time for frame in stored if frame.time is not None)
    seconds = [Fraction(time - times[0], SECOND) for time in times]
    return {times[i] for i in frame_of_each_second(seconds, seconds[-1] + 1)}


@given(structures())
def test_every_wanted_frame_is_decoded_from_all_it_is_built_on(stored: list[Stored[Made]]) -> None:
    well = decoded_well(stored, fates(stored))
    for time in indexes_needed(stored):
        assert [ok for frame, ok in zip(stored, well, strict=True) if frame.time == time] == [True]


@given(structures())
def test_decoding_begins_only_with_entries_and_goes_on_to_the_next(
    stored: list[Stored[Made]],
) -> None:
    decided = fates(stored)
    leads = False
    for before, fate, frame in zip([Fate.DECODE, *decided], decided, stored, strict=False):
        leads = frame.packet.leads and (leads or before is Fate.BEGIN)
        if fate is Fate.BEGIN:
            assert frame.is_entry
            assert before is Fate.LEAVE_OUT
        elif fate is Fate.DECODE:
            assert before is not Fate.LEAVE_OUT or not frame.packet.leads
            assert not leads


@given(st.lists(st.integers(2, 30), min_size=1, max_size=12), st.integers(1, 7))
def test_nothing_more_is_decoded_where_frames_come_in_order(lengths: list[int], gap: int) -> None:
    groups = [group for group, length in enumerate(lengths) for _ in range(length)]
    stored = [
        Stored(Made(group), i * gap, i == groups.index(group), 1000)
        for i, group in enumerate(groups)
    ]
    needed = indexes_needed(stored)
    last = {groups[i]: i for i in range(len(groups)) if i * gap in needed}
    expected = [i <= last.get(group, -1) or group == groups[-1] for i, group in enumerate(groups)]
    assert [fate is not Fate.LEAVE_OUT for fate in fates(stored)] == expected


def test_what_is_unknown_is_decoded() -> None:
    stored = [Stored(i, i, is_entry=i % 4 == 0, size_bytes=1) for i in range(40)]
    untimed = [frame._replace(time=None, is_entry=False) for frame in stored]
    assert {fate for _, fate in plan(untimed, lambda *_: True, SECOND)} == {Fate.DECODE}
    # A time that runs back: two recordings, or damage.
    joined = [frame._replace(time=i % 10) for i, frame in enumerate(stored)]
    after = [fate for _, fate in plan(joined, lambda *_: True, SECOND)][12:]
    assert set(after) == {Fate.DECODE}


def in_order(times: list[int], entries: set[int]) -> list[Stored[int]]:
    return [Stored(i, time, time in entries, size_bytes=1) for i, time in enumerate(times)]


def left_out(stored: list[Stored[int]]) -> list[int | None]:
    planned = plan(stored, lambda *_: True, SECOND)
    return [frame.time for frame, fate in planned if fate is Fate.LEAVE_OUT]


def test_an_entry_that_may_have_frames_shown_before_it_to_come_is_not_begun_with() -> None:
    assert left_out(in_order([0, 1, 2, 3, 10, 8, 9], {0, 10})) == []
    assert left_out(in_order([0, 1, 2, 3, 10, 8, 9, 11], {0, 10})) == [0, 1, 2, 3, 8, 9]
    assert left_out(in_order([0, 1, 2, 3, 10, 8, 11, 9], {0, 10})) == []
    assert left_out(in_order([0, 1, 12, 3, 10, 8, 9, 11], {0, 10})) == []


def test_all_the_time_that_the_left_out_are_shown_must_be_free() -> None:
    requests = []

    def is_free(start: int, end: int) -> bool:
        requests.append((start, end))
        return True

    list(plan(in_order([5, 6, 10, 4, 11], {5, 10}), is_free, SECOND))
    assert (4, 10) in requests


def test_no_more_is_held_than_a_second_or_some_megabytes() -> None:
    def most_ahead(gap: int, size_bytes: int) -> int:
        taken = 0

        def file() -> Iterator[Stored[None]]:
            nonlocal taken
            for taken in range(2000):
                yield Stored(None, taken * gap, is_entry=True, size_bytes=size_bytes)

        planned = plan(file(), lambda *_: False, SECOND)
        return max(taken - given for given, _ in enumerate(planned))

    assert most_ahead(gap=1, size_bytes=1) == SECOND
    assert most_ahead(gap=30, size_bytes=1) == 1
    assert most_ahead(gap=0, size_bytes=1) < 600
    assert most_ahead(gap=0, size_bytes=1 << 20) < 20
