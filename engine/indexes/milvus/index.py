"""Generations in Milvus: a collection each, filled beside the live one, which an alias names.

Readers see the old generation or the new one. What is known of a generation besides its videos is
a ``Record``; its last part, the state, says up to which change of the catalog its videos are.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.domain.counts import Counts
from engine.domain.metadata import COLUMNS
from engine.errors import CorruptData, IndexUnavailable
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.rows.video_row import VideoRow
from engine.indexes.milvus.connection import MilvusConnection
from engine.indexes.milvus.expressions import letters_of
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.rows import NO_TAGS, VECTOR, collection_fields, written
from engine.indexes.milvus.snapshot import weighed
from engine.words.vocabulary import Vocabulary

GRACE_SECONDS: Final = 300.0
"""Seconds for which a generation that was replaced stays, for those who are still asking it."""

_BATCH_VIDEOS: Final = 500
_STATE: Final = "state"
_CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class State:
    """State of a generation in Milvus.

    Attributes:
        revision: of the catalog; all changes up to it are written.
        replaced_at: when another one took its place, seconds since 1970; 0 while none did.
    """

    revision: int
    replaced_at: float = 0.0


class MilvusIndex:
    """All generations that one server has under one prefix.

    Args:
        connection: to the server.
    """

    def __init__(self, connection: MilvusConnection) -> None:
        self.connection = connection
        self._address = connection.address

    @property
    def name(self) -> str:
        """Name of it in messages."""
        return self._address.name

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

    def live_id(self) -> str | None:
        """Return the id of the live generation, None before the first."""
        collection = self.connection.live_collection()
        return None if collection is None else self._address.generation(collection)

    def record(self, generation: str) -> Record:
        """Return what is known of a generation.

        Raises:
            CorruptData: it is not what was written.
        """
        parts = self._stored(generation)
        parts.pop(_STATE, None)
        return Record.of_parts(generation, [parts[part] for part in sorted(parts)])

    def state(self, generation: str) -> State | None:
        """Return how far a generation is; None while it is being filled, or is not there."""
        stored = self._stored(generation, _STATE).get(_STATE)
        if stored is None:
            return None
        try:
            return State(**json.loads(stored))
        except (ValueError, TypeError) as error:
            raise CorruptData(
                f"the state of generation {generation} in Milvus cannot be read ({error}): reindex",
                hint="run 'reelmatch reindex'",
            ) from error

    def set_state(self, generation: str, state: State) -> None:
        """Write how far a generation is."""
        content = json.dumps({"revision": state.revision, "replaced_at": state.replaced_at})
        self._store(generation, {_STATE: content})

    def fill(self, generation: Generation, built_at: float) -> None:
        """Write a generation into a collection of its own, unless it is there already.

        Until its state is written it counts as not there: what a killed one left is written anew.

        Raises:
            IndexUnavailable: the server does not answer, or has not kept what was written.
        """
        if self._is_whole(generation):
            return
        collection = self._address.collection(generation.id)
        self._forget(generation.id)
        self.connection.create(collection, collection_fields(), VECTOR)
        for rows in _batches(generation):
            self.write(generation, generation.vocabulary, rows)
        self.connection.flush(collection)
        n_videos = self.connection.count(collection, "")
        if n_videos != generation.index.n_videos:
            raise IndexUnavailable(
                f"the index {self._address.name} has {n_videos} of the"
                f" {generation.index.n_videos} videos that were written: reindex"
            )
        parts = Record.of(generation, built_at).parts()
        self._store(generation.id, {f"{number:04}": part for number, part in enumerate(parts)})
        self.set_state(generation.id, State(generation.revision))

    def write(
        self, generation: Generation, vocabulary: Vocabulary, rows: Sequence[VideoRow]
    ) -> None:
        """Write videos into a generation, in place of what they were.

        Args:
            generation: with the weights; its videos do not matter.
            vocabulary: of the generation, or longer, which knows every tag of the rows.
            rows: each video once.
        """
        in_order = sorted(rows, key=lambda row: row.id)
        index = weighed(generation.index, vocabulary, generation.config, in_order)
        metadata = {row.id: row.metadata for row in rows}
        collection = self._address.collection(generation.id)
        self.connection.upsert(collection, list(written(index, metadata)))

    def delete(self, generation: str, ids: Sequence[str]) -> None:
        """Delete videos of a generation; those that are not there are no matter."""
        self.connection.delete(self._address.collection(generation), list(map(letters_of, ids)))

    def make_live(self, generation: str) -> None:
        """Let readers see a generation, and drop those that nobody asks any more."""
        before = self.live_id()
        if before != generation:
            self._replaced(generation, at=0.0)
            self.connection.switch(self._address.collection(generation))
            if before is not None:
                self._replaced(before, at=time.time())
        self._drop_old(generation)

    def _replaced(self, generation: str, at: float) -> None:
        state = self.state(generation)
        if state is not None:
            self.set_state(generation, State(state.revision, at))

    def _drop_old(self, live: str) -> None:
        for collection in self.connection.collections():
            generation = self._address.generation(collection)
            if generation is None or generation == live:
                continue
            state = self.state(generation)
            # One without a state is being filled, or its filling was killed; the next one tells.
            if state and state.replaced_at and time.time() > state.replaced_at + GRACE_SECONDS:
                self._forget(generation)

    def _is_whole(self, generation: Generation) -> bool:
        collection = self._address.collection(generation.id)
        if collection not in self.connection.collections() or self.state(generation.id) is None:
            return False
        try:
            return self.record(generation.id).generation.catalog == generation.catalog
        except CorruptData:
            return False

    def _forget(self, generation: str) -> None:
        # The state first: what is cut short counts as not there.
        stored = self._stored(generation)
        keys = [_key(generation, part) for part in sorted(stored, reverse=True)]
        self.connection.delete(self._address.records, keys)
        self.connection.drop(self._address.collection(generation))

    def _stored(self, generation: str, part: str = "") -> dict[str, str]:
        """Return the parts of a record by their names; all unless one is named."""
        if self._address.records not in self.connection.collections():
            return {}
        where = f'generation == "{letters_of(generation)}"'
        if part:
            where = f'id == "{_key(generation, part)}"'
        return {
            row["id"].rpartition("-")[2]: row[_CONTENT]
            for page in self.connection.pages(self._address.records, where, ["id", _CONTENT])
            for row in page
        }

    def _store(self, generation: str, parts: Mapping[str, str]) -> None:
        if self._address.records not in self.connection.collections():
            self.connection.create(self._address.records, _record_fields(), VECTOR)
        for part, content in parts.items():
            row = {
                "id": _key(generation, part),
                "generation": letters_of(generation),
                _CONTENT: content,
                VECTOR: NO_TAGS,
            }
            self.connection.upsert(self._address.records, [row])


def _key(generation: str, part: str) -> str:
    return f"{letters_of(generation)}-{part}"


def _record_fields() -> list[dict[str, Any]]:
    from pymilvus import DataType

    text = {"datatype": DataType.VARCHAR, "max_length": 65_535}
    return [
        {"field_name": "id", "is_primary": True, **text},
        {"field_name": "generation", **text},
        {"field_name": _CONTENT, **text},
        # Milvus has no collection without one.
        {"field_name": VECTOR, "datatype": DataType.SPARSE_FLOAT_VECTOR},
    ]


def _batches(generation: Generation) -> Iterator[list[VideoRow]]:
    index, metadata = generation.index, generation.metadata
    for first in range(0, index.n_videos, _BATCH_VIDEOS):
        rows = np.arange(first, min(first + _BATCH_VIDEOS, index.n_videos))
        columns = {name: metadata.values(name, rows) for name in COLUMNS}
        yield [
            VideoRow(
                video,
                Counts(*(array.astype(np.uint32) for array in index.counts_of(int(row)))),
                {name: values[number] for name, values in columns.items()},
            )
            for number, (video, row) in enumerate(zip(index.ids.at(rows), rows, strict=True))
        ]
