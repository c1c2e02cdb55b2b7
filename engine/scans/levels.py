"""Reading posting lists by impact level: the quickest for many videos; see the kernel."""

from collections.abc import Mapping
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.kernels.forward import Floats, ForwardRows, Found, Queries
from engine.kernels.level_build import (
    MOST_LEVELS,
    cut_shard,
    gather_postings,
)
from engine.kernels.levels import BLOCK_ROWS, Levels, search_levels
from engine.kernels.rows import count_tags
from engine.scans.base import Array

SHARD_ROWS: Final = 2**19


class LevelScan:
    """Posting lists in levels, four bytes a posting.

    Args:
        levels: made of the rows that are searched.
    """

    name = "levels"

    def __init__(self, levels: Levels) -> None:
        self._levels = levels

    @classmethod
    def build(cls, forward: ForwardRows, greatest: float, *, shard_rows: int = SHARD_ROWS) -> Self:
        """Cut every posting list into levels, shard by shard; no impact is above ``greatest``."""
        n_videos, n_tags = forward.scales.size, forward.idf.size
        n_shards = -(-n_videos // shard_rows)
        firsts = np.zeros(n_shards * n_tags + 1, dtype=np.int64)
        most_levels = min(n_shards * n_tags * MOST_LEVELS, forward.tags.size) + MOST_LEVELS
        uppers = np.empty(most_levels, dtype=np.float32)
        slopes = np.empty(most_levels, dtype=np.float32)
        starts = np.zeros(most_levels + 1, dtype=np.int64)
        rows = np.empty(forward.tags.size, dtype=np.uint32)
        n_levels = 0
        for shard in range(n_shards):
            first_row, end_row = shard * shard_rows, min((shard + 1) * shard_rows, n_videos)
            start, end = int(forward.starts[first_row]), int(forward.starts[end_row])
            tag_starts = np.zeros(n_tags + 1, dtype=np.int64)
            count_tags(forward.tags, start, end, tag_starts[1:])
            np.cumsum(tag_starts, out=tag_starts)
            gathered = np.empty(end - start, dtype=np.uint32)
            bands = np.empty(end - start, dtype=np.uint8)
            free = tag_starts[:-1].copy()
            gather_postings(forward, first_row, end_row, greatest, free, gathered, bands)
            n_levels = cut_shard(
                gathered,
                bands,
                tag_starts,
                greatest,
                n_levels,
                firsts[shard * n_tags + 1 : (shard + 1) * n_tags + 1],
                uppers,
                slopes,
                starts,
                rows,
            )
        return cls.of(
            {
                "shard_rows": np.array([shard_rows]),
                "firsts": firsts,
                "uppers": uppers[:n_levels].copy(),
                "slopes": slopes[:n_levels].copy(),
                "starts": starts[: n_levels + 1].copy(),
                "rows": rows,
            }
        )

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """Make the scan from its ``arrays``."""
        for array in arrays.values():
            array.flags.writeable = False  # as mapped files are: one type to compile
        return cls(
            Levels(
                int(arrays["shard_rows"][0]),
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
        return {**levels._asdict(), "shard_rows": np.array([levels.shard_rows])}

    def scratch(self) -> tuple[Array, ...]:
        """Return the accumulators of one shard."""
        n_blocks = -(-self._levels.shard_rows // BLOCK_ROWS)
        return (np.zeros(n_blocks * BLOCK_ROWS, dtype=np.uint16),)

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        found: Found,
    ) -> None:
        """Read the levels that matter and score the candidates."""
        self.work(forward, queries, passes, weights, scratch, found)

    def work(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        found: Found,
    ) -> tuple[int, int]:
        """Do what ``find`` does; return how many postings were read and rows scored."""
        (sums,) = scratch
        done = np.zeros(2, dtype=np.int64)
        search_levels(forward, self._levels, queries, passes, weights, sums, found, done)
        return int(done[0]), int(done[1])
