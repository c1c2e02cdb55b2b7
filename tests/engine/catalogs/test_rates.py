"""A key may ask as often as it may, whoever counts, and never more often."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogs.sqlite.rates import Rates


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[list[float]], Rates]]:
    made = []

    def open_with(clock: list[float]) -> Rates:
        rates = Rates.open(tmp_path / "rates", now=lambda: clock[0])
        made.append(rates)
        return rates

    yield open_with
    for rates in made:
        rates.close()


def test_a_seconds_worth_may_come_at_once_and_then_one_after_the_other(
    opened: Callable[[list[float]], Rates], clock: list[float]
) -> None:
    rates = opened(clock)
    assert [rates.take(1, 4) for _ in range(4)] == [0, 0, 0, 0]
    assert rates.take(1, 4) == pytest.approx(0.25)
    clock[0] += 0.25
    assert rates.take(1, 4) == 0
    assert rates.take(1, 4) > 0


def test_keys_do_not_share_their_limits(
    opened: Callable[[list[float]], Rates], clock: list[float]
) -> None:
    rates = opened(clock)
    assert rates.take(1, 1) == 0
    assert rates.take(1, 1) == pytest.approx(1.0)
    assert rates.take(2, 1) == 0


def test_a_clock_that_began_anew_locks_nobody_out(
    opened: Callable[[list[float]], Rates], clock: list[float]
) -> None:
    rates = opened(clock)
    rates.take(1, 1)
    clock[0] = 3.0
    assert rates.take(1, 1) == 0


@given(
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=60),
    per_second=st.floats(0.2, 50),
)
def test_no_window_holds_more_than_was_allowed(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[float], per_second: float
) -> None:
    now = [50.0]
    rates = Rates.open(tmp_path_factory.mktemp("rates") / "rates", now=lambda: now[0])
    passed = []
    for gap in gaps:
        now[0] += gap
        if rates.take(7, per_second) == 0:
            passed.append(now[0])
    rates.close()
    for first, began in enumerate(passed):
        for count, ended in enumerate(passed[first:], start=1):
            assert count <= max(1.0, per_second) + (ended - began) * per_second + 1e-6


def _take_many(path: Path, answers: "multiprocessing.Queue[int]") -> None:
    rates = Rates.open(path, now=lambda: 5.0)
    answers.put(sum(rates.take(3, 100) == 0 for _ in range(200)))
    rates.close()


def test_processes_count_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    both = [context.Process(target=_take_many, args=(tmp_path / "r", answers)) for _ in range(2)]
    for one in both:
        one.start()
    passed = [answers.get(timeout=60) for _ in both]
    for one in both:
        one.join()
    assert sum(passed) == 100
