"""Queries: weighted tags as a vector of length 1."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import InvalidInput
from engine.kernels.forward import Floats
from engine.kernels.weigh import FALLING, NOT_FINITE, weigh

Tags = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Query:
    """A query ready to be scored.

    Args:
        tags: rising, each once, all in the vocabulary, none with a weight of 0.
        units: the query's vector weight x idf divided by its length, so of length 1.
        unknown: tags that were asked for but are not in the vocabulary, rising.
    """

    tags: Tags
    units: Floats
    unknown: Tags

    @classmethod
    def weigh(cls, tags: ArrayLike, weights: ArrayLike, idf: Floats) -> Self:
        """Weigh tags by idf; the weights of a tag given twice add up.

        Args:
            tags: shape (n,), tag numbers.
            weights: shape (n,), any finite numbers.
            idf: shape (n_tags,), 0 for a tag that is in no row of the index by choice.

        Raises:
            InvalidInput: the shapes differ, a tag is no number or a weight is not finite.
        """
        numbers, values = _checked(tags, weights)
        (known, unknown), units = np.empty((2, numbers.size), np.int64), np.empty(numbers.size)
        n_known, n_unknown = weigh(numbers, values, idf, known, units, unknown)
        if n_known == FALLING:
            order = np.argsort(numbers, kind="stable")
            n_known, n_unknown = weigh(numbers[order], values[order], idf, known, units, unknown)
        if n_known == NOT_FINITE:
            raise InvalidInput("weights must be finite numbers: one is not")
        return cls(known[:n_known], units[:n_known], unknown[:n_unknown])

    def scaled(self, factors: Floats) -> "Query":
        """Return the query with each tag's weight times a factor, of length 1 again.

        Args:
            factors: shape (n_tags,), 0 for tags that are left out.
        """
        units = self.units * factors[self.tags]
        stays = np.flatnonzero(units)
        units = units[stays]
        # Brought near 1 before they are squared: the smallest factors would vanish.
        units /= np.abs(units).max(initial=0.0) or 1.0
        length = float(np.sqrt(np.dot(units, units))) or 1.0
        return Query(self.tags[stays], units / length, self.unknown)


def _checked(tags: ArrayLike, weights: ArrayLike) -> tuple[Tags, Floats]:
    numbers = np.asarray(tags)
    try:
        # Copied, as the tags are: kernels are compiled for arrays that can be written.
        values = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"weights must be numbers: {error}") from error
    if numbers.ndim != 1 or numbers.shape != values.shape:
        raise InvalidInput(
            f"tags and weights must be two lists of one length, not {numbers.shape} and"
            f" {values.shape}"
        )
    if numbers.size and numbers.dtype.kind not in "iu":
        raise InvalidInput(f"tags are given by number, not as {numbers.dtype}")
    return np.array(numbers, dtype=np.int64), values
