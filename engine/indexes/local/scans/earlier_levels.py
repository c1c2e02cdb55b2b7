"""Levels as they were stored before every list lay block by block: format 5 and below.

A level was one run of rows, numbered within the shard in four bytes. They are arranged anew when
such an index is opened, in memory; a reindex stores them as they are searched.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.scans.base import Array
from engine.indexes.local.scans.levels import BLOCK_ROWS, SHARD_ROWS, runs_of

_TAGS: Final = 64  # so many lists at a time: each posting takes some thirty bytes on the way


def in_blocks(
    arrays: Mapping[str, Array],
    n_videos: int,
    *,
    shard_rows: int = SHARD_ROWS,
    block_rows: int = BLOCK_ROWS,
) -> dict[str, Array]:
    """Return the arrays of levels as they are stored now.

    Args:
        arrays: as they were stored.
        n_videos: of the index.
        shard_rows: rows of a shard.
        block_rows: rows of a block.

    Raises:
        ValueError: the arrays do not fit together.
    """
    firsts, starts, rows = arrays["firsts"], arrays["starts"], arrays["rows"]
    if arrays["shard_rows"].tolist() != [shard_rows]:
        raise ValueError(f"its shards are not of {shard_rows} rows")
    _check_cover(firsts, starts.size - 1, "lists")
    _check_cover(starts, rows.size, "levels")
    if rows.dtype != np.uint32:
        raise ValueError(f"its rows are {rows.dtype}, not uint32")
    n_shards = -(-n_videos // shard_rows)
    n_tags = (firsts.size - 1) // max(1, n_shards)
    new_rows = np.empty(rows.size, dtype=np.uint16)
    new_starts = [np.zeros(1, dtype=np.int64)]
    for shard in range(n_shards):
        n_blocks = -(-min(shard_rows, n_videos - shard * shard_rows) // block_rows)
        end_tag = (shard + 1) * n_tags
        for tag in range(shard * n_tags, end_tag, _TAGS):
            own_firsts = firsts[tag : min(tag + _TAGS, end_tag) + 1]
            own_starts = starts[own_firsts[0] : own_firsts[-1] + 1]
            own = slice(int(own_starts[0]), int(own_starts[-1]))
            sizes, new_rows[own] = _arranged(
                own_firsts - own_firsts[0], np.diff(own_starts), rows[own], n_blocks, block_rows
            )
            new_starts.append(own_starts[0] + np.cumsum(sizes))
    return {
        **arrays,
        "block_rows": np.array([block_rows]),
        "starts": np.concatenate(new_starts),
        "rows": new_rows,
    }


def _check_cover(starts: Array, end: int, what: str) -> None:
    """Raise ``ValueError`` unless whole numbers rise from 0 to ``end``."""
    # Compared, not subtracted, which would wrap around: what is read may be any number.
    if (
        starts.dtype != np.int64
        or starts.size == 0
        or (starts[0], starts[-1]) != (0, end)
        or np.any(starts[1:] < starts[:-1])
    ):
        raise ValueError(f"its {what} do not follow each other")


def _arranged(
    firsts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    rows: NDArray[np.uint32],
    n_blocks: int,
    block_rows: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Return the sizes of the runs of some lists and their rows.

    Args:
        firsts: shape (n_lists + 1,), the first level of each list, from 0.
        sizes: shape (n_levels,), of the levels.
        rows: level by level, rising within one: each is cut into pieces, one a block.
        n_blocks: of the shard.
        block_rows: rows of a block.
    """
    if np.any(rows >= n_blocks * block_rows):
        raise ValueError("its rows go beyond their shard")
    level = np.repeat(np.arange(sizes.size), sizes)
    pieces = level * n_blocks + rows // block_rows
    piece_sizes = np.bincount(pieces, minlength=sizes.size * n_blocks)
    piece_starts = np.cumsum(piece_sizes) - piece_sizes
    levels, blocks = runs_of(firsts, n_blocks)
    order = levels * n_blocks + blocks
    run_sizes = piece_sizes[order]
    moved = piece_starts[order] - (np.cumsum(run_sizes) - run_sizes)
    taken = rows[np.repeat(moved, run_sizes) + np.arange(rows.size)] % block_rows
    return run_sizes, taken.astype(np.uint16)
