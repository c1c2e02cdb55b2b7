"""Tag <-> tag number. Numbers are given once by the catalog and never change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from engine.domain.tags import Tag, TagsBySource, explicit_tag, source_of
from engine.domain.text import folded
from engine.errors import UnknownTag
from engine.words.spelling import MAX_SUGGESTED_WORDS, Speller, nearest_of

SUGGESTIONS: Final = 3
"""Number of nearest tags that an error names."""

_ROOT_SHARE: Final = 1.25
"""A vocabulary that grew by more is prepared anew, not beside what was prepared."""


@dataclass(frozen=True)
class Vocabulary:
    """The tags of a catalog or generation; a tag's number is its place in ``names``.

    Whatever takes a tag takes it in any case and width: ``DOG`` is ``dog``, unless there is a tag
    of just that name. A word without a source means the tags of any source that have this name:
    ``columns`` has them all. With one, as in ``audio:dog``, it means that tag alone.

    Attributes:
        names: labels, as ``engine.domain.tags.Tag.label``, each once.
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
        _ = self._by_folded, self._by_bare_name

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, tag: object) -> bool:
        return isinstance(tag, str) and bool(self.columns(tag))

    def tag(self, word: str) -> str | None:
        """Return what a word is called here, None if it is no tag.

        A label, or the name alone where the word names no source.
        """
        columns = self.columns(word)
        if not columns:
            return None
        label = self.names[columns[0]]
        if not explicit_tag(word):
            return Tag.parse(label).name
        # The bare label of a tag that is seen means those of other sources, too.
        return label if len(self.columns(label)) == 1 else ":".join(Tag.parse(label))

    @cached_property
    def words(self) -> "Vocabulary":
        """The names of the tags without their sources, each once; this where all are seen."""
        if self._root is not None:
            words = self._root.words
            new = (Tag.parse(label).name for label in self.names[len(self._root) :])
            return words.grown(name for name in dict.fromkeys(new) if words.exactly(name) is None)
        names = tuple(dict.fromkeys(Tag.parse(label).name for label in self.names))
        return self if names == self.names else Vocabulary(names)

    @cached_property
    def sources(self) -> TagsBySource:
        """The numbers of each source's tags."""
        own = np.array([source_of(label) for label in self.names], str)
        return {str(source): np.flatnonzero(own == source) for source in np.unique(own)}

    @property
    def has_sources(self) -> bool:
        """Whether there are tags that are not seen, so that a word may mean several."""
        return bool(self._by_bare_name)

    def columns(self, word: str) -> tuple[int, ...]:
        """Return the numbers of all tags that a word means, first the one that is seen, if any."""
        if tag_named := explicit_tag(word):
            number = self._number(tag_named.label)
            if number is not None:
                return (number,)
        own_number = self._number(word)
        own = () if own_number is None else (own_number,)
        others = self._by_bare_name and self._by_bare_name.get(folded(word), ())
        return tuple(dict.fromkeys((*own, *others))) if others else own

    def by_source(self, word: str) -> tuple[str, ...]:
        """Return what names each tag that a word means, and no other; the word, if it means one.

        Raises:
            UnknownTag: when it means none.
        """
        (numbers,) = self._all_columns([word])
        if len(numbers) == 1:
            return (word,)
        return tuple(":".join(Tag.parse(self.names[number])) for number in numbers)

    def weighted(self, words: Mapping[str, float]) -> dict[int, float]:
        """Return the weights of tags by number: a word's weight goes to each tag that it means.

        Raises:
            UnknownTag: as ``numbers``.
        """
        weights: dict[int, float] = {}
        for numbers, weight in zip(self._all_columns(list(words)), words.values(), strict=True):
            for number in numbers:
                weights[number] = weights.get(number, 0.0) + weight
        return weights

    def meant(self, words: Iterable[str]) -> list[int]:
        """Return the numbers of all tags that some words mean, word by word.

        Raises:
            UnknownTag: as ``numbers``.
        """
        return [number for numbers in self._all_columns(list(words)) for number in numbers]

    def exactly(self, name: str) -> int | None:
        """Return the number of the tag of just this name, None if there is none."""
        return self._numbers.get(name)

    def numbers(self, tags: Iterable[str]) -> list[int]:
        """Return a number for each tag, in the order given: of several that it means the first.

        Raises:
            UnknownTag: for all words that are not tags at once, the first ten with their nearest.
        """
        return [numbers[0] for numbers in self._all_columns(list(tags))]

    def _all_columns(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        columns = [self.columns(word) for word in words]
        if not all(columns):
            raise self.unknown(
                word for word, numbers in zip(words, columns, strict=True) if not numbers
            )
        return columns

    def weights(self, words: Mapping[str, float]) -> dict[str, float]:
        """Return weighted tags by their names; what two ways to write a tag say adds up.

        Raises:
            UnknownTag: as ``numbers``.
        """
        self._all_columns(list(words))
        weights: dict[str, float] = {}
        for word, weight in words.items():
            name = self.tag(word) or word
            weights[name] = weights.get(name, 0.0) + weight
        return weights

    def split(self, words: Mapping[str, float]) -> tuple[dict[str, float], list[str]]:
        """Return weighted tags as ``weights`` does, and the words that are no tags."""
        unknown = {word: weight for word, weight in words.items() if word not in self}
        known = {word: weight for word, weight in words.items() if word not in unknown}
        return self.weights(known), list(unknown)

    def nearest(self, word: str) -> list[str]:
        """Return the tags spelled most like a word, nearest first; possibly none."""
        return nearest_of(self.words._spellers, word, SUGGESTIONS)

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
    def _by_bare_name(self) -> dict[str, tuple[int, ...]]:
        """Folded names -> the tags that are called otherwise, since their source is told."""
        by_name = {} if self._root is None else dict(self._root._by_bare_name)
        first = 0 if self._root is None else len(self._root)
        for number, label in enumerate(self.names[first:], first):
            if explicit_tag(label):
                name = folded(Tag.parse(label).name)
                by_name[name] = (*by_name.get(name, ()), number)
        return by_name

    @cached_property
    def _spellers(self) -> tuple[Speller, ...]:
        if self._root is None:
            return (Speller(self.names),)
        return (*self._root._spellers, Speller(self.names[len(self._root) :]))
