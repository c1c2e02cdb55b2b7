"""The accumulators of a search by level: adding levels to them, and finding the great ones.

An accumulator is 16 bits: the sum of the upper edges of what was read of a row. There are as many
as a block has rows, all 0 between two blocks; few of them matter. They are looked at several at a
time, as whole words, or only where something was added, and set to 0 in the same go.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import push
from engine.kernels.compiled import compiled
from engine.kernels.level_plan import Levels, Lists, Numbers

FULL: Final = 32_767
"""The largest accumulator; its 16th bit is for the look at whole words."""

STRIP_ROWS: Final = 512
"""Rows that are looked at together."""

_WORD_ROWS: Final = 4
_STRIP_WORDS: Final = STRIP_ROWS // _WORD_ROWS
_HIGH_BITS: Final = np.uint64(0x8000_8000_8000_8000)
_LANES: Final = np.uint64(0x0001_0001_0001_0001)
_ROW_BITS: Final = 32
_LOW_BITS: Final = 0xFFFF_FFFF

Sums = NDArray[np.uint16]
Words = NDArray[np.uint64]
Passes = NDArray[np.bool_]


def _read(
    levels: Levels, lists: Lists, block: int, depths: Numbers, scale: float, sums: Sums
) -> int:
    """Add the levels of every tag up to ``depths``, in one block; return how many postings."""
    n_read = 0
    for at in range(depths.size):
        first = lists.firsts[at]
        run = lists.runs[at] + block * (lists.lasts[at] - first)
        for level in range(first, depths[at]):
            step = np.uint16(int(lists.units[at] * levels.uppers[level] * scale) + 1)
            start, end = levels.starts[run], levels.starts[run + 1]
            for row in levels.rows[start:end]:
                sums[row] += step
            n_read += end - start
            run += 1
    return n_read


read_levels = compiled(_read, always=True)


def _reaches(strip: Words, short: np.uint64) -> bool:
    """Tell whether any accumulator of a strip reaches a value.

    Args:
        strip: shape (STRIP_ROWS / 4,), four accumulators a word, each below 2^15. The length is
            a constant to the compiler, which then looks at many words at a time.
        short: 2^15 less the value, in each quarter of the word: adding it sets the high bit.
    """
    reached = np.uint64(0)
    for word in range(_STRIP_WORDS):
        reached |= strip[word] + short
    return bool(reached & _HIGH_BITS)


strip_reaches = compiled(_reaches, always=True)


def _short(value: int) -> np.uint64:
    return np.uint64(FULL + 1 - value) * _LANES


short_of = compiled(_short, always=True)


def _marked(sum_: int, row: int) -> int:
    """Return a sum and its row as one number that sorts by the sum."""
    return (sum_ << _ROW_BITS) + row


marked = compiled(_marked, always=True)


def _row_of(candidate: int) -> int:
    return candidate & _LOW_BITS


row_of = compiled(_row_of, always=True)


def _sum_of(candidate: int) -> int:
    return candidate >> _ROW_BITS


sum_of = compiled(_sum_of, always=True)


def _top_sums(
    levels: Levels,
    lists: Lists,
    block: int,
    depths: Numbers,
    sums: Sums,
    first_row: int,
    passes: Passes,
    top: Numbers,
    n_top: int,
) -> int:
    """Keep the rows with the greatest accumulators of those met so far.

    Args:
        levels: the index.
        lists: of the query.
        block: which was read.
        depths: shape (n,), the level after the last that was read.
        sums: the accumulators, set to 0.
        first_row: the first of the block.
        passes: the rows that may be found, or (0,) for all.
        top: a heap of candidates.
        n_top: how many it holds.

    Returns:
        How many it holds now.
    """
    unused = np.empty(top.size, dtype=np.float64)
    needed = sum_of(top[0]) + 1 if n_top == top.size else 1
    for at in range(depths.size):
        run = lists.runs[at] + block * (lists.lasts[at] - lists.firsts[at])
        end = levels.starts[run + depths[at] - lists.firsts[at]]
        for own in levels.rows[levels.starts[run] : end]:
            value, row = sums[own], first_row + np.int64(own)
            sums[own] = 0
            if value < needed or (passes.size > 0 and not passes[row]):
                continue
            n_top = push(top, unused, n_top, top.size, marked(int(value), int(row)), 0.0)
            if n_top == top.size:
                needed = sum_of(top[0]) + 1
    return n_top


top_sums = compiled(_top_sums, always=True)


def _walk(
    levels: Levels,
    lists: Lists,
    block: int,
    depths: Numbers,
    needed: int,
    sums: Sums,
    first_row: int,
    passes: Passes,
    candidates: Numbers,
    n_candidates: int,
) -> int:
    """Collect the rows that reach a value by walking over what was read.

    Args:
        levels: the index.
        lists: of the query.
        block: which was read.
        depths: shape (n,), the level after the last that was read.
        needed: what an accumulator must reach.
        sums: the accumulators, set to 0.
        first_row: the first of the block.
        passes: the rows that may be found, or (0,) for all.
        candidates: filled on.
        n_candidates: how many there are.

    Returns:
        How many there are now.
    """
    for at in range(depths.size):
        run = lists.runs[at] + block * (lists.lasts[at] - lists.firsts[at])
        end = levels.starts[run + depths[at] - lists.firsts[at]]
        for own in levels.rows[levels.starts[run] : end]:
            value, row = sums[own], first_row + np.int64(own)
            sums[own] = 0
            if value >= needed and (passes.size == 0 or passes[row]):
                candidates[n_candidates] = marked(int(value), int(row))
                n_candidates += 1
    return n_candidates


walk_sums = compiled(_walk, always=True)


def _scan(
    n_rows: int,
    needed: int,
    sums: Sums,
    first_row: int,
    passes: Passes,
    candidates: Numbers,
    n_candidates: int,
) -> int:
    """Collect the rows that reach a value by looking at every accumulator.

    Args:
        n_rows: of the block.
        needed: what an accumulator must reach.
        sums: the accumulators, set to 0.
        first_row: the first of the block.
        passes: the rows that may be found, or (0,) for all.
        candidates: filled on.
        n_candidates: how many there are.

    Returns:
        How many there are now.
    """
    words = sums.view(np.uint64)
    short = short_of(min(needed, FULL))
    for first in range(0, n_rows, STRIP_ROWS):
        strip = words[first // _WORD_ROWS : (first + STRIP_ROWS) // _WORD_ROWS]
        if strip_reaches(strip, short):
            for word in range(_STRIP_WORDS):
                if not (strip[word] + short) & _HIGH_BITS:
                    continue
                word_row = first + word * _WORD_ROWS
                for row in range(word_row, word_row + _WORD_ROWS):
                    if sums[row] < needed or (passes.size > 0 and not passes[first_row + row]):
                        continue
                    candidates[n_candidates] = marked(int(sums[row]), first_row + row)
                    n_candidates += 1
        for word in range(_STRIP_WORDS):
            strip[word] = 0
    return n_candidates


scan_sums = compiled(_scan, always=True)
