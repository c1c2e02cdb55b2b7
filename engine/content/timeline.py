"""A track as a picture along time: an overview that counts at any threshold, and tiles to draw.

Confidences are given in hundredths, rounded down to the last one they reach, so that what is drawn
at a threshold is exactly what counts at it. A cell of a coarser level is the highest of its
seconds. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import ASSESSED_TAGS
from engine.domain.lines import Line
from engine.domain.time_ranges import TimeRange, time_ranges
from engine.domain.tracks import CUT, NEW_CONTENT, Track, min_stored
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary

TILE_CELLS: Final = 512
"""Cells of a tile along time."""

LEVEL_STEP: Final = 4
"""A cell of a level is as long as so many of the level below; on level 0 it is a second."""

MIN_HUNDREDTH: Final = 5
"""No confidence below it is stored."""

_HUNDREDTHS: Final = np.array([min_stored(hundredth / 100) for hundredth in range(101)])


def in_hundredths(confidences: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return the last hundredth that each stored confidence reaches, 0 to 100."""
    reached = np.searchsorted(_HUNDREDTHS, confidences, side="right") - 1
    return reached.astype(np.uint8)


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag along a video.

    Attributes:
        tag: its label.
        seconds_at: on how many seconds its confidence reached 0.05, 0.06, ... 1.00; shape (96,).
    """

    tag: str
    seconds_at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The part of a timeline that is shown before any tile is there.

    Attributes:
        seconds: number of seconds that were analyzed.
        levels: of tiles; the last has the whole video in one.
        lines: one for each tag that was seen, by its number: the rows of all tiles.
        cuts: the seconds that show another picture than the one before.
        still: where the picture stayed for two seconds or more.
    """

    seconds: int
    levels: int
    lines: tuple[TagLine, ...]
    cuts: tuple[int, ...]
    still: tuple[TimeRange, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """Observations on ``TILE_CELLS`` cells, row by row (CSR).

    Attributes:
        starts: shape (n_lines + 1,), uint32; row ``i`` owns ``starts[i]:starts[i + 1]``.
        cells: shape (n,), uint16, rising within a row.
        hundredths: shape (n,), uint8, the highest of the cell's seconds.
    """

    starts: NDArray[np.uint32]
    cells: NDArray[np.uint16]
    hundredths: NDArray[np.uint8]

    def to_bytes(self) -> bytes:
        """Return the three arrays one after the other, little-endian."""
        return (
            self.starts.astype("<u4").tobytes()
            + self.cells.astype("<u2").tobytes()
            + self.hundredths.tobytes()
        )


def level_count(n_seconds: int) -> int:
    """Return how many levels a video of so many seconds has."""
    levels, cells = 1, n_seconds
    while cells > TILE_CELLS:
        cells = -(-cells // LEVEL_STEP)
        levels += 1
    return levels


def overview(track: Track, vocabulary: Vocabulary) -> Overview:
    """Return what a timeline shows before any tile is there."""
    tags = _tags_of_lines(track, vocabulary)
    has_line = np.isin(track.tags, tags)
    row = np.searchsorted(tags, track.tags[has_line])
    hundredths = in_hundredths(track.confidences[has_line]).astype(np.int64)
    exactly = np.zeros((len(tags), 101), np.int64)
    np.add.at(exactly, (row, hundredths), 1)
    reached = exactly[:, ::-1].cumsum(axis=1)[:, ::-1][:, MIN_HUNDREDTH:]
    return Overview(
        seconds=track.n_seconds,
        levels=level_count(track.n_seconds),
        lines=tuple(
            TagLine(vocabulary.names[tag], tuple(counts))
            for tag, counts in zip(tags, reached.tolist(), strict=True)
        ),
        cuts=tuple(np.flatnonzero(track.changes.has(CUT)).tolist()),
        still=time_ranges(np.flatnonzero(~track.changes.has(NEW_CONTENT))),
    )


def _tags_of_lines(track: Track, vocabulary: Vocabulary) -> NDArray[np.uint32]:
    """Return the numbers of the tags that have a line, rising."""
    tags = np.unique(track.tags)
    is_listed = np.array([vocabulary.names[tag] not in ASSESSED_TAGS for tag in tags], bool)
    listed: NDArray[np.uint32] = tags[is_listed]
    return listed


def texts_on(lines: Iterable[Line], first: int, end: int) -> list[tuple[TimeRange, str]]:
    """Return the texts that are on a second from ``first`` on, before ``end``, with their own."""
    return [
        (line.seconds, line.text)
        for line in lines
        if line.seconds is not None and line.seconds.start < end and line.seconds.end > first
    ]


def tile(track: Track, vocabulary: Vocabulary, level: int, number: int) -> Tile:
    """Return one tile.

    Raises:
        InvalidInput: when the video has no such tile.
    """
    levels = level_count(track.n_seconds)
    seconds_a_cell = LEVEL_STEP**level if 0 <= level < levels else 0
    first = number * TILE_CELLS * seconds_a_cell
    if not seconds_a_cell or not 0 <= first < max(track.n_seconds, 1):
        raise InvalidInput(
            f"there is no tile {number} on level {level}: the video has {track.n_seconds} seconds"
            f" on {levels} levels"
        )
    last = min(first + TILE_CELLS * seconds_a_cell, track.n_seconds)
    own = slice(int(track.starts[first]), int(track.starts[last]))
    lines, row = _tags_of_lines(track, vocabulary), track.tags[own]
    second = np.repeat(np.arange(first, last), np.diff(track.starts[first : last + 1]))
    cell = (second - first) // seconds_a_cell
    has_line = np.isin(row, lines)
    cells = (np.searchsorted(lines, row).astype(np.int64) * TILE_CELLS + cell)[has_line]
    highest = np.zeros(len(lines) * TILE_CELLS, np.uint8)
    np.maximum.at(highest, cells, in_hundredths(track.confidences[own][has_line]))
    filled = np.flatnonzero(highest)
    starts = np.searchsorted(filled, np.arange(len(lines) + 1) * TILE_CELLS)
    return Tile(starts.astype(np.uint32), (filled % TILE_CELLS).astype(np.uint16), highest[filled])
