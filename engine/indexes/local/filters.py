"""Filters compiled for the videos of one index: one bit a video."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.sensitivity import level_index
from engine.domain.assessments.suitability import RISKS, Risk, risk_index, topic_index
from engine.domain.matching.filters import And, Field, Filter, HasTag, Ids, Not, Or
from engine.domain.metadata import (
    COLUMNS,
    Bounds,
    ColumnType,
    IabCategories,
    Language,
    Moment,
    Number,
    RiskLevels,
    RiskLimit,
    SensitivityLevel,
)
from engine.indexes.local.index import Index
from engine.indexes.local.rows.columns import Array, Bitmap, Coded, Numbers
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.system.caching import bounded_cache
from engine.words.languages import ranges_that_take, requested_ranges
from engine.words.vocabulary import Vocabulary

MAX_BITMAPS: Final = 256
"""Number of compiled filters an index stores, the least recently used going first.

They are held as one bit a video: as one byte, those of 100,000 videos would take 25 MB and, as they
come and go between what threads need for a moment, leave holes in the heap.
"""

_POSTING_BATCH_SIZE: Final = 1 << 18
"""All at once would take eight bytes a posting of the index in each thread that asks."""


class FilterCompiler:
    """Compiles filters for the videos of one index; what may come again is cached."""

    def __init__(self, index: Index, metadata: MetadataColumns, vocabulary: Vocabulary) -> None:
        self._index = index
        self._metadata = metadata
        self._vocabulary = vocabulary
        self._bitmaps = bounded_cache(self._fresh, MAX_BITMAPS)

    def compile(self, where: Filter) -> Bitmap:
        """Return which rows pass.

        Raises:
            UnknownTag: when a tag is not in the vocabulary.
            InvalidInput: when there is no such sensitive level, topic, risk or IAB category.
            ColumnNotIndexed: when the index is of an earlier version, which had no such column.
        """
        return self._compile(of_any_source(where, self._vocabulary))

    def _compile(self, where: Filter) -> Bitmap:
        match where:
            case _ if _is_of_tags(where):
                return self._unpacked(self._bitmaps(where))
            case And(parts):
                passing = np.ones(self._index.n_videos, bool)
                for part in _merged_tags(parts, And):
                    passing &= self._compile(part)
                return passing
            case Or(parts):
                passing = np.zeros(self._index.n_videos, bool)
                for part in _merged_tags(parts, Or):
                    passing |= self._compile(part)
                return passing
            case Not(part):
                return ~self._compile(part)
            case Ids(ids):
                # Lists of ids belong to one viewer and one moment: not worth keeping.
                return self._rows_bitmap(ids)
            case _:
                return self._unpacked(self._bitmaps(where))

    def _fresh(self, where: Filter) -> NDArray[np.uint8]:
        return np.packbits(self._bitmap(where))

    def _unpacked(self, packed: NDArray[np.uint8]) -> Bitmap:
        return np.unpackbits(packed, count=self._index.n_videos).view(np.bool_)

    def _bitmap(self, where: Filter) -> Bitmap:
        match where:
            case Field():
                return self._field_bitmap(where)
            case HasTag():
                return self._has_any((where,))
            case Or(parts):
                return self._has_any(parts)
            case And(parts):
                return self._has_all(parts)
            case _:
                raise TypeError(f"{where!r} is no filter")

    def _field_bitmap(self, field: Field) -> Bitmap:
        column, kind, value = self._metadata[field.name], COLUMNS[field.name].type, field.value
        if isinstance(column, Numbers):
            return _numbers_bitmap(column.values, kind, value)
        match kind:
            case Language():
                assert isinstance(column, Coded)  # noqa: S101 - one language a video
                ranges = frozenset(requested_ranges(value))
                takes = [not ranges.isdisjoint(ranges_that_take(word)) for word in column.words]
                return column.are(takes)
            case IabCategories():
                return column.is_any_of(content_taxonomy().with_all_below(value))
            case _:
                return column.is_any_of(value)

    def _has_any(self, parts: Sequence[Filter]) -> Bitmap:
        """Return which videos show at least one of the tags that are asked for."""
        minimums = self._min_seconds(parts, min)
        if any(seconds <= 0 for seconds in minimums.values()):
            return np.ones(self._index.n_videos, bool)
        return np.asarray(self._n_tags_on(minimums) > 0)

    def _has_all(self, parts: Sequence[Filter]) -> Bitmap:
        """Return which videos show all of the tags that are asked for."""
        minimums = self._min_seconds(parts, max)
        minimums = {tag: seconds for tag, seconds in minimums.items() if seconds > 0}
        return np.asarray(self._n_tags_on(minimums) == len(minimums))

    def _min_seconds(
        self, parts: Sequence[Filter], of_two: Callable[[int, int], int]
    ) -> dict[int, int]:
        """Return the number of each tag of ``HasTag`` filters -> how many seconds are asked for."""
        tagged = [part for part in parts if isinstance(part, HasTag)]
        numbers = self._vocabulary.numbers(one.tag for one in tagged)
        minimums: dict[int, int] = {}
        for part, tag in zip(tagged, numbers, strict=True):
            minimums[tag] = of_two(minimums.get(tag, part.at_least), part.at_least)
        return minimums

    def _n_tags_on(self, minimums: Mapping[int, int]) -> NDArray[np.int64]:
        """Return how many of some tags each video shows for long enough, shape (n_videos,).

        One pass over all counts, however many tags there are.
        """
        if not minimums:
            return np.zeros(self._index.n_videos, np.int64)
        forward = self._index.forward
        n_tags = max(len(self._vocabulary), len(forward.idf))
        needed = np.full(n_tags, np.iinfo(np.int64).max)
        needed[list(minimums)] = list(minimums.values())
        rows = []
        for first in range(0, len(forward.counts), _POSTING_BATCH_SIZE):
            part = slice(first, first + _POSTING_BATCH_SIZE)
            positions = first + np.flatnonzero(forward.counts[part] >= needed[forward.tags[part]])
            rows.append(np.searchsorted(forward.starts, positions, side="right") - 1)
        passing = np.concatenate([np.zeros(0, np.int64), *rows])
        return np.bincount(passing, minlength=self._index.n_videos)

    def _rows_bitmap(self, ids: Sequence[str]) -> Bitmap:
        rows = self._index.rows_of(ids)
        bitmap = np.zeros(self._index.n_videos, bool)
        bitmap[rows[rows >= 0]] = True
        return bitmap


def of_any_source(where: Filter, vocabulary: Vocabulary) -> Filter:
    """Return a filter in which each word means one tag: any source's where it names none."""
    match where:
        case _ if not vocabulary.has_sources:
            return where
        case HasTag(word, at_least):
            each = tuple(HasTag(one, at_least) for one in vocabulary.by_source(word))
            return each[0] if len(each) == 1 else Or(each)
        case And(parts):
            return And(tuple(of_any_source(part, vocabulary) for part in parts))
        case Or(parts):
            return Or(tuple(of_any_source(part, vocabulary) for part in parts))
        case Not(part):
            return Not(of_any_source(part, vocabulary))
        case _:
            return where


def _merged_tags(parts: Sequence[Filter], put: type[And | Or]) -> Sequence[Filter]:
    """Return parts that say the same, all that ask for tags in one, so that one pass finds them."""
    tagged = tuple(part for part in parts if isinstance(part, HasTag))
    others = (part for part in parts if not isinstance(part, HasTag))
    return (*((put(tagged),) if tagged else ()), *others)


def _is_of_tags(where: Filter) -> bool:
    """Whether a filter is an ``And`` or ``Or`` of tags only, which is compiled as a whole."""
    return (
        isinstance(where, And | Or)
        and bool(where.parts)
        and all(isinstance(part, HasTag) for part in where.parts)
    )


def _numbers_bitmap(values: Array, kind: ColumnType, value: Any) -> Bitmap:
    match kind:
        case Number(is_zero_unknown=is_zero_unknown):
            return _between(values, value, is_zero_unknown=is_zero_unknown)
        case Moment():
            return _between(values, value)
        case SensitivityLevel():
            return np.asarray(values <= level_index(value))
        case RiskLevels():
            return _no_riskier(values, RiskLimit(*value))
        case _:
            raise TypeError(f"{kind!r} is no column of numbers")


def _no_riskier(risk: Array, limit: RiskLimit) -> Bitmap:
    own = risk[:, [topic_index(limit.topic)]] if limit.topic else risk
    passing = own <= risk_index(limit.at_most)
    if limit.unknown:
        # What words say of a topic that nobody looked for stands behind ``unknown``.
        unknown = RISKS.index(Risk.UNKNOWN)
        passing |= (own >= unknown) & (own - unknown <= risk_index(limit.at_most))
    return np.asarray(passing.all(axis=1))


def _between(values: Array, bounds: Bounds, *, is_zero_unknown: bool = False) -> Bitmap:
    low, high = bounds
    if is_zero_unknown and bounds != (None, None):
        low = max(1, low or 0)
    passing = np.ones(len(values), bool)
    if low is not None:
        passing &= values >= low
    if high is not None:
        passing &= values <= high
    return passing
