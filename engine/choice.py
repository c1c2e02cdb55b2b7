"""Which way of searching an index gets: asked of its own videos, not of a clock.

Levels save most where impacts are skewed. How much they save here is counted, on a sample of
queries made of the index's rows, and priced with what a step was measured to cost. Counting, not
timing, so that the same input gives the same index.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.kernels.forward import ForwardRows, Found
from engine.queries import Query, packed
from engine.scans.base import Array, Scan
from engine.scans.levels import LevelScan
from engine.scans.plain import PlainScan
from engine.scans.rows import RowScan

Kernel = Literal["rows", "plain", "levels"]
"""The ways of searching; all give the same answer."""

MANY_VIDEOS: Final = 100_000
"""From here on levels are considered."""

_QUERIES: Final = 24
_WATCHED: Final = 5
_MOST_TAGS: Final = 45
_K: Final = 10

# Nanoseconds; only their proportions matter.
_PLAIN_POSTING: Final = 1.7
_PLAIN_ROW: Final = 0.25
_LEVEL_POSTING: Final = 1.3
_LEVEL_ROW: Final = 0.3
_EXACT_ROW: Final = 400.0
_LEVEL_QUERY: Final = 60_000.0


_KINDS: Final[dict[str, Any]] = {
    "rows": lambda _: RowScan(),
    "plain": PlainScan.of,
    "levels": LevelScan.of,
}


def build_scan(
    forward: ForwardRows, greatest: float, df: NDArray[np.int64], kernel: Kernel | None
) -> Scan:
    """Build the way of searching that was asked for, or else the quickest.

    Args:
        forward: the rows.
        greatest: no row has a scaled norm above.
        df: shape (n_tags,), the number of rows with each tag.
        kernel: what was asked for.

    Raises:
        InvalidInput: there is no such kernel.
    """
    if kernel is not None and kernel not in _KINDS:
        raise InvalidInput(f"no kernel {kernel!r}: choose from {', '.join(_KINDS)}")
    if kernel == "rows":
        return RowScan()
    if kernel == "levels" or (kernel is None and forward.scales.size >= MANY_VIDEOS):
        levels = LevelScan.build(forward, greatest)
        if kernel == "levels" or levels_pay(forward, levels, df):
            return levels
    return PlainScan.build(forward, greatest)


def scan_of(kernel: str, arrays: Mapping[str, Array]) -> Scan:
    """Make a way of searching from the arrays it was saved as.

    Raises:
        KeyError: there is no such kernel, or an array is missing.
    """
    scan: Scan = _KINDS[kernel](arrays)
    return scan


def levels_pay(forward: ForwardRows, levels: LevelScan, df: NDArray[np.int64]) -> bool:
    """Tell whether searching by level costs less than adding up every posting.

    Args:
        forward: the rows.
        levels: made of them.
        df: shape (n_tags,), the number of rows with each tag.
    """
    rng = np.random.default_rng(0)
    every_row = np.empty(0, dtype=np.bool_)
    weights, scratch = np.zeros(forward.idf.size), levels.scratch()
    by_level = plainly = 0.0
    for at in range(_QUERIES):
        # In turns what one video shows and what a viewer of several has seen.
        query = _sampled(forward, rng, 1 if at % 2 else _WATCHED)
        found = Found(
            np.empty((1, _K), dtype=np.int64), np.empty((1, _K)), np.zeros(1, dtype=np.int64)
        )
        n_read, n_exact = levels.work(forward, packed([query]), every_row, weights, scratch, found)
        n_rows = forward.scales.size
        by_level += (
            n_read * _LEVEL_POSTING + n_exact * _EXACT_ROW + n_rows * _LEVEL_ROW + _LEVEL_QUERY
        )
        plainly += float(df[query.tags].sum()) * _PLAIN_POSTING + n_rows * _PLAIN_ROW
    return by_level < plainly


def _sampled(forward: ForwardRows, rng: np.random.Generator, n_rows: int) -> Query:
    rows = rng.integers(forward.scales.size, size=n_rows)
    own = [slice(int(forward.starts[row]), int(forward.starts[row + 1])) for row in rows]
    tags = np.concatenate([forward.tags[part] for part in own]).astype(np.int64)
    counts = np.concatenate([forward.counts[part] for part in own]).astype(np.float64)
    most = np.argsort(-counts, kind="stable")[:_MOST_TAGS]
    return Query.weigh(tags[most], counts[most], forward.idf)
