"""The live view: the current generation and all that changed since, swapped whole."""

import logging
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from api.background.list_recorder import ListRecorder
from api.background.memory import give_back_memory
from api.catalogs import open_own_catalog
from api.settings import Settings
from engine.batch.origins import refuse_index_of_other_catalog
from engine.catalogs import open_catalog
from engine.errors import (
    CatalogUnusable,
    CorruptData,
    InvalidInput,
    NothingIndexed,
    ReelmatchError,
)
from engine.indexes import LOCAL, open_index
from engine.indexes.local.disk.current import State
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.search import variety
from engine.search.tag_ranking import TagIdf
from engine.system.homes import CATALOG, GENERATIONS
from engine.system.os_errors import expected_trouble
from engine.words.vocabulary import Vocabulary

if TYPE_CHECKING:  # brought when somebody asks for it: commands ask for one of these at most
    from api.background.live_campaigns import LiveCampaigns
    from engine.batch.shared_index import SharedIndex
    from engine.domain.matching.keywords import KeywordMatch
    from engine.indexes.milvus.index import MilvusIndex
    from engine.search.experiments import Experiment
    from engine.services.keywords import KeywordService
    from engine.targeting.targeting import Targeting

FOLLOW_SECONDS: Final = 0.1
"""Seconds between two looks of a server for changes of the catalog or the generation."""

_AGAIN_SECONDS: Final = 5.0
_GIVE_BACK_SECONDS: Final = 2.0
"""After a generation was replaced: by then those who asked the one before have their answers."""

log = logging.getLogger(__name__)


class Live:
    """A catalog and the newest view of it, for as long as a process answers questions."""

    def __init__(
        self, catalog: Catalog, generations: Generations, lists: ListRecorder, index: str = LOCAL
    ) -> None:
        self.catalog = catalog
        self._shared = _shared_index(index, catalog)
        self.lists = lists
        self.generations = generations
        self._targeting: Targeting | None = None
        self._tag_idf: tuple[str, TagIdf] | None = None
        self._prepared: Vocabulary | None = None
        self._changing = threading.Lock()
        self._snapshot: IndexSnapshot | None = None
        self._trouble: ReelmatchError = NothingIndexed()
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None
        self._follows = False
        # When CURRENT was last followed, and when not: the generation it named was damaged.
        self._state: State | None = None
        self._refused: tuple[State | None, ReelmatchError] | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the catalog that the settings name; the view is made when it is asked for.

        Raises:
            NothingIndexed: on a replica, before it fetched anything.
        """
        if settings.replica_of:
            return cls._open_replica(settings)
        experiment = _experiment(settings)
        catalog = open_own_catalog(settings)
        lists = ListRecorder(catalog, settings.list_days, experiment)
        return cls(catalog, Generations(settings.generations_path), lists, settings.index)

    @classmethod
    def _open_replica(cls, settings: Settings) -> Self:
        """Open the newest publication beside its own catalog, read only, or the shared one."""
        from engine.batch.replication.replica import Replica

        home = Replica(settings.replica_path).home
        if settings.shares_catalog:
            shared = open_own_catalog(settings)
            lists = ListRecorder(shared, settings.list_days, _experiment(settings))
            return cls(shared, Generations(home / GENERATIONS), lists)
        catalog = open_catalog(home / CATALOG, read_only=True)
        # It cannot write what it shows; arms of an experiment are those of every other host.
        lists = ListRecorder(catalog, 0, _experiment(settings))
        return cls(catalog, Generations(home / GENERATIONS), lists)

    def close(self) -> None:
        """Stop following and close the catalog."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        if "keyword_service" in self.__dict__:
            self.keyword_service.close()
        self.lists.stop()
        if self._shared is not None:
            self._shared.index.close()
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def keyword_service(self) -> "KeywordService":
        """Interpreter of words as tags."""
        from api.embedders import keyword_service

        return keyword_service(self.generations.folder.parent)

    def weights(
        self,
        vocabulary: Vocabulary,
        keywords: Mapping[str, float],
        *,
        strict: bool = False,
        language: str = "",
    ) -> tuple[dict[str, float], "list[KeywordMatch]"]:
        """Turn weighted words into weighted tags, as ``KeywordService.profile``.

        What understands words is not even imported as long as every word is a tag.
        """
        if not language and all(word in vocabulary for word in keywords):
            return vocabulary.weights(keywords), []
        return self.keyword_service.profile(vocabulary, keywords, strict=strict, language=language)

    @cached_property
    def _campaigns(self) -> "LiveCampaigns":
        from api.background.live_campaigns import LiveCampaigns

        return LiveCampaigns(self.catalog)

    @property
    def server(self) -> "MilvusIndex | None":
        """The index of a server, None where each process has its own."""
        return None if self._shared is None else self._shared.index

    def serve(self, generation: Generation) -> None:
        """Make a generation live in the server that has the index, too, if one has.

        Raises:
            ReelmatchError: as ``engine.batch.shared_index.serve``.
        """
        if self._shared is not None:
            self._shared.serve(generation)

    def rollback(self, generation: str | None = None) -> Generation:
        """Make an earlier generation live again, as ``Generations.rollback``, in the server, too.

        In the server first: where that fails nothing has moved here, and a second try means the
        same generation. Nobody reindexes meanwhile, who would clear that generation away.

        Raises:
            ReindexRunning: somebody reindexes, and a server has the index.
            ReelmatchError: as ``Generations.rollback`` and ``serve``.
        """
        if self._shared is None:
            return self.generations.rollback(generation)
        with self.generations.building():
            chosen = self.generations.earlier(generation)
            self.serve(chosen)
            try:
                return self.generations.rollback(chosen.id)
            except ReelmatchError as error:
                raise CorruptData(
                    f"generation {chosen.id} is live in the server of the index, and not in"
                    f" {self.generations.folder}: reindex, so that they agree ({error})",
                    hint="run 'reelmatch reindex'",
                ) from error

    @property
    def local_snapshot(self) -> LocalSnapshot:
        """Snapshot of an index in this process, for work that goes through all of it.

        Raises:
            InvalidInput: when a server has the index.
            ReelmatchError: as ``snapshot``.
        """
        snapshot = self.snapshot
        if not isinstance(snapshot, LocalSnapshot):
            raise InvalidInput(
                "this goes through the whole index, and a server has it (REELMATCH_INDEX): do it on"
                " the host that reindexes, with REELMATCH_INDEX=local:"
            )
        return snapshot

    @property
    def snapshot(self) -> IndexSnapshot:
        """Snapshot of all that can be found now; one request should ask for it once.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when the generation cannot be read.
        """
        if self._follower is None:
            self.refresh()
        snapshot = self._snapshot
        if snapshot is None:
            # Without the frames of those who asked before: they would hold on to what they had.
            raise self._trouble.with_traceback(None)
        return snapshot

    @property
    def tag_idf(self) -> TagIdf:
        """Inverse document frequency of tags; before the first reindex, too."""
        try:
            snapshot = self.snapshot
        except (NothingIndexed, CorruptData):
            snapshot = None
        # By its name: a generation that was replaced must not be held on to.
        generation = snapshot.generation_id if snapshot else ""
        if (stored := self._tag_idf) and stored[0] == generation:
            return stored[1]
        idf = TagIdf.of(snapshot)
        self._tag_idf = generation, idf
        return idf

    @property
    def targeting(self) -> "Targeting":
        """All campaigns, ready to meet the videos of its view.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when the generation cannot be read.
        """
        snapshot = self.snapshot
        targeting = self._targeting
        return self._campaigns.meeting(snapshot) if targeting is None else targeting

    def refresh(self) -> None:
        """Take in what changed; on trouble the view before stays."""
        with self._changing:
            try:
                self._snapshot = self._newest(self._snapshot)
            except ReelmatchError as error:
                if self._follower is not None and str(error) != str(self._trouble):
                    log.warning("the live view cannot be renewed: %s", error)
                self._trouble = error.with_traceback(None)
                if isinstance(error, NothingIndexed) or self._follower is None:
                    self._snapshot = None

    def follow(self) -> None:
        """Keep the view new in a thread of its own, so that questions never wait for it."""
        from engine.keywords.thesaurus.nouns import noun_thesaurus

        # Read now: the first change that brings a word of another tagger would hold everything up.
        noun_thesaurus()
        self.lists.start()
        self._follows = True
        self.refresh()
        self._follow_campaigns()
        self.keyword_service.start()
        self._follow_vocabulary()
        self._follower = threading.Thread(target=self._follow, name="live-follower", daemon=True)
        self._follower.start()

    def _follow(self) -> None:
        replaced_at = float("inf")
        while not self._stop.wait(FOLLOW_SECONDS):
            try:
                before = self._live_generation()
                self.refresh()
                self._follow_campaigns()
                self._follow_vocabulary()
                if self._live_generation() != before:
                    replaced_at = time.monotonic()
                elif time.monotonic() > replaced_at + _GIVE_BACK_SECONDS:
                    give_back_memory()
                    replaced_at = float("inf")
            except Exception as error:
                # A full disk, a busy catalog: what was seen last goes on being answered.
                trouble = expected_trouble(error)
                log.error(
                    "the live view cannot be renewed; it is tried again: %s",
                    trouble or error,
                    exc_info=None if trouble else error,
                )
                self._stop.wait(_AGAIN_SECONDS)

    def _live_generation(self) -> str:
        snapshot = self._snapshot
        return "" if snapshot is None else snapshot.generation_id

    def _follow_campaigns(self) -> None:
        snapshot = self._snapshot
        try:
            self._targeting = None if snapshot is None else self._campaigns.meeting(snapshot)
        except ReelmatchError as error:
            log.warning("the campaigns cannot be renewed: %s", error)

    def _follow_vocabulary(self) -> None:
        snapshot = self._snapshot
        if snapshot is not None and snapshot.vocabulary is not self._prepared:
            self.keyword_service.prepare(snapshot.vocabulary)
            self._prepared = snapshot.vocabulary

    def _newest(self, before: IndexSnapshot | None) -> IndexSnapshot:
        if self._shared is not None:
            return self._shared.newest()
        snapshot = before if isinstance(before, LocalSnapshot) else None
        generation = self._newest_generation(None if snapshot is None else snapshot.generation)
        if snapshot is None or generation is not snapshot.generation:
            if self._follows:
                # Compiled, or read from the cache, before it is asked, not while.
                generation.index.warm_up()
                variety.warm_up()
            snapshot = LocalSnapshot.of(generation)
        if snapshot.revision == self.catalog.revision():
            return snapshot
        from engine.batch.follow import follow
        from engine.indexes.local.delta import tidy

        return tidy(follow(snapshot, self.catalog))

    def _newest_generation(self, before: Generation | None) -> Generation:
        """Return the live generation; a service goes on with another one when it is damaged.

        Args:
            before: what was answered from until now, None at the start.
        """
        state = self.generations.current.state
        # What was refused is not tried again before CURRENT changes: checking reads all of it.
        refused = self._refused if self._refused and self._refused[0] == state else None
        if before is not None and state is not None and (refused or state == self._state):
            return before
        if refused:
            raise refused[1]
        try:
            live = before
            if live is None or live.id != self.generations.current_id:
                live = self.generations.load_current()
                refuse_index_of_other_catalog(self.generations, live.built, self.catalog)
        except (CorruptData, CatalogUnusable) as error:
            # Without its traceback, which holds on to all that was opened.
            self._refused = (state, type(error)(str(error)))
            other = before or self._another_generation()
            if other is None:
                raise
            log.error("%s; answers come from generation %s meanwhile", error, other.id)
            return other
        self._state = state
        return live

    def _another_generation(self) -> Generation | None:
        # A command is told to its caller, who can do something about it.
        if not self._follows:
            return None
        other = self.generations.load_other()
        if other is not None:
            refuse_index_of_other_catalog(self.generations, other.built, self.catalog)
        return other


def _experiment(settings: Settings) -> "Experiment | None":
    if not settings.experiment:
        return None
    from api.experiments import experiment_of

    return experiment_of(settings)


def _shared_index(url: str, catalog: Catalog) -> "SharedIndex | None":
    if url == LOCAL:
        return None
    from engine.batch.shared_index import SharedIndex

    index = open_index(url)
    return None if index is None else SharedIndex(index, catalog)
