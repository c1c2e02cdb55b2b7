"""Co-likes equal the textbook's cosines."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.co_watching import LearnedMix
from engine.indexes.local import co_likes as co_likes
from engine.indexes.local.co_likes import MIN_IN_COMMON, NEIGHBOURS, SHRINKAGE, CoLikes

N_VIDEOS = 8
likes = st.lists(st.sets(st.integers(0, N_VIDEOS - 1)), max_size=12)


def textbook(liked: list[set[int]]) -> dict[tuple[int, int], float]:
    """Cosines of pairs over the viewers who like two videos or more."""
    telling = [own for own in liked if len(own) > 1]
    viewers = [sum(video in own for own in telling) for video in range(N_VIDEOS)]
    pairs = {}
    for one, other in combinations(range(N_VIDEOS), 2):
        common = sum(one in own and other in own for own in telling)
        if common >= MIN_IN_COMMON:
            cosine = common / ((viewers[one] * viewers[other]) ** 0.5 + SHRINKAGE)
            pairs[one, other] = pairs[other, one] = cosine
    return pairs


def built(liked: list[set[int]]) -> CoLikes:
    return CoLikes.of([np.array(sorted(own), np.int64) for own in liked], N_VIDEOS)


@given(likes)
def test_cosines_are_the_textbooks(liked: list[set[int]]) -> None:
    actual, expected = built(liked), textbook(liked)
    rows = np.arange(N_VIDEOS)
    cosines = actual.between(rows, rows[::-1])
    assert cosines.shape == (N_VIDEOS, N_VIDEOS)
    for one in range(N_VIDEOS):
        for other in range(N_VIDEOS):
            assert cosines[one, N_VIDEOS - 1 - other] == pytest.approx(
                expected.get((one, other), 0.0), rel=1e-6
            )
    assert actual.viewers == sum(len(own) > 1 for own in liked)


@given(likes)
def test_neighbours_come_best_first(liked: list[set[int]]) -> None:
    actual = built(liked)
    for video in range(len(actual.starts) - 1):
        own = slice(int(actual.starts[video]), int(actual.starts[video + 1]))
        keys = list(zip(-actual.cosines[own], actual.rows[own], strict=True))
        assert keys == sorted(keys)


@given(likes, st.dictionaries(st.integers(0, N_VIDEOS - 1), st.floats(0.1, 2.0), min_size=1))
def test_the_pull_is_the_weighted_mean_of_cosines(
    liked: list[set[int]], weights: dict[int, float]
) -> None:
    expected = textbook(liked)
    rows, contributions = built(liked).neighbours(
        np.array(list(weights)), np.array(list(weights.values()))
    )
    actual = dict(zip(rows.tolist(), contributions.tolist(), strict=True))
    total = sum(weights.values())
    for video in range(N_VIDEOS):
        own = sum(w * expected.get((like, video), 0.0) for like, w in weights.items()) / total
        assert actual.get(video, 0.0) == pytest.approx(own, rel=1e-5)


def test_no_more_than_so_many_are_kept_and_they_are_the_best() -> None:
    n = NEIGHBOURS + 30
    # Video v is liked with video 0 by v + 1 viewers, so higher numbers go better with it.
    liked = [np.array([0, video]) for video in range(1, n) for _ in range(video + 1)]
    actual = CoLikes.of(liked, n)
    assert actual.starts[1] == NEIGHBOURS
    assert actual.rows[:3].tolist() == [n - 1, n - 2, n - 3]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    liked = [{0, 1, 5}, {0, 1, 7}, {5, 7, 0}, {1, 5, 7}]
    whole = built(liked)
    monkeypatch.setattr(co_likes, "_BLOCK_VIDEOS", 3)
    parts = built(liked)
    assert np.array_equal(whole.starts, parts.starts)
    assert np.array_equal(whole.rows, parts.rows)
    assert np.array_equal(whole.cosines, parts.cosines)


def test_it_reads_back_as_it_was_written(tmp_path: Path) -> None:
    for made in (built([{0, 1}, {0, 1}, {1, 2}]), CoLikes.nothing()):
        made = replace(made, learned=LearnedMix(0.3, 40, 0.1, 0.15))
        made.save(tmp_path / str(made.viewers))
        read = CoLikes.load(tmp_path / str(made.viewers))
        assert (read.viewers, read.learned) == (made.viewers, made.learned)
        assert np.array_equal(read.starts, made.starts)
        assert np.array_equal(read.rows, made.rows)
        assert np.array_equal(read.cosines, made.cosines)
