"""Reranking equals the textbook, in one piece or in pages; the score is never touched."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.duplicates import SAME_SECONDS, are_same_footage
from engine.domain.assessments.sensitivity import Level
from engine.domain.metadata import VideoMetadata
from engine.domain.tracks import Track
from engine.errors import InvalidInput
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.rerank import Candidate, Ranking, rerank
from support.views import DAY, NOW, TAGS, snapshot_of

some_counts = st.dictionaries(st.sampled_from(TAGS), st.integers(1, 9), min_size=1, max_size=4)
some_videos = st.lists(some_counts, min_size=1, max_size=12).map(
    lambda videos: {f"v{number:02d}": counts for number, counts in enumerate(videos)}
)
Videos = dict[str, dict[str, int]]


def metadata(days_old: float = 0.0, seconds: int = 30) -> VideoMetadata:
    added_at = int(NOW - days_old * DAY)
    return {"seconds": seconds, "added_at": added_at, "sensitive": Level.NONE}


def candidates(snapshot: LocalSnapshot, videos: Videos, bonus: float = 0.0) -> list[Candidate]:
    """Score the videos against a fixed query."""
    query = snapshot.query(np.arange(len(TAGS)), [1.0, 0.5, 0.3, -0.2, 0.8, 0.1])
    scores = snapshot.base.index.score_rows(query, np.arange(len(videos)))
    return [
        Candidate(video, float(score), bonus * (row % 3))
        for row, (video, score) in enumerate(zip(sorted(videos), scores, strict=True))
    ]


def textbook_mmr(snapshot: LocalSnapshot, pool: Sequence[Candidate], ranking: Ranking) -> list[str]:
    """Carbonell and Goldstein 1998, one formula a line, in float64."""
    vectors = {}
    for one in pool:
        tags, counts = snapshot.counts(one.video)
        vector = np.zeros(len(snapshot.idf))
        vector[tags] = counts * snapshot.idf[tags]
        vectors[one.video] = vector / sqrt(vector @ vector)
    value = {}
    maximum = max(1.0, *(one.score + one.bonus for one in pool))
    for one in pool:
        age = max(0.0, NOW - snapshot.columns([one.video], ["added_at"])["added_at"][0]) / DAY
        fresh = 0.5 ** (age / ranking.half_life_days)
        value[one.video] = (1 - ranking.freshness) * (one.score + one.bonus) / maximum
        value[one.video] += ranking.freshness * fresh
    chosen: list[str] = []
    while len(chosen) < len(pool):
        marginal = {}
        for video in sorted(set(value) - set(chosen)):
            alike = max((float(vectors[video] @ vectors[other]) for other in chosen), default=0.0)
            gain = (1 - ranking.diversity) * value[video] - ranking.diversity * alike
            marginal[video] = np.floor(gain / 1e-6 + 0.5)
        chosen.append(max(marginal, key=lambda video: marginal[video]))
    return chosen


@given(
    some_videos,
    st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([0.0, 0.1, 5.0]),
)
def test_the_order_is_the_textbooks(
    videos: Videos, diversity: float, freshness: float, bonus: float
) -> None:
    ages = {video: metadata(days_old=7.0 * row) for row, video in enumerate(videos)}
    snapshot = snapshot_of(videos, metadata=ages)
    ranking = Ranking(diversity, freshness, half_life_days=20.0)
    pool = candidates(snapshot, videos, bonus)
    ranked = rerank(pool, ranking, snapshot, k=len(pool), now=NOW)
    assert [one.candidate.video for one in ranked] == textbook_mmr(snapshot, pool, ranking)


@given(some_videos)
def test_nothing_asked_is_the_plain_order(videos: Videos) -> None:
    snapshot = snapshot_of(videos)
    query = snapshot.query(np.arange(len(TAGS)), [1.0, 0.5, 0.3, -0.2, 0.8, 0.1])
    plain = snapshot.search(query, len(videos))
    pool = [Candidate(one.video, one.score) for one in plain]
    ranked = rerank(pool, Ranking(), snapshot, k=len(pool), now=NOW)
    assert [one.candidate.video for one in ranked] == [one.video for one in plain]
    assert all(one.rank == one.rank_without and one.moved == () for one in ranked)


@given(
    some_videos,
    st.sampled_from([0.0, 0.4, 1.0]),
    st.lists(st.integers(1, 5), min_size=1, max_size=12),
)
def test_pages_put_together_are_the_one_list(
    videos: Videos, diversity: float, sizes: list[int]
) -> None:
    snapshot = snapshot_of(videos)
    pool = candidates(snapshot, videos)
    ranking = Ranking(diversity, fold=True)
    whole = rerank(pool, ranking, snapshot, k=len(pool), now=NOW, track_of=track_of)
    shown: list[str] = []
    ranked = []
    for size in [*sizes, len(pool)]:
        page = rerank(pool, ranking, snapshot, k=size, now=NOW, shown=shown, track_of=track_of)
        shown += [one.candidate.video for one in page]
        ranked += page
    assert [one.candidate for one in ranked] == [one.candidate for one in whole]
    assert [one.rank for one in ranked] == [one.rank for one in whole]


@given(some_videos, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5]))
def test_moves_lead_from_the_place_by_score_to_the_place_it_has(
    videos: Videos, diversity: float, freshness: float
) -> None:
    ages = {video: metadata(days_old=30.0 * (row % 4)) for row, video in enumerate(videos)}
    snapshot = snapshot_of(videos, metadata=ages)
    pool = candidates(snapshot, videos, 0.1)
    ranked = rerank(pool, Ranking(diversity, freshness), snapshot, k=len(pool), now=NOW)
    assert sorted(one.rank_without for one in ranked) == sorted(one.rank for one in ranked)
    for one in ranked:
        at = one.rank_without
        for move in one.moved:
            assert move.from_ == at
            at = move.to
        assert at == one.rank


def track_of(video: str) -> Track:
    """All videos whose number divides by three are one piece of footage."""
    number = int(video[1:])
    footage = 0 if number % 3 == 0 else number
    values = (np.random.default_rng(footage).random((30, 6)) ** 8).astype(np.float32)
    return Track.from_confidences(values, np.arange(6))


def test_the_same_footage_comes_once_and_names_the_others() -> None:
    videos = {f"v{number:02d}": {"animal": 10, "cat": 10} for number in range(6)}
    lengths = {video: metadata(seconds=60 if video == "v03" else 30) for video in videos}
    snapshot = snapshot_of(videos, metadata=lengths)
    pool = candidates(snapshot, videos)
    ranked = rerank(pool, Ranking(fold=True), snapshot, k=6, now=NOW, track_of=track_of)
    assert [one.candidate.video for one in ranked] == ["v00", "v01", "v02", "v03", "v04", "v05"]
    snapshot = snapshot_of(videos)
    ranked = rerank(
        candidates(snapshot, videos), Ranking(fold=True), snapshot, k=6, now=NOW, track_of=track_of
    )
    assert {one.candidate.video: one.folded for one in ranked} == {
        "v00": ("v03",),
        "v01": (),
        "v02": (),
        "v04": (),
        "v05": (),
    }
    assert [move.by for move in ranked[-1].moved] == ["folding"]


def test_what_was_shown_and_is_gone_is_no_matter() -> None:
    videos = {f"v{number:02d}": {"animal": 10 - number, "cat": 1} for number in range(4)}
    snapshot = snapshot_of(videos)
    pool = candidates(snapshot, videos)
    page = rerank(pool, Ranking(0.5), snapshot, k=9, now=NOW, shown=["gone", pool[0].video])
    assert {one.candidate.video for one in page} == {one.video for one in pool[1:]}
    assert [one.rank for one in page] == [3, 4, 5]


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"diversity": 1.1}, "diversity is 1.1: give 0.0 to 1.0"),
        ({"freshness": float("nan")}, "freshness is nan"),
        ({"half_life_days": 0.0}, "half_life_days is 0.0"),
    ],
)
def test_a_ranking_that_makes_no_sense_is_named(given_: dict[str, float], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Ranking(**given_)  # type: ignore[arg-type] # names and types are checked apart


confidences = st.lists(
    st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9]), min_size=3, max_size=3), min_size=1, max_size=6
)


@given(confidences, confidences)
def test_likeness_of_footage_is_the_mean_cosine_of_its_seconds(
    one: list[list[float]], other: list[list[float]]
) -> None:
    def track(values: list[list[float]]) -> Track:
        return Track.from_confidences(np.array(values, np.float32), np.arange(3))

    cosines = []
    for ours, theirs in zip(one, other, strict=False):
        a, b = np.array(ours), np.array(theirs)
        if not a.any() and not b.any():
            cosines.append(1.0)
        elif not a.any() or not b.any():
            cosines.append(0.0)
        else:
            cosines.append(float(a @ b / sqrt((a @ a) * (b @ b))))
    if abs(np.mean(cosines) - SAME_SECONDS) > 1e-3:
        same = bool(np.mean(cosines) >= SAME_SECONDS)
        assert are_same_footage(track(one), track(other)) == same
    assert are_same_footage(track(one), track(one))
