"""Interface of tags and their numbers."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.domain.tags import VISUAL
from engine.words.vocabulary import Vocabulary


class Tags(Protocol):
    """The tags of a catalog."""

    def vocabulary(self) -> Vocabulary:
        """Return every tag that a tagger of this catalog can name."""
        ...

    def number(self, tags: Iterable[str], source: str = VISUAL) -> NDArray[np.uint32]:
        """Return the number of each tag of a source, giving new numbers to new tags.

        Args:
            tags: their names.
            source: one of ``engine.domain.tags.SOURCES``.

        Returns:
            shape (n_tags,).
        """
        ...
