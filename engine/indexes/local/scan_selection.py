"""Choice of an index's way of searching: asked of its own videos, not of a clock.

Levels save most where impacts are skewed. How much they save here is counted, on a sample of
queries made of the index's rows, and priced with what a step was measured to cost. Counting, not
timing, so that the same input gives the same index.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.indexes.local.queries import packed
from engine.indexes.local.scans.base import Array, Scan, concatenated
from engine.indexes.local.scans.plain import PlainScan
from engine.indexes.local.scans.rows import RowScan
from engine.kernels.forward import ForwardRows, TopRows
from engine.ports.query import Query

if TYPE_CHECKING:
    from engine.indexes.local.scans.levels import LevelScan

Kernel = Literal["rows", "plain", "levels"]
"""The ways of searching; all give the same answer."""

MANY_VIDEOS: Final = 100_000
"""From here on levels are considered."""

_QUERIES: Final = 24
_WATCHED: Final = 5
_MAX_TAGS: Final = 45
_K: Final = 10

# Nanoseconds, fitted to nine corpora of up to 400,000 videos; only their proportions matter.
_PLAIN_POSTING: Final = 0.65
_PLAIN_ROW: Final = 0.7
_PLAIN_QUERY: Final = 3_000.0
_LEVEL_POSTING: Final = 1.0
_LEVEL_ROW: Final = 0.06
_EXACT_ROW: Final = 100.0
_LEVEL_QUERY: Final = 15_000.0

_KINDS: Final[dict[str, Any]] = {
    "rows": lambda *_: RowScan(),
    "plain": lambda arrays, _: PlainScan.of(arrays),
    "levels": lambda arrays, n_videos: _levels().of(_in_blocks(arrays, n_videos)),
}


def _levels() -> "type[LevelScan]":
    # With six modules of kernels that few videos do without.
    from engine.indexes.local.scans.levels import LevelScan

    return LevelScan


def _in_blocks(arrays: Mapping[str, Array], n_videos: int) -> Mapping[str, Array]:
    if "block_rows" in arrays:
        return arrays
    from engine.indexes.local.scans.earlier_levels import in_blocks

    return in_blocks(arrays, n_videos)


Keep = Callable[[Iterable[Mapping[str, Array]]], Mapping[str, Array]]
"""Puts the pieces of arrays together, wherever they are to be."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Result of a sample of queries on levels.

    Attributes:
        queries: number of queries.
        read: the mean share of its postings that a query reads by level, from 0.0; what is read
            again, for the first guess at the best, counts again.
        cost: of searching by level, as a part of what adding up every posting costs.
    """

    queries: int
    read: float
    cost: float

    @property
    def levels_pay(self) -> bool:
        """Whether searching by level costs less."""
        return self.cost < 1.0


def build_scan(
    forward: ForwardRows,
    max_impact: float,
    df: NDArray[np.int64],
    kernel: Kernel | None,
    keep: Keep = concatenated,
) -> tuple[Scan, Sample | None]:
    """Build the way of searching that was asked for, or else the quickest.

    Args:
        forward: the rows.
        max_impact: no row has a scaled norm above.
        df: shape (n_tags,), the number of rows with each tag.
        kernel: what was asked for.
        keep: where the arrays go; what is built last counts.

    Returns:
        The scan, and the sample that decided; None if it was asked for or the rows are few.

    Raises:
        InvalidInput: there is no such kernel.
    """
    check_kernel(kernel)
    if kernel == "rows":
        return RowScan(), None
    sample = None
    if kernel == "levels" or (kernel is None and forward.scales.size >= MANY_VIDEOS):
        levels = _levels().of(keep(_levels().pieces(forward, max_impact)))
        if kernel == "levels":
            return levels, None
        sample = sampled(forward, levels, df)
        if sample.levels_pay:
            return levels, sample
    return PlainScan.of(keep(PlainScan.pieces(forward, max_impact))), sample


def check_kernel(kernel: str | None) -> None:
    """Raise ``InvalidInput`` if no kernel is called so; None stands for the quickest."""
    if kernel is not None and kernel not in _KINDS:
        raise InvalidInput(f"no kernel {kernel!r}: choose from {', '.join(_KINDS)}")


def scan_of(kernel: str, arrays: Mapping[str, Array], n_videos: int) -> Scan:
    """Make a way of searching ``n_videos`` from the arrays it was saved as.

    Raises:
        KeyError: there is no such kernel, or an array is missing.
        ValueError: arrays of an earlier version do not fit together.
    """
    scan: Scan = _KINDS[kernel](arrays, n_videos)
    return scan


def sampled(forward: ForwardRows, levels: "LevelScan", df: NDArray[np.int64]) -> Sample:
    """Ask queries made of the rows, and count what searching by level costs.

    Args:
        forward: the rows.
        levels: made of them.
        df: shape (n_tags,), the number of rows with each tag.
    """
    rng = np.random.default_rng(0)
    every_row = np.empty(0, dtype=np.bool_)
    weights, scratch = np.zeros(forward.idf.size), levels.scratch(forward.scales.size)
    n_rows = forward.scales.size
    by_level = plainly = read = 0.0
    for at in range(_QUERIES):
        # In turns what one video shows and what a viewer of several has seen.
        query = _query(forward, rng, 1 if at % 2 else _WATCHED)
        hits = TopRows(
            np.empty((1, _K), dtype=np.int64), np.empty((1, _K)), np.zeros(1, dtype=np.int64)
        )
        n_read, n_exact = levels.work(forward, packed([query]), every_row, weights, scratch, hits)
        n_postings = float(df[query.tags].sum())
        by_level += (
            n_read * _LEVEL_POSTING + n_exact * _EXACT_ROW + n_rows * _LEVEL_ROW + _LEVEL_QUERY
        )
        plainly += n_postings * _PLAIN_POSTING + n_rows * _PLAIN_ROW + _PLAIN_QUERY
        read += n_read / max(1.0, n_postings)
    return Sample(_QUERIES, round(read / _QUERIES, 4), round(by_level / plainly, 4))


def _query(forward: ForwardRows, rng: np.random.Generator, n_rows: int) -> Query:
    rows = rng.integers(forward.scales.size, size=n_rows)
    own = [slice(int(forward.starts[row]), int(forward.starts[row + 1])) for row in rows]
    tags = np.concatenate([forward.tags[part] for part in own]).astype(np.int64)
    counts = np.concatenate([forward.counts[part] for part in own]).astype(np.float64)
    strongest = np.argsort(-counts, kind="stable")[:_MAX_TAGS]
    return Query.weigh(tags[strongest], counts[strongest], forward.idf)


def selection_text(scan: Scan, sample: Sample | None) -> str:
    """Return how an index is searched and why, for people."""
    if sample is None:
        return f"{scan.name} kernel, as below {MANY_VIDEOS:,} videos"
    return (
        f"{scan.name} kernel: {sample.queries} sampled queries read {sample.read:.2f} postings by"
        f" level for each there is, at {sample.cost:.2f} of the plain kernel's cost"
    )
