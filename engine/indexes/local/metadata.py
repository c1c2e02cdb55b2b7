"""Metadata of an index's videos besides their tags, column by column, for filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.sensitivity import LEVELS, Level
from engine.domain.suitability import N_TOPICS, NOBODY_LOOKED, RISKS, Risk
from engine.domain.text import cleaned_line

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class VideoMetadata:
    """Metadata of one video, as filters see it.

    Attributes:
        seconds: how many were watched.
        added_at: when it was first ingested, seconds since 1970, UTC.
        sensitive: the worst of the topics that the recipe counts (``engine.content.sensitivity``).
        language: a code; empty when unknown.
        kind: motion, slideshow, overlay, static or unknown.
        uploader: empty when unknown.
        categories: of its publisher.
        risks: of each of ``engine.domain.suitability.BRAND_TOPICS``.
        iab: ids of the IAB's content taxonomy 3.1 that say what it is about.
    """

    seconds: int
    added_at: int
    sensitive: Level
    language: str
    kind: str
    uploader: str
    categories: tuple[str, ...]
    risks: tuple[Risk, ...] = NOBODY_LOOKED
    iab: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words as numbers.

    Attributes:
        words: each distinct word once, sorted.
        codes: shape (n_videos,), the number of each video's word.
    """

    words: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, column: Sequence[str]) -> Self:
        """Number the words of a column."""
        words = tuple(sorted(set(column)))
        numbers = {word: number for number, word in enumerate(words)}
        return cls(words, np.array([numbers[word] for word in column], np.int32))

    @classmethod
    def stacked(cls, parts: Sequence["Coded"]) -> Self:
        """Put several columns under each other."""
        words = tuple(sorted({word for part in parts for word in part.words}))
        renumbered = [part.numbered_by(words).codes for part in parts]
        return cls(words, np.concatenate([np.zeros(0, np.int32), *renumbered]))

    def numbered_by(self, words: tuple[str, ...]) -> "Coded":
        """Return the same column in the numbers of more words, sorted, its own among them."""
        new = np.searchsorted(np.array(words, object), np.array(self.words, object))
        return Coded(words, new.astype(np.int32)[self.codes] if self.words else self.codes)

    def take(self, rows: NDArray[np.int64]) -> "Coded":
        """Return some rows; words that none of them has go."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return Coded(tuple(self.words[number] for number in used), codes.astype(np.int32))

    def is_any_of(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """Return which videos have one of the words, shape (n_videos,).

        Two that differ in their form of Unicode or in kinds of spaces are one word.
        """
        any_of = frozenset(map(cleaned_line, wanted))
        return self.are([cleaned_line(word) in any_of for word in self.words])

    def are(self, passing: Sequence[bool]) -> NDArray[np.bool_]:
        """Return which videos have a word that passes, shape (n_videos,)."""
        hit = np.array(passing, bool)
        return hit[self.codes] if len(self.words) else np.zeros(len(self.codes), bool)


@dataclass(frozen=True, slots=True)
class MetadataColumns:
    """The facts of all videos of an index, row by row.

    Attributes:
        seconds: shape (n_videos,).
        added_at: shape (n_videos,).
        sensitive: shape (n_videos,), places in ``engine.domain.sensitivity.LEVELS`` of the worst
            of the topics that the generation's recipe counts.
        language: coded.
        kind: coded.
        uploader: coded.
        category: coded; one entry for each category of each video.
        category_rows: shape (n_entries,), the row that an entry of ``category`` belongs to.
        risk: shape (n_videos, 11), places in ``engine.domain.suitability.RISKS``.
        iab: coded; one entry for each IAB category of each video.
        iab_rows: shape (n_entries,), the row that an entry of ``iab`` belongs to.
    """

    seconds: NDArray[np.uint32]
    added_at: NDArray[np.int64]
    sensitive: NDArray[np.uint8]
    language: Coded
    kind: Coded
    uploader: Coded
    category: Coded
    category_rows: NDArray[np.int64]
    risk: NDArray[np.uint8]
    iab: Coded
    iab_rows: NDArray[np.int64]

    @classmethod
    def of(cls, videos: Sequence[VideoMetadata]) -> Self:
        """Turn records, in the order of the rows, into columns."""
        entries = [(row, word) for row, video in enumerate(videos) for word in video.categories]
        filed = [(row, word) for row, video in enumerate(videos) for word in video.iab]
        risks = [[RISKS.index(risk) for risk in video.risks] for video in videos]
        return cls(
            seconds=np.array([video.seconds for video in videos], np.uint32),
            added_at=np.array([video.added_at for video in videos], np.int64),
            sensitive=np.array([LEVELS.index(video.sensitive) for video in videos], np.uint8),
            language=Coded.of([video.language for video in videos]),
            kind=Coded.of([video.kind for video in videos]),
            uploader=Coded.of([video.uploader for video in videos]),
            category=Coded.of([word for _, word in entries]),
            category_rows=np.array([row for row, _ in entries], np.int64),
            risk=np.array(risks, np.uint8).reshape(len(videos), N_TOPICS),
            iab=Coded.of([word for _, word in filed]),
            iab_rows=np.array([row for row, _ in filed], np.int64),
        )

    @classmethod
    def stacked(cls, parts: Sequence["MetadataColumns"]) -> Self:
        """Put the rows of several under each other."""
        ends = np.cumsum([0, *(part.n_videos for part in parts)])
        entry_rows = [part.category_rows + end for part, end in zip(parts, ends, strict=False)]
        iab_rows = [part.iab_rows + end for part, end in zip(parts, ends, strict=False)]
        return cls(
            seconds=np.concatenate([part.seconds for part in parts]),
            added_at=np.concatenate([part.added_at for part in parts]),
            sensitive=np.concatenate([part.sensitive for part in parts]),
            language=Coded.stacked([part.language for part in parts]),
            kind=Coded.stacked([part.kind for part in parts]),
            uploader=Coded.stacked([part.uploader for part in parts]),
            category=Coded.stacked([part.category for part in parts]),
            category_rows=np.concatenate(entry_rows),
            risk=np.concatenate([part.risk for part in parts]),
            iab=Coded.stacked([part.iab for part in parts]),
            iab_rows=np.concatenate(iab_rows),
        )

    def take(self, rows: NDArray[np.int64]) -> "MetadataColumns":
        """Return some rows, each at most once, in the order given."""
        new_row = np.full(self.n_videos, -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        kept, category_rows = _moved(self.category_rows, new_row)
        filed, iab_rows = _moved(self.iab_rows, new_row)
        return MetadataColumns(
            seconds=self.seconds[rows],
            added_at=self.added_at[rows],
            sensitive=self.sensitive[rows],
            language=self.language.take(rows),
            kind=self.kind.take(rows),
            uploader=self.uploader.take(rows),
            category=self.category.take(kept),
            category_rows=category_rows,
            risk=self.risk[rows],
            iab=self.iab.take(filed),
            iab_rows=iab_rows,
        )

    def values(self, name: str, rows: NDArray[np.int64]) -> list[Any]:
        """Return one field of some rows, each as ``VideoMetadata`` has it."""
        match name:
            case "seconds" | "added_at":
                return [int(value) for value in getattr(self, name)[rows]]
            case "language" | "kind" | "uploader":
                column: Coded = getattr(self, name)
                return [column.words[code] for code in column.codes[rows]]
            case "sensitive":
                return [LEVELS[level] for level in self.sensitive[rows]]
            case "risks":
                return [tuple(RISKS[risk] for risk in risks) for risks in self.risk[rows]]
            case "categories":
                return _entries(self.category, self.category_rows, rows)
            case "iab":
                return _entries(self.iab, self.iab_rows, rows)
        raise KeyError(name)

    @property
    def n_videos(self) -> int:
        """Number of rows."""
        return len(self.seconds)

    def arrays(self) -> dict[str, Column]:
        """Return all columns by name, for keeping."""
        return {
            "seconds": self.seconds,
            "added_at": self.added_at,
            "sensitive": self.sensitive,
            "language": self.language.codes,
            "kind": self.kind.codes,
            "uploader": self.uploader.codes,
            "category": self.category.codes,
            "category_rows": self.category_rows,
            "risk": self.risk.ravel(),
            "iab": self.iab.codes,
            "iab_rows": self.iab_rows,
        }

    def words(self) -> dict[str, tuple[str, ...]]:
        """Return the words of the coded columns, for keeping."""
        return {
            "language": self.language.words,
            "kind": self.kind.words,
            "uploader": self.uploader.words,
            "category": self.category.words,
            "iab": self.iab.words,
        }

    @classmethod
    def from_stored(cls, arrays: Mapping[str, Column], words: Mapping[str, Sequence[str]]) -> Self:
        """Make facts of what ``arrays`` and ``words`` gave.

        Raises:
            KeyError: when one is missing.
        """

        def coded(name: str) -> Coded:
            return Coded(tuple(words[name]), arrays[name])

        return cls(
            seconds=arrays["seconds"],
            added_at=arrays["added_at"],
            sensitive=arrays["sensitive"],
            language=coded("language"),
            kind=coded("kind"),
            uploader=coded("uploader"),
            category=coded("category"),
            category_rows=arrays["category_rows"],
            risk=arrays["risk"].reshape(-1, N_TOPICS),
            iab=coded("iab"),
            iab_rows=arrays["iab_rows"],
        )


def _entries(
    column: Coded, entry_rows: NDArray[np.int64], rows: NDArray[np.int64]
) -> list[tuple[str, ...]]:
    """Return the words of each of some rows.

    Args:
        column: coded, an entry each.
        entry_rows: shape (n_entries,), the row of each, rising.
        rows: which.
    """
    firsts = np.searchsorted(entry_rows, rows)
    lasts = np.searchsorted(entry_rows, rows, side="right")
    return [
        tuple(column.words[code] for code in column.codes[first:last])
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _moved(
    entry_rows: NDArray[np.int64], new_row: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the entries whose row stays, by their new rows, and these rows.

    Args:
        entry_rows: shape (n_entries,), the old row of each.
        new_row: shape (n_rows,), the new place of each row; -1 for those that go.
    """
    moved = new_row[entry_rows]
    kept = np.flatnonzero(moved >= 0)
    kept = kept[np.argsort(moved[kept], kind="stable")]
    return kept, moved[kept]


def seconds_since_1970(moment: str) -> int:
    """Return an ISO 8601 moment as a number."""
    return int(datetime.fromisoformat(moment).timestamp())
