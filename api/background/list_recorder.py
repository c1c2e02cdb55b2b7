"""Recorder of the lists that are shown: an id for each at once, its small record a moment later.

Records are written together, once a second, by a thread of their own, so that no question waits for
the disk. What was not written when a process is killed, or because the catalog could not be written
for long, is lost: lists, never events.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import replace
from typing import Final

from api.background.list_settings import AS_SET, RequestOptions, settings_text
from engine.domain.advertising.placements import CampaignMatches
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind, ShownList, new_list_id
from engine.domain.matching.recommendations import RecommendationPage, ViewerRecommendations
from engine.domain.matching.results import Matches
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.search.co_watching import mix_of
from engine.search.experiments import Arm, Experiment
from engine.search.profiles import ProfileRules
from engine.system.os_errors import expected_trouble

FLUSH_SECONDS: Final = 1.0
"""Seconds between two writes of a service."""

MAX_WAITING: Final = 100_000
"""Records that wait to be written; of more the oldest are lost."""

_BATCH_SIZE: Final = 2_000
_DAY: Final = 86_400.0

log = logging.getLogger(__name__)


class ListRecorder:
    """Gives lists ids and writes them down. Safe to share between threads.

    Args:
        catalog: that they are written in.
        days: that they are stored; 0 for no lists.
        experiment: that splits viewers; None for none.

    Attributes:
        experiment: the same.
    """

    def __init__(self, catalog: Catalog, days: int, experiment: Experiment | None = None) -> None:
        self._catalog = catalog
        self._days = days
        self.experiment = experiment
        self._waiting: deque[ShownList] = deque(maxlen=MAX_WAITING)
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._writer: threading.Thread | None = None

    @property
    def control(self) -> tuple[str, str] | None:
        """The experiment that is on, and its first arm; None without one."""
        return None if self.experiment is None else self.experiment.control

    def arm_of(self, viewer: str | None) -> Arm | None:
        """Return the arm of the experiment that a viewer is in; None for nobody and without one."""
        if self.experiment is None or viewer is None:
            return None
        return self.experiment.arm_of(viewer)

    def rules_of(self, viewer: str | None, rules: ProfileRules) -> ProfileRules:
        """Return the rules that count for a viewer: those of their arm, or the present ones."""
        arm = self.arm_of(viewer)
        return rules if arm is None else arm.rules

    def recommendations(
        self,
        page: RecommendationPage,
        entry_point: EntryPoint,
        snapshot: IndexSnapshot,
        rules: ProfileRules,
        *,
        viewer: str | None = None,
        options: RequestOptions = AS_SET,
    ) -> RecommendationPage:
        """Return a page of recommendations with its id, by the rules that made it."""
        first = page.matches[0].rank if page.matches else 1
        kind, size = ListKind.RECOMMENDATIONS, len(page.matches)
        shown = self.note(
            kind,
            entry_point,
            size,
            snapshot,
            rules=rules,
            first=first,
            viewer=viewer,
            options=options,
        )
        return replace(page, list_id=shown)

    def viewer_recommendations(
        self,
        page: ViewerRecommendations,
        snapshot: IndexSnapshot,
        rules: ProfileRules,
        options: RequestOptions,
    ) -> ViewerRecommendations:
        """Return the page of one of many viewers with its id; ``rules`` are the present ones."""
        kind, size, viewer = ListKind.RECOMMENDATIONS, len(page.matches), page.viewer
        own = self.rules_of(viewer, rules)
        shown = self.note(
            kind, EntryPoint.BATCH, size, snapshot, rules=own, viewer=viewer, options=options
        )
        return replace(page, list_id=shown)

    def matches(
        self,
        answer: Matches,
        entry_point: EntryPoint,
        snapshot: IndexSnapshot,
        kind: ListKind = ListKind.MATCHES,
        *,
        options: RequestOptions = AS_SET,
    ) -> Matches:
        """Return ranked videos, and the nearest after them, with their id."""
        size = len(answer.matches) + len(answer.nearest)
        shown = self.note(kind, entry_point, size, snapshot, options=options)
        return replace(answer, list_id=shown)

    def campaign_matches(
        self,
        answer: CampaignMatches,
        entry_point: EntryPoint,
        snapshot: IndexSnapshot,
        options: RequestOptions = AS_SET,
    ) -> CampaignMatches:
        """Return the videos of a campaign with their id."""
        size, campaign = len(answer.matches), answer.campaign
        kind = ListKind.CAMPAIGN
        shown = self.note(kind, entry_point, size, snapshot, campaign=campaign, options=options)
        return replace(answer, list_id=shown)

    def note(
        self,
        kind: ListKind,
        entry_point: EntryPoint,
        size: int,
        snapshot: IndexSnapshot,
        *,
        rules: ProfileRules | None = None,
        first: int = 1,
        viewer: str | None = None,
        campaign: str | None = None,
        options: RequestOptions = AS_SET,
    ) -> str | None:
        """Return the id of a list about to be shown; None for an empty one, or if none is stored.

        Args:
            kind: what was asked.
            entry_point: where.
            size: number of videos.
            snapshot: of the index that ranked them.
            rules: of the profile; None where there is none.
            first: position of the first video.
            viewer: the id, of one who may be stored.
            campaign: whose videos they are.
            options: what the request asked for beside the settings.
        """
        if not self._days or not size:
            return None
        arm = self.arm_of(viewer)
        experiment = "" if arm is None or self.experiment is None else self.experiment.name
        shown = ShownList(
            new_list_id(time.time()),
            kind,
            entry_point,
            first,
            size,
            viewer,
            campaign,
            experiment,
            "" if arm is None else arm.name,
            settings_text(snapshot.config, rules, _learned_mix(snapshot, rules), options),
        )
        self._waiting.append(shown)
        if self._writer is None and len(self._waiting) >= _BATCH_SIZE:
            self.flush()
        return shown.id

    def start(self) -> None:
        """Write once a second from now on, in a thread of its own."""
        self._writer = threading.Thread(target=self._write, name="list-writer", daemon=True)
        self._writer.start()

    def stop(self) -> None:
        """Write what waits, and no more."""
        self._stop.set()
        if self._writer is not None:
            self._writer.join()
        self.flush()

    def flush(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        with self._writing:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(_batch_size(self._waiting))]
                since = time.time() - self._days * _DAY
                try:
                    self._catalog.shown_lists.put(some, since=since)
                except Exception as error:
                    trouble = expected_trouble(error)
                    if trouble is not None:
                        # A full queue would drop at the other end, where the newest are.
                        room = MAX_WAITING - len(self._waiting)
                        self._waiting.extendleft(some[::-1][:room])
                    log.warning(
                        "lists that were shown cannot be written down: %s",
                        trouble or error,
                        exc_info=None if trouble else error,
                    )
                    return

    def _write(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            self.flush()


def _batch_size(waiting: "deque[ShownList]") -> int:
    return min(len(waiting), _BATCH_SIZE)


def _learned_mix(snapshot: IndexSnapshot, rules: ProfileRules | None) -> float:
    if rules is None or rules.co_likes is not None:
        return 0.0
    return mix_of(snapshot, rules)
