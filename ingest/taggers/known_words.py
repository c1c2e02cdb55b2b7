"""Every word that is known here, for taggers that can look for any.

They are the tags of the tagger that comes along, and the list for videos.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine.keywords.word_lists.videos import video_words
from ingest.taggers.visual.specific_tags import load_words, specific_words
from models.cards import load_card, load_json

PEOPLE_TAGS: Final = ("person", "people", "crowd", "portrait", "musician")
"""General tags that the network of people answers."""


PRECISION_FILE: Final = "judged.json"
"""Beside the card of efficientnet_lite2: word -> how many frames it was said of, and right."""


@dataclass(frozen=True, slots=True, order=True)
class OwnWord:
    """A word of the tagger that comes along.

    Attributes:
        name: of the tag.
        general: words that come with it.
        said: on how many labelled frames it was said that its weights were not fitted to.
        right: on how many of these it was right; of a specific word, its kind.
    """

    name: str
    general: tuple[str, ...]
    said: int
    right: int


def own_words(*, people: bool) -> list[OwnWord]:
    """Return all words of the tagger that comes along, by name; ``nudity`` is an assessment.

    Args:
        people: with those that faces say, which are said only when they are switched on.
    """
    words = load_words()
    judged = load_json(load_card("efficientnet_lite2"), PRECISION_FILE)
    own = [
        OwnWord(name, words[name].general if name in words else (), *judged.get(name, (0, 0)))
        for name in (*general_tags(), *specific_words(words))
    ]
    return sorted(own + (_words_of_faces() if people else []))


def _words_of_faces() -> list[OwnWord]:
    from ingest.taggers.visual.face_words import GENERAL, precision_counts

    return [
        OwnWord(name, (GENERAL,), total, right)
        for name, (total, right) in precision_counts().items()
    ]


def general_tags() -> tuple[str, ...]:
    """Return the general tags of the tagger that comes along, without ``nudity``."""
    card = load_card("efficientnet_lite2")
    assert card.labels is not None  # noqa: S101
    return (*load_json(card, card.labels), *PEOPLE_TAGS)


@cache
def known_words() -> Mapping[str, str]:
    """Return every word, with the phrase that says which of several things it means, or ``""``."""
    own = (*general_tags(), *specific_words(load_words()))
    return dict.fromkeys(own, "") | {word.name: word.phrase for word in video_words()}


@cache
def known_parents() -> Mapping[str, tuple[str, ...]]:
    """Return, of the known words that bring others, which these are.

    A word that is in the list and a tag of the tagger that comes along brings what either says.
    """
    parents = {word: one.general for word, one in load_words().items()}
    for word in video_words():
        parents[word.name] = tuple(dict.fromkeys((*parents.get(word.name, ()), *word.parents)))
    return parents
