"""Tags that a tagger often says by mistake count only when more than one look shows them."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ARTWORK_TAGS: Final = ("books", "text", "toys", "medical")
"""What ``local`` takes covers, posters and screenshots for: of these over 0.7, half are wrong."""


def drop_doubtful_tags(
    confidences: NDArray[np.float32],
    tags: Sequence[str],
    doubtful: Collection[str],
    is_new_look: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Cap each doubtful tag at the second best of the looks it was seen on.

    Whatever threshold is applied later, such a tag then passes only if two looks pass. A look
    is a new one and the seconds that still show it, so a still picture is a single look however
    long it is shown: its doubtful tags become 0.0. Two looks at the same thing, such as a poster
    while the camera moves, count as two. All other tags stay as they are.

    Args:
        confidences: shape (n_seconds, n_tags), 0.0 to 1.0.
        tags: the names of the columns.
        doubtful: those of them that need two looks.
        is_new_look: shape (n_seconds,), whether a second shows something other than before.

    Returns:
        a new array, shape (n_seconds, n_tags).
    """
    guarded = confidences.copy()
    columns = [number for number, tag in enumerate(tags) if tag in doubtful]
    if not len(confidences) or not columns:
        return guarded
    # The first second always begins a look, whatever is said of it.
    starts = np.union1d(0, np.flatnonzero(is_new_look))
    best_of_look = np.sort(np.maximum.reduceat(confidences[:, columns], starts), axis=0)
    second_best = best_of_look[-2] if len(starts) > 1 else 0.0
    guarded[:, columns] = np.minimum(guarded[:, columns], second_best)
    return guarded
