"""The table of nouns: word -> the tags it stands for or is narrower than; irregular plurals.

``models/convert/thesaurus.py`` makes it, from meanings that were reviewed tag by tag, so that
``fashion`` has to do with clothes and not with manners.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOUNS: Final = Path(__file__).with_name("nouns.json.zst")
"""The file of the table."""

_ENDINGS: Final = (
    ("ies", "y"),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("men", "man"),
    ("s", ""),
)
"""Plural endings and what they stand for; the rules of WordNet's own reader, morphy(7WN)."""

_LAST_CHARACTERS: Final = tuple(plural for plural, _ in _ENDINGS)
_HOMONYM: Final = 0.25
"""A name of which fewer uses mean the tag is that of something else as well."""

_NO_PLURAL: Final = ("ss", "us", "is")
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag that a word leads to.

    Attributes:
        tag: the tag.
        steps: 0 when the word is a synonym, else how many steps of WordNet's tree it is narrower.
        share: how much of the word's use in texts means this, 0.0 to 1.0, by WordNet's own counts.
        is_thing: the word means an animal, an artifact, food, a plant, or what else can be seen.
        typed_share: how much of its use by people who type it alone; ``share`` where unknown.
    """

    tag: str
    steps: int
    share: float
    is_thing: bool = False
    typed_share: float | None = None

    @property
    def meant(self) -> float:
        """Share of the word's use as a keyword that means this, 0.0 to 1.0."""
        return self.share if self.typed_share is None else self.typed_share


class Thesaurus:
    """Words in small letters, single or of several parts, and what they lead to."""

    def __init__(
        self,
        words: Mapping[str, Sequence[tuple[Any, ...]]],
        *,
        irregular: Mapping[str, str] | None = None,
        set_phrases: Iterable[str] = (),
        lures: Mapping[str, Sequence[str]] | None = None,
        figurative: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Keep a table.

        Args:
            words: word -> the attributes of each entry, in their order.
            irregular: plural -> singular.
            set_phrases: nouns of several words that lead nowhere as a whole.
            lures: word -> tags that are near it but not meant.
            figurative: noun of several words -> those of its words that are not meant in it.
        """
        self._words = words
        self._irregular = irregular or {}
        self._set_phrases = frozenset(set_phrases)
        self._lures = lures or {}
        self._figurative = figurative or {}

    @classmethod
    def load(cls) -> Self:
        """Read the table that comes along."""
        table = json.loads(zstd.decompress(NOUNS.read_bytes()))
        return cls(
            table["words"],
            irregular=table["irregular"],
            set_phrases=table["set_phrases"],
            lures=table["lures"],
            figurative=table["figurative"],
        )

    @property
    def tags(self) -> set[str]:
        """All tags that some word leads to."""
        return {tag for entries in self._words.values() for tag, *_ in entries}

    @property
    def words(self) -> set[str]:
        """All words that lead to some tag."""
        return set(self._words)

    def entries(self, word: str) -> tuple[Entry, ...]:
        """Return what a word leads to, itself or as the plural of another word."""
        for form in (word, *self.singulars(word)):
            if form in self._words:
                return tuple(Entry(*entry) for entry in self._words[form])
        return ()

    def is_lure(self, word: str, tag: str) -> bool:
        """Tell whether a word is near a tag that it does not mean."""
        forms = (word, *self.singulars(word))
        return any(
            tag in self._lures.get(form, ()) or self._is_figurative(form, tag) for form in forms
        )

    def _is_figurative(self, phrase: str, tag: str) -> bool:
        """Tell whether a phrase is near a tag for a word that is not meant in it: a loan shark."""
        return any(
            word in tag.split() or any(entry.tag == tag for entry in self.entries(word))
            for word in self._figurative.get(phrase, ())
        )

    def is_homonym(self, tag: str) -> bool:
        """Tell whether the name of a tag is mostly used for something else: a boxer, the dog."""
        shares = {entry.tag: entry.meant for entry in self.entries(tag)}
        return bool(shares) and tag not in shares and max(shares.values()) < _HOMONYM

    def is_set_phrase(self, words: str) -> bool:
        """Tell whether several words are one noun, whose parts mean something else alone."""
        return any(form in self._set_phrases for form in (words, *self.singulars(words)))

    def singulars(self, word: str) -> list[str]:
        """Return what a word may be the plural of, by its last part; guesses, likeliest first."""
        if word in self._irregular:
            return [self._irregular[word]]
        before, space, last = word.rpartition(" ")
        if space and last in self._irregular:
            return [before + space + self._irregular[last]]
        if not last.endswith(_LAST_CHARACTERS) or last.endswith(_NO_PLURAL):
            return []
        stems = (
            last.removesuffix(plural) + singular
            for plural, singular in _ENDINGS
            if last.endswith(plural)
        )
        return [before + space + stem for stem in stems if len(stem) >= _SHORTEST]


@cache
def noun_thesaurus() -> Thesaurus:
    """Return the one that comes along, read once."""
    return Thesaurus.load()
