"""What a tagger must offer."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""One decoded picture, RGB, shape (height, width, 3), upright and with square pixels."""

Confidences = NDArray[np.float32]
"""Shape (n_tags,): the confidence, 0.0 to 1.0, of each tag in ``Tagger.tags``, in that order."""


class Tagger(Protocol):
    """Names what is on a frame."""

    @property
    def name(self) -> str:
        """Who looked; kept with each video."""

    @property
    def version(self) -> str:
        """Changes whenever the same frame may get other confidences."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag this tagger can name, without repeats."""

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Those of its tags that count only when two different looks show them; mostly none."""

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame."""
