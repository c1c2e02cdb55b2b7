"""Whether the parts of a generation follow from each other.

Digests tell that files are what was written; they do not tell who wrote them. What comes from
elsewhere may name places beyond an array, and a kernel that goes there reads another's memory. So
its arrays are gone through: each is what the rows of counts make of it. Whether the counts are
those of the videos, only a reindex can tell.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import LEVELS
from engine.domain.assessments.suitability import N_TOPICS, RISKS
from engine.domain.matching.co_watching import MAX_MIX
from engine.domain.matching.weighting import TF, Weighting, document_frequency, smooth_idf
from engine.domain.metadata import COLUMNS, ColumnType, RiskLevels, SensitivityLevel
from engine.errors import CorruptData, InvalidInput
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.columns import Coded, CodedLists, Numbers
from engine.indexes.local.rows.forward_rows import row_scales
from engine.indexes.local.rows.metadata import DTYPES, MetadataColumns
from engine.indexes.local.scans.plain import PlainScan
from engine.kernels.rows import are_tidy
from engine.kernels.sorted_ids import SortedIds

_ID_BATCH_SIZE: Final = 65_536
_NEAR: Final = 1e-9  # logarithms and roots differ that little from machine to machine
_NEAR_32: Final = 1e-5  # of numbers of 32 bits

Array = NDArray[Any]


def check_consistency(generation: Generation, catalog_tags: Sequence[str]) -> None:
    """Go through all arrays of a generation.

    Args:
        generation: as it was opened.
        catalog_tags: the names of the catalog's tags, by number; a generation has the first.

    Raises:
        CorruptData: naming what does not follow from the rest.
    """
    index = generation.index
    try:
        with np.errstate(all="ignore"):
            names = generation.vocabulary.names
            _hold(
                len(names) == index.n_tags and names == tuple(catalog_tags)[: len(names)],
                "tags",
            )
            _check_ids(index.ids)
            _check_rows(index)
            config = generation.config
            _hold(index.weighting.slope == config.slope, "slope")
            boosts = config.weights(generation.vocabulary.sources)
            _check_weighting(index, boosts, config.min_df)
            _check_impacts(index)
            _check_metadata(generation.metadata, index.n_videos)
            _check_co_likes(generation.co_likes, index.n_videos)
            _check_common(generation.common, MeanVector.of(index))
    except (InvalidInput, TypeError, ValueError, LookupError, OverflowError) as error:
        raise CorruptData(f"its arrays do not fit together ({error})") from error


def _hold(is_so: object, what: str) -> None:
    if not is_so:
        raise CorruptData(f"its {what} do not follow from the rest: they were not written by us")


def _check_starts(starts: Array, size: int, n: int, what: str) -> None:
    """Check where the runs of an array begin: ``size`` places from 0 to its length ``n``."""
    _hold(starts.dtype == np.int64 and starts.shape == (size,), what)
    _hold(starts[0] == 0 and starts[-1] == n and not np.any(np.diff(starts) < 0), what)


def _check_ids(ids: SortedIds) -> None:
    _hold(ids.text.dtype == np.uint8 and len(ids) >= 0, "ids")
    _check_starts(ids.starts, len(ids) + 1, ids.text.size, "ids")
    last = ""
    for first in range(0, len(ids), _ID_BATCH_SIZE):
        some = ids[first : first + _ID_BATCH_SIZE]
        _hold(last < some[0] and all(one < other for one, other in pairwise(some)), "ids")
        last = some[-1]


def _check_rows(index: Index) -> None:
    forward, n_tags = index.forward, index.n_tags
    _check_starts(forward.starts, index.n_videos + 1, forward.tags.size, "rows")
    _hold(forward.tags.dtype in (np.uint16, np.uint32), "tags of videos")
    _hold(not forward.tags.size or forward.tags.max() < n_tags, "tags of videos")
    _hold(forward.counts.dtype == forward.tags.dtype, "counts")
    _hold(forward.counts.shape == forward.tags.shape, "counts")
    _hold(are_tidy(forward.starts, forward.tags, forward.counts), "counts")


def _check_weighting(index: Index, boosts: Array | None, min_df: int) -> None:
    n_tags, weighting = index.n_tags, index.weighting
    counted = document_frequency(index.forward.tags, n_tags)
    df = weighting.df
    _hold(df.dtype == np.int64 and df.shape == counted.shape, "frequencies")
    # Settings that no weighting has are refused here.
    expected = Weighting.learned(
        df, index.n_videos, tf=weighting.tf, slope=weighting.slope, min_df=min_df, boosts=boosts
    )
    _hold(weighting.idf.dtype == np.float64, "weights of tags")
    _hold(_are_near(weighting.idf, expected.idf), "weights of tags")
    # A tag that weighs nothing is on no row.
    _hold(np.array_equal(np.where(weighting.idf > 0, df, 0), counted), "frequencies")
    _hold(_are_near(weighting.idf_of_new, smooth_idf(0, index.n_videos)), "weights of tags")


def _check_impacts(index: Index) -> None:
    """Check what each tag does for each video, and the posting lists that say the same."""
    forward, weighting = index.forward, index.weighting
    _hold(forward.scales.dtype == np.float32, "scales")
    _hold(forward.scales.shape == (index.n_videos,), "scales")
    total, n_nonzero, longest, max_impact = 0.0, 0, 0, 1.0
    postings = _postings_of(index)
    for first in range(0, index.n_videos, postings.block_rows):
        end = min(first + postings.block_rows, index.n_videos)
        own = slice(int(forward.starts[first]), int(forward.starts[end]))
        lengths = np.diff(forward.starts[first : end + 1])
        rows = np.repeat(np.arange(end - first), lengths)
        tags = forward.tags[own].astype(np.int64)
        weights = TF[weighting.tf](forward.counts[own]) * weighting.idf[tags]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=end - first))
        scales = row_scales(norms, weighting)
        _hold(_are_near(forward.scales[first:end], scales, _NEAR_32), "scales")
        postings.check_block(first // postings.block_rows, rows, tags, weights * scales[rows])
        total += float(norms.sum())
        n_nonzero += int(np.count_nonzero(norms))
        longest = max(longest, int(lengths.max(initial=0)))
        max_impact = max(max_impact, float((norms * scales).max(initial=1.0)))
    _hold(_are_near(weighting.pivot, total / n_nonzero if n_nonzero else 1.0, 1e-6), "norms")
    postings.check_sums(longest, max_impact)


class _NoPostings:
    """Those of an index that is searched row by row: none."""

    block_rows = 65_536

    def check_block(self, block: int, rows: Array, tags: Array, impacts: Array) -> None:
        """Nothing is stored beside the rows."""

    def check_sums(self, longest: int, max_impact: float) -> None:
        """Nothing is added up beside the rows."""


class _PlainPostings:
    """Posting lists with the impact of each posting."""

    def __init__(self, arrays: Any, n_tags: int, n_videos: int, n_postings: int) -> None:
        from engine.kernels.plain import CHUNK_ROWS

        self.block_rows = CHUNK_ROWS
        self._n_tags = n_tags
        self._starts, self._rows = arrays["starts"], arrays["rows"]
        self._impacts, self._rounding = arrays["impacts"], arrays["rounding"]
        n_lists = -(-n_videos // CHUNK_ROWS) * n_tags
        _check_starts(self._starts, n_lists + 1, n_postings, "posting lists")
        _hold(self._rows.dtype == np.uint16 and self._rows.size == n_postings, "posting lists")
        _hold(self._impacts.dtype == np.float32, "impacts")
        _hold(self._impacts.size == n_postings, "impacts")

    def check_block(self, block: int, rows: Array, tags: Array, impacts: Array) -> None:
        """Check the lists of a block of rows: its postings tag by tag."""
        order = np.argsort(tags, kind="stable")
        starts = self._starts[block * self._n_tags : (block + 1) * self._n_tags + 1]
        own = slice(int(starts[0]), int(starts[-1]))
        sizes = np.bincount(tags, minlength=self._n_tags)
        _hold(np.array_equal(np.diff(starts), sizes), "posting lists")
        _hold(np.array_equal(self._rows[own], rows[order]), "posting lists")
        _hold(_are_near(self._impacts[own], impacts[order], _NEAR_32), "impacts")

    def check_sums(self, longest: int, max_impact: float) -> None:
        """Check what a sum may be off by: of the most tags that a video has."""
        expected = [PlainScan.rounding_of(longest, max_impact)]
        _hold(_are_near(self._rounding, expected, _NEAR_32), "roundings")


class _LevelPostings:
    """Posting lists in levels, each with a bound on its impacts."""

    def __init__(self, arrays: Any, n_tags: int, n_videos: int, n_postings: int) -> None:
        from engine.indexes.local.scans.levels import BLOCK_ROWS, SHARD_ROWS

        self.block_rows = SHARD_ROWS
        self._n_tags, self._n_videos = n_tags, n_videos
        self._firsts, self._starts, self._rows = arrays["firsts"], arrays["starts"], arrays["rows"]
        self._uppers, self._slopes = arrays["uppers"], arrays["slopes"]
        n_shards, n_levels = -(-n_videos // SHARD_ROWS), self._uppers.size
        _hold(arrays["shard_rows"].tolist() == [SHARD_ROWS], "levels")
        _hold(arrays["block_rows"].tolist() == [BLOCK_ROWS], "levels")
        _check_starts(self._firsts, n_shards * n_tags + 1, n_levels, "levels")
        of_shards = np.diff(self._firsts[::n_tags] if n_tags else self._firsts)
        n_runs = sum(int(n) * self._n_blocks(shard) for shard, n in enumerate(of_shards))
        _check_starts(self._starts, n_runs + 1, n_postings, "levels")
        _hold(self._rows.dtype == np.uint16 and self._rows.size == n_postings, "levels")
        for values in (self._uppers, self._slopes):
            _hold(values.dtype == np.float32 and values.shape == (n_levels,), "levels")
            _hold(np.all(np.isfinite(values)) and np.all(values >= 0), "levels")
            # They fall from level to level of a list.
            is_first = np.zeros(n_levels + 1, bool)
            is_first[self._firsts] = True
            _hold(np.all((np.diff(values) <= 0) | is_first[1:n_levels]), "levels")

    def check_block(self, block: int, rows: Array, tags: Array, impacts: Array) -> None:
        """Check the lists of a shard: each posting once, and no impact above its level."""
        from engine.indexes.local.scans.levels import BLOCK_ROWS, SHARD_ROWS, runs_of

        firsts = self._firsts[block * self._n_tags : (block + 1) * self._n_tags + 1]
        level_of, block_of = runs_of(firsts - firsts[0], self._n_blocks(block))
        first_run = int(firsts[0]) * (SHARD_ROWS // BLOCK_ROWS)
        starts = self._starts[first_run : first_run + len(level_of) + 1]
        own = slice(int(starts[0]), int(starts[-1]))
        tag_of_level = np.repeat(np.arange(self._n_tags), np.diff(firsts))
        sizes = np.diff(starts)
        run = np.repeat(np.arange(len(sizes)), sizes)
        shard_rows = block_of[run] * BLOCK_ROWS + self._rows[own]
        there = shard_rows * self._n_tags + tag_of_level[level_of[run]]
        order = np.argsort(there)
        _hold(np.array_equal(there[order], rows * self._n_tags + tags), "levels")
        rising = np.diff(self._rows[own].astype(np.int64)) > 0
        _hold(np.all(rising | (np.diff(run) > 0)), "levels")
        uppers = self._uppers[int(firsts[0]) : int(firsts[-1])].astype(np.float64)
        _hold(np.all(impacts <= uppers[level_of[run[order]]] * (1 + _NEAR_32 / 10)), "levels")

    def _n_blocks(self, shard: int) -> int:
        from engine.indexes.local.scans.levels import BLOCK_ROWS, SHARD_ROWS

        return -(-min(SHARD_ROWS, self._n_videos - shard * SHARD_ROWS) // BLOCK_ROWS)

    def check_sums(self, longest: int, max_impact: float) -> None:  # noqa: ARG002 # others need it
        """Check that no level lies above all impacts: sums of 16 bits would run over."""
        _hold(np.all(self._uppers <= max_impact * (1 + _NEAR_32)), "levels")


def _postings_of(index: Index) -> "_NoPostings | _PlainPostings | _LevelPostings":
    arrays, sizes = index.scan.arrays, (index.n_tags, index.n_videos, index.n_postings)
    if index.scan.name == "plain":
        return _PlainPostings(arrays, *sizes)
    return _LevelPostings(arrays, *sizes) if index.scan.name == "levels" else _NoPostings()


def _check_metadata(metadata: MetadataColumns, n_videos: int) -> None:
    for name, column in metadata.columns.items():
        what = f"metadata ({name})"
        match column:
            case Numbers(values):
                _check_numbers(values, COLUMNS[name].type, n_videos, what)
            case Coded(_, codes):
                _hold(codes.dtype == np.int32 and codes.shape == (n_videos,), what)
                _hold(_is_coded(column), what)
            case CodedLists(entries, rows):
                _hold(entries.codes.dtype == np.int32 and _is_coded(entries), what)
                _hold(rows.dtype == np.int64 and rows.shape == entries.codes.shape, what)
                _hold(_are_within(rows, n_videos) and not np.any(np.diff(rows) < 0), what)


def _check_numbers(values: Array, kind: ColumnType, n_videos: int, what: str) -> None:
    _hold(values.dtype == DTYPES[type(kind)], what)
    shape = (n_videos, N_TOPICS) if isinstance(kind, RiskLevels) else (n_videos,)
    _hold(values.shape == shape, what)
    if isinstance(kind, SensitivityLevel):
        _hold(np.all(values < len(LEVELS)), what)
    if isinstance(kind, RiskLevels):
        _hold(np.all(values < len(RISKS)), what)


def _is_coded(coded: Coded) -> bool:
    words = coded.words
    if not all(isinstance(word, str) for word in words):
        return False
    rise = all(one < other for one, other in pairwise(words))
    return rise and np.array_equal(np.unique(coded.codes), np.arange(len(words)))


def _are_within(numbers: Array, n: int) -> bool:
    return not numbers.size or bool(numbers.min() >= 0 and numbers.max() < n)


def _check_co_likes(co_likes: CoLikes, n_videos: int) -> None:
    n_rows = len(co_likes.starts) - 1
    _hold(n_rows in (0, n_videos), "likes of viewers")
    _check_starts(co_likes.starts, n_rows + 1, co_likes.rows.size, "likes of viewers")
    _hold(co_likes.rows.dtype == np.int32, "likes of viewers")
    _hold(_are_within(co_likes.rows, n_videos), "likes of viewers")
    cosines = co_likes.cosines
    _hold(cosines.dtype == np.float32 and cosines.shape == co_likes.rows.shape, "likes of viewers")
    _hold(np.all((cosines >= 0) & (cosines <= 1 + _NEAR_32)), "likes of viewers")
    is_first = np.zeros(cosines.size + 1, bool)
    is_first[co_likes.starts] = True
    _hold(np.all((np.diff(cosines) <= 0) | is_first[1 : cosines.size]), "likes of viewers")
    _hold(co_likes.viewers >= 0, "likes of viewers")
    learned = co_likes.learned
    _hold(0.0 <= learned.mix <= MAX_MIX and learned.viewers >= 0, "likes of viewers")
    _hold(0.0 <= learned.by_tags <= 1.0 and 0.0 <= learned.by_best <= 1.0, "likes of viewers")


def _check_common(common: MeanVector, expected: MeanVector) -> None:
    _hold(common.tags.dtype == np.int64 and common.units.dtype == np.float64, "common tags")
    _hold(np.array_equal(common.tags, expected.tags), "common tags")
    _hold(_are_near(common.units, expected.units, _NEAR_32), "common tags")


def _are_near(some: Any, others: Any, near: float = _NEAR) -> bool:
    one, other = np.asarray(some, np.float64), np.asarray(others, np.float64)
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=near, atol=near * 1e-3))
