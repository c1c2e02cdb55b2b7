"""Tags of a model's words: in the spelling of a list, or free ones made tidy."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeVar

import numpy as np

from engine.errors import InvalidInput
from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import noun_thesaurus
from ingest.taggers.base import Confidences
from ingest.taggers.hierarchy import Hierarchy, all_above
from ingest.taggers.known_words import known_parents, known_words
from ingest.taggers.remote.vlm.settings import FREE, LISTED
from ingest.taggers.tag_names import tidy_tag
from ingest.taggers.visual.nudity import NUDITY

MAX_FREE_WORDS: Final = 2_000
"""Different free words on one video; those that come later are left out."""

MAX_FREE_PARTS: Final = 4
"""Parts of a free word; what is longer is a sentence."""

_Value = TypeVar("_Value")
_ARTICLE: Final = re.compile(r"(?:an?|the|some)\s+", re.IGNORECASE)

Answer = Iterable[tuple[str, float]]
"""Words as a model said them, with confidences."""


class Lexicon(Protocol):
    """Turns a model's words into confidences of tags."""

    @property
    def is_open(self) -> bool:
        """Whether there is no telling which words may come; then ``tags`` grows."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag there is, without repeats; those that are there keep their places."""

    @property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Word -> those that come with it."""

    def confidences(self, answer: Answer) -> Confidences:
        """Return the confidence of every tag, shape (n_tags,), 0.0 of what was not said."""


def lexicon_of(words: str) -> Lexicon:
    """Return what an operator has set: ``list``, ``free``, or the path of a list.

    Raises:
        InvalidInput: the list cannot be used.
    """
    if words == LISTED:
        return ListedWords(known_words(), known_parents())
    if words == FREE:
        return FreeWords(known_words(), known_parents())
    from ingest.taggers.onnx.texts import read_words

    path = Path(words).expanduser()
    # Of a list of somebody's own, words may mean what they mean to nobody else.
    return ListedWords([word.tag for word in read_words(path) if word.tag != NUDITY], {})


class ListedWords:
    """A list; words that are not on it are left out."""

    is_open = False

    def __init__(self, words: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> None:
        self.tags = tuple(words)
        self.parents = parents
        self._numbers = {plain(tag): number for number, tag in enumerate(self.tags)}
        self._hierarchy = Hierarchy(parents, self.tags)

    def confidences(self, answer: Answer) -> Confidences:
        """Return the confidence of every word of the list."""
        confidences_of_all = np.zeros(len(self.tags), np.float32)
        for text, confidence in answer:
            number = _find(text, self._numbers)
            if number is not None:
                confidences_of_all[number] = max(confidences_of_all[number], confidence)
        self._hierarchy.raise_general(confidences_of_all)
        return confidences_of_all


class FreeWords:
    """Any words; those that are known get their spelling, and bring what comes with them."""

    is_open = True

    def __init__(self, words: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> None:
        self._known = {plain(word): word for word in words}
        self.parents = parents
        self._numbers: dict[str, int] = {}

    @property
    def tags(self) -> tuple[str, ...]:
        """Every word that was said so far."""
        return tuple(self._numbers)

    def confidences(self, answer: Answer) -> Confidences:
        """Return the confidence of every word that was said so far."""
        sure: dict[str, float] = {}
        for text, confidence in answer:
            word = _find(text, self._known) or _tidy(text)
            for tag in (word, *all_above(word, self.parents)) if word else ():
                sure[tag] = max(sure.get(tag, 0.0), confidence)
        numbered = [(self._number(tag), confidence) for tag, confidence in sure.items()]
        confidences_of_all = np.zeros(len(self._numbers), np.float32)
        for number, confidence in numbered:
            if number is not None:
                confidences_of_all[number] = confidence
        return confidences_of_all

    def _number(self, tag: str) -> int | None:
        if tag not in self._numbers and len(self._numbers) >= MAX_FREE_WORDS:
            return None
        return self._numbers.setdefault(tag, len(self._numbers))


def _find(text: str, known: Mapping[str, _Value]) -> _Value | None:
    """Return what is known of a word as it is written, or of its singular; else None."""
    word = plain(_ARTICLE.sub("", text.strip(), count=1))
    if word in known:
        return known[word]
    singulars = [one for one in noun_thesaurus().singulars(word) if one in known]
    return known[singulars[0]] if singulars else None


def _tidy(text: str) -> str:
    """Return a free word as a tag, empty if it cannot be one."""
    try:
        tag = tidy_tag(_ARTICLE.sub("", text.strip(" .,;:!?\"'"), count=1))
    except InvalidInput:
        return ""
    is_word = len(tag.split()) <= MAX_FREE_PARTS and any(map(str.isalnum, tag))
    return tag if is_word and tag != NUDITY else ""
