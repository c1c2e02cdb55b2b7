"""Interface of a scan."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.kernels.forward import Floats, ForwardRows, Queries, TopRows

Array = NDArray[Any]


class Scan(Protocol):
    """Finds the k best rows for each of some queries; exact, whatever it skips."""

    @property
    def name(self) -> str:
        """Name that a caller chooses it by."""

    @property
    def arrays(self) -> Mapping[str, Array]:
        """Arrays stored beside the forward rows, by name; enough to make the scan anew."""

    def scratch(self, n_videos: int) -> tuple[Array, ...]:
        """Return what one thread needs; not to be changed between two calls of ``find``.

        Args:
            n_videos: of the rows this scan was made of.
        """

    def find(
        self,
        forward: ForwardRows,
        queries: Queries,
        passes: NDArray[np.bool_],
        weights: Floats,
        scratch: tuple[Array, ...],
        hits: TopRows,
    ) -> None:
        """Fill ``hits``.

        Args:
            forward: the rows this scan was made of.
            queries: the queries.
            passes: shape (n_videos,), the rows that may be found, or (0,) for all.
            weights: shape (n_tags,), all 0 before and after.
            scratch: as made by ``scratch``.
            hits: filled, best first.
        """


def concatenated(pieces: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
    """Put the pieces of each array one after the other."""
    arrays: dict[str, Array] = {}
    for piece in pieces:
        for name, array in piece.items():
            whole = arrays.setdefault(name, np.empty(0, array.dtype))
            # Grows where it is: room for both the pieces and the whole would be taken otherwise,
            # and the system takes longer to give it than a copy takes. Nobody else has it yet.
            whole.resize(whole.size + array.size, refcheck=False)
            whole[whole.size - array.size :] = array
    return arrays
