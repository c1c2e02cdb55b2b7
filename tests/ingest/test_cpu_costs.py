"""Costs of sources add up to what the process took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.costs import cost_text
from ingest.cpu_costs import DECODING, CpuCosts

SOURCES = ("audio", "visual", "text")
steps = st.lists(st.tuples(st.sampled_from([*SOURCES, DECODING]), st.integers(0, 500)), max_size=20)


@given(steps)
def test_each_source_has_what_was_done_for_it_and_decoding_the_rest(
    steps: list[tuple[str, int]],
) -> None:
    now = 7.0

    def work(hundredths: int) -> int:
        nonlocal now
        now += hundredths / 100
        return hundredths

    costs = CpuCosts(lambda: now)
    for part, hundredths in steps:
        done = work(hundredths) if part == DECODING else costs.call(part, work, hundredths)
        assert done == hundredths
    expected = {
        part: sum(own for name, own in steps if name == part) / 100
        for part in {DECODING, *(name for name, _ in steps)}
    }
    assert costs.so_far() == pytest.approx(expected, abs=0.011)


def test_what_fails_is_counted_all_the_same() -> None:
    ticks = iter([0.0, 0.0, 2.0, 2.0])
    costs = CpuCosts(lambda: next(ticks))
    with pytest.raises(ValueError, match="invalid literal"):
        costs.call("audio", int, "ill")
    assert costs.so_far() == {"audio": 2.0, DECODING: 0.0}


def test_people_read_the_whole_and_the_shares_largest_first() -> None:
    cost = {"audio": 0.5, "decoding": 1.5, "metadata": 0.001, "visual": 3.0}
    assert cost_text(cost) == "5.0 s: visual 60 %, decoding 30 %, audio 10 %"
    assert cost_text({}) == cost_text({"visual": 0.0}) == ""
