"""Metadata of an index's videos besides their tags, a column each of the schema, for filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import LEVELS
from engine.domain.assessments.suitability import N_TOPICS, RISKS
from engine.domain.metadata import (
    COLUMNS,
    SCHEMA,
    ColumnType,
    Moment,
    Number,
    RiskLevels,
    SensitivityLevel,
    VideoMetadata,
    Word,
    Words,
)
from engine.errors import ColumnNotIndexed
from engine.indexes.local.disk import storage as index_files
from engine.indexes.local.rows.columns import (
    Array,
    Coded,
    CodedLists,
    Numbers,
    StoredColumn,
    rows_name,
)

ALWAYS_STORED: Final = frozenset(
    ["seconds", "added_at", "sensitive", "language", "kind", "uploader", "category", "risk", "iab"]
)
"""Columns of every generation, the earliest included; later ones may be missing in these."""

DTYPES: Final[Mapping[type[ColumnType], type[np.integer[Any]]]] = MappingProxyType(
    {Number: np.uint32, Moment: np.int64, SensitivityLevel: np.uint8, RiskLevels: np.uint8}
)
"""Of columns of numbers; levels and risks are places in ``LEVELS`` and ``RISKS``."""


@dataclass(frozen=True, slots=True)
class MetadataColumns:
    """The metadata of all videos of an index, row by row.

    Attributes:
        n_videos: number of rows.
        columns: by the names of the schema; an index of an earlier version has not all.
    """

    n_videos: int
    columns: Mapping[str, StoredColumn]

    @classmethod
    def of(cls, videos: Sequence[VideoMetadata]) -> Self:
        """Turn records, in the order of the rows, into columns; what one lacks is unknown."""
        columns = {
            name: _column(column.type, [video.get(name, column.type.unknown) for video in videos])
            for name, column in COLUMNS.items()
        }
        return cls(len(videos), columns)

    def __getitem__(self, name: str) -> StoredColumn:
        try:
            return self.columns[name]
        except KeyError:
            raise ColumnNotIndexed(COLUMNS[name].key) from None

    def numbers(self, name: str) -> Array:
        """Return the values of a column of numbers."""
        column = self[name]
        assert isinstance(column, Numbers)  # noqa: S101 - the schema says so
        return column.values

    @classmethod
    def stacked(cls, parts: Sequence["MetadataColumns"]) -> Self:
        """Put the rows of several, of the same columns, under each other."""
        columns = {
            name: _stacked([part.columns[name] for part in parts]) for name in parts[0].columns
        }
        return cls(sum(part.n_videos for part in parts), columns)

    def take(self, rows: NDArray[np.int64]) -> "MetadataColumns":
        """Return some rows, each at most once, in the order given."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return MetadataColumns(len(rows), columns)

    def values(self, name: str, rows: NDArray[np.int64]) -> list[Any]:
        """Return one column of some rows, each value as ``VideoMetadata`` has it.

        Of a column that an index of an earlier version lacks they are unknown.
        """
        if name not in self.columns:
            return [COLUMNS[name].type.unknown] * len(rows)
        values: list[Any] = self[name].at(rows)
        match COLUMNS[name].type:
            case SensitivityLevel():
                return [LEVELS[level] for level in values]
            case RiskLevels():
                return [tuple(RISKS[risk] for risk in risks) for risks in values]
            case _:
                return values

    def arrays(self) -> dict[str, Array]:
        """Return the arrays of all columns by name, for keeping."""
        named = (column.arrays(name) for name, column in self.columns.items())
        return {name: array for arrays in named for name, array in arrays.items()}

    def words(self) -> dict[str, tuple[str, ...]]:
        """Return the words of the columns that have some, for keeping."""
        return {
            name: column.words for name, column in self.columns.items() if column.words is not None
        }

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``write_metadata`` wrote.

        Raises:
            CorruptData: when it cannot be read.
            KeyError: when an array or the words of one are missing.
        """
        stored = index_files.read(folder)
        return cls.from_stored(stored.arrays, stored.settings)

    @classmethod
    def from_stored(cls, arrays: Mapping[str, Array], words: Mapping[str, Sequence[str]]) -> Self:
        """Make metadata of what ``arrays`` and ``words`` gave.

        Raises:
            KeyError: when an array or the words of one are missing.
        """
        columns = {
            column.name: _stored(column.type, column.name, arrays, words)
            for column in SCHEMA
            if column.name in ALWAYS_STORED or column.name in arrays
        }
        return cls(len(arrays["seconds"]), columns)


def write_metadata(folder: Path, parts: Iterable[MetadataColumns]) -> None:
    """Write the metadata of all parts under each other; the parts are iterated twice.

    The bytes are those of all the metadata at once, however they were parted: more of it than
    fits into memory can be written.
    """
    words: dict[str, set[str]] = {name: set() for name in MetadataColumns.of([]).words()}
    for part in parts:
        for name, own in part.words().items():
            words[name].update(own)
    ordered = {name: tuple(sorted(some)) for name, some in words.items()}
    with index_files.Writer(folder) as writer:
        n_videos = 0
        for part in chain([MetadataColumns.of([])], parts):
            for name, column in part.columns.items():
                placed = column.placed(ordered.get(name, ()), n_videos)
                for array_name, array in placed.arrays(name).items():
                    writer.append(array_name, array)
            n_videos += part.n_videos
        writer.finish(ordered)


def _column(kind: ColumnType, values: Sequence[Any]) -> StoredColumn:
    match kind:
        case SensitivityLevel():
            return Numbers(np.array([LEVELS.index(level) for level in values], np.uint8))
        case RiskLevels():
            risks = [[RISKS.index(risk) for risk in own] for own in values]
            return Numbers(np.array(risks, np.uint8).reshape(len(values), N_TOPICS))
        case Words():
            return CodedLists.of(values)
        case Word():
            return Coded.of(values)
        case _:
            return Numbers(np.array(values, DTYPES[type(kind)]))


def _stacked(parts: Sequence[Any]) -> StoredColumn:
    column: StoredColumn = type(parts[0]).stacked(parts)
    return column


def _stored(
    kind: ColumnType, name: str, arrays: Mapping[str, Array], words: Mapping[str, Sequence[str]]
) -> StoredColumn:
    match kind:
        case RiskLevels():
            return Numbers(arrays[name].reshape(-1, N_TOPICS))
        case Words():
            entries = Coded(tuple(words[name]), arrays[name])
            return CodedLists(entries, arrays[rows_name(name)], len(arrays["seconds"]))
        case Word():
            return Coded(tuple(words[name]), arrays[name])
        case _:
            return Numbers(arrays[name])
