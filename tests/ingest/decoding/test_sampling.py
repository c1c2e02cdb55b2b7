"""Sampling: which frame a second gets, and the clock of a file, beside the textbook."""

from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.frames import open_video
from ingest.decoding.sampling import Clock, midpoint_within, sample_midpoints
from support.footage import (
    frame_of_each_second,
    numbered,
    read_number,
    write_video,
)

gaps = st.lists(st.integers(1, 4000), max_size=60)


@given(gaps, st.integers(0, 3000))
def test_each_second_gets_the_frame_the_textbook_says(gaps: list[int], last: int) -> None:
    ticks = [0, *(sum(gaps[: i + 1]) for i in range(len(gaps)))]
    times = [Fraction(tick, 1000) for tick in ticks]
    length = times[-1] + Fraction(last, 1000)

    samples = list(sample_midpoints(zip(times, range(len(times)), strict=True), lambda: length))

    assert [sample.item for sample in samples] == frame_of_each_second(times, length)
    assert [sample.second for sample in samples] == list(range(len(samples)))
    assert [sample.time for sample in samples] == [times[sample.item] for sample in samples]
    before = [None, *(sample.item for sample in samples)]
    assert [s.repeated for s in samples] == [
        s.item == b for s, b in zip(samples, before, strict=False)
    ]


@given(st.lists(st.integers(1, 120), min_size=1, max_size=60))
def test_before_a_second_comes_what_was_shown_a_fifth_of_one_earlier(gaps: list[int]) -> None:
    times = [Fraction(tick, 100) for tick in accumulate(gaps, initial=0)]
    timed = list(zip(times, range(len(times)), strict=True))
    for sample in sample_midpoints(timed, lambda: times[-1] + 1):
        if not sample.repeated:
            middle = sample.second + Fraction(1, 2)
        in_time = [i for i in range(sample.item) if times[i] <= middle - Fraction(1, 5)]
        late = range(len(in_time), sample.item)
        is_recent = bool(in_time) and times[in_time[-1]] > middle - Fraction(1, 2)
        chosen = in_time[-1:] if is_recent or not late else list(late[:1])
        near = [i for i in chosen if sample.time - times[i] < Fraction(1, 2)]
        assert sample.before == (near[0] if near else None)


@pytest.mark.parametrize("rate", [10, 24, 25, 30, 60])
def test_what_comes_back_up_to_four_times_a_second_is_somewhere_else_before(rate: int) -> None:
    timed = [(Fraction(frame, rate), frame) for frame in range(5 * rate)]
    for sample in sample_midpoints(timed, lambda: Fraction(5)):
        assert sample.before is not None
        apart = Fraction(sample.item - sample.before, rate)
        for times_a_second in range(1, 5):
            turned = apart * times_a_second % 1
            assert min(turned, 1 - turned) >= Fraction(1, 6)


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
def test_the_frame_before_comes_of_what_was_decoded_anyway(tmp_path: Path, codec: str) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(
        tmp_path / "x.mkv", map(numbered, range(40)), codec=codec, pixels=pixels, rate=10
    )
    with open_video(path) as video:
        for second in video.seconds():
            now = read_number(second.frame)
            if second.before is None:
                # Each frame stands alone: no other one was decoded.
                assert codec == "mjpeg"
            else:
                assert now - 5 < read_number(second.before()) < now


def test_nothing_to_sample_gives_no_second() -> None:
    assert list(sample_midpoints([], lambda: Fraction(0))) == []


@given(st.integers(0, 80), st.integers(0, 12))
def test_midpoint_within_is_a_search_over_all_seconds(start: int, reach: int) -> None:
    expected = any(start <= 4 * k + 2 < start + reach for k in range(25))
    assert midpoint_within(start, reach, second=4) == expected


@given(st.lists(st.none() | st.integers(-400, 400), min_size=1))
def test_the_clock_starts_at_zero_and_never_runs_backwards(times: list[int | None]) -> None:
    clock = Clock(1, declared=200, second=4)
    ticks = [clock.tick(time) for time in times]
    assert ticks[0] == 0
    assert ticks == sorted(ticks)


def test_the_clock_runs_on_over_the_joint_of_two_recordings() -> None:
    clock = Clock(2, declared=None, second=4)
    ticks = [clock.tick(4 * time) for time in (100, 101, 102, 7, 8, 9)]
    assert ticks == [0, 4, 8, 10, 14, 18]


@given(st.lists(st.integers(-3, 3)))
def test_a_step_back_is_not_forgotten(steps: list[int]) -> None:
    clock = Clock(4, declared=None, second=80)
    for time in accumulate(steps, initial=0):
        clock.tick(time)
    assert clock.stepped_back == any(step < 0 for step in steps)


def test_the_clock_does_not_follow_a_damaged_time_far_beyond_the_end() -> None:
    clock = Clock(4, declared=20, second=4)
    ticks = [clock.tick(4 * time) for time in (0, 1, 90_000, 3, 4)]
    assert ticks == [0, 4, 8, 12, 16]


@given(st.lists(st.integers(-40, 40)), st.integers(-40, 40))
def test_a_time_that_follows_is_shown_after_the_last_and_as_it_is(
    before: list[int], time: int
) -> None:
    clock = Clock(1, declared=10, second=4)
    ticks = [clock.tick(file_time) for file_time in before]
    if clock.follows(time):
        placed = clock.second_of(time)
        assert placed is not None
        assert placed > ticks[-1]
        assert clock.tick(time) == placed


def test_what_is_told_to_follow_is_neither_early_nor_far_beyond_the_end() -> None:
    clock = Clock(1, declared=10, second=4)
    assert not clock.follows(100)
    clock.tick(100)
    clock.tick(104)
    follows = [time for time in range(90, 200) if clock.follows(time)]
    assert follows == list(range(105, 100 + 10 + 40 + 1))


def test_sampling_holds_three_frames_at_a_time() -> None:
    class Held:
        alive = 0

        def __init__(self) -> None:
            Held.alive += 1

        def __del__(self) -> None:
            Held.alive -= 1

    frames = ((Fraction(i, 25), Held()) for i in range(1000))
    maximum = 0
    for sample in sample_midpoints(frames, lambda: Fraction(40)):
        maximum = max(maximum, Held.alive)
        del sample
    assert maximum <= 3
