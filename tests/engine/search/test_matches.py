"""Answers equal the textbook's, and say why. Three videos, small enough to draw."""

from collections.abc import Callable, Mapping
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest

from engine.domain.assessments.sensitivity import Level
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.results import Match
from engine.errors import InvalidInput, UnknownTag
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import match, recommend, similar
from engine.search.profiles import ProfileRules, profile_of, profile_vector_of
from engine.words.vocabulary import Vocabulary

VIDEOS = {
    "a-cats": {"animal": 10, "cat": 10},
    "b-zoo": {"animal": 20, "car": 2, "city": 3},
    "c-street": {"car": 30, "city": 30},
    "d-night": {"city": 9, "beer": 1},
    "e-nothing": {},
}
TAGS = ("animal", "beer", "car", "cat", "city", "train")

Vector = Mapping[str, float]


def idf(tag: str) -> float:
    df = sum(tag in counts for counts in VIDEOS.values())
    return log((1 + len(VIDEOS)) / (1 + df)) + 1


def cosine(query: Vector, counts: Vector) -> float:
    query_weights = {tag: weight * idf(tag) for tag, weight in query.items()}
    video_weights = {tag: seconds * idf(tag) for tag, seconds in counts.items()}
    lengths = sqrt(
        sum(w * w for w in query_weights.values()) * sum(s * s for s in video_weights.values())
    )
    dot = sum(weight * video_weights.get(tag, 0) for tag, weight in query_weights.items())
    return dot / lengths if lengths else 0.0


def unit(vector: Vector) -> Vector:
    length = sqrt(sum((weight * idf(tag)) ** 2 for tag, weight in vector.items()))
    return {tag: weight / length for tag, weight in vector.items()}


def textbook(query: Vector, *, without: tuple[str, ...] = ()) -> dict[str, float]:
    scores = {video: cosine(query, counts) for video, counts in VIDEOS.items()}
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return {video: score for video, score in ranked if score > 0 and video not in without}


@pytest.fixture
def snapshot(tmp_path: Path) -> LocalSnapshot:
    rows = [
        Counts(
            np.array([TAGS.index(tag) for tag in sorted(counts)], np.uint32),
            np.array([counts[tag] for tag in sorted(counts)], np.uint32),
        )
        for counts in VIDEOS.values()
    ]
    index = Index.from_counts(CountMatrix.from_rows(rows, len(TAGS)), list(VIDEOS))
    usual = {"seconds": 30, "sensitive": Level.NONE, "language": "en", "kind": "motion"}
    metadata = MetadataColumns.of([usual] * len(VIDEOS))
    generation = Generation(
        "abcdef123456",
        index,
        metadata,
        Vocabulary(TAGS),
        IndexConfig(threshold=0.7, tf="raw"),
        revision=3,
        folder=tmp_path,
    )
    return LocalSnapshot.of(generation)


def scores(matches: list[Match]) -> dict[str, float]:
    return {match.video: match.score for match in matches}


def assert_equal_in_order(matches: list[Match], expected: dict[str, float]) -> None:
    assert list(scores(matches)) == list(expected)
    assert scores(matches) == pytest.approx(expected, abs=1e-6)


def test_interests_rank_by_the_textbook_cosine(snapshot: LocalSnapshot) -> None:
    interests = {"animal": 1.0, "city": 0.4, "car": -0.3}
    matches = recommend(snapshot, interests=interests, liked=[], k=10)
    assert_equal_in_order(matches, textbook(interests))


def test_shares_add_up_to_the_score(snapshot: LocalSnapshot) -> None:
    matches = recommend(snapshot, interests={"animal": 1, "car": -1, "city": 2}, liked=[], k=10)
    assert matches
    for each in matches:
        assert sum(contribution.share for contribution in each.why) == pytest.approx(
            each.score, abs=1e-9
        )
    zoo = next(each for each in matches if each.video == "b-zoo")
    assert [contribution.tag for contribution in zoo.why] == ["animal", "city", "car"]
    assert zoo.why[2].share < 0


def test_liked_videos_pull_towards_what_they_show(snapshot: LocalSnapshot) -> None:
    # The vector itself is held to the textbook in test_profiles.
    matches = recommend(snapshot, interests={"beer": 5.0}, liked=["a-cats"], k=10)
    plain = recommend(snapshot, interests={"beer": 5.0}, liked=[], k=10)
    assert "a-cats" not in scores(matches)
    assert "b-zoo" in scores(matches)
    assert "b-zoo" not in scores(plain)


def test_liked_videos_are_weighed_by_the_rules_that_are_given(snapshot: LocalSnapshot) -> None:
    liked = ["b-zoo", "d-night"]
    for power in (0.5, 1.0):
        rules = ProfileRules(power=power)
        profile = profile_of({}, (), rules, now=0.0, liked=liked)
        query = profile_vector_of(profile, snapshot, rules).query
        hits = {hit.video: hit.score for hit in snapshot.search(query, 10)}
        matches = recommend(snapshot, interests={}, liked=liked, k=10, rules=rules)
        assert {one.video: one.score for one in matches} == {
            video: score for video, score in hits.items() if video not in liked
        }


def test_keywords_match_without_excluded_tags(snapshot: LocalSnapshot) -> None:
    matches = match(snapshot, keywords={"city": 1, "car": 1}, exclude=["beer", "animal"], k=10)
    expected = textbook({"city": 1, "car": 1}, without=("b-zoo", "d-night"))
    assert_equal_in_order(matches, expected)


def test_a_video_is_most_like_its_neighbours_never_like_itself(snapshot: LocalSnapshot) -> None:
    matches = similar(snapshot, "c-street", k=10)
    assert_equal_in_order(matches, textbook(dict(VIDEOS["c-street"]), without=("c-street",)))


def test_k_cuts_the_list(snapshot: LocalSnapshot) -> None:
    assert len(recommend(snapshot, interests={"city": 1}, liked=[], k=2)) == 2


def test_only_dislikes_find_nothing(snapshot: LocalSnapshot) -> None:
    assert recommend(snapshot, interests={"city": -1}, liked=[], k=5) == []


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda g: recommend(g, interests={}, liked=[], k=5), InvalidInput, "nothing to go by"),
        (lambda g: match(g, keywords={}, k=5), InvalidInput, "nothing to match"),
        (lambda g: match(g, keywords={"trai": 1}, k=5), UnknownTag, "nearest are train"),
        (lambda g: match(g, keywords={"car": 1}, exclude=["bear"], k=5), UnknownTag, "beer"),
        (lambda g: match(g, keywords={"car": float("nan")}, k=5), InvalidInput, "'car' is nan"),
        (lambda g: match(g, keywords={"car": 1}, k=0), InvalidInput, "k is 0"),
        (lambda g: similar(g, "z", k=5), InvalidInput, "not in generation .*: z;"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(
    snapshot: LocalSnapshot,
    ask: Callable[[LocalSnapshot], list[Match]],
    error: type[Exception],
    says: str,
) -> None:
    with pytest.raises(error, match=says):
        ask(snapshot)
