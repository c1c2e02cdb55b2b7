"""Filters let through what a plain predicate over the records lets through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.sensitivity import LEVELS, Level
from engine.domain.assessments.suitability import N_TOPICS, RISKS, Risk, topic_index
from engine.domain.counts import Counts
from engine.domain.matching.filters import And, Field, Filter, HasTag, Ids, Not, Or, sentence_of
from engine.domain.metadata import SCHEMA, RiskLimit, VideoMetadata
from engine.errors import ColumnNotIndexed, InvalidInput, UnknownTag
from engine.indexes.local.filters import FilterCompiler
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.words.vocabulary import Vocabulary
from support.catalogs import video_id

TAGS = ("animal", "car", "cat")
WORDS = ("", "a", "b", "c")  # no codes of languages, so each takes itself only
NOTHING = Counts(np.zeros(0, np.uint32), np.zeros(0, np.uint32))
IAB = ("422", "424", "425", "1", "24", "v9i3On", "avbNf2")


@dataclass(frozen=True)
class Video:
    id: str
    metadata: VideoMetadata
    seconds_of: dict[str, int]


some_word = st.sampled_from(WORDS)
metadata = st.fixed_dictionaries(
    {
        "seconds": st.integers(0, 9),
        "added_at": st.integers(0, 9),
        "sensitive": st.sampled_from(LEVELS),
        "language": some_word,
        "kind": some_word,
        "uploader": some_word,
        "category": st.lists(some_word, max_size=3).map(tuple),
        "risk": st.tuples(*[st.sampled_from(RISKS)] * N_TOPICS),
        "iab": st.lists(st.sampled_from(IAB), max_size=3, unique=True).map(tuple),
        "width": st.integers(0, 9),
        "height": st.integers(0, 9),
        "status": some_word,
        "uploader_id": some_word,
        "performance": some_word,
    }
)
videos = st.builds(
    lambda number, metadata, seconds_of: Video(video_id(number), metadata, seconds_of),
    st.integers(0, 99),
    metadata,
    st.dictionaries(st.sampled_from(TAGS), st.integers(1, 5)),
)
catalogs = st.lists(videos, max_size=15, unique_by=lambda video: video.id).map(
    lambda drawn: sorted(drawn, key=lambda video: video.id)
)

some_words = st.lists(st.sampled_from([*WORDS, "nobody"]), max_size=3).map(tuple)
some_ids = st.lists(st.integers(0, 110).map(video_id), max_size=5).map(tuple)
number_or_none = st.none() | st.integers(0, 9)
bounds = st.tuples(number_or_none, number_or_none)
limits = st.builds(
    RiskLimit,
    st.sampled_from(RISKS[: RISKS.index(Risk.UNKNOWN)]),
    st.sampled_from(["", "arms", "pg0WhF", "hate"]),
    st.booleans(),
)
ASKED: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    **dict.fromkeys(["seconds", "added_at", "width", "height"], ("between", bounds)),
    **dict.fromkeys(
        ["language", "kind", "uploader", "status", "uploader_id", "performance", "category"],
        ("in", some_words),
    ),
    "iab": ("in", st.lists(st.sampled_from(IAB), max_size=3).map(tuple)),
    "sensitive": ("at_most", st.sampled_from(LEVELS)),
    "risk": ("at_most", limits),
}
fields = st.one_of(
    [
        st.builds(Field, st.just(name), st.just(operator), values)
        for name, (operator, values) in ASKED.items()
    ]
)
leaves = st.one_of(
    st.builds(Ids, some_ids),
    st.builds(HasTag, st.sampled_from(TAGS), st.integers(0, 6)),
    fields,
)
filters = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(And, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)


def passes(where: Filter, video: Video) -> bool:
    match where:
        case And(parts):
            return all(passes(part, video) for part in parts)
        case Or(parts):
            return any(passes(part, video) for part in parts)
        case Not(part):
            return not passes(part, video)
        case Ids(ids):
            return video.id in ids
        case HasTag(tag, minimum):
            return video.seconds_of.get(tag, 0) >= minimum
        case Field(name, _, value):
            return field_passes(name, value, video.metadata[name])


def field_passes(name: str, value: Any, own: Any) -> bool:
    match name:
        case "seconds" | "added_at" | "width" | "height":
            low, high = value
            if own == 0 and name in ("width", "height"):
                return bool(value == (None, None))
            return (low is None or own >= low) and (high is None or own <= high)
        case "category":
            return bool(set(value) & set(own))
        case "risk":
            tolerable = [one for one in own if not value.topic] or [own[topic_index(value.topic)]]
            most = RISKS.index(Risk(value.at_most))
            # Of what nobody looked for, words may speak: they say how risky it is at least.
            mentioned = {Risk.UNKNOWN: 0, Risk.SAID_LOW: 1, Risk.SAID_MEDIUM: 2, Risk.SAID_HIGH: 3}
            return all(
                (value.unknown and mentioned[one] <= most)
                if one in mentioned
                else RISKS.index(one) <= most
                for one in tolerable
            )
        case "iab":
            above = {one.id for each in own for one in content_taxonomy().path(each)}
            return bool(set(value) & above)
        case "sensitive":
            return LEVELS.index(own) <= LEVELS.index(Level(value))
        case _:
            return own in value


def test_every_column_is_asked_here() -> None:
    assert ASKED.keys() == {column.name for column in SCHEMA}


def compiler(drawn: list[Video]) -> FilterCompiler:
    rows = [
        Counts(
            np.array([TAGS.index(tag) for tag in sorted(video.seconds_of)], np.uint32),
            np.array([video.seconds_of[tag] for tag in sorted(video.seconds_of)], np.uint32),
        )
        for video in drawn
    ]
    index = Index.from_counts(
        CountMatrix.from_rows(rows, len(TAGS)), [video.id for video in drawn], kernel="rows"
    )
    metadata = MetadataColumns.of([video.metadata for video in drawn])
    return FilterCompiler(index, metadata, Vocabulary(TAGS))


@settings(deadline=None, max_examples=300)
@given(catalogs, filters)
def test_a_compiled_filter_equals_the_predicate(drawn: list[Video], where: Filter) -> None:
    expected = [passes(where, video) for video in drawn]
    compiled = compiler(drawn)
    assert compiled.compile(where).tolist() == expected
    assert compiled.compile(where).tolist() == expected, "what is stored is what was made"


@settings(deadline=None)
@given(catalogs, st.integers(0, 1000))
def test_metadata_that_is_taken_and_stacked_is_the_same(drawn: list[Video], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(drawn)).tolist()
    cut = len(order) // 2
    whole = MetadataColumns.of([video.metadata for video in drawn])
    parts = [whole.take(np.array(rows, np.int64)) for rows in (order[:cut], order[cut:])]
    again = MetadataColumns.stacked(parts)
    expected = MetadataColumns.of([drawn[row].metadata for row in order])
    for name, column in expected.arrays().items():
        assert again.arrays()[name].tolist() == column.tolist(), name
    assert again.words() == expected.words()
    stored = MetadataColumns.from_stored(again.arrays(), again.words())
    rows = np.arange(len(drawn))
    for one in SCHEMA:
        values = [drawn[row].metadata[one.name] for row in order]
        assert stored.values(one.name, rows) == values, one.name


def test_what_a_record_lacks_is_unknown() -> None:
    columns = MetadataColumns.of([{"kind": "motion"}])
    values = {column.name: columns.values(column.name, np.arange(1)) for column in SCHEMA}
    assert values.pop("kind") == ["motion"]
    assert values == {one.name: [one.type.unknown] for one in SCHEMA if one.name != "kind"}


def test_an_index_of_an_earlier_version_says_what_it_lacks() -> None:
    newer = MetadataColumns.of([{"width": 640, "seconds": 9}])
    arrays = {name: array for name, array in newer.arrays().items() if name != "width"}
    older = MetadataColumns.from_stored(arrays, newer.words())
    index = Index.from_counts(CountMatrix.from_rows([NOTHING], len(TAGS)), [video_id(1)])
    compiler = FilterCompiler(index, older, Vocabulary(TAGS))
    assert compiler.compile(Field("seconds", "between", (9, 9))).tolist() == [True]
    with pytest.raises(ColumnNotIndexed, match=r"no filter by 'width' yet, .*: reindex"):
        compiler.compile(Not(Field("width", "between", (None, 640))))
    assert older.values("width", np.array([0])) == [0]
    with pytest.raises(KeyError):
        MetadataColumns.from_stored({"width": arrays["seconds"]}, newer.words())


@given(filters)
def test_every_filter_has_a_sentence(where: Filter) -> None:
    sentence, denied = sentence_of(where), sentence_of(Not(where))
    assert "Field(" not in sentence
    assert sentence_of(Not(Not(where))) == sentence
    assert denied != sentence


def test_a_tag_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownTag, match="nearest are car"):
        compiler([]).compile(HasTag("carr"))


def test_a_level_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput, match="no sensitive level 'mild': choose from none, flag"):
        compiler([]).compile(Field("sensitive", "at_most", "mild"))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            Field("risk", "at_most", RiskLimit("mild")),
            "no risk level 'mild': choose from none, low, medium, high, floor",
        ),
        (Field("risk", "at_most", RiskLimit("unknown")), "no risk level 'unknown'"),
        (
            Field("risk", "at_most", RiskLimit("low", "weapons")),
            "no brand suitability topic 'weapons': choose from adult",
        ),
        (Field("iab", "in", ("422", "cats")), "no category 'cats' in the IAB content taxonomy 3.1"),
    ],
)
def test_a_risk_or_category_that_is_none_is_named(where: Filter, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        compiler([]).compile(where)


def test_a_thousand_tags_take_one_pass_over_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    n_tags_on = FilterCompiler._n_tags_on
    passes: list[int] = []

    def counting(self: FilterCompiler, minimum: Mapping[int, int]) -> NDArray[np.int64]:
        passes.append(len(minimum))
        return n_tags_on(self, minimum)

    monkeypatch.setattr(FilterCompiler, "_n_tags_on", counting)
    names = tuple(f"tag {number}" for number in range(1_000))
    rows = [Counts(np.array([5], np.uint32), np.array([3], np.uint32))]
    index = Index.from_counts(CountMatrix.from_rows(rows, len(names)), [video_id(1)])
    metadata = MetadataColumns.of([{}])
    compiler = FilterCompiler(index, metadata, Vocabulary(names))
    where = Not(Or(tuple(HasTag(name) for name in names)))
    assert compiler.compile(where).tolist() == [False]
    assert compiler.compile(And((where, HasTag("TAG 5")))).tolist() == [False]
    assert passes == [1_000, 1]


@pytest.mark.parametrize("batch_size", [1, 3, 1 << 18])
def test_the_postings_are_gone_through_in_pieces(
    monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr("engine.indexes.local.filters._POSTING_BATCH_SIZE", batch_size)
    seconds = np.random.default_rng(1).integers(0, 5, (40, 6)).astype(np.uint32)
    rows = [Counts(np.flatnonzero(row).astype(np.uint32), row[row > 0]) for row in seconds]
    ids = [video_id(number) for number in range(len(rows))]
    index = Index.from_counts(CountMatrix.from_rows(rows, 6), ids)
    metadata = MetadataColumns.of([{}] * len(rows))
    own = FilterCompiler(index, metadata, Vocabulary(tuple("abcdef")))
    expected = (seconds[:, 1] >= 2) & (seconds[:, 4] >= 3)
    assert own.compile(And((HasTag("b", 2), HasTag("e", 3)))).tolist() == expected.tolist()
    assert expected.any()
