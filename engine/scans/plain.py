"""Adding up every posting of the query: the quickest up to some 100,000 videos."""

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.kernels.forward import Floats, ForwardRows, Found, Queries
from engine.kernels.plain import CHUNK_ROWS, PlainPostings, build_plain, search_plain
from engine.scans.base import Array

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
    def build(cls, forward: ForwardRows, greatest: float) -> Self:
        """Turn rows into posting lists; no row has a scaled norm above ``greatest``."""
        n_chunks = -(-forward.scales.size // CHUNK_ROWS)
        postings = PlainPostings(
            np.zeros(n_chunks * forward.idf.size + 1, dtype=np.int64),
            np.empty(forward.tags.size, dtype=np.uint16),
            np.empty(forward.tags.size, dtype=np.float32),
        )
        build_plain(forward, postings)
        longest = int(np.diff(forward.starts).max(initial=0))
        # A sum of m products is off by at most (m + 4) roundings of the sum of their sizes
        # (Higham 2002, section 3.1), which is at most the norm of the row (Cauchy-Schwarz).
        rounding = (longest + 4) * _UNIT_ROUNDOFF * greatest
        return cls.of({**postings._asdict(), "rounding": np.array([rounding])})

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

    def scratch(self) -> tuple[Array, ...]:
        """Return the sums of one chunk of rows."""
        return (np.zeros(CHUNK_ROWS, dtype=np.float32),)

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        found: Found,
    ) -> None:
        """Add up the postings and keep the best."""
        (sums,) = scratch
        search_plain(forward, self._postings, queries, passes, self._rounding, weights, sums, found)
