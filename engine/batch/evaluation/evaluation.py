"""Evaluation: present and other settings, measured on the same viewers at one moment of the past.

For each way of building an index one is built aside, of what was known at that moment; the live one
is not touched. The lists are those that the product gives. All is read from one copy of the
catalog, so what happens while it runs changes nothing.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.batch.count_chunks import link_counts
from engine.batch.evaluation.bootstrap import Resampled, differences, resampled, shown_share
from engine.batch.evaluation.history import ViewersBefore
from engine.batch.evaluation.measures import self_information
from engine.batch.evaluation.replay import BATCH_SIZE, MEASURES, Replayed, ReplayTask, replay
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.evaluations.evaluation import EvaluatedSettings, Evaluation, Measure
from engine.domain.matching.index_config import IndexConfig
from engine.errors import InvalidInput
from engine.executors import SERIAL, open_executor
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog, Viewers
from engine.ports.executor import run_tasks
from engine.search.profiles import ProfileRules
from engine.system.homes import GENERATIONS
from engine.system.temporary_files import held_folder

PRESENT: Final = "present"
"""Name of the settings of the installation."""

MAX_COMPARED: Final = 10
"""More settings at once are refused: the more there are, the less is sure of each."""

MAX_VIEWERS: Final = 20_000
"""Viewers that are measured unless more are asked for; drawn at random, always the same."""

TRAINING_SHARE: Final = 0.8
"""Share of the events that is known, unless a moment is named."""

_SEED: Final = 20_260_101

OnViewers = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings that are to be measured.

    Attributes:
        name: what they are called.
        settings: names of settings -> values, as text, that differ from the present ones.
        config: how an index is built by them.
        rules: weights of profiles by them.
    """

    name: str
    settings: Mapping[str, str]
    config: IndexConfig
    rules: ProfileRules


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """Options of an evaluation.

    Attributes:
        split_at: seconds since 1970; None for the moment before which 80 % of the events were.
        max_viewers: number of viewers that are measured at most.
        executor: URL of who counts and searches; the result is the same.
    """

    split_at: float | None = None
    max_viewers: int = MAX_VIEWERS
    executor: str = SERIAL


def evaluate(
    catalog: Catalog,
    home: Path,
    candidates: Sequence[Candidate],
    options: EvaluationOptions,
    *,
    on_viewers: OnViewers = lambda _done, _total: None,
) -> Evaluation:
    """Measure settings by what viewers went on to like.

    Args:
        catalog: videos and viewers; only read.
        home: a folder there holds a copy of the catalog and the indexes, and goes when the work
            ends.
        candidates: the present settings first.
        options: when to split, how many viewers, who computes.
        on_viewers: called with how many viewers were measured, of how many.

    Raises:
        InvalidInput: nothing can be measured; it says why.
    """
    if len(candidates) > MAX_COMPARED + 1:
        raise InvalidInput(
            f"{len(candidates) - 1} settings to compare are too many: name up to {MAX_COMPARED}"
        )
    # Refused before anything is copied.
    split_at = _split(catalog.viewers, options.split_at)
    with held_folder(home) as folder:
        copy = folder / "catalog.db"
        catalog.copy_to(copy)
        with open_catalog(copy, create=False, read_only=True) as frozen:
            workspace = _Workspace(frozen, folder, split_at, options.executor)
            workspace.begin_with(Generations(home / GENERATIONS))
            return _evaluated(frozen, workspace, split_at, candidates, options, on_viewers)


def _evaluated(
    catalog: Catalog,
    workspace: "_Workspace",
    split_at: float,
    candidates: Sequence[Candidate],
    options: EvaluationOptions,
    on_viewers: OnViewers,
) -> Evaluation:
    """Measure settings on a catalog that does not change."""
    viewers = catalog.viewers
    later = viewers.active_since(split_at)
    chosen = _drawn(later, options.max_viewers)
    total = len(chosen) * len(candidates)
    done = 0
    measured: dict[int, Replayed] = {}
    for number, tasks in workspace.tasks(candidates, chosen):
        with open_executor(options.executor if len(tasks) > 1 else SERIAL) as opened:
            parts = []
            for part in run_tasks(opened, replay, tasks):
                parts.append(part)
                done = min(total, done + BATCH_SIZE)
                on_viewers(done, total)
        measured[number] = Replayed(
            np.concatenate([part.measured for part in parts]),
            np.concatenate([part.lists for part in parts]),
        )
    n_videos = workspace.n_videos
    n_measured = len(measured[0].measured)
    if not n_measured:
        raise InvalidInput(
            "nobody who had done something before the moment went on to like a video that could be"
            " shown: name an earlier moment, or load more events"
        )
    compared = _compared(candidates, measured, n_videos)
    return Evaluation(
        split_at=split_at,
        training_events=viewers.count_events(before=split_at),
        test_events=viewers.count_events() - viewers.count_events(before=split_at),
        viewers=n_measured,
        later_viewers=len(later),
        left_out=len(chosen) - n_measured,
        videos=n_videos,
        compared=compared,
        winner=_winner(compared),
    )


class _Workspace:
    """A folder in which indexes of the past are built, one after the other."""

    def __init__(self, catalog: Catalog, folder: Path, split_at: float, executor: str) -> None:
        self._catalog = catalog
        self._folder = folder
        self._split_at = split_at
        self._executor = executor
        self._generations = Generations(folder / GENERATIONS)
        self._yardstick: Path | None = None
        self.n_videos = 0

    def begin_with(self, live: Generations) -> None:
        """Take over what was counted for the live index, so that it is not counted again."""
        link_counts(live, self._generations)

    def tasks(
        self, candidates: Sequence[Candidate], viewers: Sequence[str]
    ) -> Iterator[tuple[int, list[ReplayTask]]]:
        """Yield the place of each candidate and its tasks, while its index is there."""
        built: Generation | None = None
        config: IndexConfig | None = None
        # Those that share an index follow each other; the present settings stay the first.
        order = sorted(
            range(len(candidates)),
            key=lambda number: _first_with(candidates, candidates[number].config),
        )
        for number in order:
            candidate = candidates[number]
            if built is None or candidate.config != config:
                built, config = self._built(candidate.config), candidate.config
            yield (
                number,
                [
                    ReplayTask(
                        self._catalog.url,
                        built.folder,
                        self._yardstick or built.folder,
                        self._folder / "information.npy",
                        candidate.rules,
                        self._split_at,
                        tuple(viewers[at : at + BATCH_SIZE]),
                    )
                    for at in range(0, len(viewers), BATCH_SIZE)
                ],
            )

    def _built(self, config: IndexConfig) -> Generation:
        known = ViewersBefore(self._catalog.viewers, self._split_at)
        built = reindex(
            self._catalog, self._generations, config, executor=self._executor, viewers=known
        )
        if self._yardstick is None:
            # Linked, as the next but one that is built takes its place.
            self._yardstick = self._folder / "yardstick" / built.id
            shutil.copytree(built.folder, self._yardstick, copy_function=os.link)
            self.n_videos = built.index.n_videos
            np.save(self._folder / "information.npy", self._information(built))
        return built

    def _information(self, built: Generation) -> NDArray[np.float64]:
        known = self._catalog.viewers.audiences(before=self._split_at)
        rows = built.index.rows_of(list(known.videos))
        audiences = np.zeros(built.index.n_videos, np.int64)
        there = rows >= 0
        audiences[rows[there]] = np.array(list(known.videos.values()), np.int64)[there]
        return self_information(audiences, known.viewers)


def _first_with(candidates: Sequence[Candidate], config: IndexConfig) -> int:
    return next(number for number, one in enumerate(candidates) if one.config == config)


def _split(viewers: Viewers, requested: float | None) -> float:
    split_at = viewers.event_quantile(TRAINING_SHARE) if requested is None else requested
    if split_at is None:
        raise InvalidInput(
            "there are no events to measure by: keep what viewers do, or load a file of it",
            hint="'reelmatch viewer load FILE' reads events.jsonl and ratings of MovieLens",
        )
    before, all_ = viewers.count_events(before=split_at), viewers.count_events(before=inf)
    if before in (0, all_):
        raise InvalidInput(
            f"of {all_} events {before} were before the moment that splits them: name a moment with"
            " events before and after it"
        )
    return split_at


def _drawn(viewers: Sequence[str], limit: int) -> list[str]:
    if len(viewers) <= limit:
        return list(viewers)
    drawn = np.random.default_rng(_SEED).choice(len(viewers), limit, replace=False)
    return [viewers[number] for number in np.sort(drawn).tolist()]


def _compared(
    candidates: Sequence[Candidate], measured: Mapping[int, Replayed], n_videos: int
) -> tuple[EvaluatedSettings, ...]:
    means: list[Resampled] = [
        resampled(measured[number].measured) for number in range(len(candidates))
    ]
    apart = differences([measured[at].measured for at in range(len(candidates))], means)
    return tuple(
        EvaluatedSettings(
            candidate.name,
            candidate.settings,
            {
                **{name: means[at].estimate(column) for column, name in enumerate(MEASURES)},
                Measure.SHOWN: shown_share(measured[at].lists, n_videos),
            },
            dict(zip(MEASURES, apart[at - 1], strict=True)) if at else {},
        )
        for at, candidate in enumerate(candidates)
    )


def _winner(compared: Sequence[EvaluatedSettings]) -> str | None:
    better = {
        one.name: difference.value
        for one in compared[1:]
        for difference in [one.differences[Measure.NDCG]]
        if difference.is_real and difference.value > 0
    }
    return max(better, key=lambda name: better[name]) if better else None
