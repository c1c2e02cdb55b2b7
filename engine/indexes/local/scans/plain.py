"""Adding up every posting of the query: the quickest up to some 100,000 videos."""

from collections.abc import Iterator, Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.scans.base import Array
from engine.kernels.forward import Floats, ForwardRows, Queries, TopRows
from engine.kernels.plain import CHUNK_ROWS, PlainPostings, build_chunk, search_plain

_UNIT_ROUNDOFF = 2.0**-24


class PlainScan:
    """Posting lists with 32-bit impacts; the candidates they show are then scored exactly.

    Args:
        postings: made of the rows that are searched.
        rounding: what a sum of 32-bit impacts may be off by.
    """

    name = "plain"

    def __init__(self, postings: PlainPostings, rounding: float) -> None:
        self._postings = postings
        self._rounding = rounding

    @classmethod
    def pieces(cls, forward: ForwardRows, max_impact: float) -> Iterator[Mapping[str, Array]]:
        """Turn rows into posting lists; no row has a scaled norm above ``max_impact``."""
        yield {
            "starts": np.zeros(1, dtype=np.int64),
            "rows": np.empty(0, dtype=np.uint16),
            "impacts": np.empty(0, dtype=np.float32),
        }
        n_videos, n_tags = forward.scales.size, forward.idf.size
        longest = n_postings = 0
        for first_row in range(0, n_videos, CHUNK_ROWS):
            end_row = min(first_row + CHUNK_ROWS, n_videos)
            ends = forward.starts[first_row : end_row + 1]
            size = int(ends[-1] - ends[0])
            starts = np.zeros(n_tags + 1, dtype=np.int64)
            rows, impacts = np.empty(size, dtype=np.uint16), np.empty(size, dtype=np.float32)
            build_chunk(forward, first_row, end_row, starts, rows, impacts)
            yield {"starts": n_postings + starts[1:], "rows": rows, "impacts": impacts}
            n_postings += size
            longest = max(longest, int(np.diff(ends).max()))
        yield {"rounding": np.array([cls.rounding_of(longest, max_impact)])}

    @staticmethod
    def rounding_of(longest: int, max_impact: float) -> float:
        """Return what a sum may be off by, from the most tags and the largest norm of a row."""
        # A sum of m products is off by at most (m + 4) roundings of the sum of their sizes
        # (Higham 2002, section 3.1), which is at most the norm of the row (Cauchy-Schwarz).
        return (longest + 4) * _UNIT_ROUNDOFF * max_impact

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Self:
        """Make the scan from its ``arrays``."""
        for array in arrays.values():
            array.flags.writeable = False  # as mapped files are: one type to compile
        postings = PlainPostings(arrays["starts"], arrays["rows"], arrays["impacts"])
        return cls(postings, float(arrays["rounding"][0]))

    @property
    def arrays(self) -> Mapping[str, Array]:
        """The posting lists and the rounding."""
        return {**self._postings._asdict(), "rounding": np.array([self._rounding])}

    def scratch(self, n_videos: int) -> tuple[Array, ...]:
        """Return the sums of one chunk of rows."""
        return (np.zeros(min(n_videos, CHUNK_ROWS), dtype=np.float32),)

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        hits: TopRows,
    ) -> None:
        """Add up the postings and keep the best."""
        (sums,) = scratch
        search_plain(forward, self._postings, queries, passes, self._rounding, weights, sums, hits)
