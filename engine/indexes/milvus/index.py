"""Generations in Milvus: a collection each, filled beside the live one, which an alias names.

Readers see the old generation or the new one. What is known of a generation besides its videos is
a ``Record``; its last part, the state, says up to which change of the catalog its videos are.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import numpy as np

from engine.domain.counts import Counts
from engine.domain.metadata import COLUMNS
from engine.errors import CorruptData, IndexUnavailable, InvalidInput
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.rows.video_row import VideoRow
from engine.indexes.milvus.connection import MilvusConnection
from engine.indexes.milvus.expressions import letters_of
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.rows import NO_TAGS, VECTOR, collection_fields, in_messages, written
from engine.indexes.milvus.snapshot import weighed
from engine.words.vocabulary import Vocabulary

GRACE_SECONDS: Final = 300.0
"""Seconds for which a generation that was replaced stays, for those who are still asking it."""

log = logging.getLogger(__name__)

_BATCH_VIDEOS: Final = 500
_STATE: Final = "state"
_CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class State:
    """State of a generation in Milvus.

    Attributes:
        revision: of the catalog; all changes up to it are written.
        replaced_at: when another one took its place, seconds since 1970; 0 while none did.
        last: the last changes up to then, revision and video: an older catalog that was put back
            does not have them, whatever its revision is by now.
        writer: whoever wrote changes last; another name there tells one that was overtaken.
    """

    revision: int
    replaced_at: float = 0.0
    last: tuple[tuple[int, str], ...] = ()
    writer: str = ""

    @classmethod
    def read(cls, stored: str) -> Self:
        """Read what is stored.

        Raises:
            ValueError: it is not what was written.
            TypeError: likewise.
        """
        state = cls(**json.loads(stored))
        return replace(state, last=tuple((int(number), video) for number, video in state.last))


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
            return State.read(stored)
        except (ValueError, TypeError) as error:
            raise CorruptData(
                f"the state of generation {generation} in Milvus cannot be read ({error}): reindex",
                hint="run 'reelmatch reindex'",
            ) from error

    def set_state(self, generation: str, state: State) -> None:
        """Write how far a generation is."""
        self._store(generation, {_STATE: json.dumps(asdict(state))})

    def fill(
        self, generation: Generation, built_at: float, last: Sequence[tuple[int, str]] = ()
    ) -> None:
        """Write a generation into a collection of its own, unless it is there already.

        Until its state is written it counts as not there: what a killed one left is written anew.

        Args:
            generation: to be written.
            built_at: when, seconds since 1970.
            last: as of ``State``.

        Raises:
            IndexUnavailable: the server does not answer, or has not kept what was written.
        """
        if self._is_whole(generation):
            return
        collection = self._address.collection(generation.id)
        self.forget(generation.id)
        self.connection.create(collection, collection_fields(), VECTOR)
        n_written = sum(
            self.write(generation, generation.vocabulary, rows) for rows in _batches(generation)
        )
        self.connection.flush(collection)
        n_videos = self.connection.count(collection, "")
        if n_videos != n_written:
            raise IndexUnavailable(
                f"the index {self._address.name} has {n_videos} of the {n_written} videos that"
                " were written: reindex"
            )
        parts = Record.of(generation, built_at).parts()
        self._store(generation.id, {f"{number:04}": part for number, part in enumerate(parts)})
        self.set_state(generation.id, State(generation.revision, last=tuple(last)))

    def write(
        self, generation: Generation, vocabulary: Vocabulary, rows: Sequence[VideoRow]
    ) -> int:
        """Write videos into a generation, in place of what they were.

        One that is larger than Milvus stores any is deleted from it, and the log says so: it must
        not keep what changed on all others out.

        Args:
            generation: with the weights; its videos do not matter.
            vocabulary: of the generation, or longer, which knows every tag of the rows.
            rows: each video once.

        Returns:
            How many are there.
        """
        in_order = sorted(rows, key=lambda row: row.id)
        index = weighed(generation.index, vocabulary, generation.config, in_order)
        stored, too_large = [], []
        for number, row in enumerate(in_order):
            try:
                stored.append(written(index, number, row.id, row.metadata))
            except InvalidInput as error:
                log.warning("left out of the index %s: %s", self.name, error)
                too_large.append(row.id)
        for rows_at_once in in_messages(stored):
            self.connection.upsert(self._address.collection(generation.id), rows_at_once)
        self.delete(generation.id, too_large)
        return len(stored)

    def delete(self, generation: str, ids: Sequence[str]) -> None:
        """Delete videos of a generation; those that are not there are no matter."""
        self.connection.delete(self._address.collection(generation), list(map(letters_of, ids)))

    def make_live(self, generation: str) -> None:
        """Let readers see a generation, and drop those that nobody asks any more.

        For who fills alone: a collection without a state is what a killed one left.
        """
        before = self.live_id()
        if before != generation:
            self._replaced(generation, at=0.0)
            self.connection.switch(self._address.collection(generation))
            if before is not None:
                self._replaced(before, at=time.time())
        self._drop_old(generation)

    def _replaced(self, generation: str, at: float) -> None:
        state = self.readable_state(generation)
        if state is not None:
            self.set_state(generation, replace(state, replaced_at=at))

    def _drop_old(self, live: str) -> None:
        for collection in self.connection.collections():
            generation = self._address.generation(collection)
            if generation is None or generation == live:
                continue
            state = self.readable_state(generation)
            if state is not None and not state.replaced_at:
                # Whoever replaced it was killed before it could say when.
                self._replaced(generation, at=time.time())
            elif state is None or time.time() > state.replaced_at + GRACE_SECONDS:
                self.forget(generation)

    def readable_state(self, generation: str) -> State | None:
        """Return what ``state`` does, None also when it is damaged: filling heals it."""
        try:
            return self.state(generation)
        except CorruptData:
            return None

    def _is_whole(self, generation: Generation) -> bool:
        collection = self._address.collection(generation.id)
        if collection not in self.connection.collections():
            return False
        if self.readable_state(generation.id) is None:
            return False
        try:
            return self.record(generation.id).generation.catalog == generation.catalog
        except CorruptData:
            return False

    def forget(self, generation: str) -> None:
        """Drop a generation, the live one, too; nothing is live then."""
        # The state first: what is cut short counts as not there.
        stored = self._stored(generation)
        keys = [_key(generation, part) for part in sorted(stored, reverse=True)]
        self.connection.delete(self._address.records, keys)
        if self.live_id() == generation:
            self.connection.take_down()
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
