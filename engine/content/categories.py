"""Categories of a video, by the IAB's content taxonomy 3.1, computed from its tag counts."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import Thesaurus, noun_thesaurus
from engine.keywords.word_lists.videos import video_words
from engine.words.vocabulary import Vocabulary

MIN_SCORE: Final = 0.1
"""A video is filed under a category from this score on."""

# Of tags that were not reviewed, as others give them.
_MAX_STEPS: Final = 2
_MIN_SHARE: Final = 0.5
_FOR_A_STEP: Final = 0.9

_TABLE: Final = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """Score of a category for a video.

    Attributes:
        category: its id.
        score: 0.0 to 1.0.
        tags: that say so, those that say most first.
    """

    category: str
    score: float
    tags: tuple[str, ...]


Weights = Mapping[str, float]
"""Category id -> how surely a frame is about it."""


@dataclass(frozen=True, slots=True)
class TagTable:
    """Categories of tags, by review.

    Attributes:
        weights: tag -> what it says.
        silent: tags that say nothing.
    """

    weights: Mapping[str, Weights]
    silent: frozenset[str]

    def __contains__(self, tag: str) -> bool:
        """Tell whether a tag was reviewed."""
        return tag in self.weights or tag in self.silent


@cache
def tag_table() -> TagTable:
    """Return the table that comes along, read once."""
    read = tomllib.loads(_TABLE.read_text("utf-8"))
    return TagTable(read["tags"], frozenset(read["silent"]))


@cache
def _listed() -> dict[str, Weights]:
    """Return what the words of the list for videos say, where they say something."""
    return {plain(word.name): word.categories for word in video_words() if word.categories}


@lru_cache(maxsize=8)
def _weights_by_number(names: tuple[str, ...]) -> dict[int, Weights]:
    """Return tag number -> what it says, for tags that say something."""
    table, listed = tag_table(), _listed()
    weights_of: dict[int, Weights] = {}
    for number, name in enumerate(names):
        tag = plain(name)
        if tag in table:
            weights = table.weights.get(tag, {})
        elif tag in listed:
            weights = listed[tag]
        else:
            # Tags of others: only these need the thesaurus, which takes a moment to read.
            weights = _of_other(tag, noun_thesaurus(), table)
        if weights:
            weights_of[number] = weights
    return weights_of


def _of_other(tag: str, thesaurus: Thesaurus, table: TagTable) -> Weights:
    """Return what a tag says that is a synonym of one of the table, or narrower by a step or two.

    Of several the nearest counts, so that a kitten is a cat and not just an animal.
    """
    near = [
        entry
        for entry in thesaurus.entries(tag)
        if entry.tag in table.weights and entry.steps <= _MAX_STEPS and entry.share >= _MIN_SHARE
    ]
    if not near:
        return {}
    nearest = min(near, key=lambda entry: (entry.steps, -entry.share, entry.tag))
    sure = _FOR_A_STEP**nearest.steps
    return {category: sure * weight for category, weight in table.weights[nearest.tag].items()}


class Categories:
    """Files videos whose tags are numbered by one vocabulary.

    A tag with weight *w* that counts on a share *p* of the seconds says a category with *w p*;
    several agree as independent witnesses do: the score is 1 - product(1 - w p). So it is about
    what the video shows for long, and a second tag never lowers it.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = vocabulary.names
        self._weights = _weights_by_number(vocabulary.names)

    def scores(
        self, tags: Sequence[int] | NDArray[np.integer], seconds: Iterable[int], n_seconds: int
    ) -> list[CategoryScore]:
        """Return the categories of a video from ``MIN_SCORE`` on, the best first, then by id.

        Args:
            tags: numbers.
            seconds: on how many each counts.
            n_seconds: of the video.
        """
        doubts: dict[str, float] = {}
        contributing: dict[str, list[tuple[float, str]]] = {}
        for tag, counted in zip(tags, seconds, strict=True):
            for category, weight in self._weights.get(int(tag), {}).items():
                part = weight * min(1.0, int(counted) / n_seconds)
                doubts[category] = doubts.get(category, 1.0) * (1.0 - part)
                contributing.setdefault(category, []).append((-part, self._names[int(tag)]))
        scores = [
            CategoryScore(
                category, 1.0 - doubt, tuple(tag for _, tag in sorted(contributing[category]))
            )
            for category, doubt in doubts.items()
            if 1.0 - doubt >= MIN_SCORE
        ]
        return sorted(scores, key=lambda one: (-one.score, one.category))
