"""Tag name <-> tag number. Numbers are given once by the catalog and never change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from engine.errors import UnknownTag

SUGGESTIONS: Final = 3
"""How many nearest tags an error names."""


@dataclass(frozen=True)
class Vocabulary:
    """The tags of a catalog or generation; a tag's number is its place in ``names``."""

    names: tuple[str, ...]
    _numbers: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = {name: number for number, name in enumerate(self.names)}
        object.__setattr__(self, "_numbers", numbers)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, tag: object) -> bool:
        return tag in self._numbers

    def numbers(self, tags: Iterable[str]) -> list[int]:
        """Return the number of each tag, in the order given.

        Raises:
            UnknownTag: for all words that are not tags at once, each with its nearest tags.
        """
        wanted = list(tags)
        unknown = [tag for tag in wanted if tag not in self._numbers]
        if unknown:
            raise UnknownTag({word: nearest_tags(word, self.names) for word in unknown})
        return [self._numbers[tag] for tag in wanted]


def nearest_tags(word: str, tags: Sequence[str], n: int = SUGGESTIONS) -> list[str]:
    """Return the ``n`` tags spelled most like ``word``, nearest first.

    Likeness is difflib's ratio (Ratcliff and Obershelp 1988); a tag that shares a whole word
    with ``word`` comes before one that only shares letters.
    """
    words = set(word.casefold().split())
    matcher = SequenceMatcher(b=word.casefold())

    def distance(tag: str) -> tuple[bool, float, str]:
        matcher.set_seq1(tag.casefold())
        return not words & set(tag.casefold().split()), -matcher.ratio(), tag

    return sorted(tags, key=distance)[:n]
