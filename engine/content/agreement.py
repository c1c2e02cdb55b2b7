"""Segments that agree: a network that is wrong once in a hundred is wrong on every long video.

A segment is a second with new content and those that still show it.

One alone proves little. Parts of 809 harmless frames that are hard to judge (babies, faces, sport,
swimwear, cosmetics, food, toys, animals), twelve segments each, gave 0.5 or more for nudity on one
of 100 segments and on 23 of the 809, but on four of five in a row only to 5
(``benchmarks/accuracy/NUDITY.md``).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

IN_A_ROW: Final = 5
"""Segments that are judged together."""

AGREEING: Final = 4
"""Number of these that must pass; of a video with fewer segments, all."""

SURE_IN_A_ROW: Final = 3
SURE_AGREEING: Final = 2
"""Number of sure ones in a row that make a video suspected, too: a scene may be short."""

MIN_CERTAIN: Final = 3
"""Segments of a video from which on anything can be certain."""

Some = NDArray[np.bool_]


class Agreement(NamedTuple):
    """Masks of the suspected segments and of the certain ones, each of shape (n_segments,)."""

    suspected: Some
    certain: Some


def agreement(confidences: NDArray[np.integer], suspects: int, certain: int) -> Agreement:
    """Return the segments that their neighbours agree with.

    Args:
        confidences: of the segments in order, the best of each, shape (n_segments,).
        suspects: least confidence of one that is suspected.
        certain: least confidence of one that is certain, not below the other.
    """
    is_sure = confidences >= certain
    in_short = _agreeing(is_sure, SURE_IN_A_ROW, SURE_AGREEING)
    n_segments = len(confidences)
    if n_segments < MIN_CERTAIN:
        doubted = confidences >= (suspects if n_segments > 1 else certain)
        return Agreement(_agreeing(doubted, IN_A_ROW, AGREEING), np.zeros(n_segments, bool))
    doubted = _agreeing(confidences >= suspects, IN_A_ROW, AGREEING)
    return Agreement(doubted | in_short, _agreeing(is_sure, IN_A_ROW, AGREEING))


def _agreeing(passes: Some, in_a_row: int, minimum: int) -> Some:
    """Return those that pass among ``in_a_row`` of which ``minimum`` pass; of fewer, all."""
    n_segments = len(passes)
    if n_segments <= in_a_row:
        enough = minimum if n_segments == in_a_row else n_segments
        return passes & bool(passes.sum() >= enough)
    ends = np.concatenate([[0], np.cumsum(passes)])
    agreed = ends[in_a_row:] - ends[:-in_a_row] >= minimum
    near = np.zeros(n_segments, bool)
    for first in range(in_a_row):
        near[first : first + len(agreed)] |= agreed
    return passes & near
