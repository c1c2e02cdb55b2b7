"""Words of languages other than English -> tags, whose names are English.

By the vectors of a network that was taught sixteen languages at once: a word is near the English
name of what it means. It is not told which language a word is of, so a word that is spelled like an
English one is near that; what such words mean is listed (``false_friends``).

Some tags are near whatever means nothing (a "goblet" more than others: a hub, Radovanović,
Nanopoulos, Ivanović 2010). So a cosine counts from what a tag has with words without a meaning on.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.keywords import MatchMethod, TagCandidate
from engine.domain.text import folded
from engine.errors import InvalidInput
from engine.keywords.embeddings import Cosines, Embedder, EmbeddingSimilarity
from engine.keywords.word_lists.false_friends import false_friends
from engine.words.languages import is_code, standard
from engine.words.vocabulary import Vocabulary

ENGLISH: Final = "en"

LATIN: Final = ("de", "es", "fr", "it", "nl", "pl", "pt", "tr")
"""Languages of Latin letters that are read, beside English."""

FOREIGN: Final = tuple(sorted((*LATIN, "ar", "ja", "ko", "ru", "th", "zh")))
"""Every language that is read, beside English, by its code."""

MAX_READ: Final = 50
"""Number of words read of a hundred: the network takes a millisecond for each."""

_SCRIPTS: Final = (
    (re.compile("[\u0400-\u052f]"), ("ru",)),
    (re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"), ("ar",)),
    (re.compile("[\u3040-\u30ff\u31f0-\u31ff]"), ("ja",)),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), ("ja", "zh")),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
)
"""Letters that tell which languages a word may be of, those that tell more first."""


_RAISED: Final = 0.05
"""Added, so that a word is used from 0.6 on, as one of English: tuned on languages_tuning.json."""

_CONSONANTS: Final = "bdfgklmnprstvz"
_VOWELS: Final = "aeiou"
_MEANINGLESS: Final = tuple(
    "".join(
        _CONSONANTS[(5 * word + 3 * at) % len(_CONSONANTS)]
        + _VOWELS[(word + 2 * at) % len(_VOWELS)]
        for at in range(1 + word % 4)
    )
    + ("", "n", "r", "s", "t")[word % 5]
    for word in range(96)
)
"""Words of one to four syllables that mean nothing, most of them."""


def languages_of(word: str, language: str = "") -> tuple[str, ...]:
    """Return the languages that a word may be of, of those that are read; possibly none.

    Args:
        word: as it is written.
        language: what is said of it, a code; where it is empty, its letters tell.

    Raises:
        InvalidInput: when the language is no code.
    """
    if code := standard(language):
        if not is_code(language.strip().replace("_", "-")):
            raise InvalidInput(
                f"language: {language[:40]!r} is no code of a language: write it as de or pt-BR"
            )
        primary = code.split("-")[0].lower()
        return (primary,) if primary in (ENGLISH, *FOREIGN) else ()
    for letters, languages in _SCRIPTS:
        if letters.search(word):
            return languages
    other = any(one.isalpha() and not unicodedata.name(one, "").startswith("LATIN") for one in word)
    return () if other else (ENGLISH, *LATIN)


class ForeignWords:
    """Reads words of other languages as tags of one vocabulary. Safe to share between threads.

    Args:
        vocabulary: names of tags, without sources.
        embedder: makes vectors of words of any language.
        tag_embedder: makes or remembers those of tags, of the same kind.
        complete: called before words are compared with tags that have no vector yet.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embedder: Embedder,
        tag_embedder: Embedder,
        complete: Callable[[EmbeddingSimilarity], object] = EmbeddingSimilarity.complete,
    ) -> None:
        self._embedder = embedder
        self._tag_embedder = tag_embedder
        self._complete = complete
        self.similarity = EmbeddingSimilarity(vocabulary, embedder, tag_embedder)
        self._meaningless: tuple[int, NDArray[np.float32]] | None = None

    def grown(self, vocabulary: Vocabulary) -> "ForeignWords":
        """Return what reads words as tags of a vocabulary that begins with this one."""
        longer = copy(self)
        longer.similarity = EmbeddingSimilarity(
            vocabulary, self._embedder, self._tag_embedder, self.similarity
        )
        longer._meaningless = None
        return longer

    def candidates(self, words: Sequence[str], n: int) -> list[list[TagCandidate]]:
        """Return the ``n`` tags nearest to each word, the nearest first.

        Args:
            words: as ``written`` gives them.
            n: how many tags.
        """
        if not words:
            return []
        if self.similarity.missing:
            self._complete(self.similarity)
        meaningless = self._near_meaningless()
        return [
            _nearest(word, replace(own, near=_beyond(own.near, meaningless)), n)
            for word, own in zip(words, self.similarity.of(words), strict=True)
        ]

    def _near_meaningless(self) -> NDArray[np.float32]:
        """Return how near each tag is to words without a meaning, in the mean."""
        missing = self.similarity.missing
        if self._meaningless is None or self._meaningless[0] != missing:
            near = [one.near for one in self.similarity.of(_MEANINGLESS)]
            self._meaningless = missing, np.mean(near, axis=0)
        return self._meaningless[1]


def _beyond(near: NDArray[np.float32], meaningless: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return confidences of cosines, given the mean ones of words without a meaning."""
    confidences = (near - meaningless) / (1.0 - meaningless) + _RAISED
    confidences[near == 0.0] = 0.0  # of tags that have no vector yet
    return confidences.clip(0.0, 1.0)


def _nearest(word: str, confidences: Cosines, n: int) -> list[TagCandidate]:
    candidates = (
        TagCandidate(tag, confidences[tag], MatchMethod.EMBEDDING, word)
        for tag in confidences.nearest(n)
    )
    return sorted(candidates, key=lambda one: (-one.confidence, one.tag))


def written(word: str, languages: Sequence[str]) -> str:
    """Return a word as the network reads it best: nouns of German have a capital."""
    text = " ".join(unicodedata.normalize("NFKC", word).split())
    is_german = tuple(languages) == ("de",) and " " not in text
    return text[:1].upper() + text[1:] if is_german else text


def meaning_of(word: str, languages: Sequence[str]) -> str | None:
    """Return the English of a word of one known language that only looks English."""
    if len(languages) != 1:
        return None
    return false_friends().get(languages[0], {}).get(folded(word))
