"""Tags that a phrase says are not there: "non-alcoholic", "sugar-free", "dogs not allowed"."""

from collections.abc import Iterable
from typing import Final

from engine.domain.matching.keywords import MatchMethod
from engine.keywords.embeddings import Cosines
from engine.keywords.noun_lookup import NounLookup
from engine.keywords.phrases import denied_in, parts_of, plain

_ENDING: Final = 2  # letters


def denied_tags(word: str, tags: Iterable[str], nouns: NounLookup, unknown: Cosines) -> list[str]:
    """Return those of some tags that a phrase says are not there.

    Args:
        word: as it was written.
        tags: that it may mean.
        nouns: finds tags of what is denied and of the rest.
        unknown: cosines of what the network does not read.
    """
    text = plain(word)
    denied_nouns, rest = denied_in(word, nouns.is_one_noun)
    if not denied_nouns:
        return []
    # One word that begins with "non" may be any.
    if not rest and " " in text and not nouns.is_one_noun(text):
        return [*tags]
    meant = [one for noun in denied_nouns for one in nouns.find(noun, unknown)]
    others = [text, *(part.words for part in parts_of(rest))]
    affirmed = {one.tag for noun in others for one in nouns.find(noun, unknown)}
    # What is broader is denied unless the rest says it: food without sugar is food.
    denied = {one.tag for one in meant if one.method is not MatchMethod.BROADER}
    denied.update({one.tag for one in meant} - affirmed)
    words = {part for noun in denied_nouns for part in noun.split()}
    return [tag for tag in tags if tag in denied or _names_any(tag, words, nouns)]


def _names_any(tag: str, denied: set[str], nouns: NounLookup) -> bool:
    """Return whether a tag has a denied word, or is one but for its ending ("alcoholic")."""
    name = plain(tag)
    own, _ = denied_in(tag, nouns.is_one_noun)
    return not denied.isdisjoint({*name.split()}.difference(own)) or any(
        word.startswith(name) and len(word) - len(name) <= _ENDING for word in denied
    )
