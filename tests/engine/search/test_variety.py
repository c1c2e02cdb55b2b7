"""Variety equals a textbook of one rule a line, in one piece or in pages, and loses nothing."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.results import Match, Move
from engine.domain.matching.variety import MAX_VARIETY
from engine.errors import InvalidInput
from engine.indexes.local.snapshot import LocalSnapshot
from engine.kernels.variety import WINDOW, Floats, Vectors, vary
from engine.search.matches import match
from engine.search.profiles import VIEWER_RULES, profile_of
from engine.search.recommend import Question, recommend_many, recommend_page
from engine.search.rerank import Candidate, Ranking, rerank
from engine.search.variety import Crowds
from support.views import NOW, TAGS, snapshot_of

Videos = dict[str, dict[str, int]]

some_counts = st.dictionaries(st.sampled_from(TAGS[:4]), st.integers(1, 3), min_size=1, max_size=3)
some_videos = st.lists(some_counts, min_size=1, max_size=25).map(
    lambda videos: {f"v{number:02d}": counts for number, counts in enumerate(videos)}
)


def candidates(snapshot: LocalSnapshot, videos: Videos) -> list[Candidate]:
    query = snapshot.query(np.arange(len(TAGS)), [1.0, 0.6, 0.4, 0.2, 0.0, 0.0])
    scores = snapshot.base.index.score_rows(query, np.arange(len(videos)))
    return [Candidate(*one) for one in zip(sorted(videos), scores.tolist(), strict=True)]


def plain_order(snapshot: LocalSnapshot, pool: Sequence[Candidate]) -> list[Candidate]:
    ranked = rerank(pool, Ranking(variety=0), snapshot, k=len(pool), now=NOW)
    return [one.candidate for one in ranked]


def textbook(snapshot: LocalSnapshot, pool: Sequence[Candidate], variety: int) -> list[str]:
    units = snapshot.vectors([one.video for one in pool])
    vectors = np.zeros((len(pool), len(snapshot.idf)))
    vectors[units.rows, units.tags] = units.values
    of = dict(zip([one.video for one in pool], vectors, strict=True))
    left, order = plain_order(snapshot, pool), list[str]()

    def crowd(video: str) -> int:
        cosines = [float(of[video] @ of[other]) for other in order[-9:]]
        copies = variety if any(cosine > 0.99 - 1e-7 for cosine in cosines) else 0
        return copies + sum(cosine > 0.8 - 1e-7 for cosine in cosines)

    while left:
        worth = [one for one in left if one.score >= 0.5 * left[0].score]
        few = [one for one in worth if crowd(one.video) < variety]
        some = [one for one in left if crowd(one.video) < 2 * variety]
        best = [*few, *some, *left][0]
        left.remove(best)
        order.append(best.video)
    return order


@given(some_videos, st.integers(1, 9))
def test_the_order_is_the_textbooks(videos: Videos, variety: int) -> None:
    snapshot = snapshot_of(videos)
    pool = candidates(snapshot, videos)
    ranked = rerank(pool, Ranking(variety=variety), snapshot, k=len(pool), now=NOW)
    assert [one.candidate.video for one in ranked] == textbook(snapshot, pool, variety)
    again = rerank(pool[::-1], Ranking(variety=variety), snapshot, k=len(pool), now=NOW)
    assert again == ranked
    for one in ranked:
        moved = () if one.rank == one.rank_without else ("variety",)
        assert tuple(move.by for move in one.moved) == moved


@given(some_videos, st.integers(1, 4), st.lists(st.integers(1, 5), min_size=1, max_size=9))
def test_pages_put_together_are_the_one_list(
    videos: Videos, variety: int, sizes: list[int]
) -> None:
    snapshot = snapshot_of(videos)
    pool = candidates(snapshot, videos)
    whole = rerank(pool, Ranking(variety=variety), snapshot, k=len(pool), now=NOW)
    shown: list[str] = []
    for size in [*sizes, len(pool)]:
        page = rerank(pool, Ranking(variety=variety), snapshot, k=size, now=NOW, shown=shown)
        assert page == whole[len(shown) : len(shown) + size]
        shown += [one.candidate.video for one in page]
    assert sorted(shown) == sorted(videos)


@given(some_videos, st.sampled_from([0.0, 0.5]))
def test_with_diversity_beside_it_nothing_is_lost_and_pages_agree(
    videos: Videos, diversity: float
) -> None:
    snapshot = snapshot_of(videos)
    pool = candidates(snapshot, videos)
    whole = rerank(pool, Ranking(diversity, variety=1), snapshot, k=len(pool), now=NOW)
    if not diversity:
        assert [one.candidate.video for one in whole] == textbook(snapshot, pool, 1)
    shown = [one.candidate.video for one in whole[:3]]
    rest = rerank(pool, Ranking(diversity, variety=1), snapshot, k=len(pool), now=NOW, shown=shown)
    assert [one.candidate.video for one in whole] == [
        *shown,
        *(one.candidate.video for one in rest),
    ]
    assert sorted(one.candidate.video for one in whole) == sorted(videos)


SIGNS = {f"sign{number:02d}": {"animal": 20 + number % 3, "cat": 20} for number in range(60)}
"""A series: all but the same tags."""


def others(n: int, animal: int) -> Videos:
    """As many videos that show an animal, each among things of its own."""
    return {f"x{number:02d}": {"animal": animal, f"thing {number}": 3} for number in range(n)}


def viewer_question(k: int, shown: Sequence[str] = (), **options: int) -> Question:
    profile = profile_of({"animal": 1.0}, (), VIEWER_RULES, now=NOW)
    return Question(profile, NOW, k, shown=tuple(shown), ranking=Ranking(**options))  # type: ignore[arg-type] # of one kind here


def shown_of(snapshot: LocalSnapshot, question: Question) -> list[str]:
    page = recommend_page(snapshot, question, VIEWER_RULES)
    return [one.video for one in page.matches]


def signs_of(videos: Sequence[str]) -> int:
    return sum(video.startswith("sign") for video in videos)


def test_a_page_holds_one_of_what_is_all_but_the_same_while_others_fit() -> None:
    snapshot = snapshot_of(SIGNS | others(40, animal=6))
    plain = shown_of(snapshot, viewer_question(10, variety=0))
    assert signs_of(plain) == 10
    whole = shown_of(snapshot, viewer_question(50))
    assert [signs_of(whole[at : at + 10]) for at in range(0, 40, 10)] == [1, 1, 1, 1]
    pages: list[str] = []
    for _ in range(5):
        pages += shown_of(snapshot, viewer_question(10, pages))
    assert pages == whole
    ((_, page),) = recommend_many(
        snapshot, [viewer_question(10)], VIEWER_RULES, where=viewer_question(1).where
    )
    assert [one.video for one in page.matches] == whole[:10]


def test_what_fits_less_than_half_as_well_comes_before_the_fifth_of_a_series_only() -> None:
    series = {f"sign{n:02d}": {"animal": 20, "cat": 20, f"own {n}": 3} for n in range(20)}
    snapshot = snapshot_of(series | others(20, animal=1))
    videos = shown_of(snapshot, viewer_question(10))
    assert videos[:4] == sorted(series)[:4]
    assert signs_of(videos) == 4


@pytest.mark.parametrize("values", [np.linspace(0.9, 0.8, 12), np.linspace(-0.1, -0.15, 12)])
def test_values_below_0_are_varied_as_those_above(values: Floats) -> None:
    # Six of a series that fit best, then six of none.
    rows = np.array([number for one in range(6) for number in (one, one)] + list(range(6, 12)))
    tags = np.array([number for own in range(1, 7) for number in (0, own)] + list(range(7, 13)))
    weights = np.array([0.95, (1 - 0.95**2) ** 0.5] * 6 + [1.0] * 6)
    into = np.zeros(8, np.int64)
    assert vary(Vectors(12, rows, tags, weights), values, 2, 0, into) == 8
    assert (into < 6).sum() == 2
    cosines = np.eye(12)
    cosines[:6, :6] = 0.95**2
    crowds, left = Crowds(12, 2), np.ones(12, bool)
    for _ in range(8):
        passing = crowds.passing(left, values, int(np.flatnonzero(left)[0]))
        chosen = int(np.flatnonzero(passing)[0])
        left[chosen] = False
        crowds.add(cosines[chosen])
    assert (~left[:6]).sum() == 2


def test_where_there_is_nothing_else_the_whole_series_comes() -> None:
    assert shown_of(snapshot_of(SIGNS), viewer_question(60)) == shown_of(
        snapshot_of(SIGNS), viewer_question(60, variety=0)
    )


def test_matches_are_varied_among_what_is_relevant_and_say_so() -> None:
    snapshot = snapshot_of(SIGNS | others(8, animal=6) | {"y": {"animal": 1, "rare": 99}})

    def found(variety: int) -> list[Match]:
        return match(snapshot, keywords={"animal": 1}, k=10, min_relevance=0.1, variety=variety)

    plain, varied = found(0), found(2)
    assert signs_of([one.video for one in plain]) == 10
    assert signs_of([one.video for one in varied]) == 2
    assert "y" not in [one.video for one in varied]
    assert varied[0] == plain[0]
    assert varied[1].moved == (Move("variety", 61, 2),)
    scores = {one.video: one.score for one in found(0)}
    assert all(one.score == scores.get(one.video, one.score) for one in varied)


@pytest.mark.parametrize("variety", [-1, 10])
def test_another_number_is_refused(variety: int) -> None:
    with pytest.raises(InvalidInput, match=f"variety is {variety}: give 0 to 9"):
        Ranking(variety=variety)


def test_no_more_can_be_asked_for_than_are_looked_back_at() -> None:
    assert MAX_VARIETY == WINDOW
