"""Filters let through what a plain predicate over the records lets through."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.counts import Counts
from engine.domain.filters import (
    AddedBetween,
    And,
    CategoryIn,
    DurationBetween,
    Filter,
    HasTag,
    IabIn,
    KindIn,
    LanguageIn,
    LeaveOut,
    Not,
    Or,
    RiskAtMost,
    SensitiveAtMost,
    UploaderIn,
    Within,
)
from engine.domain.iab.taxonomy import content_taxonomy
from engine.domain.sensitivity import LEVELS, Level
from engine.domain.suitability import N_TOPICS, RISKS, Risk, topic_place
from engine.errors import InvalidInput, UnknownTag
from engine.indexes.local.count_matrix import CountMatrix
from engine.indexes.local.filters import FilterCompiler
from engine.indexes.local.index import Index
from engine.indexes.local.metadata import MetadataColumns, VideoMetadata
from engine.vocabulary import Vocabulary
from support.catalogs import video_id

TAGS = ("animal", "car", "cat")
WORDS = ("", "a", "b", "c")  # no codes of languages, so each takes itself only
IAB = ("422", "424", "425", "1", "24", "v9i3On", "avbNf2")


@dataclass(frozen=True)
class Video:
    id: str
    facts: VideoMetadata
    seen: dict[str, int]


videos = st.builds(
    lambda number, facts, seen: Video(video_id(number), facts, seen),
    st.integers(0, 99),
    st.builds(
        VideoMetadata,
        seconds=st.integers(0, 9),
        added_at=st.integers(0, 9),
        sensitive=st.sampled_from(LEVELS),
        language=st.sampled_from(WORDS),
        kind=st.sampled_from(WORDS),
        uploader=st.sampled_from(WORDS),
        categories=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
        risks=st.tuples(*[st.sampled_from(RISKS)] * N_TOPICS),
        iab=st.lists(st.sampled_from(IAB), max_size=3, unique=True).map(tuple),
    ),
    st.dictionaries(st.sampled_from(TAGS), st.integers(1, 5)),
)
catalogues = st.lists(videos, max_size=15, unique_by=lambda video: video.id).map(
    lambda found: sorted(found, key=lambda video: video.id)
)

some_words = st.lists(st.sampled_from([*WORDS, "nobody"]), max_size=3).map(tuple)
some_ids = st.lists(st.integers(0, 110).map(video_id), max_size=5).map(tuple)
number_or_none = st.none() | st.integers(0, 9)
leaves = st.one_of(
    st.builds(LeaveOut, some_ids),
    st.builds(Within, some_ids),
    st.builds(DurationBetween, st.integers(0, 9), number_or_none),
    st.builds(LanguageIn, some_words),
    st.builds(KindIn, some_words),
    st.builds(UploaderIn, some_words),
    st.builds(CategoryIn, some_words),
    st.builds(SensitiveAtMost, st.sampled_from(LEVELS)),
    st.builds(
        RiskAtMost,
        st.sampled_from(RISKS[:-1]),
        st.sampled_from(["", "arms", "pg0WhF", "hate"]),
        st.booleans(),
    ),
    st.builds(IabIn, st.lists(st.sampled_from(IAB), max_size=3).map(tuple)),
    st.builds(AddedBetween, number_or_none, number_or_none),
    st.builds(HasTag, st.sampled_from(TAGS), st.integers(0, 6)),
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


def passes(wanted: Filter, video: Video) -> bool:
    facts = video.facts
    match wanted:
        case And(parts):
            return all(passes(part, video) for part in parts)
        case Or(parts):
            return any(passes(part, video) for part in parts)
        case Not(part):
            return not passes(part, video)
        case LeaveOut(ids):
            return video.id not in ids
        case Within(ids):
            return video.id in ids
        case DurationBetween(least, most):
            return facts.seconds >= least and (most is None or facts.seconds <= most)
        case LanguageIn(words):
            return facts.language in words
        case KindIn(words):
            return facts.kind in words
        case UploaderIn(words):
            return facts.uploader in words
        case CategoryIn(words):
            return bool(set(words) & set(facts.categories))
        case RiskAtMost(at_most, topic, unknown):
            asked = [one for one in facts.risks if not topic] or [facts.risks[topic_place(topic)]]
            return all(
                RISKS.index(one) <= RISKS.index(Risk(at_most)) or (unknown and one == Risk.UNKNOWN)
                for one in asked
            )
        case IabIn(ids):
            above = {one.id for own in facts.iab for one in content_taxonomy().path(own)}
            return bool(set(ids) & above)
        case SensitiveAtMost(level):
            return LEVELS.index(facts.sensitive) <= LEVELS.index(Level(level))
        case AddedBetween(since, until):
            return (since is None or facts.added_at >= since) and (
                until is None or facts.added_at < until
            )
        case HasTag(tag, least):
            return video.seen.get(tag, 0) >= least


def compiler(found: list[Video]) -> FilterCompiler:
    rows = [
        Counts(
            np.array([TAGS.index(tag) for tag in sorted(video.seen)], np.uint32),
            np.array([video.seen[tag] for tag in sorted(video.seen)], np.uint32),
        )
        for video in found
    ]
    index = Index.from_counts(
        CountMatrix.from_rows(rows, len(TAGS)), [video.id for video in found], kernel="rows"
    )
    facts = MetadataColumns.of([video.facts for video in found])
    return FilterCompiler(index, facts, Vocabulary(TAGS))


@settings(deadline=None, max_examples=300)
@given(catalogues, filters)
def test_a_compiled_filter_equals_the_predicate(found: list[Video], wanted: Filter) -> None:
    expected = [passes(wanted, video) for video in found]
    compiled = compiler(found)
    assert compiled.compile(wanted).tolist() == expected
    assert compiled.compile(wanted).tolist() == expected, "what is kept is what was made"


@settings(deadline=None)
@given(catalogues, st.integers(0, 1000))
def test_facts_that_are_taken_and_stacked_are_the_same_facts(found: list[Video], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(found)).tolist()
    cut = len(order) // 2
    facts = MetadataColumns.of([video.facts for video in found])
    parts = [facts.take(np.array(rows, np.int64)) for rows in (order[:cut], order[cut:])]
    again = MetadataColumns.stacked(parts)
    expected = MetadataColumns.of([found[row].facts for row in order])
    for name, column in expected.arrays().items():
        assert again.arrays()[name].tolist() == column.tolist(), name
    assert again.words() == expected.words()


def test_a_tag_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownTag, match="nearest are car"):
        compiler([]).compile(HasTag("carr"))


def test_a_level_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput, match="no sensitive level 'mild': choose from none, flag"):
        compiler([]).compile(SensitiveAtMost("mild"))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (RiskAtMost("mild"), "no risk level 'mild': choose from none, low, medium, high, floor"),
        (RiskAtMost("unknown"), "no risk level 'unknown'"),
        (RiskAtMost("low", "weapons"), "no brand suitability topic 'weapons': choose from adult"),
        (IabIn(("422", "cats")), "no category 'cats' in the IAB content taxonomy 3.1"),
    ],
)
def test_a_risk_or_category_that_is_none_is_named(wanted: Filter, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        compiler([]).compile(wanted)


def test_a_thousand_tags_take_one_pass_over_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    n_seen = FilterCompiler._n_seen
    passes: list[int] = []

    def counting(self: FilterCompiler, least: Mapping[int, int]) -> NDArray[np.int64]:
        passes.append(len(least))
        return n_seen(self, least)

    monkeypatch.setattr(FilterCompiler, "_n_seen", counting)
    names = tuple(f"tag {number}" for number in range(1_000))
    rows = [Counts(np.array([5], np.uint32), np.array([3], np.uint32))]
    index = Index.from_counts(CountMatrix.from_rows(rows, len(names)), [video_id(1)])
    facts = MetadataColumns.of([VideoMetadata(9, 9, Level.NONE, "", "", "", ())])
    compiler = FilterCompiler(index, facts, Vocabulary(names))
    wanted = Not(Or(tuple(HasTag(name) for name in names)))
    assert compiler.compile(wanted).tolist() == [False]
    assert compiler.compile(And((wanted, HasTag("TAG 5")))).tolist() == [False]
    assert passes == [1_000, 1]


@pytest.mark.parametrize("at_once", [1, 3, 1 << 18])
def test_the_postings_are_gone_through_in_pieces(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("engine.indexes.local.filters._POSTING_BATCH_SIZE", at_once)
    seconds = np.random.default_rng(1).integers(0, 5, (40, 6)).astype(np.uint32)
    rows = [Counts(np.flatnonzero(row).astype(np.uint32), row[row > 0]) for row in seconds]
    ids = [video_id(number) for number in range(len(rows))]
    index = Index.from_counts(CountMatrix.from_rows(rows, 6), ids)
    facts = MetadataColumns.of([VideoMetadata(9, 9, Level.NONE, "", "", "", ())] * len(rows))
    own = FilterCompiler(index, facts, Vocabulary(tuple("abcdef")))
    expected = (seconds[:, 1] >= 2) & (seconds[:, 4] >= 3)
    assert own.compile(And((HasTag("b", 2), HasTag("e", 3)))).tolist() == expected.tolist()
    assert expected.any()
