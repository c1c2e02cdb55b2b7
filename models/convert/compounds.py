"""Nouns of several words, and which of their words are not meant in them.

A loan shark is no shark and a spelling bee no bee, while a golf lesson has to do with golf. A word
is meant where the whole is a kind of it, or where the gloss of the whole names it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

from engine.keywords.phrases import plain
from models.convert.wordnet import Nouns

_LINKS: Final = frozenset({"of", "in", "for", "to", "at", "with", "on", "the", "a", "and", "by"})
_ANYTHING: Final = frozenset({"animal", "person", "people", "nature", "food", "plant"})
"""Tags that a gloss names of almost anything."""

_WORD: Final = re.compile(r"[a-z]+")
_STEM: Final = 4
"""Letters from which words that begin alike are of one kin: sail, sailing."""


def set_phrases(nouns: Nouns, words: Collection[str]) -> list[str]:
    """Return the nouns of several words that lead to no tag, though a part of theirs would."""
    return sorted(
        phrase
        for phrase in _phrases(nouns)
        if phrase not in words and any(part in words for part in phrase.split())
    )


def figurative_words(
    nouns: Nouns,
    words: Mapping[str, Collection[str]],
    leading: Collection[int],
    singulars: Callable[[str], Iterable[str]],
) -> dict[str, list[str]]:
    """Return noun of several words -> those of its words that lead somewhere, but are not meant.

    Args:
        nouns: WordNet's.
        words: word -> the tags that it leads to.
        leading: the places of the meanings that do.
        singulars: tells what a word may be the plural of.
    """
    result: dict[str, list[str]] = {}
    for phrase, lemma in _phrases(nouns).items():
        named = set(_named(nouns, lemma, leading, singulars))
        left = [
            part
            for part in phrase.split()
            if part in words
            and part not in _LINKS
            and not _is_named({part, *_same(part, nouns), *words[part]}, named)
        ]
        if left:
            result[phrase] = left
    return result


def _phrases(nouns: Nouns) -> dict[str, str]:
    """Return the nouns of several words as they are compared -> their lemma."""
    phrases = ((plain(lemma.replace("_", " ")), lemma) for lemma in nouns.all())
    return {phrase: lemma for phrase, lemma in phrases if " " in phrase}


def _named(
    nouns: Nouns,
    lemma: str,
    leading: Collection[int],
    singulars: Callable[[str], Iterable[str]],
) -> Iterator[str]:
    """Yield the words of a noun's synonyms, its gloss, and what it is a kind of and leads to."""
    for offset in nouns.offsets(lemma):
        for name in nouns.sense(offset).words:
            if plain(name) != plain(lemma.replace("_", " ")):
                yield from plain(name).split()
        for above in (nouns.with_all_broader(offset) - {offset}).intersection(leading):
            for name in nouns.sense(above).words:
                yield plain(name)
                yield plain(name).rpartition(" ")[2]
        for word in _WORD.findall(nouns.sense(offset).gloss.lower()):
            yield word
            yield from singulars(word)


def _same(word: str, nouns: Nouns) -> list[str]:
    """Return the synonyms of a word in its commonest meaning."""
    if word not in nouns:
        return []
    return [plain(name) for name in nouns.sense(nouns.offset(word, 1)).words]


def _is_named(names: set[str], named: set[str]) -> bool:
    """Tell whether a word, by any of its names, is among those of a gloss."""
    return not (names - _ANYTHING).isdisjoint(named) or any(
        word.startswith(name) or name.startswith(word)
        for word in named
        for name in names - _ANYTHING
        if min(len(word), len(name)) >= _STEM
    )
