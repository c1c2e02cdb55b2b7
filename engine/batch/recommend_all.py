"""The batch job: recommendations for every stored viewer, some hundreds of viewers at a time.

Each batch is a task: a process opens the same generation, at the same revision of the catalog.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from math import ceil
from operator import attrgetter
from pathlib import Path
from typing import Final

from engine.batch.follow import follow
from engine.catalogs import open_catalog
from engine.domain.matching.filters import EVERY_VIDEO, Filter
from engine.domain.matching.recommendations import ViewerRecommendations
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.domain.viewers import Viewer
from engine.errors import ReelmatchError
from engine.executors import SERIAL, open_executor
from engine.executors.serial import SerialExecutor
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog
from engine.ports.executor import run_tasks
from engine.search.experiments import Experiment
from engine.search.profiles import ProfileRules, profile_of
from engine.search.recommend import Question, recommend_many
from engine.search.rerank import BY_SCORE, Ranking

_BATCH_SIZE: Final = 500
_BATCH_MATCHES: Final = 20_000
"""At most so many matches are held by each batch."""
_SHARED_BATCHES: Final = 8
"""From so many on processes compute them; before, they are done sooner than one has started."""


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Options of each viewer's page.

    Attributes:
        k: number of videos.
        where: filter of the videos.
        ranking: options that count beside the score.
        again: whether seen and hidden videos may come back.
        sources: factors of the weights of tags.
    """

    k: int = 10
    where: Filter = EVERY_VIDEO
    ranking: Ranking = BY_SCORE
    again: bool = False
    sources: SourceWeights = AS_INDEXED


@dataclass(frozen=True, slots=True)
class PagesTask:
    """All that a process needs to answer a batch of viewers.

    Attributes:
        catalog: of the viewers.
        generation: the folder of the one that is searched.
        revision: of the catalog, up to which its changes are searched, too.
        viewers: their ids.
        options: of each page.
        rules: weights of profiles.
        requested_at: seconds since 1970.
        experiment: whose arms have other rules; None for none.
    """

    catalog: str
    generation: Path
    revision: int
    viewers: tuple[str, ...]
    options: PageOptions
    rules: ProfileRules
    requested_at: float
    experiment: Experiment | None = None

    def rules_of(self, viewer: str) -> ProfileRules:
        """Return the rules that count for a viewer."""
        return self.rules if self.experiment is None else self.experiment.arm_of(viewer).rules


def recommend_all(
    catalog: Catalog,
    snapshot: LocalSnapshot,
    options: PageOptions,
    rules: ProfileRules,
    *,
    now: float,
    executor: str = SERIAL,
    experiment: Experiment | None = None,
) -> Iterator[ViewerRecommendations]:
    """Yield each viewer's first page, by rising id, all from one moment of the catalog.

    Args:
        catalog: the viewers, and the tracks that near-duplicates are told by.
        snapshot: the index to search.
        options: of each page.
        rules: weights of profiles.
        now: seconds since 1970.
        executor: URL of who computes when there are thousands; the result is the same.
        experiment: whose arms have other rules; None for none.
    """
    tasks = (
        PagesTask(
            catalog.url,
            snapshot.generation.folder,
            snapshot.revision,
            tuple(ids),
            options,
            rules,
            float(ceil(now)),
            experiment,
        )
        for ids in _batches(catalog, options)
    )
    first = list(islice(tasks, _SHARED_BATCHES))
    tasks_of_all = chain(first, tasks)
    with open_executor(executor if len(first) == _SHARED_BATCHES else SERIAL) as opened:
        if isinstance(opened, SerialExecutor):
            for task in tasks_of_all:
                yield from _pages(catalog, snapshot, task)
            return
        for task, pages in run_tasks(opened, pages_elsewhere, tasks_of_all):
            yield from _pages(catalog, snapshot, task) if pages is None else pages


def pages_elsewhere(
    task: PagesTask,
) -> tuple[PagesTask, Sequence[ViewerRecommendations] | None]:
    """Return a task and its pages, None when its moment of the catalog is over.

    Who asked has that moment still.
    """
    opened = _opened(task.catalog, task.generation, task.revision)
    return task, None if opened is None else list(_pages(*opened, task))


@lru_cache(maxsize=1)
def _opened(url: str, generation: Path, revision: int) -> tuple[Catalog, LocalSnapshot] | None:
    catalog = open_catalog(url, read_only=True)
    try:
        built = Generations(generation.parent).load(generation.name)
    except ReelmatchError:
        # Another one has taken its place, and the one before that was cleared away.
        return None
    snapshot = follow(LocalSnapshot.of(built), catalog)
    return (catalog, snapshot) if snapshot.revision == revision else None


def _batches(catalog: Catalog, options: PageOptions) -> Iterator[list[str]]:
    size = max(1, min(_BATCH_SIZE, _BATCH_MATCHES // max(1, options.k)))
    after = ""
    while ids := catalog.viewers.ids(after=after, limit=size):
        yield ids
        after = ids[-1]


def _pages(
    catalog: Catalog, snapshot: LocalSnapshot, task: PagesTask
) -> Iterator[ViewerRecommendations]:
    by_rules: dict[ProfileRules, list[Viewer]] = {}
    for viewer in catalog.viewers.some(task.viewers):
        by_rules.setdefault(task.rules_of(viewer.id), []).append(viewer)
    pages = [
        page
        for rules, viewers in by_rules.items()
        for page in _pages_by_rules(catalog, snapshot, task, rules, viewers)
    ]
    yield from sorted(pages, key=attrgetter("viewer")) if len(by_rules) > 1 else pages


def _pages_by_rules(
    catalog: Catalog,
    snapshot: LocalSnapshot,
    task: PagesTask,
    rules: ProfileRules,
    viewers: Sequence[Viewer],
) -> Iterator[ViewerRecommendations]:
    options, now = task.options, task.requested_at
    questions = []
    for viewer in viewers:
        profile = profile_of(viewer.interests, viewer.events, rules, now=now)
        questions.append(
            Question(
                profile,
                now,
                options.k,
                options.where,
                options.ranking,
                options.again,
                sources=options.sources,
            )
        )
    answers = recommend_many(
        snapshot, questions, rules, where=options.where, track_of=catalog.tracks.get
    )
    for viewer, (_, page) in zip(viewers, answers, strict=True):
        yield ViewerRecommendations(
            viewer.id,
            snapshot.generation_id,
            page.basis,
            page.basis.note_on(len(page.matches)),
            page.matches,
        )
