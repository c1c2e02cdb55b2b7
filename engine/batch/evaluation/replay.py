"""Replay of one moment: the lists that viewers would have got then, and what they liked of them.

Each batch of viewers is a task: a process opens the same generation, built of what was known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.batch.evaluation.history import before, foreseeable
from engine.batch.evaluation.lists import lists_of_many
from engine.batch.evaluation.measures import diversity, ndcg, recall
from engine.catalogs import open_catalog
from engine.domain.evaluations.evaluation import Measure
from engine.domain.matching.recommendations import Basis
from engine.domain.viewers import Viewer
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog
from engine.search.profiles import ProfileRules, profile_of
from engine.search.recommend import Question

BATCH_SIZE: Final = 250
MEASURES: Final = (
    Measure.NDCG,
    Measure.RECALL,
    Measure.NOVELTY,
    Measure.DIVERSITY,
    Measure.COVERAGE,
)
"""Columns of what is measured of each viewer."""

SHORT: Final = 10
"""Length of the lists that all measures but recall look at."""

LONG: Final = 50


@dataclass(frozen=True, slots=True)
class ReplayTask:
    """All that a process needs to replay a batch of viewers.

    Attributes:
        catalog: of the viewers; a copy that does not change.
        generation: the folder of the one that is searched.
        yardstick: the folder of the one of the present settings: diversity is measured by its
            vectors, whichever settings made the lists.
        information: shape (n_videos of the yardstick,), how new each video is, in bits; a file.
        rules: weights of profiles.
        split_at: events before are known, seconds since 1970.
        viewers: their ids.
    """

    catalog: str
    generation: Path
    yardstick: Path
    information: Path
    rules: ProfileRules
    split_at: float
    viewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Measures of a batch of viewers.

    Attributes:
        measured: shape (n, len(MEASURES)), of those that could be measured.
        lists: shape (n, SHORT), rows of the yardstick; -1 for none.
    """

    measured: NDArray[np.float64]
    lists: NDArray[np.int64]


def replay(task: ReplayTask) -> Replayed:
    """Measure the viewers of a batch who went on to like something that could be shown to them."""
    catalog, snapshot = _catalog(task.catalog), _snapshot(task.generation)
    yardstick, information = _snapshot(task.yardstick), np.load(task.information, mmap_mode="r")
    viewers = list(_measurable(catalog, yardstick, task))
    questions = [
        Question(
            profile_of(viewer.interests, viewer.events, task.rules, now=task.split_at),
            task.split_at,
            LONG,
        )
        for viewer, _ in viewers
    ]
    answers = lists_of_many(snapshot, questions, task.rules)
    measured = np.zeros((len(viewers), len(MEASURES)))
    lists = np.full((len(viewers), SHORT), -1, np.int64)
    for number, ((_, relevant), (basis, videos)) in enumerate(zip(viewers, answers, strict=True)):
        rows = yardstick.base.index.rows_of(videos[:SHORT])
        there = rows[rows >= 0]
        lists[number, : len(there)] = there
        measured[number] = (
            ndcg(videos, relevant, SHORT),
            recall(videos, relevant, LONG),
            float(information[there].mean()) if len(there) else 0.0,
            _diversity(yardstick, there),
            basis is Basis.PROFILE and len(videos) >= SHORT,
        )
    return Replayed(measured, lists)


def _measurable(
    catalog: Catalog, yardstick: LocalSnapshot, task: ReplayTask
) -> Iterator[tuple[Viewer, frozenset[str]]]:
    """Yield viewers as they were, and what each went on to like of the videos there are."""
    for viewer in catalog.viewers.some(task.viewers):
        known = before(viewer, task.split_at)
        later = sorted(foreseeable(viewer, task.split_at))
        there = yardstick.contains(later)
        relevant = frozenset(
            video for video, is_there in zip(later, there, strict=True) if is_there
        )
        if relevant and (known.events or known.interests):
            yield known, relevant


def _diversity(yardstick: LocalSnapshot, rows: NDArray[np.int64]) -> float:
    units = yardstick.vectors(yardstick.base.index.ids.at(rows))
    return diversity(units.tags, units.rows, units.values, len(rows))


@lru_cache(maxsize=1)
def _catalog(url: str) -> Catalog:
    return open_catalog(url, create=False, read_only=True)


@lru_cache(maxsize=2)
def _snapshot(generation: Path) -> LocalSnapshot:
    return LocalSnapshot.of(Generations(generation.parent).load(generation.name))
