"""An index in a server, which all who share a catalog ask: filled, and kept up to its changes.

Whoever follows the catalog writes what changed into the live generation; of several who would, one
does at a time. What a killed one left half-written is written again by the next.
"""

import time
from collections.abc import Sequence
from typing import Final

from engine.batch.index_rows import RowBuilder
from engine.batch.origins import refuse_index_of_other_catalog
from engine.errors import CatalogUnusable, CorruptData, NothingIndexed, ReindexRunning
from engine.indexes import open_index
from engine.indexes.local.disk.generation import Built, Generation
from engine.indexes.milvus.index import MilvusIndex, State
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.snapshot import MilvusSnapshot
from engine.ports.catalog import Catalog

REFRESH_SECONDS: Final = 1.0
"""Seconds between two looks for another live generation, while the catalog does not change."""

_BATCH_VIDEOS: Final = 500
_FILLING: Final = "filling-index"
_CHANGING: Final = "changing-index"


class SharedIndex:
    """The live generation of a server and its newest snapshot, for one process.

    Args:
        index: of the server.
        catalog: whose videos it has.
    """

    def __init__(self, index: MilvusIndex, catalog: Catalog) -> None:
        self.index = index
        self._catalog = catalog
        self._newest: MilvusSnapshot | None = None
        self._looked_at = float("-inf")

    def newest(self) -> MilvusSnapshot:
        """Return the live generation with every change of the catalog, the one before if none came.

        While another process writes the changes, it is the one without them.

        Raises:
            NothingIndexed: before the first reindex.
            CatalogUnusable: it is of another catalog.
            IndexUnavailable: the server does not answer.
        """
        before, revision = self._newest, self._catalog.revision()
        is_new = time.monotonic() < self._looked_at + REFRESH_SECONDS
        if before is not None and is_new and before.revision >= revision:
            return before
        live = self.index.live_id()
        if live is None:
            raise NothingIndexed
        is_same = before is not None and before.generation_id == live
        record = before.record if before is not None and is_same else self._record(live)
        reached = self._caught_up(record)
        self._looked_at = time.monotonic()
        if before is None or not is_same or before.revision != reached:
            # Read last: it knows every tag of what was written before.
            vocabulary = self._catalog.tags.vocabulary()
            self._newest = MilvusSnapshot(self.index.connection, record, vocabulary, reached)
            return self._newest
        return before

    def _record(self, live: str) -> Record:
        record = self.index.record(live)
        refuse_index_of_other_catalog(self.index.name, record.generation.built, self._catalog)
        return record

    def serve(self, generation: Generation) -> None:
        """Write a generation into the server, with all that changed since, and make it live.

        Raises:
            ReindexRunning: another process writes one.
            CatalogUnusable: the live one is of another catalog.
            IndexUnavailable: the server does not answer; the one before stays live.
        """
        with self._catalog.leading(_FILLING) as leadership:
            if leadership is None:
                raise ReindexRunning
            self._refuse_other(generation)
            self.index.fill(generation, time.time())
            self._caught_up(self.index.record(generation.id))
            self.index.make_live(generation.id)

    def _refuse_other(self, generation: Generation) -> None:
        live = self.index.live_id()
        try:
            other = None if live is None else self.index.record(live).generation.catalog
        except CorruptData:
            return  # It does not say any more; filling heals it.
        if other is not None and other != generation.catalog:
            raise CatalogUnusable(
                f"the index {self.index.name} is of another catalog than {self._catalog.name}:"
                " give this one another name behind the address (milvus://host:19530/name)"
            )

    def _caught_up(self, record: Record) -> int:
        """Write what changed since into a generation; return up to which revision it is now."""
        generation = record.generation
        state = self._state(generation.id)
        if state.revision > self._catalog.revision():
            built = Built(state.revision, generation.catalog)
            refuse_index_of_other_catalog(self.index.name, built, self._catalog)
        if state.revision == self._catalog.revision():
            return state.revision
        with self._catalog.leading(_CHANGING) as leadership:
            if leadership is None:
                return state.revision
            # Once more: who led before has written some.
            state = self._state(generation.id)
            revision = self._catalog.revision()
            changed = self._catalog.videos.changed_since(state.revision)
            for first in range(0, len(changed), _BATCH_VIDEOS):
                if not leadership.holds():
                    return state.revision
                self._write(generation, changed[first : first + _BATCH_VIDEOS])
            self.index.set_state(generation.id, State(revision, state.replaced_at))
            return revision

    def _state(self, generation: str) -> State:
        state = self.index.state(generation)
        if state is None:
            raise NothingIndexed
        return state

    def _write(self, generation: Generation, changed: Sequence[str]) -> None:
        observed = self._catalog.content.of(changed)
        # Read after: both are there before a video that needs them.
        vocabulary = self._catalog.tags.vocabulary()
        rows_of = RowBuilder(self._catalog, generation.config, vocabulary)
        rows = [rows_of.row(content) for content in observed]
        self.index.write(generation, vocabulary, rows)
        there = {row.id for row in rows}
        self.index.delete(generation.id, [video for video in changed if video not in there])


def serve(url: str, generation: Generation, catalog: Catalog) -> None:
    """Make a generation live in the server that has the index, too, if one has.

    Args:
        url: as ``engine.indexes.open_index`` takes it.
        generation: live in the home.
        catalog: that it was built of.

    Raises:
        ReelmatchError: as ``SharedIndex.serve``.
    """
    index = open_index(url)
    if index is not None:
        try:
            SharedIndex(index, catalog).serve(generation)
        finally:
            index.close()
