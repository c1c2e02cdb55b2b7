"""An index in a server, which all who share a catalog ask: filled, and kept up to its changes.

Whoever follows the catalog writes what changed into the live generation; of several who would, one
does at a time. What a killed one left half-written is written again by the next.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from engine.batch.index_rows import RowBuilder
from engine.batch.origins import refuse_other_names
from engine.errors import (
    CatalogUnusable,
    CorruptData,
    IndexUnavailable,
    NothingIndexed,
    ReindexRunning,
)
from engine.indexes import open_index
from engine.indexes.local.disk.generation import Generation
from engine.indexes.milvus.index import MilvusIndex, State
from engine.indexes.milvus.records import Record
from engine.indexes.milvus.snapshot import MilvusSnapshot
from engine.ports.catalog import Catalog, Leadership

REFRESH_SECONDS: Final = 1.0
"""Seconds between two looks for another live generation, while the catalog does not change."""

_BATCH_VIDEOS: Final = 500
_N_LAST: Final = 16
_WAIT_SECONDS: Final = 600.0
_AGAIN_SECONDS: Final = 0.2
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
            refuse_other_names(record.generation.vocabulary, vocabulary)
            self._newest = MilvusSnapshot(self.index.connection, record, vocabulary, reached)
            return self._newest
        return before

    def _record(self, live: str) -> Record:
        record = self.index.record(live)
        self._refuse_other(record.generation)
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
            self._refuse_other_live()
            state = self.index.readable_state(generation.id)
            if state is not None and not self._has(state):
                self.index.forget(generation.id)
            self.index.fill(generation, time.time(), self._last_changes(generation.revision))
            self._make_live(self.index.record(generation.id).generation)

    def _make_live(self, generation: Generation) -> None:
        """Make a generation live that has all changes, while nobody writes any elsewhere."""
        since, until = self._catalog.revision(), time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            with self._catalog.leading(_CHANGING) as leadership:
                if leadership is not None and self._write_changes(generation, leadership) >= since:
                    self.index.make_live(generation.id)
                    return
            time.sleep(_AGAIN_SECONDS)
        raise IndexUnavailable(
            f"another process has written changes into the index {self.index.name} for"
            f" {_WAIT_SECONDS / 60:.0f} minutes: reindex when it is done"
        )

    def _refuse_other_live(self) -> None:
        live = self.index.live_id()
        try:
            other = None if live is None else self.index.record(live).generation
        except CorruptData:
            return  # It does not say any more; filling heals it.
        if other is not None:
            self._refuse_other(other)

    def _refuse_other(self, generation: Generation) -> None:
        # Those of earlier versions do not say of which catalog they are.
        if generation.catalog not in ("", self._catalog.identity()):
            raise CatalogUnusable(
                f"the index {self.index.name} is of another catalog than {self._catalog.name}:"
                " give this one another name behind the address (milvus://host:19530/name)"
            )

    def _caught_up(self, record: Record) -> int:
        """Write what changed since into a generation; return up to which revision it is now."""
        generation = record.generation
        state = self._state(generation.id)
        if state.revision >= self._catalog.revision():
            self._refuse_other_history(state)
            return state.revision
        with self._catalog.leading(_CHANGING) as leadership:
            if leadership is None:
                return state.revision
            return self._write_changes(generation, leadership)

    def _write_changes(self, generation: Generation, leadership: Leadership) -> int:
        """Write what changed since; return up to which revision it surely is now.

        Whoever was overtaken (a server of the catalog may take leadership away at any moment) may
        have written older content over newer: all since is written once more then.
        """
        before, revision = self._state(generation.id), self._catalog.revision()
        self._refuse_other_history(before)
        if before.revision == revision:
            return revision
        own = replace(before, writer=secrets.token_hex(8))
        self.index.set_state(generation.id, own)
        last = self._last_changes(revision) or own.last
        changed = self._catalog.videos.changed_since(before.revision)
        for first in range(0, len(changed), _BATCH_VIDEOS):
            if not leadership.holds():
                break
            self._write(generation, changed[first : first + _BATCH_VIDEOS])
        if leadership.holds() and self._state(generation.id).writer == own.writer:
            own = replace(own, revision=revision, last=last)
        self.index.set_state(generation.id, own)
        return own.revision

    def _last_changes(self, revision: int) -> tuple[tuple[int, str], ...]:
        changes = self._catalog.videos.changes_since(revision - _N_LAST)
        return tuple(change for change in changes if change[0] <= revision)[-_N_LAST:]

    def _has(self, state: State) -> bool:
        """Return whether the catalog has all changes that a generation has.

        A video's last change only gets later. An older catalog that was put back, and is at the
        same revision again, has other videos there.
        """
        if state.revision > self._catalog.revision():
            return False
        if not state.last:
            return True
        first = min(revision for revision, _ in state.last)
        there = {video: at for at, video in self._catalog.videos.changes_since(first - 1)}
        return all(there.get(video, -1) >= at for at, video in state.last)

    def _refuse_other_history(self, state: State) -> None:
        if not self._has(state):
            raise CatalogUnusable(
                f"the catalog {self._catalog.name} is older than its index {self.index.name}, which"
                f" has other changes, up to revision {state.revision}. Put the newer catalog back,"
                " or reindex to go on with this one",
                hint="run 'reelmatch reindex'",
            )

    def _state(self, generation: str) -> State:
        state = self.index.state(generation)
        if state is None:
            raise NothingIndexed
        return state

    def _write(self, generation: Generation, changed: Sequence[str]) -> None:
        observed = self._catalog.content.of(changed)
        # Read after: both are there before a video that needs them.
        vocabulary = self._catalog.tags.vocabulary()
        refuse_other_names(generation.vocabulary, vocabulary)
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
