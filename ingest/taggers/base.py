"""What a tagger must offer."""

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class ThriftyTagger(Tagger, Protocol):
    """A tagger that can leave out what costs much and hardly changes within a shot."""

    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:
        """Return the confidence of every tag for a frame of a shot that was looked at before.

        Args:
            frame: from the same shot as the frame before, and at most two seconds later than one
                that ``tag`` was asked of.
            before: what was said of the frame before.
        """
