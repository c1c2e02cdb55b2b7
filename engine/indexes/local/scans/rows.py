"""Scoring every row: nothing to build, 25 ns a video. For the videos changed since the build."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.scans.base import Array
from engine.kernels.forward import Floats, ForwardRows, Queries, TopRows, search_rows


class RowScan:
    """Needs nothing but the forward rows."""

    name = "rows"

    @property
    def arrays(self) -> Mapping[str, Array]:
        """Nothing."""
        return {}

    def scratch(self, n_videos: int) -> tuple[Array, ...]:  # noqa: ARG002 # others need it
        """Return nothing."""
        return ()

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],  # noqa: ARG002 # other scans need it
        hits: TopRows,
    ) -> None:
        """Score every row that passes."""
        rows = np.flatnonzero(passes) if passes.size else np.arange(forward.scales.size)
        search_rows(forward, queries, rows, weights, hits)
