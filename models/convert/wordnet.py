"""WordNet's nouns, out of its own files; see wndb(5WN)."""

import re
from dataclasses import dataclass
from typing import BinaryIO

_EXAMPLE = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Sense:
    """One meaning of a noun: its words, and the meanings around it by their place in the file.

    Attributes:
        file: number of the lexicographer file; see lexnames(5WN).
        gloss: what it is, without the examples.
    """

    file: str
    words: tuple[str, ...]
    broader: tuple[int, ...]
    narrower: tuple[int, ...]
    gloss: str


class Nouns:
    """WordNet's nouns; a meaning is named by its place in ``data.noun``, as ImageNet does."""

    def __init__(self, index: str, data: BinaryIO) -> None:
        self._senses_of = dict(
            _index_entry(line) for line in index.splitlines() if not line.startswith(" ")
        )
        self._data = data
        self._read: dict[int, Sense] = {}

    def __contains__(self, noun: str) -> bool:
        return noun.lower().replace(" ", "_") in self._senses_of

    def all(self) -> list[str]:
        """Return every noun, in small letters, ``_`` between its parts."""
        return list(self._senses_of)

    def sense(self, offset: int) -> Sense:
        """Return the meaning that stands at a place."""
        if offset not in self._read:
            self._data.seek(offset)
            self._read[offset] = _data_entry(self._data.readline().decode("latin-1"))
        return self._read[offset]

    def offsets(self, noun: str) -> list[int]:
        """Return where the senses of a noun stand, the commonest first."""
        return self._senses_of[noun.lower().replace(" ", "_")]

    def offset(self, noun: str, number: int) -> int:
        """Return where sense ``number``, counted from 1, of a noun stands."""
        return self.offsets(noun)[number - 1]

    def with_all_broader(self, offset: int) -> set[int]:
        """Return a meaning and everything it is a kind of."""
        broader_ones: set[int] = set()
        waiting = [offset]
        while waiting:
            here = waiting.pop()
            if here not in broader_ones:
                broader_ones.add(here)
                waiting.extend(self.sense(here).broader)
        return broader_ones


def _index_entry(line: str) -> tuple[str, list[int]]:
    """Read ``lemma pos n_senses ... offset offset``; see wndb(5WN)."""
    fields = line.split()
    return fields[0], [int(offset) for offset in fields[-int(fields[2]) :]]


def _data_entry(line: str) -> Sense:
    """Read ``offset lexicographer type n_words word id ... n_pointers symbol offset pos ...``."""
    entry, _, gloss = line.partition("|")
    fields = entry.split()
    n_words = int(fields[3], 16)
    after_words = 4 + 2 * n_words
    pointers = fields[after_words + 1 : after_words + 1 + 4 * int(fields[after_words])]
    words = tuple(word.replace("_", " ") for word in fields[4:after_words:2])
    around = [
        (symbol, int(offset))
        for symbol, offset, part_of_speech in zip(
            pointers[0::4], pointers[1::4], pointers[2::4], strict=True
        )
        if part_of_speech == "n"
    ]
    return Sense(
        fields[1],
        words,
        broader=tuple(offset for symbol, offset in around if symbol in ("@", "@i")),
        narrower=tuple(offset for symbol, offset in around if symbol in ("~", "~i")),
        gloss=_EXAMPLE.sub("", gloss).strip(" ;\n"),
    )
