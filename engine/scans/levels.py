"""Reading posting lists by impact level: the quickest for many videos; see the kernel."""

from collections.abc import Mapping
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.kernels.forward import Floats, ForwardRows, Found, Queries
from engine.kernels.level_build import (
    MOST_LEVELS,
    count_bands,
    cut_shard,
    fill_levels,
    greatest_impact,
)
from engine.kernels.levels import BLOCK_ROWS, Levels, search_levels
from engine.scans.base import Array

SHARD_ROWS: Final = 2**19
_BANDS: Final = 256
_MOST_CELLS: Final = 2**26


class LevelScan:
    """Posting lists in levels, four bytes a posting.

    Args:
        levels: made of the rows that are searched.
    """

    name = "levels"

    def __init__(self, levels: Levels) -> None:
        self._levels = levels

    @classmethod
    def build(cls, forward: ForwardRows, *, shard_rows: int = SHARD_ROWS) -> Self:
        """Cut every posting list into levels, shard by shard."""
        n_videos, n_tags = forward.scales.size, forward.idf.size
        n_shards = -(-n_videos // shard_rows)
        n_bands = max(16, min(_BANDS, _MOST_CELLS // max(1, n_tags)))
        greatest = greatest_impact(forward)
        firsts = np.zeros(n_shards * n_tags + 1, dtype=np.int64)
        most_levels = min(n_shards * n_tags * MOST_LEVELS, forward.tags.size) + MOST_LEVELS
        uppers = np.empty(most_levels, dtype=np.float32)
        slopes = np.empty(most_levels, dtype=np.float32)
        starts = np.zeros(most_levels + 1, dtype=np.int64)
        rows = np.empty(forward.tags.size, dtype=np.uint32)
        level_of = np.zeros((n_tags, n_bands), dtype=np.uint8)
        n_levels = 0
        for shard in range(n_shards):
            first_row, end_row = shard * shard_rows, min((shard + 1) * shard_rows, n_videos)
            counts = np.zeros((n_tags, n_bands), dtype=np.int32)
            count_bands(forward, first_row, end_row, greatest, counts)
            own = firsts[shard * n_tags : (shard + 1) * n_tags + 1]
            n_levels = cut_shard(
                counts, greatest, n_levels, own[1:], uppers, slopes, starts, level_of
            )
            free = starts[:n_levels].copy()
            fill_levels(forward, first_row, end_row, greatest, own, level_of, free, rows)
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
