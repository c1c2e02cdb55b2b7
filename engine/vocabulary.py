"""Tag name <-> tag number. Numbers are given once by the catalog and never change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from engine.domain.text import folded
from engine.errors import UnknownTag
from engine.spelling import MAX_SUGGESTED_WORDS, Speller, nearest_of

SUGGESTIONS: Final = 3
"""Number of nearest tags that an error names."""

_ROOT_SHARE: Final = 1.25
"""A vocabulary that grew by more is prepared anew, not beside what was prepared."""


@dataclass(frozen=True)
class Vocabulary:
    """The tags of a catalog or generation; a tag's number is its place in ``names``.

    Whatever takes a tag takes it in any case and width: ``DOG`` is ``dog``, unless there is a tag
    of just that name.
    """

    names: tuple[str, ...]
    _root: "Vocabulary | None" = field(default=None, repr=False, compare=False)
    _numbers: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = {name: number for number, name in enumerate(self.names)}
        object.__setattr__(self, "_numbers", numbers)

    def grown(self, names: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary with more tags behind these; what was prepared is used again."""
        root = self if self._root is None else self._root
        longer = (*self.names, *names)
        return Vocabulary(longer, None if len(longer) > _ROOT_SHARE * len(root) else root)

    def prepare(self) -> None:
        """Make what misspelt words need, so that no question has to."""
        self.nearest("")
        _ = self._by_folded

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, tag: object) -> bool:
        return isinstance(tag, str) and self._number(tag) is not None

    def tag(self, word: str) -> str | None:
        """Return the tag that is written so, in whatever case, None if there is none."""
        number = self._number(word)
        return None if number is None else self.names[number]

    def exactly(self, name: str) -> int | None:
        """Return the number of the tag of just this name, None if there is none."""
        return self._numbers.get(name)

    def numbers(self, tags: Iterable[str]) -> list[int]:
        """Return the number of each tag, in the order given.

        Raises:
            UnknownTag: for all words that are not tags at once, the first ten with their nearest.
        """
        wanted = list(tags)
        numbers = [self._number(tag) for tag in wanted]
        found = [number for number in numbers if number is not None]
        if len(found) < len(numbers):
            pairs = zip(wanted, numbers, strict=True)
            raise self.unknown(tag for tag, number in pairs if number is None)
        return found

    def weights(self, words: Mapping[str, float]) -> dict[str, float]:
        """Return weighted tags by their names; what two ways to write a tag say adds up.

        Raises:
            UnknownTag: as ``numbers``.
        """
        weights: dict[str, float] = {}
        for number, weight in zip(self.numbers(words), words.values(), strict=True):
            name = self.names[number]
            weights[name] = weights.get(name, 0.0) + weight
        return weights

    def split(self, words: Mapping[str, float]) -> tuple[dict[str, float], list[str]]:
        """Return weighted tags as ``weights`` does, and the words that are no tags."""
        unknown = {word: weight for word, weight in words.items() if word not in self}
        known = {word: weight for word, weight in words.items() if word not in unknown}
        return self.weights(known), list(unknown)

    def nearest(self, word: str) -> list[str]:
        """Return the tags spelled most like a word, nearest first; possibly none."""
        return nearest_of(self._spellers, word, SUGGESTIONS)

    def unknown(self, words: Iterable[str]) -> UnknownTag:
        """Return the error that names words which are not tags."""
        unknown = list(dict.fromkeys(words))
        named = {word: self.nearest(word) for word in unknown[:MAX_SUGGESTED_WORDS]}
        return UnknownTag(named, more=len(unknown) - len(named), empty=not self.names)

    def _number(self, word: str) -> int | None:
        number = self._numbers.get(word)
        return self._by_folded.get(folded(word)) if number is None else number

    @cached_property
    def _by_folded(self) -> dict[str, int]:
        by_folded = {} if self._root is None else dict(self._root._by_folded)
        first = 0 if self._root is None else len(self._root)
        for number, name in enumerate(self.names[first:], first):
            by_folded.setdefault(folded(name), number)
        return by_folded

    @cached_property
    def _spellers(self) -> tuple[Speller, ...]:
        if self._root is None:
            return (Speller(self.names),)
        return (*self._root._spellers, Speller(self.names[len(self._root) :]))
