"""Rates of what was shown: counted by hand, and intervals that hold what they should."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from engine.batch.evaluation.online import evaluate_online
from engine.batch.evaluation.rates import RatioSums, difference
from engine.batch.evaluation.student import t_quantile
from engine.domain.evaluations.attribution import Rates
from engine.domain.evaluations.shown_lists import EntryPoint, ListEvent, ListKind, ShownList


@dataclass
class Shown:
    """Lists and events as a catalog would tell them."""

    lists: list[ShownList] = field(default_factory=list)
    reactions: list[ListEvent] = field(default_factory=list)

    def show(self, viewer: str | None = None, first: int = 1, size: int = 10, **parts: str) -> str:
        list_id = f"{len(self.lists):019x}"
        kind, entry_point = (
            ListKind(parts.pop("kind", "recommendations")),
            EntryPoint(parts.pop("entry_point", "http")),
        )
        self.lists.append(ShownList(list_id, kind, entry_point, first, size, viewer, **parts))
        return list_id

    def react(
        self, list_id: str, viewer: str, position: int | None, *, watched: bool = False
    ) -> None:
        video = f"v{len(self.reactions)}"
        self.reactions.append(ListEvent(list_id, viewer, video, position, True, watched))  # noqa: FBT003

    def by_viewer(
        self, *, since: float
    ) -> Iterator[tuple[Sequence[ShownList], Sequence[ListEvent]]]:
        assert since == 0
        for one in self.lists:
            if one.viewer is None:
                yield [one], [event for event in self.reactions if event.list == one.id]
        for viewer in dict.fromkeys(one.viewer for one in self.lists if one.viewer):
            lists = [one for one in self.lists if one.viewer == viewer]
            ids = {one.id for one in lists}
            own = (event for event in self.reactions if event.viewer == viewer)
            yield lists, [event for event in own if event.list in ids]

    def count_events(self, *, since: float) -> int:
        assert since == 0
        return len(self.reactions)

    def put(self, lists: Sequence[ShownList], *, since: float) -> None:
        raise NotImplementedError

    def unknown(self, ids: object) -> list[str]:
        raise NotImplementedError

    def of_viewer(self, viewer: str) -> tuple[ShownList, ...]:
        raise NotImplementedError


def counts(rates: Sequence[Rates]) -> dict[str, tuple[int, int, int, int]]:
    return {one.name: (one.lists, one.shown, one.clicks, one.watches) for one in rates}


def test_clicks_count_by_list_position_campaign_and_settings() -> None:
    shown = Shown()
    first = shown.show("ann", settings="viewer_power=1")
    later = shown.show("ann", first=11, size=5)
    ads = shown.show(size=2, kind="campaign", campaign="c")
    shown.show("bob", entry_point="console")
    shown.react(first, "ann", 1, watched=True)
    shown.react(first, "ann", 3)
    shown.react(later, "ann", 12)
    shown.react(ads, "cid", None)
    online = evaluate_online(shown, since=0)
    assert online.unattributed == 0
    assert counts(online.lists) == {
        "campaign, http": (1, 2, 1, 0),
        "recommendations, console": (1, 10, 0, 0),
        "recommendations, http": (2, 15, 3, 1),
    }
    assert counts(online.settings) == {"defaults": (2, 7, 2, 0), "viewer_power=1": (1, 10, 2, 1)}
    assert counts(online.campaigns) == {"c": (1, 2, 1, 0)}
    positions = counts(online.positions)
    assert list(positions) == [*map(str, range(1, 11)), "11 and later"]
    assert positions["1"] == (1, 1, 1, 1)
    assert positions["2"] == (1, 1, 0, 0)
    assert positions["3"] == (1, 1, 1, 0)
    assert positions["11 and later"] == (1, 5, 1, 0)


def test_what_cannot_be_of_a_list_counts_for_none() -> None:
    shown = Shown()
    anns = shown.show("ann", size=3)
    shown.react(anns, "bob", 1)
    shown.react(anns, "ann", 4)
    shown.react("unknown", "ann", 1)
    for _ in range(9):
        shown.react(anns, "ann", 2)
    online = evaluate_online(shown, since=0)
    assert online.unattributed == 3
    assert counts(online.lists) == {"recommendations, http": (1, 3, 3, 0)}  # no more than shown
    assert counts(online.positions)["2"] == (1, 1, 1, 0)


def test_arms_are_compared_with_the_control_by_viewers() -> None:
    rng = np.random.default_rng(3)
    shown = Shown()
    for number in range(600):
        arm = ("zero", "better", "same")[number % 3]
        for _ in range(3):
            one = shown.show(f"v{number}", experiment="mix", arm=arm)
            for position in range(1, 11):
                if rng.random() < (0.2 if arm == "better" else 0.1):
                    shown.react(one, f"v{number}", position)
    (experiment,) = evaluate_online(shown, since=0, control=("mix", "zero")).experiments
    control, better, same = experiment.arms
    assert (experiment.name, control.arm.name, control.click_difference) == ("mix", "zero", None)
    assert better.click_difference is not None
    assert better.click_difference.is_real
    assert better.click_difference.value == pytest.approx(0.1, abs=0.02)
    assert same.click_difference is not None
    assert not same.click_difference.is_real


def test_an_interval_is_wilsons_where_viewers_are_independent() -> None:
    sums = RatioSums()
    for number in range(100):
        sums.add(1, int(number < 20))
    estimate = sums.estimate()
    # As statsmodels says of 20 of 100, but that one is lost for the unknown variance.
    assert [estimate.low, estimate.high] == pytest.approx([0.1334, 0.2888], rel=1e-2)


def test_an_interval_holds_the_rate_when_viewers_differ() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        sums = RatioSums()
        for own in rng.beta(1, 4, 80):  # each viewer clicks a fifth, some all and most nothing
            sums.add(30, int(rng.binomial(30, own)))
        estimate = sums.estimate()
        held += estimate.low <= 0.2 <= estimate.high
    assert 0.92 <= held / 400 <= 0.98


@given(st.floats(1e-4, 1.0), st.integers(1, 5_000))
def test_quantiles_are_students(level: float, df: int) -> None:
    assert t_quantile(level, df) == pytest.approx(t.isf(level / 2, df), rel=2e-3, abs=2e-3)


def sums_of(viewers: Iterable[tuple[int, int]]) -> RatioSums:
    sums = RatioSums()
    for shown, clicks in viewers:
        sums.add(shown, clicks)
    return sums


def test_arms_that_are_the_same_seldom_differ_however_few_viewers_they_have() -> None:
    rng = np.random.default_rng(7)
    for n_viewers, most in ((2, 0.0), (8, 0.0), (24, 0.0), (25, 0.08), (100, 0.08)):
        false = 0
        for _ in range(200):
            clicks = rng.binomial(30, rng.beta(1, 4, (2, n_viewers)))
            one, other = (sums_of((30, int(own)) for own in arm) for arm in clicks)
            false += difference(one, other).is_real
        assert false / 200 <= most


def test_the_more_arms_are_compared_the_wider_are_the_intervals() -> None:
    one, other = sums_of([(30, 9)] * 20 + [(30, 3)] * 20), sums_of([(30, 4), (30, 7)] * 20)
    alone, of_four = difference(one, other), difference(one, other, n_compared=4)
    assert (of_four.low, of_four.high) < (alone.low, of_four.high)
    assert of_four.high > alone.high
    assert one.estimate(0.05 / 4).high > one.estimate().high


def test_viewers_who_are_alike_count_once_each_whatever_is_rounded() -> None:
    # 3 of 10 is no number of binary digits: the squares come out as 1e-15 instead of 0.
    for n_viewers in (3, 7, 26):
        alike = sums_of([(10, 3)] * n_viewers).estimate()
        more = sums_of([(20, 6)] * n_viewers).estimate()
        assert (alike.low, alike.high) == (more.low, more.high)
        assert alike.high - alike.low > 0.3


def test_without_a_known_control_nothing_is_compared() -> None:
    shown = Shown()
    for number in range(60):
        shown.show(f"v{number}", experiment="old", arm="ab"[number % 2])
    for control in (None, ("new", "a"), ("old", "c")):
        (experiment,) = evaluate_online(shown, since=0, control=control).experiments
        assert [one.arm.name for one in experiment.arms] == ["a", "b"]
        assert all(one.click_difference is one.watch_difference is None for one in experiment.arms)


def test_clicks_without_a_position_make_no_position_seem_unclicked() -> None:
    shown = Shown()
    first, other = shown.show("ann", size=2), shown.show("bob", size=2)
    shown.react(first, "ann", None)
    assert evaluate_online(shown, since=0).positions == ()
    shown.react(other, "bob", 2)
    positions = counts(evaluate_online(shown, since=0).positions)
    assert positions == {"1": (1, 1, 0, 0), "2": (1, 1, 1, 0)}


def test_lists_of_nobody_are_in_no_arm() -> None:
    shown = Shown()
    shown.show(experiment="mix", arm="a")
    assert evaluate_online(shown, since=0).experiments == ()
    shown.show("ann", experiment="mix", arm="a")
    (experiment,) = evaluate_online(shown, since=0).experiments
    assert [one.arm.lists for one in experiment.arms] == [1]


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), max_size=30))
def test_a_rate_lies_in_its_interval(viewers: list[tuple[int, float]]) -> None:
    sums = RatioSums()
    for shown, share in viewers:
        sums.add(shown, int(shown * share))
    estimate = sums.estimate()
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    apart = difference(sums, sums)
    assert apart.value == 0
    assert not apart.is_real
