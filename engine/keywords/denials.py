"""Denials of a phrase: what it says besides them, and the tags that it says are not there."""

from collections.abc import Iterable
from typing import Final

from engine.domain.matching.keywords import MatchMethod
from engine.keywords.denied_nouns import denied_in
from engine.keywords.embeddings import Cosines
from engine.keywords.noun_lookup import NounLookup
from engine.keywords.phrases import SAYS_MORE, parts_of, plain

_ENDING: Final = 2  # letters


def affirmed(word: str, nouns: NounLookup) -> str:
    """Return what a phrase says besides what it denies, made plain; empty where it only denies.

    Args:
        word: as it was written.
        nouns: tells what is one noun, of which nothing is denied: "no man's land".
    """
    text = plain(word)
    denied, rest = denied_in(word, nouns)
    if not denied:
        return text
    if not rest:
        # One word that begins with "non" may be any.
        is_one = word[:1].isalpha() and (" " not in text or nouns.is_one_noun(text))
        return text if is_one else ""
    first = rest.split()[0]
    # What says more of what is denied says nothing alone: "no cars in the city".
    return "" if first in SAYS_MORE and not text.startswith(first) else rest


def denied_tags(word: str, tags: Iterable[str], nouns: NounLookup, unknown: Cosines) -> list[str]:
    """Return those of some tags that a phrase says are not there.

    Args:
        word: as it was written.
        tags: that it may mean.
        nouns: finds tags of what is denied and of the rest.
        unknown: cosines of what the network does not read.
    """
    denied_nouns, rest = denied_in(word, nouns)
    if not denied_nouns:
        return []
    meant = [one for noun in denied_nouns for one in nouns.find(noun, unknown)]
    others = [plain(word), *(part.words for part in parts_of(rest))]
    affirmed_tags = {one.tag for noun in others for one in nouns.find(noun, unknown)}
    # What is broader is denied unless the rest says it: food without sugar is food.
    denied = {one.tag for one in meant if one.method is not MatchMethod.BROADER}
    denied.update({one.tag for one in meant} - affirmed_tags)
    words = {part for noun in denied_nouns for part in noun.split()}
    return [tag for tag in tags if tag in denied or _names_any(tag, words, nouns)]


def _names_any(tag: str, denied: set[str], nouns: NounLookup) -> bool:
    """Return whether a tag has a denied word, or is one but for its ending ("alcoholic")."""
    name = plain(tag)
    own, _ = denied_in(tag, nouns)
    return not denied.isdisjoint({*name.split()}.difference(own)) or any(
        word.startswith(name) and len(word) - len(name) <= _ENDING for word in denied
    )
