"""Weights of sources that a request asks for, beside those that the index is built with."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.index_config import MAX_WEIGHT
from engine.domain.tags import SOURCES, TagsBySource, is_source, source_of
from engine.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class SourceWeights:
    """Factors of the weights of a query's tags, by their source.

    They come on top of what the index weighs the sources with, and are the query's alone: a video
    is as long as it is, so what a source observed on it that the query leaves out still counts
    against it, as every tag does that nobody asked for.

    Attributes:
        factors: source -> factor, 0 to ``MAX_WEIGHT``, by name; 1 of those not named, 0 leaves
            a source out.
    """

    factors: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, factors: Mapping[str, float]) -> Self:
        """Check factors; equal ones give equal records, however they are written.

        Raises:
            InvalidInput: naming the source or factor that cannot be used.
        """
        for source, factor in factors.items():
            if not is_source(source):
                raise InvalidInput(
                    f"no source of tags {source!r}: choose from {', '.join(SOURCES)}"
                )
            if not (isfinite(factor) and 0.0 <= factor <= MAX_WEIGHT):
                raise InvalidInput(
                    f"sources: {source}={factor}: a weight is from 0 to {MAX_WEIGHT:g}"
                )
        return cls(tuple(sorted((name, float(one)) for name, one in factors.items() if one != 1.0)))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``visual=1,audio=0.5``.

        Raises:
            InvalidInput: naming what cannot be used.
        """
        factors: dict[str, float] = {}
        for part in filter(None, map(str.strip, text.split(","))):
            source, _, factor = (word.strip() for word in part.partition("="))
            if source in factors:
                raise InvalidInput(f"{text!r} names a source of tags twice: keep one of them")
            try:
                factors[source] = float(factor)
            except ValueError:
                raise InvalidInput(
                    f"{part!r}: write a source of tags with its weight, as in audio=0.5"
                ) from None
        return cls.of(factors)

    def by_tag(self, tags: TagsBySource) -> NDArray[np.float64]:
        """Return the factor of each tag, shape (n_tags,).

        Args:
            tags: the numbers of each source's tags.
        """
        values = np.ones(sum(map(len, tags.values())))
        for source, factor in self.factors:
            values[tags.get(source, [])] = factor
        return values

    def kept(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Return those of some weighted tags whose source is not left out."""
        left_out = {source for source, factor in self.factors if not factor}
        return {tag: weight for tag, weight in weights.items() if source_of(tag) not in left_out}


AS_INDEXED: Final = SourceWeights()
"""Every source as the index weighs it."""
