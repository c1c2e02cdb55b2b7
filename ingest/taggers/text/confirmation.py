"""Tags of what is seen as text, held against what was read."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import Confidences

SEEN_TEXT: Final = "text"
"""Tag of a picture that shows text, as ``efficientnet_lite2/tags.json`` has it."""

CONFIRMED: Final = 0.95
"""Confidence of it where letters were read."""


def hold_against(confidences: Confidences, tags: Sequence[str], presence: NDArray[np.int8]) -> None:
    """Confirm or deny that text is seen.

    Args:
        confidences: shape (n_seconds, n_tags), of what is seen; is changed.
        tags: what its columns stand for.
        presence: as ``ReadText`` has it.
    """
    if SEEN_TEXT not in tags:
        return
    text_confidences = confidences[:, tags.index(SEEN_TEXT)]
    text_confidences[presence > 0] = np.maximum(text_confidences[presence > 0], CONFIRMED)
    text_confidences[presence < 0] = 0.0
