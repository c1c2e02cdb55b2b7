"""Filters compiled for the videos of one index: one bit a video."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.caching import kept_answers
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
from engine.domain.sensitivity import LEVELS
from engine.domain.suitability import RISKS, Risk, tolerated_place, topic_place
from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.indexes.local.metadata import MetadataColumns
from engine.languages import asked_ranges, ranges_that_take
from engine.vocabulary import Vocabulary

Bitmap = NDArray[np.bool_]
"""Shape (n_videos,), the rows that pass."""

KEPT_BITMAPS: Final = 256
"""Number of compiled filters an index stores, the least recently used going first.

They are kept as one bit a video: as one byte, those of 100,000 videos would take 25 MB and, as they
come and go between what threads need for a moment, leave holes in the heap.
"""

_POSTING_BATCH_SIZE: Final = 1 << 18
"""All at once would take eight bytes a posting of the index in each thread that asks."""


class FilterCompiler:
    """Compiles filters for the videos of one index; what may come again is kept."""

    def __init__(self, index: Index, facts: MetadataColumns, vocabulary: Vocabulary) -> None:
        self._index = index
        self._facts = facts
        self._vocabulary = vocabulary
        self._kept = kept_answers(self._fresh, KEPT_BITMAPS)

    def compile(self, wanted: Filter) -> Bitmap:
        """Return which rows pass.

        Raises:
            UnknownTag: when a tag is not in the vocabulary.
            InvalidInput: when there is no such sensitive level, topic, risk or IAB category.
        """
        match wanted:
            case _ if _is_of_tags(wanted):
                return self._unpacked(self._kept(wanted))
            case And(parts):
                passing = np.ones(self._index.n_videos, bool)
                for part in _seen_together(parts, And):
                    passing &= self.compile(part)
                return passing
            case Or(parts):
                passing = np.zeros(self._index.n_videos, bool)
                for part in _seen_together(parts, Or):
                    passing |= self.compile(part)
                return passing
            case Not(part):
                return ~self.compile(part)
            case LeaveOut(ids):
                return ~self._rows_bitmap(ids)
            case Within(ids):
                # Lists of ids belong to one viewer and one moment: not worth keeping.
                return self._rows_bitmap(ids)
            case _:
                return self._unpacked(self._kept(wanted))

    def _fresh(self, wanted: Filter) -> NDArray[np.uint8]:
        return np.packbits(self._column_bitmap(wanted))

    def _unpacked(self, packed: NDArray[np.uint8]) -> Bitmap:
        return np.unpackbits(packed, count=self._index.n_videos).view(np.bool_)

    def _column_bitmap(self, wanted: Filter) -> Bitmap:
        facts = self._facts
        match wanted:
            case DurationBetween(at_least, at_most):
                return _between(facts.seconds, at_least, None if at_most is None else at_most + 1)
            case AddedBetween(since, until):
                return _between(facts.added_at, since, until)
            case LanguageIn(words):
                asked = frozenset(asked_ranges(words))
                takes = [not asked.isdisjoint(ranges_that_take(w)) for w in facts.language.words]
                return facts.language.are(takes)
            case KindIn(words):
                return facts.kind.is_any_of(words)
            case UploaderIn(words):
                return facts.uploader.is_any_of(words)
            case CategoryIn(words):
                return _rows_with(facts.category.is_any_of(words), facts.category_rows, facts)
            case IabIn(categories):
                wanted_ids = content_taxonomy().with_all_below(categories)
                return _rows_with(facts.iab.is_any_of(wanted_ids), facts.iab_rows, facts)
            case RiskAtMost():
                return _no_riskier(facts.risk, wanted)
            case SensitiveAtMost(level):
                return np.asarray(facts.sensitive <= _level(level))
            case HasTag():
                return self._seen_any((wanted,))
            case Or(parts):
                return self._seen_any(parts)
            case And(parts):
                return self._seen_all(parts)
            case _:
                raise TypeError(f"{wanted!r} is no filter")

    def _seen_any(self, parts: Sequence[Filter]) -> Bitmap:
        """Return which videos show at least one of the tags that are asked for."""
        least = self._least_seconds(parts, min)
        if any(seconds <= 0 for seconds in least.values()):
            return np.ones(self._index.n_videos, bool)
        return np.asarray(self._n_seen(least) > 0)

    def _seen_all(self, parts: Sequence[Filter]) -> Bitmap:
        """Return which videos show all of the tags that are asked for."""
        least = self._least_seconds(parts, max)
        least = {tag: seconds for tag, seconds in least.items() if seconds > 0}
        return np.asarray(self._n_seen(least) == len(least))

    def _least_seconds(
        self, parts: Sequence[Filter], of_two: Callable[[int, int], int]
    ) -> dict[int, int]:
        """Return the number of each tag of ``HasTag`` filters -> how many seconds are asked for."""
        seen = [part for part in parts if isinstance(part, HasTag)]
        least: dict[int, int] = {}
        for part, tag in zip(seen, self._vocabulary.numbers(one.tag for one in seen), strict=True):
            least[tag] = of_two(least.get(tag, part.at_least), part.at_least)
        return least

    def _n_seen(self, least: Mapping[int, int]) -> NDArray[np.int64]:
        """Return how many of some tags each video shows for long enough, shape (n_videos,).

        One pass over all counts, however many tags there are.
        """
        if not least:
            return np.zeros(self._index.n_videos, np.int64)
        forward = self._index.forward
        n_tags = max(len(self._vocabulary), len(forward.idf))
        needed = np.full(n_tags, np.iinfo(np.int64).max)
        needed[list(least)] = list(least.values())
        rows = []
        for first in range(0, len(forward.counts), _POSTING_BATCH_SIZE):
            part = slice(first, first + _POSTING_BATCH_SIZE)
            places = first + np.flatnonzero(forward.counts[part] >= needed[forward.tags[part]])
            rows.append(np.searchsorted(forward.starts, places, side="right") - 1)
        passing = np.concatenate([np.zeros(0, np.int64), *rows])
        return np.bincount(passing, minlength=self._index.n_videos)

    def _rows_bitmap(self, ids: Sequence[str]) -> Bitmap:
        rows = self._index.rows_of(ids)
        bitmap = np.zeros(self._index.n_videos, bool)
        bitmap[rows[rows >= 0]] = True
        return bitmap


def _seen_together(parts: Sequence[Filter], put: type[And | Or]) -> Sequence[Filter]:
    """Return parts that say the same, all that ask for tags in one, so that one pass finds them."""
    seen = tuple(part for part in parts if isinstance(part, HasTag))
    others = (part for part in parts if not isinstance(part, HasTag))
    return (*((put(seen),) if seen else ()), *others)


def _is_of_tags(wanted: Filter) -> bool:
    """Whether a filter is an ``And`` or ``Or`` of tags only, which is compiled as a whole."""
    return (
        isinstance(wanted, And | Or)
        and bool(wanted.parts)
        and all(isinstance(part, HasTag) for part in wanted.parts)
    )


def _rows_with(
    entries: NDArray[np.bool_], entry_rows: NDArray[np.int64], facts: MetadataColumns
) -> Bitmap:
    passing = np.zeros(facts.n_videos, bool)
    passing[entry_rows[entries]] = True
    return passing


def _no_riskier(risk: NDArray[np.uint8], wanted: RiskAtMost) -> Bitmap:
    own = risk[:, [topic_place(wanted.topic)]] if wanted.topic else risk
    passing = own <= tolerated_place(wanted.at_most)
    if wanted.unknown:
        passing |= own == RISKS.index(Risk.UNKNOWN)
    return np.asarray(passing.all(axis=1))


def _between(column: NDArray[np.integer], at_least: int | None, below: int | None) -> Bitmap:
    passing = np.ones(len(column), bool)
    if at_least is not None:
        passing &= column >= at_least
    if below is not None:
        passing &= column < below
    return passing


def _level(name: str) -> int:
    if name not in LEVELS:
        raise InvalidInput(f"no sensitive level {name!r}: choose from {', '.join(LEVELS)}")
    return LEVELS.index(name)
