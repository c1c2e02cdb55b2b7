"""The list of words for videos: what each brings with it, and which IAB category it says.

For taggers that can look for any word: a pair of networks, a model that reads pictures.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

USUAL_WEIGHT: Final = 0.8
"""Certainty of a word's category where the list gives none: nearly always right."""

_LIST: Final = Path(__file__).with_name("videos.txt")
_BETWEEN_WORDS: Final = re.compile(r",\s*(?![^()]*\))")
_ENTRY: Final = re.compile(
    r"(?P<name>[^(+@]+?)\s*(?:\((?P<phrase>[^)]+)\))?\s*"
    r"(?P<parents>(?:\+[^+@]+)*)(?P<categories>(?:@\S+\s*)*)"
)
_NO_PARENTS: Final = "-"


@dataclass(frozen=True, slots=True)
class VideoWord:
    """One word of the list.

    Attributes:
        name: as tags are written.
        phrase: what it is looked for as, where the word alone may be several things; else empty.
        parents: more general words that come with it.
        categories: id of the IAB's content taxonomy 3.1 -> how surely the word says it.
    """

    name: str
    phrase: str
    parents: tuple[str, ...]
    categories: Mapping[str, float]


@cache
def video_words() -> tuple[VideoWord, ...]:
    """Return the list that comes along, read once."""
    return tuple(read_video_words(_LIST.read_text("utf-8")))


def read_video_words(text: str) -> Iterator[VideoWord]:
    """Read a list; how it is written stands at the top of the one that comes along.

    Raises:
        ValueError: naming what cannot be read.
    """
    for head, words in _blocks(text):
        listed, *categories = re.split(r"\s*@", head)
        parents = () if listed == _NO_PARENTS else _names(listed, ",")
        for word in _BETWEEN_WORDS.split(words):
            yield _word(word, parents, _weights(categories))


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the head and the words of each block."""
    head, words = "", []
    for line in [*text.splitlines(), ":"]:
        if line.startswith(" "):
            words.append(line.strip())
        elif line and not line.startswith("#"):
            if words:
                yield head, " ".join(words)
            head, words = line.removesuffix(":"), []


def _word(text: str, parents: tuple[str, ...], usual: Mapping[str, float]) -> VideoWord:
    entry = _ENTRY.fullmatch(text)
    if entry is None:
        raise ValueError(f"{text!r} is no word of a list")
    own = _weights(entry["categories"].replace("@", " ").split())
    return VideoWord(
        entry["name"],
        entry["phrase"] or "",
        (*parents, *_names(entry["parents"], "+")),
        own or usual,
    )


def _names(text: str, between: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(between) if name.strip())


def _weights(texts: list[str]) -> Mapping[str, float]:
    weights = {}
    for text in texts:
        category, equals, weight = text.partition("=")
        weights[category] = float(weight) if equals else USUAL_WEIGHT
    return weights
