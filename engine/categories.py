"""What a video is about, in the words of the IAB's content taxonomy 3.1, out of its tag counts."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.vocabulary import Vocabulary

LEAST_SCORE: Final = 0.1
"""A video is filed under a category from this score on."""

_TABLE: Final = Path(__file__).parent / "iab" / "tags.toml"


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """How much a video is about a category.

    Attributes:
        category: its id.
        score: 0.0 to 1.0.
        tags: that say so, those that say most first.
    """

    category: str
    score: float
    tags: tuple[str, ...]


@cache
def tag_categories() -> Mapping[str, Mapping[str, float]]:
    """Return tag -> category id -> how surely a frame with the tag is about it, read once."""
    table: dict[str, dict[str, float]] = tomllib.loads(_TABLE.read_text("utf-8"))["tags"]
    return table


class Categories:
    """Files videos whose tags are numbered by one vocabulary.

    A tag with weight *w* that counts on a share *p* of the seconds says a category with *w p*;
    several agree as independent witnesses do: the score is 1 - product(1 - w p). So it is about
    what the video shows for long, and a second tag never lowers it.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = vocabulary.names
        weights = tag_categories()
        self._weights = {
            number: weights[name] for number, name in enumerate(vocabulary.names) if name in weights
        }

    def scores(
        self, tags: Sequence[int] | NDArray[np.integer], seconds: Iterable[int], n_seconds: int
    ) -> list[CategoryScore]:
        """Return the categories of a video from ``LEAST_SCORE`` on, the best first, then by id.

        Args:
            tags: numbers.
            seconds: on how many each counts.
            n_seconds: of the video.
        """
        doubts: dict[str, float] = {}
        said: dict[str, list[tuple[float, str]]] = {}
        for tag, counted in zip(tags, seconds, strict=True):
            for category, weight in self._weights.get(int(tag), {}).items():
                part = weight * min(1.0, int(counted) / n_seconds)
                doubts[category] = doubts.get(category, 1.0) * (1.0 - part)
                said.setdefault(category, []).append((-part, self._names[int(tag)]))
        found = [
            CategoryScore(category, 1.0 - doubt, tuple(tag for _, tag in sorted(said[category])))
            for category, doubt in doubts.items()
            if 1.0 - doubt >= LEAST_SCORE
        ]
        return sorted(found, key=lambda one: (-one.score, one.category))
