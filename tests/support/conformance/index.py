"""The suite of every index: scores, order and reasons of the textbook, videos by their ids."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.matching.filters import (
    EVERY_VIDEO,
    And,
    Field,
    Filter,
    HasTag,
    Ids,
    Not,
    Or,
)
from engine.errors import InvalidInput, UnknownTag
from engine.ports.index import IndexSnapshot

TAGS = ("animal", "beer", "car", "cat", "city", "train")
ROUNDING = 1e-6
"""An engine that is not exact itself scores again in float64: to within this."""


@dataclass(frozen=True)
class Video:
    """A made-up video, as an index takes it in."""

    id: str
    counts: Mapping[str, int]
    language: str = "en"
    kind: str = "motion"
    seconds: int = 30
    added_at: int = 0
    width: int = 0


@st.composite
def synthetic(draw: st.DrawFn) -> list[Video]:
    """Some videos, each with some tags; many are alike, so that scores tie."""
    counts = st.dictionaries(st.sampled_from(TAGS), st.integers(1, 4), max_size=4)
    shown = draw(st.lists(counts, min_size=1, max_size=8))
    return [
        Video(
            f"v{number:02}",
            observed,
            language=draw(st.sampled_from(["en", "de", ""])),
            kind=draw(st.sampled_from(["motion", "static"])),
            seconds=draw(st.integers(1, 99)),
            added_at=draw(st.integers(0, 3)),
            width=draw(st.sampled_from([0, 320, 1280])),
        )
        for number, observed in enumerate(shown)
    ]


weights = st.dictionaries(
    st.sampled_from(TAGS), st.sampled_from([-1.0, 0.5, 1.0, 2.0]), min_size=1, max_size=4
)


class Textbook:
    """Cosines of TF-IDF vectors, one formula a line (Salton and McGill 1983; smoothed idf)."""

    def __init__(self, videos: Sequence[Video]) -> None:
        n = len(videos)
        df = {tag: sum(tag in video.counts for video in videos) for tag in TAGS}
        self.idf = {tag: np.log((1 + n) / (1 + df[tag])) + 1 for tag in TAGS}
        self.vectors = {video.id: self.unit(video.counts) for video in videos}

    def unit(self, counts: Mapping[str, float]) -> dict[str, float]:
        """A vector of length 1, or none."""
        weighed = {tag: count * self.idf[tag] for tag, count in counts.items()}
        length = sqrt(sum(value * value for value in weighed.values()))
        return {tag: value / length for tag, value in weighed.items()} if length else {}

    def score(self, video: str, expected: Mapping[str, float]) -> float:
        """The cosine of a query and a video."""
        query, own = self.unit(expected), self.vectors[video]
        return sum(value * own.get(tag, 0.0) for tag, value in query.items())

    def best(
        self, videos: Sequence[Video], expected: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return the matches, best first, ties by id."""
        scores = {video.id: self.score(video.id, expected) for video in videos}
        ranked = sorted(scores, key=lambda video: (-round(scores[video], 9), video))
        return [(video, scores[video]) for video in ranked if scores[video] > ROUNDING]


PASSES: dict[str, tuple[Filter, object]] = {
    "every": (EVERY_VIDEO, lambda _: True),
    "none": (Or(()), lambda _: False),
    "language": (Field("language", "in", ("de", "")), lambda video: video.language in ("de", "")),
    "kind": (Not(Field("kind", "in", ("static",))), lambda video: video.kind != "static"),
    "seen": (HasTag("cat", 2), lambda video: video.counts.get("cat", 0) >= 2),
    "duration": (Field("seconds", "between", (20, 60)), lambda video: 20 <= video.seconds <= 60),
    "width": (Field("width", "between", (None, 640)), lambda video: 0 < video.width <= 640),
    "ids": (And((Not(Ids(("v00",))), Ids(("v00", "v01", "x")))), lambda v: v.id == "v01"),
}


def passing(videos: Sequence[Video], name: str) -> list[Video]:
    """Those that a filter of ``PASSES`` lets through."""
    passes = PASSES[name][1]
    assert callable(passes)
    return [video for video in videos if passes(video)]


class IndexConformance:
    """Every index, embedded or a server. Inherit, and say how one is filled."""

    @abstractmethod
    def snapshot(self, videos: Sequence[Video], changed: Sequence[Video] = ()) -> IndexSnapshot:
        """Return the index of some videos, built, with others that came or changed since.

        Weights stay those of what was built. Tags are numbered as ``TAGS``; counts count as they
        are.
        """

    @given(synthetic(), weights, st.integers(1, 9), st.sampled_from(sorted(PASSES)))
    def test_the_best_are_those_of_the_textbook(
        self, videos: list[Video], expected: dict[str, float], k: int, where: str
    ) -> None:
        snapshot, textbook = self.snapshot(videos), Textbook(videos)
        query = snapshot.query(snapshot.vocabulary.numbers(expected), list(expected.values()))
        matches = snapshot.search(query, k, PASSES[where][0])
        best = textbook.best(passing(videos, where), expected)[:k]
        assert [hit.video for hit in matches] == [video for video, _ in best]
        np.testing.assert_allclose([h.score for h in matches], [s for _, s in best], atol=ROUNDING)

    @given(synthetic(), st.lists(weights, min_size=1, max_size=4), st.data())
    def test_many_at_once_are_what_each_is_alone(
        self, videos: list[Video], expected: list[dict[str, float]], data: st.DataObject
    ) -> None:
        snapshot = self.snapshot(videos)
        ids = [video.id for video in videos]
        queries = [
            snapshot.query(snapshot.vocabulary.numbers(one), list(one.values())) for one in expected
        ]
        exclude = [data.draw(st.lists(st.sampled_from(ids), unique=True)) for _ in queries]
        matches = snapshot.search_many(queries, 3, exclude=exclude)
        for query, without, own in zip(queries, exclude, matches, strict=True):
            assert own == snapshot.search(query, 3, Not(Ids(tuple(without))))

    @given(synthetic(), weights)
    def test_scores_and_reasons_add_up(self, videos: list[Video], names: dict[str, float]) -> None:
        snapshot, textbook = self.snapshot(videos), Textbook(videos)
        query = snapshot.query(snapshot.vocabulary.numbers(names), list(names.values()))
        ids = [video.id for video in videos]
        expected = [textbook.score(video, names) for video in ids]
        np.testing.assert_allclose(snapshot.score(query, ids), expected, atol=ROUNDING)
        for video, score in zip(ids, expected, strict=True):
            _, shares = snapshot.explain(query, video)
            assert sum(shares) == pytest.approx(score, abs=ROUNDING)
            assert shares.tolist() == sorted(shares.tolist(), reverse=True)
        parts = list(snapshot.scores(query, EVERY_VIDEO))
        output = {
            video: (score, seconds)
            for part in parts
            for video, score, seconds in zip(
                part.ids(np.ones(len(part.scores), bool)), part.scores, part.seconds, strict=True
            )
        }
        assert {video: seconds for video, (_, seconds) in output.items()} == {
            video.id: video.seconds for video in videos
        }
        for video, score in zip(ids, expected, strict=True):
            assert output[video][0] == pytest.approx(score, abs=ROUNDING)

    @given(synthetic(), st.data())
    def test_vectors_counts_and_columns_come_in_the_order_asked_for(
        self, videos: list[Video], data: st.DataObject
    ) -> None:
        snapshot, textbook = self.snapshot(videos), Textbook(videos)
        requests = data.draw(st.permutations(videos))
        rows = snapshot.vectors([video.id for video in requests])
        for index, video in enumerate(requests):
            own = rows.rows == index
            result = {TAGS[tag]: v for tag, v in zip(rows.tags[own], rows.values[own], strict=True)}
            assert result == pytest.approx(textbook.vectors[video.id])
            tags, counts = snapshot.counts(video.id)
            assert {TAGS[t]: c for t, c in zip(tags, counts, strict=True)} == dict(video.counts)
            frequencies = snapshot.term_frequencies(video.id)
            assert frequencies.tags.tolist() == tags.tolist()
            assert frequencies.values.tolist() == counts.tolist()
        columns = snapshot.columns(
            [video.id for video in requests], ["language", "kind", "seconds"]
        )
        assert columns["language"] == [video.language for video in requests]
        assert columns["kind"] == [video.kind for video in requests]
        assert columns["seconds"] == [video.seconds for video in requests]

    @given(synthetic(), st.sampled_from(sorted(PASSES)), st.integers(0, 3), st.integers(1, 9))
    def test_the_newest_that_pass(self, videos: list[Video], where: str, skip: int, k: int) -> None:
        snapshot = self.snapshot(videos)
        names = PASSES[where][0]
        expected = sorted(passing(videos, where), key=lambda video: (-video.added_at, video.id))
        assert snapshot.newest(names, skip=skip, k=k) == [v.id for v in expected[skip : skip + k]]
        assert snapshot.count(names) == len(expected)
        ids = [video.id for video in videos]
        passed = [video for video, one in zip(ids, snapshot.passes(ids, names), strict=True) if one]
        assert passed == [video.id for video in passing(videos, where)]

    @given(synthetic(), synthetic(), weights)
    def test_what_changed_since_is_found_as_it_is_now(
        self, videos: list[Video], changed: list[Video], expected: dict[str, float]
    ) -> None:
        later = [replace(video, id=f"v{2 * n:02}") for n, video in enumerate(changed)]
        snapshot = self.snapshot(videos, later)
        now = {video.id: video for video in [*videos, *later]}
        assert snapshot.n_videos == len(now)
        assert snapshot.contains(sorted(now)).all()
        textbook = Textbook(videos)
        textbook.vectors = {video.id: textbook.unit(video.counts) for video in now.values()}
        query = snapshot.query(snapshot.vocabulary.numbers(expected), list(expected.values()))
        best = textbook.best(list(now.values()), expected)
        matches = snapshot.search(query, 20)
        assert [hit.video for hit in matches] == [video for video, _ in best]

    @given(synthetic())
    def test_a_video_is_most_like_itself(self, videos: list[Video]) -> None:
        snapshot = self.snapshot(videos)
        for video in videos:
            if video.counts:
                (score,) = snapshot.score(snapshot.query_like(video.id), [video.id])
                assert score == pytest.approx(1.0, abs=ROUNDING)

    def test_what_is_not_there_is_named(self) -> None:
        snapshot = self.snapshot([Video("a", {"cat": 1})])
        assert "a" in snapshot
        assert "b" not in snapshot
        assert snapshot.contains(["b", "a"]).tolist() == [False, True]
        snapshot.require(["a"])
        with pytest.raises(InvalidInput, match="b, c; it was not analyzed"):
            snapshot.require(["b", "a", "c"])
        with pytest.raises(InvalidInput, match="b"):
            snapshot.score(snapshot.query([0], [1.0]), ["b"])
        with pytest.raises(UnknownTag, match="dgo"):
            snapshot.search(snapshot.query([0], [1.0]), 1, HasTag("dgo"))

    def test_nothing_is_found_where_nothing_is(self) -> None:
        snapshot = self.snapshot([])
        query = snapshot.query([0], [1.0])
        assert snapshot.n_videos == 0
        assert snapshot.search(query, 5) == []
        assert snapshot.search_many([query], 5, exclude=[()]) == [[]]
        assert snapshot.newest(EVERY_VIDEO, k=5) == []
        assert snapshot.count(EVERY_VIDEO) == 0
        assert snapshot.columns([], ["kind"]) == {"kind": []}
        assert len(snapshot.vectors([]).rows) == 0
        assert snapshot.co_liked([], np.zeros(0), EVERY_VIDEO, 5) == []
