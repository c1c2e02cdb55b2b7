"""Changes since the generation, searched at once.

Changed videos make small segments beside the generation, weighed with its idf. Segments of like
size are merged (O'Neil et al. 1996, the log-structured merge tree), so that there are never many
and each video is merged only a few times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.rows.segments import Segment
from engine.indexes.local.rows.video_row import VideoRow, counts_of, metadata_of_rows
from engine.indexes.local.snapshot import LocalSnapshot
from engine.words.vocabulary import Vocabulary

MERGE_FACTOR: Final = 4
"""A segment is merged with the one before when that is less than so many times its size."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that happened to a catalog since a view.

    Attributes:
        ids: of the videos that were changed or deleted.
        rows: of those among them that can be found.
        vocabulary: knows every tag of the rows.
        revision: of the catalog; there may be changes after it among these, but none is missing
            before it.
    """

    ids: Sequence[str]
    rows: Sequence[VideoRow]
    vocabulary: Vocabulary
    revision: int


def advance(snapshot: LocalSnapshot, changes: Changes) -> LocalSnapshot:
    """Return the view with some changes."""
    vocabulary = changes.vocabulary
    if vocabulary != snapshot.vocabulary:
        snapshot = replace(
            snapshot,
            base=snapshot.base.knowing(vocabulary),
            delta=tuple(segment.knowing(vocabulary) for segment in snapshot.delta),
            vocabulary=vocabulary,
        )
    delta = [segment.without(changes.ids) for segment in snapshot.delta]
    if rows := changes.rows:
        index = snapshot.generation.index.build_beside(
            counts_of(rows, len(vocabulary)),
            [row.id for row in rows],
            snapshot.generation.config.weights(vocabulary.sources),
        )
        delta.append(Segment.of(index, metadata_of_rows(rows), vocabulary))
    base = snapshot.base.without(changes.ids)
    return replace(snapshot, base=base, delta=tuple(delta), revision=changes.revision)


def tidy(snapshot: LocalSnapshot) -> LocalSnapshot:
    """Return the view with dead segments dropped and segments of like size merged."""
    delta = [segment for segment in snapshot.delta if segment.n_alive]
    while len(delta) > 1 and delta[-2].n_alive < MERGE_FACTOR * delta[-1].n_alive:
        delta[-2:] = [_merged(delta[-2:], snapshot)]
    return snapshot if len(delta) == len(snapshot.delta) else replace(snapshot, delta=tuple(delta))


def _merged(segments: Sequence[Segment], snapshot: LocalSnapshot) -> Segment:
    counts = []
    metadata = []
    ids: list[str] = []
    for segment in segments:
        index = segment.index
        alive = np.ones(index.n_videos, bool) if segment.alive is None else segment.alive
        rows = np.flatnonzero(alive)
        ids += index.ids.at(rows)
        counts.append(_taken(segment, rows))
        metadata.append(segment.metadata.take(rows))
    n_tags = len(snapshot.vocabulary)
    boosts = snapshot.generation.config.weights(snapshot.vocabulary.sources)
    index = snapshot.generation.index.build_beside(CountMatrix.stacked(counts, n_tags), ids, boosts)
    order = index.rows_of(ids)
    return Segment.of(
        index, MetadataColumns.stacked(metadata).take(np.argsort(order)), snapshot.vocabulary
    )


def _taken(segment: Segment, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> CountMatrix:
    forward = segment.index.forward
    starts = forward.starts.astype(np.int64)
    lengths = starts[rows + 1] - starts[rows]
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # The place of each posting: its row's start, and how far it is into the row.
    positions = np.repeat(starts[rows] - indptr[:-1], lengths) + np.arange(indptr[-1])
    return CountMatrix(
        indptr,
        forward.tags[positions].astype(np.uint32),
        forward.counts[positions].astype(np.uint32),
        (len(rows), segment.index.n_tags),
    )
