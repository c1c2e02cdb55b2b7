"""One video: what it shows, second by second, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.background.live import Live
from api.console.rendering import page
from api.console.videos.cards import match_cards, snapshot_of
from api.console.videos.evidence import KIND_DESCRIPTIONS, measures
from api.console.videos.media import find_footage
from api.console.videos.timeline import assessed, known_video
from api.http.middleware.scopes import scopes_for
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from engine.content.counting import enough_seconds
from engine.content.timeline import MIN_HUNDREDTH, Overview, TagLine, overview
from engine.content.whole_tags import whole_tags
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind
from engine.domain.jobs import OF_THE_SOURCE
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.results import TagCount
from engine.domain.tags import VERBS, VISUAL, source_of
from engine.domain.time_ranges import time_ranges
from engine.ports.index import IndexSnapshot
from engine.search.matches import similar
from engine.search.tag_ranking import TagIdf
from engine.services.videos import performance_of
from ingest.sources.addresses import is_address

router = APIRouter(route_class=ReadRoute)

SIMILAR: Final = 5
FIRST_LINES: Final = 14
"""Number of seen tags that have a line on the timeline before somebody asks for all."""

OTHER_LINES: Final = 5
"""Number of tags of each other source that have one."""

MAX_WHOLE: Final = 24
"""Number of tags of a video as a whole that are shown."""


@dataclass(frozen=True, slots=True)
class SourceLines:
    """The first lines of one source on the timeline.

    Attributes:
        source: its name.
        said: the participle for its tags: ``seen``, ``heard`` ...
        counts: of its tags, by name.
    """

    source: str
    said: str
    counts: tuple[TagCount, ...]


@router.get("/videos/{video}")
def get_video(
    video: str,
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
) -> Response:
    """Show a video, or what is known of one that could not be analyzed."""
    record = known_video(live.catalog, video)
    snapshot = snapshot_of(live)
    config = snapshot.config if snapshot else settings.index_config()
    track, vocabulary = live.catalog.tracks.get(video), live.catalog.tags.vocabulary()
    lines = live.catalog.tracks.lines(video)
    assessment = assessed(live.catalog, record, track, vocabulary, settings.sensitive)
    footage = find_footage(live.catalog, settings, record)
    alike = _similar(live, snapshot, video)
    return page(
        request,
        "video.html",
        record=record,
        threshold=config.threshold,
        lines=by_source(first_lines(overview(track, vocabulary), config, live.tag_idf)),
        first_lines=FIRST_LINES,
        other_lines=OTHER_LINES,
        has_lines=any(line.seconds is not None for own in lines.values() for line in own),
        whole=whole_tags(track, lines, vocabulary)[:MAX_WHOLE],
        plays=not footage.trouble,
        trouble=footage.trouble,
        pictured=bool(live.catalog.thumbnails.pictured([video])),
        address=record.source if is_address(record.source) else "",
        sensitive=assessment,
        topics=[
            (topic, own.level, time_ranges(np.array(own.seconds, np.int64)))
            for topic, own in assessment.topics.items()
        ],
        performance=performance_of(live.catalog, record, config),
        kind_description=KIND_DESCRIPTIONS.get(record.kind, ""),
        measures=measures(record.evidence),
        cuts=record.evidence.get("cuts", ()),
        indexed=snapshot is not None and video in snapshot,
        similar=alike,
        list_id=snapshot
        and live.lists.note(ListKind.SIMILAR, EntryPoint.CONSOLE, len(alike), snapshot),
        changes=caller.may(*scopes_for("POST", f"/console/videos/{video}/retry")),
        same_again=record.status in OF_THE_SOURCE,
    )


def _similar(live: Live, snapshot: IndexSnapshot | None, video: str) -> list[Any]:
    if snapshot is None or video not in snapshot:
        return []
    return match_cards(live, snapshot, similar(snapshot, video, k=SIMILAR))


def first_lines(lines: Overview, config: IndexConfig, idf: TagIdf) -> list[TagCount]:
    """Return the tags in the order of the timeline: those that tell most first, by seconds x idf.

    Those that do not count come after, by the best of their seconds: as ``timeline.js`` does.
    """
    hundredth = max(round(config.threshold * 100) - MIN_HUNDREDTH, 0)
    enough = enough_seconds(lines.seconds, config.least_seconds)

    def count(line: TagLine) -> int:
        seconds = line.seconds_at[hundredth]
        return seconds if seconds >= enough else 0

    def rank(line: TagLine) -> tuple[float, int, str]:
        best = sum(seconds > 0 for seconds in line.seconds_at)
        return -count(line) * idf[line.tag], 0 if count(line) else -best, line.tag

    return [TagCount(line.tag, count(line)) for line in sorted(lines.lines, key=rank)]


def by_source(counts: Sequence[TagCount]) -> list[SourceLines]:
    """Return the first lines of each source that has some, in their order."""
    lines = []
    for source in dict.fromkeys([*VERBS, *(source_of(one.tag) for one in counts)]):
        own = [one for one in counts if source_of(one.tag) == source]
        if own:
            shown = own[: FIRST_LINES if source == VISUAL else OTHER_LINES]
            lines.append(SourceLines(source, VERBS.get(source, source), tuple(shown)))
    return lines
