"""The mix of tags and co-watching: learned where it helps, 0 where it is noise or hardly known."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.batch import learned_mix
from engine.batch.learned_mix import MIXES, chosen_mix, learned_co_likes
from engine.domain.matching.co_watching import ENOUGH_VIEWERS, NOT_LEARNED
from engine.indexes.local.co_likes import CoLikes
from support.views import TAGS, snapshot_of

N_VIDEOS, N_VIEWERS, GENRES = 240, 120, 6


@cache
def videos() -> dict[str, dict[str, int]]:
    """Videos whose tags say nothing of the genre they are of."""
    rng = np.random.default_rng(2)
    return {
        f"v{number:03d}": {tag: int(rng.integers(1, 30)) for tag in rng.choice(TAGS, 2)}
        for number in range(N_VIDEOS)
    }


def likes(*, by_genre: bool, n_viewers: int = N_VIEWERS) -> list[list[str]]:
    """Return what viewers like: of one genre each, or anything."""
    rng = np.random.default_rng(3)
    step = GENRES if by_genre else 1
    return [
        [
            f"v{viewer % step + step * number:03d}"
            for number in rng.choice(N_VIDEOS // step, 10, replace=False).tolist()
        ]
        for viewer in range(n_viewers)
    ]


def learned_from(liked: list[list[str]]) -> CoLikes:
    return learned_co_likes(snapshot_of(videos()).generation, liked)


def test_co_watching_that_carries_a_signal_counts_and_is_better() -> None:
    learned = learned_from(likes(by_genre=True)).learned
    assert learned.mix > 0
    assert learned.by_best > learned.by_tags + 0.1
    assert learned.viewers == N_VIEWERS
    assert f"co-watching counts {learned.mix:g} (nDCG@10 " in learned.sentence


def test_co_watching_that_is_noise_counts_for_nothing() -> None:
    learned = learned_from(likes(by_genre=False)).learned
    assert (learned.mix, learned.viewers) == (0.0, N_VIEWERS)
    assert "counts for nothing: it is not surely better" in learned.sentence


def test_of_too_few_viewers_nothing_is_learned() -> None:
    few = learned_from(likes(by_genre=True, n_viewers=ENOUGH_VIEWERS - 1))
    assert few.learned == NOT_LEARNED
    assert few.viewers == ENOUGH_VIEWERS - 1
    assert "too few viewers" in few.learned.sentence


def test_of_viewers_with_two_likes_none_is_held_out() -> None:
    pairs = [own[:2] for own in likes(by_genre=True)]
    assert learned_from(pairs).learned == NOT_LEARNED


def test_what_others_like_later_is_not_known_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_mix, "MAX_HELD_OUT", N_VIEWERS // 2)
    # All like the first eight of their genre, so only the latest two likes tell what else is in it.
    rng = np.random.default_rng(4)
    liked = [
        [f"v{viewer % GENRES + GENRES * number:03d}" for number in (*range(8), *later)]
        for viewer in range(N_VIEWERS)
        for later in [rng.choice(np.arange(8, 18), 2, replace=False).tolist()]
    ]
    learned = learned_from(liked).learned
    assert (learned.mix, learned.viewers) == (0.0, N_VIEWERS // 2)


def test_videos_that_are_not_indexed_are_no_likes() -> None:
    liked = likes(by_genre=True)
    beside = learned_from([[*own, "gone"] for own in liked])
    assert beside.learned == learned_from(liked).learned


@given(st.integers(2, 200), st.integers(0, 2**32 - 1), st.floats(0.0, 0.3))
def test_a_mix_is_chosen_only_where_it_is_surely_better(n: int, seed: int, gain: float) -> None:
    rng = np.random.default_rng(seed)
    by_tags: NDArray[np.float64] = rng.random((n, 1))
    measured = np.clip(by_tags + rng.normal(gain, 0.1, (n, len(MIXES))), 0.0, 1.0)
    measured[:, :1] = by_tags
    learned = chosen_mix(measured)
    assert learned.mix in MIXES
    if learned.mix:
        own = measured[:, MIXES.index(learned.mix)]
        assert own.mean() == pytest.approx(measured.mean(axis=0).max())
        assert own.mean() > by_tags.mean()
        assert learned.by_best == pytest.approx(own.mean(), abs=1e-6)
    assert learned.by_tags == pytest.approx(by_tags.mean(), abs=1e-6)
    assert not chosen_mix(np.repeat(by_tags, len(MIXES), axis=1)).mix
