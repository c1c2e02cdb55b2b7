"""Columns of values, a row a video: numbers, words by their numbers, lists of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.text import cleaned_line

Array = NDArray[Any]
Rows = NDArray[np.int64]
Bitmap = NDArray[np.bool_]
"""Shape (n_videos,), the rows that pass."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: shape (n_videos,), or (n_videos, n) with n of them a video."""

    values: Array

    @property
    def n_videos(self) -> int:
        """Number of rows."""
        return len(self.values)

    @classmethod
    def stacked(cls, parts: Sequence["Numbers"]) -> "Numbers":
        """Put several columns under each other."""
        return Numbers(np.concatenate([part.values for part in parts]))

    def take(self, rows: Rows) -> "Numbers":
        """Return some rows."""
        return Numbers(self.values[rows])

    def at(self, rows: Rows) -> list[Any]:
        """Return the numbers of some rows."""
        at: list[Any] = self.values[rows].tolist()
        return at

    @property
    def words(self) -> None:
        """Words that the numbers stand for: none."""

    def arrays(self, name: str) -> dict[str, Array]:
        """Return what is stored of it, by name."""
        return {name: self.values.ravel()}

    def placed(self, words: Sequence[str], first_row: int) -> "Numbers":  # noqa: ARG002 # others need it
        """Return it as a part of a longer column."""
        return self


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words as numbers.

    Attributes:
        words: each distinct word once, sorted.
        codes: shape (n_videos,), the number of each video's word.
    """

    words: tuple[str, ...]
    codes: NDArray[np.int32]

    @property
    def n_videos(self) -> int:
        """Number of rows."""
        return len(self.codes)

    @classmethod
    def of(cls, column: Sequence[str]) -> Self:
        """Number the words of a column."""
        words = tuple(sorted(set(column)))
        numbers = {word: number for number, word in enumerate(words)}
        return cls(words, np.array([numbers[word] for word in column], np.int32))

    @classmethod
    def stacked(cls, parts: Sequence["Coded"]) -> "Coded":
        """Put several columns under each other."""
        words = tuple(sorted({word for part in parts for word in part.words}))
        renumbered = [part.numbered_by(words).codes for part in parts]
        return cls(words, np.concatenate([np.zeros(0, np.int32), *renumbered]))

    def numbered_by(self, words: Sequence[str]) -> "Coded":
        """Return the same column in the numbers of more words, sorted, its own among them."""
        new = np.searchsorted(np.array(words, object), np.array(self.words, object))
        codes = new.astype(np.int32)[self.codes] if self.words else self.codes
        return Coded(tuple(words), codes)

    def take(self, rows: Rows) -> "Coded":
        """Return some rows; words that none of them has go."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return Coded(tuple(self.words[number] for number in used), codes.astype(np.int32))

    def at(self, rows: Rows) -> list[str]:
        """Return the words of some rows."""
        return [self.words[code] for code in self.codes[rows]]

    def is_any_of(self, words: Iterable[str]) -> Bitmap:
        """Return which videos have one of the words.

        Two that differ in their form of Unicode or in kinds of spaces are one word.
        """
        any_of = frozenset(map(cleaned_line, words))
        return self.are([cleaned_line(word) in any_of for word in self.words])

    def are(self, passing: Sequence[bool]) -> Bitmap:
        """Return which videos have a word that passes."""
        hit = np.array(passing, bool)
        return hit[self.codes] if len(self.words) else np.zeros(len(self.codes), bool)

    def arrays(self, name: str) -> dict[str, Array]:
        """Return what is stored of it besides its words, by name."""
        return {name: self.codes}

    def placed(self, words: Sequence[str], first_row: int) -> "Coded":  # noqa: ARG002 # others need it
        """Return it as a part of a longer column with more words."""
        return self.numbered_by(words)


@dataclass(frozen=True, slots=True)
class CodedLists:
    """A column of lists of words as numbers.

    Attributes:
        entries: one for each word of each video.
        rows: shape (n_entries,), the row that each belongs to, rising.
        n_videos: number of rows.
    """

    entries: Coded
    rows: Rows
    n_videos: int

    @classmethod
    def of(cls, column: Sequence[Sequence[str]]) -> Self:
        """Number the words of a column."""
        entries = [(row, word) for row, words in enumerate(column) for word in words]
        rows = np.array([row for row, _ in entries], np.int64)
        return cls(Coded.of([word for _, word in entries]), rows, len(column))

    @property
    def words(self) -> tuple[str, ...]:
        """Each distinct word once, sorted."""
        return self.entries.words

    @classmethod
    def stacked(cls, parts: Sequence["CodedLists"]) -> "CodedLists":
        """Put several columns under each other."""
        ends = np.cumsum([0, *(part.n_videos for part in parts)])
        rows = [part.rows + end for part, end in zip(parts, ends, strict=False)]
        entries = Coded.stacked([part.entries for part in parts])
        return CodedLists(entries, np.concatenate(rows), int(ends[-1]))

    def take(self, rows: Rows) -> "CodedLists":
        """Return some rows, each at most once; words that none of them has go."""
        new_row = np.full(self.n_videos, -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        moved = new_row[self.rows]
        staying = np.flatnonzero(moved >= 0)
        staying = staying[np.argsort(moved[staying], kind="stable")]
        return CodedLists(self.entries.take(staying), moved[staying], len(rows))

    def at(self, rows: Rows) -> list[tuple[str, ...]]:
        """Return the words of some rows."""
        firsts = np.searchsorted(self.rows, rows)
        lasts = np.searchsorted(self.rows, rows, side="right")
        words, codes = self.entries.words, self.entries.codes
        return [
            tuple(words[code] for code in codes[first:last])
            for first, last in zip(firsts, lasts, strict=True)
        ]

    def is_any_of(self, words: Iterable[str]) -> Bitmap:
        """Return which videos have one of the words."""
        passing = np.zeros(self.n_videos, bool)
        passing[self.rows[self.entries.is_any_of(words)]] = True
        return passing

    def arrays(self, name: str) -> dict[str, Array]:
        """Return what is stored of it besides its words, by name."""
        return {name: self.entries.codes, rows_name(name): self.rows}

    def placed(self, words: Sequence[str], first_row: int) -> "CodedLists":
        """Return it as a part of a longer column with more words."""
        return CodedLists(self.entries.numbered_by(words), self.rows + first_row, self.n_videos)


StoredColumn = Numbers | Coded | CodedLists


def rows_name(name: str) -> str:
    """Return the name under which the rows of a column of lists are stored."""
    return f"{name}_rows"
