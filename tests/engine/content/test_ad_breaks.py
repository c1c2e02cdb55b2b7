"""Breaks keep their distance, stand beside nothing unsuitable, and the best comes first."""

from collections.abc import Callable
from itertools import combinations
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.ad_breaks import (
    WINDOW_SECONDS,
    Breaks,
    Spacing,
    best_breaks,
    seam_strengths,
    window_reasons,
    window_relevance,
)
from engine.domain.tracks import CUT, NEW_CONTENT, ChangeTrack, Track
from engine.errors import InvalidInput
from engine.ports.query import Query

TEXTBOOK_TF: dict[str, Callable[[float], float]] = {
    "raw": float,
    "sqrt": sqrt,
    "log": lambda count: 1 + log(count),
}


def changes_of(changed: list[int], cuts: set[int]) -> ChangeTrack:
    flags = [NEW_CONTENT + (CUT if second in cuts else 0) for second in range(len(changed))]
    return ChangeTrack(np.array(flags, np.uint8), np.array(changed, np.uint8))


def seconds_of(breaks: Breaks) -> list[int]:
    return [each.second for each in breaks.best]


videos = st.integers(0, 90).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([0, 40, 255]), min_size=n, max_size=n),
        st.sets(st.integers(0, max(0, n - 1)), max_size=6),
        st.sets(st.integers(0, max(0, n - 1)), max_size=3),
        st.one_of(st.none(), st.lists(st.sampled_from([0.0, 0.3, 0.9]), min_size=n, max_size=n)),
    )
)
spacings = st.builds(Spacing, st.integers(1, 6), st.integers(1, 30), st.integers(0, 15))


@given(videos, spacings)
def test_breaks_keep_every_rule_and_none_is_left_that_would(
    video: tuple[list[int], set[int], set[int], list[float] | None], spacing: Spacing
) -> None:
    changed, cuts, bad, relevance = video
    n = len(changed)
    suitable = np.array([second not in bad for second in range(n)], bool)
    relevances = None if relevance is None else np.array(relevance)
    breaks = best_breaks(changes_of(changed, cuts), suitable, relevances, spacing)
    again = best_breaks(changes_of(changed, cuts), suitable, relevances, spacing)
    chosen = seconds_of(breaks)
    assert breaks == again

    def allowed(second: int) -> bool:
        near = range(max(0, second - WINDOW_SECONDS), min(n, second + WINDOW_SECONDS))
        return max(
            1, spacing.edge_seconds
        ) <= second <= n - spacing.edge_seconds and bad.isdisjoint(near)

    assert all(allowed(second) for second in chosen)
    assert all(abs(a - b) >= spacing.gap_seconds for a, b in combinations(chosen, 2))
    if len(chosen) < spacing.count:
        far = (
            all(abs(second - other) >= spacing.gap_seconds for other in chosen)
            for second in range(n)
            if allowed(second)
        )
        assert not any(far)
    for each in breaks.best:
        assert 0.0 <= each.score <= 1.0
        assert sum(each.shares.values()) == pytest.approx(each.score)
    scores = [each.score for each in breaks.best]
    assert scores == pytest.approx(sorted(scores, reverse=True))


def test_a_cut_is_better_than_calm_and_calm_than_motion() -> None:
    changes = changes_of([255, 0, 120, 255], {3})
    cut, calm, some, much = seam_strengths(changes)[[3, 1, 2, 0]]
    assert cut > calm > some > much == 0.0


def test_without_a_campaign_the_cut_with_most_room_wins() -> None:
    changes = changes_of([255] * 60, {12, 31, 50})
    breaks = best_breaks(changes, np.ones(60, bool), None, Spacing(3, 10, 5))
    assert seconds_of(breaks) == [31, 12, 50]
    assert [each.seam for each in breaks.best] == ["cut"] * 3
    assert breaks.best[0].shares["relevance"] == 0.0


def test_one_bad_second_blocks_the_breaks_near_it_and_no_others() -> None:
    changes, bad = changes_of([255] * 60, {20, 40}), np.ones(60, bool)
    bad[15] = False
    breaks = best_breaks(changes, bad, None, Spacing(1, 10, 5))
    assert seconds_of(breaks) == [40]
    assert breaks.unsuitable == 2 * WINDOW_SECONDS
    assert breaks.near_the_edges == 9


def test_a_campaign_goes_where_what_it_fits_was_just_shown() -> None:
    changes, relevance = changes_of([255] * 60, {20, 40}), np.zeros(60)
    relevance[35:45] = 0.8
    breaks = best_breaks(changes, np.ones(60, bool), relevance, Spacing(1, 10, 5))
    assert seconds_of(breaks) == [40]
    assert breaks.best[0].relevance == 0.8


@pytest.mark.parametrize("n_seconds", [0, 1, 5])
def test_a_video_without_room_gets_no_break(n_seconds: int) -> None:
    changes = changes_of([0] * n_seconds, set())
    assert best_breaks(changes, np.ones(n_seconds, bool), None, Spacing()).best == ()


@given(st.data(), st.sampled_from(["raw", "sqrt", "log"]))
def test_relevance_is_the_textbook_cosine_of_the_window(data: st.DataObject, tf: str) -> None:
    n, tags = data.draw(st.integers(0, 25)), 4
    shape = (n, tags)
    sure = data.draw(
        st.lists(st.sampled_from([0.0, 0.6, 0.7, 0.9]), min_size=n * tags, max_size=n * tags)
    )
    confidences = np.array(sure, np.float32).reshape(shape)
    idf = np.array([1.0, 2.0, 1.5, 3.0])
    weights_of_tags = data.draw(
        st.dictionaries(st.integers(0, 3), st.sampled_from([1.0, 2.0, -1.0]))
    )
    query = Query.weigh(list(weights_of_tags), list(weights_of_tags.values()), idf)
    track = Track.from_confidences(confidences, np.arange(tags))
    relevance = window_relevance(track, query, idf, tf, 0.65)  # type: ignore[arg-type] # drawn
    frequency = TEXTBOOK_TF[tf]
    units = dict(zip(query.tags.tolist(), query.units.tolist(), strict=True))
    for second in range(n):
        window = (confidences[max(0, second - WINDOW_SECONDS) : second] > 0.65).sum(axis=0)
        vector = [frequency(c) * idf[t] if c else 0.0 for t, c in enumerate(window.tolist())]
        length = sqrt(sum(value * value for value in vector))
        dot = sum(units.get(tag, 0.0) * value for tag, value in enumerate(vector))
        assert relevance[second] == pytest.approx(dot / length if length else 0.0, abs=1e-9)
        reasons = window_reasons(track, query, idf, tf, 0.65, second)  # type: ignore[arg-type] # drawn
        assert sum(reason.share for reason in reasons) == pytest.approx(relevance[second], abs=1e-9)
        for reason in reasons:
            runs = (range(one.start, one.end) for one in reason.seconds)
            observed = [at for run in runs for at in run]
            assert observed == [
                at
                for at in range(max(0, second - WINDOW_SECONDS), second)
                if confidences[at, reason.tag] > 0.65
            ]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 101}, {"gap_seconds": 0}])
def test_a_spacing_that_makes_no_sense_is_named(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match=str(next(iter(wrong.values())))):
        Spacing(**wrong)
