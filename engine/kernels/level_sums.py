"""The accumulators of a search by level: adding levels to them, and finding the great ones.

An accumulator is 16 bits: the sum of the upper edges of what was read of a row. A shard has as
many as rows, of which few matter; they are looked at several at a time, as whole words, or only
where something was added.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import push
from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats
from engine.kernels.level_plan import Levels, Numbers

FULL: Final = 32_767
"""The largest accumulator; its 16th bit is for marks and for the look at whole words."""

STRIP_ROWS: Final = 512
"""Rows that are looked at together."""

_WORD_ROWS: Final = 4
_STRIP_WORDS: Final = STRIP_ROWS // _WORD_ROWS
_MARK: Final = np.uint16(0x8000)
_HIGH_BITS: Final = np.uint64(0x8000_8000_8000_8000)
_LANES: Final = np.uint64(0x0001_0001_0001_0001)
_ROW_BITS: Final = 32
_LOW_BITS: Final = 0xFFFF_FFFF

Sums = NDArray[np.uint16]
Words = NDArray[np.uint64]
Passes = NDArray[np.bool_]


def _clear(n_rows: int, sums: Sums) -> None:
    """Set the accumulators of a shard to 0.

    Also brings them into the processor's cache in one sweep: the reading that follows goes to
    them in no order.
    """
    words = sums.view(np.uint64)
    for first in range(0, n_rows, STRIP_ROWS):
        strip = words[first // _WORD_ROWS : (first + STRIP_ROWS) // _WORD_ROWS]
        for word in range(_STRIP_WORDS):
            strip[word] = 0


clear_sums = compiled(_clear, always=True)


def _read(
    levels: Levels,
    froms: Numbers,
    depths: Numbers,
    units: Floats,
    scale: float,
    sums: Sums,
) -> int:
    """Add the levels from ``froms`` to ``depths`` of every tag; return how many postings."""
    n_read = 0
    for at in range(froms.size):
        for level in range(froms[at], depths[at]):
            step = np.uint16(int(units[at] * levels.uppers[level] * scale) + 1)
            start, end = levels.starts[level], levels.starts[level + 1]
            for posting in range(start, end):
                sums[levels.rows[posting]] += step
            n_read += end - start
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
    firsts: Numbers,
    depths: Numbers,
    enough: int,
    sums: Sums,
    first_row: int,
    passes: Passes,
    top: Numbers,
    marked_rows: Numbers,
) -> int:
    """Collect rows with great accumulators from the topmost levels that were read.

    Args:
        levels: the index.
        firsts: shape (n,), the first level of each tag of the query.
        depths: shape (n,), the level after the last that was read.
        enough: of one tag, levels are gone over until so many postings were.
        sums: the accumulators; as they were, after.
        first_row: the first of the shard.
        passes: the rows that may be found, or (0,) for all.
        top: filled with candidates.
        marked_rows: scratch, as long as the shard.

    Returns:
        How many of ``top`` are filled.
    """
    unused = np.empty(top.size, dtype=np.float64)
    n_top, n_marked, needed = 0, 0, 1
    for at in range(firsts.size):
        start = levels.starts[firsts[at]]
        for level in range(firsts[at], depths[at]):
            if levels.starts[level] - start >= enough:
                break
            for posting in range(levels.starts[level], levels.starts[level + 1]):
                row = levels.rows[posting]
                value = sums[row]
                # One that is marked was met on another tag's list, and is above any real sum.
                if value < needed or value >= _MARK:
                    continue
                if passes.size > 0 and not passes[first_row + row]:
                    continue
                sums[row] = value | _MARK
                marked_rows[n_marked] = row
                n_marked += 1
                n_top = push(top, unused, n_top, top.size, marked(int(value), int(row)), 0.0)
                if n_top == top.size:
                    needed = sum_of(top[0]) + 1
    for at in range(n_marked):
        sums[marked_rows[at]] &= ~_MARK
    return n_top


top_sums = compiled(_top_sums, always=True)


def _walk(
    levels: Levels,
    firsts: Numbers,
    depths: Numbers,
    needed: int,
    sums: Sums,
    first_row: int,
    passes: Passes,
    candidates: Numbers,
) -> int:
    """Collect the rows that reach a value by walking over what was read.

    Args:
        levels: the index.
        firsts: shape (n,), the first level of each tag of the query.
        depths: shape (n,), the level after the last that was read.
        needed: what an accumulator must reach.
        sums: the accumulators; set to 0, so that a row is met once.
        first_row: the first of the shard.
        passes: the rows that may be found, or (0,) for all.
        candidates: filled; as long as the shard.

    Returns:
        How many candidates there are.
    """
    n_candidates = 0
    for at in range(firsts.size):
        for posting in range(levels.starts[firsts[at]], levels.starts[depths[at]]):
            row = levels.rows[posting]
            value = sums[row]
            sums[row] = 0
            if value >= needed and (passes.size == 0 or passes[first_row + row]):
                candidates[n_candidates] = marked(int(value), int(row))
                n_candidates += 1
    return n_candidates


walk_sums = compiled(_walk, always=True)


def _scan(
    n_rows: int, needed: int, sums: Sums, first_row: int, passes: Passes, candidates: Numbers
) -> int:
    """Collect the rows that reach a value by looking at every accumulator.

    Args:
        n_rows: of the shard.
        needed: what an accumulator must reach.
        sums: the accumulators.
        first_row: the first of the shard.
        passes: the rows that may be found, or (0,) for all.
        candidates: filled; as long as the shard.

    Returns:
        How many candidates there are.
    """
    words = sums.view(np.uint64)
    short = short_of(min(needed, FULL))
    n_candidates = 0
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
                    candidates[n_candidates] = marked(int(sums[row]), row)
                    n_candidates += 1
    return n_candidates


scan_sums = compiled(_scan, always=True)
