"""Kinds of music, and from which shares of musicnn's tags on they are said."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.cards import load_card, load_json

KIND_SHARES: Final[Mapping[str, tuple[tuple[str, ...], float]]] = {
    "classical": (("classical",), 0.32),
    "electronic": (("electronic",), 0.36),
    "ambient": (("ambient",), 0.36),
    "rock": (("rock",), 0.4),
}
"""Word for a kind of music -> musicnn's tags, and the share of these together that says it."""

CLEARLY: Final = 0.05
"""By so much a share is more or less than the one that says a kind, or the kind is open."""


def clearly_alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Tell whether two pieces of music are clearly of the same kinds.

    Args:
        one: shares of musicnn's tags, shape (50,).
        other: likewise.
    """
    for columns, share in _kinds():
        beyond = [float(shares[columns].sum()) - share for shares in (one, other)]
        if not (min(beyond) > CLEARLY or max(beyond) < -CLEARLY):
            return False
    return True


@cache
def _kinds() -> list[tuple[list[int], float]]:
    tags = load_json(load_card("musicnn"), "tags.json")
    return [([tags.index(name) for name in names], share) for names, share in KIND_SHARES.values()]
