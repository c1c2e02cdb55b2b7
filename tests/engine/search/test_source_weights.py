"""Sources that a request weighs: as if the query's weights were so scaled, and told by source."""

from collections.abc import Mapping, Sequence
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.matching.filters import HasTag
from engine.domain.matching.recommendations import Reason
from engine.domain.matching.results import shares_by_source
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.domain.tags import SOURCES
from engine.domain.viewers import EventKind
from engine.errors import CursorExpired, InvalidInput
from engine.keywords.matcher import Keywords
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.search.cursors import Cursor
from engine.search.explain import reasons
from engine.search.matches import match, recommend, similar
from engine.search.profiles import VIEWER_RULES, Profile, Reaction, profile_vector_of
from engine.services.recommendations import RecommendationQuery
from support.views import NOW, snapshot_of

LABELS = ("car", "dog", "music", "audio:dog", "audio:music", "text:car", "metadata:car")
SOURCE_OF = {label: label.split(":")[0] if ":" in label else "visual" for label in LABELS}

counts = st.dictionaries(st.sampled_from(LABELS), st.integers(1, 40), max_size=5)
corpora = st.lists(counts, min_size=1, max_size=7).map(
    lambda rows: {f"v{number}": row for number, row in enumerate(rows)} | {"shared": {"car": 1}}
)
queries = st.dictionaries(
    # Labels that mean one tag each: a bare word would mean any source's.
    st.sampled_from([f"{SOURCE_OF[label]}:{label.split(':')[-1]}" for label in LABELS]),
    st.sampled_from([-1.0, 0.5, 1.0, 3.0]),
    min_size=1,
    max_size=5,
)
factors = st.dictionaries(st.sampled_from(SOURCES), st.sampled_from([0.0, 1e-6, 0.5, 1.0, 10.0]))


def textbook(
    videos: Mapping[str, Mapping[str, int]],
    query: Mapping[str, float],
    sources: Mapping[str, float],
) -> dict[str, float]:
    """Cosines in float64 of the query whose weights are scaled, above 0."""
    n = len(videos)

    def idf(label: str) -> float:
        return log((1 + n) / (1 + sum(label in row for row in videos.values()))) + 1

    def unit(vector: Mapping[str, float]) -> dict[str, float]:
        weighed = {label: weight * idf(label) for label, weight in vector.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values()))
        return {label: weight / length for label, weight in weighed.items()} if length else {}

    known = {label for row in videos.values() for label in row} | {"car"}
    scaled = {
        label.removeprefix("visual:"): weight * sources.get(label.split(":")[0], 1.0)
        for label, weight in query.items()
        if label.removeprefix("visual:") in known
    }
    own = unit(scaled)
    scores = {
        video: sum(weight * unit(row).get(label, 0.0) for label, weight in own.items())
        for video, row in videos.items()
    }
    return {video: score for video, score in scores.items() if score > 1e-6}


@given(corpora, queries, factors)
def test_scores_are_those_of_the_query_so_scaled(
    videos: dict[str, dict[str, int]], query: dict[str, float], sources: dict[str, float]
) -> None:
    snapshot = snapshot_of(videos)
    known = {label: weight for label, weight in query.items() if label in snapshot.vocabulary}
    if not known or all(sources.get(label.split(":")[0]) == 0 for label in known):
        return
    matches = match(snapshot, keywords=known, k=100, sources=SourceWeights.of(sources))
    expected = textbook(videos, known, sources)
    assert {one.video: one.score for one in matches if one.score > 1e-6} == pytest.approx(
        expected, abs=1e-9
    )
    for one in matches:
        assert sum(one.by_source.values()) == pytest.approx(one.score, abs=1e-9)
        assert all(sources.get(source, 1.0) > 0 for source in one.by_source)


@given(corpora, factors, st.sampled_from(LABELS))
def test_a_viewer_is_weighed_tag_by_tag_and_each_reason_tells_its_part(
    videos: dict[str, dict[str, int]], sources: dict[str, float], liked: str
) -> None:
    snapshot, weights = snapshot_of(videos), SourceWeights.of(sources)
    interests = {liked: 1.0} if liked in snapshot.vocabulary else {"car": 1.0}
    profile = Profile(interests, (Reaction("v0", EventKind.LIKED, 1.0),))
    plain = profile_vector_of(profile, snapshot, VIEWER_RULES)
    scaled = profile_vector_of(profile, snapshot, VIEWER_RULES, weights)
    by_tag = weights.by_tag(snapshot.vocabulary.sources)
    expected = dict(zip(plain.query.tags.tolist(), plain.query.units, strict=True))
    expected = {tag: unit * by_tag[tag] for tag, unit in expected.items() if by_tag[tag]}
    length = sqrt(sum(unit * unit for unit in expected.values())) or 1.0
    actual = dict(zip(scaled.query.tags.tolist(), scaled.query.units, strict=True))
    assert actual == pytest.approx(
        {tag: unit / length for tag, unit in expected.items()}, rel=1e-9, abs=1e-12
    )
    for video in videos:
        score = float(snapshot.score(scaled.query, [video])[0])
        why: tuple[Reason, ...] = reasons(snapshot, scaled, video)
        assert sum(shares_by_source(why).values()) == pytest.approx(score, abs=1e-9)
        for one in why:
            parts = one.explicit + one.other + sum(source.share for source in one.from_)
            assert parts == pytest.approx(one.share, abs=1e-12)


def test_what_is_left_out_counts_for_nothing_and_still_makes_videos_long() -> None:
    # Both show a car for as long; one of them has music as well.
    snapshot = snapshot_of({"plain": {"car": 9}, "song": {"car": 9, "audio:music": 9}, "x": {}})
    observed = match(
        snapshot, keywords={"car": 1, "music": 1}, k=5, sources=SourceWeights.read("audio=0")
    )
    assert [one.video for one in observed] == ["plain", "song"]
    assert [one.by_source for one in observed] == [{"visual": one.score} for one in observed]
    assert observed[0].score == pytest.approx(1.0)
    audible = similar(snapshot, "song", k=5, sources=SourceWeights.of({"visual": 0}))
    assert audible == []
    liked = recommend(
        snapshot, interests={"music": 1}, k=5, sources=SourceWeights.of({"visual": 0})
    )
    assert [one.by_source for one in liked] == [{"audio": one.score} for one in liked] != []


def test_words_mean_any_source_unless_told() -> None:
    videos = {"a": {"dog": 9}, "b": {"audio:dog": 9}, "c": {"text:dog": 9, "car": 1}, "d": {}}
    snapshot = snapshot_of(videos)
    for matches in (
        match(snapshot, keywords={"dog": 1}, k=9),
        recommend(snapshot, interests={"dog": 1}, k=9),
    ):
        assert {one.video for one in matches} == {"a", "b", "c"}
    assert [one.video for one in match(snapshot, keywords={"audio:dog": 1}, k=9)] == ["b"]
    assert [one.video for one in recommend(snapshot, interests={"visual:dog": 1}, k=9)] == ["a"]
    observed = match(snapshot, keywords={"dog": 1, "car": 1}, exclude=["dog"], k=9)
    assert observed == []
    audible = match(snapshot, keywords={"dog": 1}, k=9, where=HasTag("audio:dog", 9))
    assert [one.video for one in audible] == ["b"]
    assert match(snapshot, keywords={"dog": 1}, k=9, where=HasTag("dog", 10)) == []
    keywords = Keywords(snapshot.vocabulary, noun_thesaurus(), NoEmbedder())
    assert [one.tag for one in keywords.read("dogs").used] == ["dog"]


class NoEmbedder:
    """Understands nothing."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 1), np.float32)

    def pieces(self, text: str) -> int:  # noqa: ARG002 - of the protocol
        return 3


def test_a_question_that_leaves_all_its_words_out_is_refused() -> None:
    snapshot = snapshot_of({"song": {"car": 9, "audio:music": 9}})
    with pytest.raises(InvalidInput, match="leaves out the source of every keyword"):
        match(snapshot, keywords={"music": 1}, k=5, sources=SourceWeights.of({"audio": 0}))


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("", ()),
        ("visual=1", ()),
        ("visual=1, audio=.5", (("audio", 0.5),)),
        ("text=0,audio=2", (("audio", 2.0), ("text", 0.0))),
    ],
)
def test_sources_are_read(text: str, factors: tuple[tuple[str, float], ...]) -> None:
    assert SourceWeights.read(text) == SourceWeights(factors)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("smell=1", "no source of tags 'smell'"),
        ("audio", "write a source of tags with its weight"),
        ("audio=much", "write a source"),
        ("audio=-1", "from 0 to 10"),
        ("audio=nan", "from 0 to 10"),
        ("audio=11", "from 0 to 10"),
        ("audio=1,audio=2", "twice"),
    ],
)
def test_sources_that_cannot_be_used_are_named(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        SourceWeights.read(text)


def test_a_cursor_belongs_to_its_sources() -> None:
    plain = RecommendationQuery(interests={"car": 1.0})
    weighed = RecommendationQuery(interests={"car": 1.0}, sources=SourceWeights.of({"audio": 0.5}))
    same = RecommendationQuery(interests={"car": 1.0}, sources=SourceWeights.of({"audio": 1}))
    cursor = Cursor("abcdef123456", weighed.digest, int(NOW), ()).to_text()
    assert Cursor.from_text(cursor, question=weighed.digest, now=NOW).shown == ()
    assert same.digest == plain.digest
    assert same.sources == AS_INDEXED
    with pytest.raises(InvalidInput, match="another question"):
        Cursor.from_text(cursor, question=plain.digest, now=NOW)
    with pytest.raises(CursorExpired):
        Cursor.from_text(cursor, question=weighed.digest, now=NOW + 90_000)
