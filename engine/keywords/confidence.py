"""Confidence that a word means a tag, by the thesaurus and by what lies near."""

from collections.abc import Sequence
from typing import Final

from engine.keywords.thesaurus.nouns import Entry, Thesaurus

# Tuned on tests/data/keywords/*tuning.json; docs/keywords.md says what they do.
_SYNONYM: Final = 0.97
_BROADER: Final = 0.92
_STEP: Final = 0.04
_NEAR_STEPS: Final = 3  # of things; WordNet has many kinds of kinds of them
_FAR_STEP: Final = 0.3
_DOUBT: Final = 0.3
_DOUBT_OF_THINGS: Final = 0.15
_NO_DOUBT: Final = 0.55
_RARE: Final = 0.25
_LURED: Final = 0.4
_PART_OF_NAME: Final = 0.8
_BESIDE: Final = 0.8  # near a tag's name for another meaning of it, or for a part that is no head
_SHORT: Final = 3  # letters, with which many a word begins


def confidence_of(entry: Entry, cosine: float) -> float:
    """Return how sure an entry of the thesaurus makes us.

    A synonym needs no support. The further a word is under a tag, the more the embedding must
    agree (grammar is a science, three steps up, yet nobody who says one means the other), of things
    less than of ideas (gin is alcohol). A meaning that few uses of the word have counts for less.
    """
    sure = _SYNONYM
    if entry.steps:
        doubt = max(0.0, _NO_DOUBT - cosine) / _NO_DOUBT
        most = _DOUBT_OF_THINGS if entry.is_thing else _DOUBT
        near = min(entry.steps, _NEAR_STEPS) if entry.is_thing else entry.steps
        steps = near + _FAR_STEP * (entry.steps - near)
        sure = max(0.0, _BROADER - steps * (_STEP + most * doubt))
    return float(sure * entry.meant**_RARE)


def confidence_by_embedding(
    nouns: Sequence[str], name: str, cosine: float, thesaurus: Thesaurus
) -> float:
    """Return how sure the embedding alone makes us.

    Args:
        nouns: what is read, made plain, and the nouns of several words in it.
        name: the tag's name, made plain.
        cosine: of what is read and the name.
        thesaurus: tells what is near and not meant.
    """
    text = nouns[0]
    if any(thesaurus.is_lure(noun, name) for noun in nouns):
        return max(0.0, min(cosine, _LURED))
    if thesaurus.is_homonym(name) or _only_says_more(text, name, thesaurus):
        cosine *= _BESIDE
    is_part = f" {text} " in f" {name} " and not name.endswith(text)
    if text != name and (is_part or (len(text) <= _SHORT and name.startswith(text))):
        # "wind" is near "wind instrument" for its letters, not for its sense; "bar", "barbell".
        cosine *= _PART_OF_NAME
    return max(0.0, min(1.0, cosine))


def _only_says_more(text: str, name: str, thesaurus: Thesaurus) -> bool:
    """Tell whether a noun that leads elsewhere has a tag's name before its head: a fire alarm.

    Rock music is music as rock is.
    """
    before, _, _ = text.rpartition(" ")
    whole, part = ({entry.tag for entry in thesaurus.entries(noun)} for noun in (text, name))
    return f" {name} " in f" {before} " and bool(whole) and whole.isdisjoint(part)
