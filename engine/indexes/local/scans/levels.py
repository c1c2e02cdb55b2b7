"""Reading posting lists by impact level: the quickest for many videos; see the kernel."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.scans.base import Array
from engine.kernels.forward import Floats, ForwardRows, Queries, TopRows
from engine.kernels.level_build import (
    MAX_LEVELS,
    cut_tags,
    gather_postings,
)
from engine.kernels.level_plan import Levels
from engine.kernels.level_sums import STRIP_ROWS
from engine.kernels.levels import search_levels
from engine.kernels.rows import count_tags

SHARD_ROWS: Final = 2**19
BLOCK_ROWS: Final = 2**16
"""As many as two bytes number; their accumulators stay in the processor's second-level cache."""

_RUN_POSTINGS: Final = 2**21
"""Postings that are cut at a time: what a build needs beside its result is ten times as many
bytes, whatever the number of videos."""


class LevelScan:
    """Posting lists in levels, two bytes a posting.

    Args:
        levels: made of the rows that are searched.
    """

    name = "levels"

    def __init__(self, levels: Levels) -> None:
        self._levels = levels

    @classmethod
    def pieces(
        cls,
        forward: ForwardRows,
        max_impact: float,
        *,
        shard_rows: int = SHARD_ROWS,
        block_rows: int = BLOCK_ROWS,
    ) -> Iterator[Mapping[str, Array]]:
        """Cut every posting list into levels; no impact is above ``max_impact``."""
        zero = np.zeros(1, dtype=np.int64)
        yield {
            "shard_rows": np.array([shard_rows]),
            "block_rows": np.array([block_rows]),
            "firsts": zero,
            "uppers": np.empty(0, dtype=np.float32),
            "slopes": np.empty(0, dtype=np.float32),
            "starts": zero,
            "rows": np.empty(0, dtype=np.uint16),
        }
        n_levels = n_postings = 0
        # One room for all runs: the system takes its time to give memory that is new.
        n_room = min(max(_RUN_POSTINGS, shard_rows), forward.tags.size)
        room = np.empty(n_room, dtype=np.uint32), np.empty(n_room, dtype=np.uint8)
        for first_row in range(0, forward.scales.size, shard_rows):
            end_row = min(first_row + shard_rows, forward.scales.size)
            for levels in _cut(forward, first_row, end_row, block_rows, max_impact, *room):
                yield {
                    "firsts": n_levels + levels.firsts,
                    "uppers": levels.uppers,
                    "slopes": levels.slopes,
                    "starts": n_postings + levels.starts,
                    "rows": levels.rows,
                }
                n_levels += levels.uppers.size
                n_postings += levels.rows.size

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """Make the scan from its ``arrays``."""
        for array in arrays.values():
            array.flags.writeable = False  # as mapped files are: one type to compile
        return cls(
            Levels(
                int(arrays["shard_rows"][0]),
                int(arrays["block_rows"][0]),
                arrays["firsts"],
                arrays["uppers"],
                arrays["slopes"],
                arrays["starts"],
                arrays["rows"],
            )
        )

    @property
    def arrays(self) -> Mapping[str, Array]:
        """The levels."""
        levels = self._levels
        sizes = {name: np.array([getattr(levels, name)]) for name in ("shard_rows", "block_rows")}
        return {**levels._asdict(), **sizes}

    def scratch(self, n_videos: int) -> tuple[Array, ...]:  # noqa: ARG002 # others need it
        """Return the accumulators of one block and the candidates of one shard."""
        n_sums = -(-self._levels.block_rows // STRIP_ROWS) * STRIP_ROWS
        sums = np.zeros(n_sums, dtype=np.uint16)
        return sums, np.empty(self._levels.shard_rows, dtype=np.int64)

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        hits: TopRows,
    ) -> None:
        """Read the levels that matter and score the candidates."""
        self.work(forward, queries, passes, weights, scratch, hits)

    def work(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        hits: TopRows,
    ) -> tuple[int, int]:
        """Do what ``find`` does; return how many postings were read and rows scored."""
        sums, candidates = scratch
        done = np.zeros(2, dtype=np.int64)
        search_levels(forward, self._levels, queries, passes, weights, sums, candidates, hits, done)
        return int(done[0]), int(done[1])


def runs_of(
    firsts: NDArray[np.int64], n_blocks: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the level and the block of each run of some lists, in their order.

    Args:
        firsts: shape (n_lists + 1,), the first level of each list, from 0.
        n_blocks: of the shard.
    """
    n_levels = np.diff(firsts)
    list_of = np.repeat(np.arange(n_levels.size), n_levels * n_blocks)
    within = np.arange(list_of.size) - firsts[list_of] * n_blocks
    return firsts[list_of] + within % n_levels[list_of], within // n_levels[list_of]


class _Cut(NamedTuple):
    """The levels of a run of tags in one shard, numbered from 0; see ``Levels``."""

    firsts: NDArray[np.int64]
    uppers: NDArray[np.float32]
    slopes: NDArray[np.float32]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint16]


def _cut(
    forward: ForwardRows,
    first_row: int,
    end_row: int,
    block_rows: int,
    max_impact: float,
    gathered: NDArray[np.uint32],
    bands: NDArray[np.uint8],
) -> Iterator[_Cut]:
    """Cut the lists of one shard, some millions of postings at a time.

    Args:
        forward: the rows.
        first_row: the first of the shard.
        end_row: the row after its last.
        block_rows: rows of a block, a power of 2, at most 65,536.
        max_impact: no impact is above.
        gathered: scratch, as long as the most postings of a run.
        bands: scratch, as long.
    """
    n_tags, n_blocks = forward.idf.size, -((first_row - end_row) // block_rows)
    tag_starts = np.zeros(n_tags + 1, dtype=np.int64)
    cursors = forward.starts[first_row:end_row].copy()
    first, end = int(forward.starts[first_row]), int(forward.starts[end_row])
    count_tags(forward.tags, first, end, tag_starts[1:])
    np.cumsum(tag_starts, out=tag_starts)
    first_tag = 0
    while first_tag < n_tags:
        last = np.searchsorted(tag_starts, tag_starts[first_tag] + _RUN_POSTINGS, side="right") - 1
        end_tag = max(first_tag + 1, int(last))
        own_starts = tag_starts[first_tag : end_tag + 1] - tag_starts[first_tag]
        n_postings = int(own_starts[-1])
        free = own_starts[:-1].copy()
        gather_postings(
            forward, first_row, first_tag, end_tag, max_impact, cursors, free, gathered, bands
        )
        max_levels = min((end_tag - first_tag) * MAX_LEVELS, n_postings) + MAX_LEVELS
        firsts = np.zeros(end_tag - first_tag, dtype=np.int64)
        uppers = np.empty(max_levels, dtype=np.float32)
        slopes = np.empty(max_levels, dtype=np.float32)
        starts = np.zeros(max_levels * n_blocks + 1, dtype=np.int64)
        rows = np.empty(n_postings, dtype=np.uint16)
        n = cut_tags(
            gathered,
            bands,
            own_starts,
            max_impact,
            block_rows,
            n_blocks,
            firsts,
            uppers,
            slopes,
            starts,
            rows,
        )
        yield _Cut(firsts, uppers[:n], slopes[:n], starts[1 : n * n_blocks + 1], rows)
        first_tag = end_tag
