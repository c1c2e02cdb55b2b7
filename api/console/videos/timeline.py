"""Timeline data: an overview at once, then tiles of what is in sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from api.background.live import Live
from api.encoding import encoded
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from engine.content.ad_breaks import AdBreak, Breaks, Spacing
from engine.content.counting import enough_seconds
from engine.content.sensitivity import SensitivityClassifier
from engine.content.timeline import (
    LEVEL_STEP,
    MIN_HUNDREDTH,
    TILE_CELLS,
    overview,
    texts_on,
    tile,
)
from engine.domain.assessments.sensitivity import Rules, SensitivityAssessment
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tags import SOURCES, VERBS, Tag, source_of
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.errors import UnknownVideo
from engine.ports.catalog import Catalog
from engine.services.ad_breaks import breaks_for_anyone
from engine.words.vocabulary import Vocabulary

router = APIRouter(route_class=ReadRoute)

MAX_MARKED: Final = 5
"""Number of seconds that are marked for ad breaks."""

# The address names the revision that it is of; another version of the rules may judge anew.
_CACHED = {"cache-control": "private, max-age=600"}


@router.get("/videos/{video}/timeline/{revision}")
def get_overview(
    video: str,
    revision: int,  # noqa: ARG001 - names it
    live: CurrentLive,
    settings: CurrentSettings,
) -> Response:
    """Return the tags at every threshold, cuts, stills, sensitive seconds and the best for ads."""
    record = known_video(live.catalog, video)
    shown = _overview(live, record, settings.index_config(), settings.sensitive)
    return JSONResponse(encoded(shown), headers=_CACHED)


@router.get("/videos/{video}/timeline/{revision}/{level}/{number}")
def get_tile(
    video: str,
    revision: int,  # noqa: ARG001 - names it
    level: int,
    number: int,
    live: CurrentLive,
) -> Response:
    """Return one tile: three arrays, as ``engine.content.timeline.Tile`` has them."""
    track = live.catalog.tracks.get(known_video(live.catalog, video).id)
    drawn = tile(track, live.catalog.tags.vocabulary(), level, number)
    return Response(drawn.to_bytes(), media_type="application/octet-stream", headers=_CACHED)


@router.get("/videos/{video}/lines/{revision}/{number}")
def get_lines(
    video: str,
    revision: int,  # noqa: ARG001 - names it
    number: Annotated[int, Path(ge=0)],
    live: CurrentLive,
) -> Response:
    """Return the lines of text that are on the seconds of one tile of the finest level."""
    own = live.catalog.tracks.lines(known_video(live.catalog, video).id)
    first, end = number * TILE_CELLS, (number + 1) * TILE_CELLS
    lines = [
        {"said": VERBS[source], "text": text, "start": seconds.start, "end": seconds.end}
        for source in SOURCES
        for seconds, text in texts_on(own.get(source, ()), first, end)
    ]
    return JSONResponse(lines, headers=_CACHED)


def known_video(catalog: Catalog, video: str) -> VideoRecord:
    """Return a video of the catalog.

    Raises:
        UnknownVideo: when there is none with this id.
    """
    record = catalog.videos.get(video)
    if record is None:
        raise UnknownVideo(video)
    return record


def video_breaks(live: Live, record: VideoRecord, rules: Rules) -> Breaks:
    """Return the best seconds of a video for anyone's ads."""
    return breaks_for_anyone(live.catalog, record, Spacing(count=MAX_MARKED), rules)


def assessed(
    catalog: Catalog, record: VideoRecord, track: Track, vocabulary: Vocabulary, rules: Rules
) -> SensitivityAssessment:
    """Return the assessment of sensitive content."""
    words = catalog.taggers.words_of(record.tagger)
    return SensitivityClassifier(vocabulary, rules).assessment(track, words)


@dataclass(frozen=True, slots=True)
class TagLine:
    """A tag along a video, with its idf; see ``engine.content.timeline.TagLine``."""

    tag: str
    name: str
    source: str
    seconds_at: tuple[int, ...]
    idf: float


@dataclass(frozen=True, slots=True)
class SourceVerb:
    """A source, and the verb for its tags: seen, heard ..."""

    source: str
    said: str


@dataclass(frozen=True, slots=True)
class TimelineOverview:
    """A timeline as the script of the page reads it, before any tile is there.

    Attributes:
        seconds: number of seconds of the video.
        levels: of tiles.
        level_step: seconds of a cell of a level for each of the level below.
        tile_cells: cells of a tile.
        least_hundredth: the confidence, in hundredths, that ``seconds_at`` begins with.
        enough_seconds: number of seconds on which a tag counts for the video.
        lines: one for each tag.
        sources: every source of tags.
        cuts: seconds that show another picture than the one before.
        still: half-open ranges of seconds in which the picture stays.
        sensitive: seconds of the sensitive topics.
        strip: seconds of the thumbnails.
        breaks: the best seconds for ads.
    """

    seconds: int
    levels: int
    level_step: int
    tile_cells: int
    least_hundredth: int
    enough_seconds: int
    lines: Sequence[TagLine]
    sources: Sequence[SourceVerb]
    cuts: Sequence[int]
    still: Sequence[list[int]]
    sensitive: Sequence[int]
    strip: Sequence[int]
    breaks: Sequence[AdBreak]


def _overview(
    live: Live, record: VideoRecord, config: IndexConfig, rules: Rules
) -> TimelineOverview:
    catalog, idf = live.catalog, live.tag_idf
    track, vocabulary = catalog.tracks.get(record.id), catalog.tags.vocabulary()
    lines = overview(track, vocabulary)
    assessment = assessed(catalog, record, track, vocabulary, config.sensitive)
    return TimelineOverview(
        seconds=lines.seconds,
        levels=lines.levels,
        level_step=LEVEL_STEP,
        tile_cells=TILE_CELLS,
        least_hundredth=MIN_HUNDREDTH,
        enough_seconds=enough_seconds(track.n_seconds, config.least_seconds),
        lines=[
            TagLine(
                tag=line.tag,
                name=Tag.parse(line.tag).name,
                source=source_of(line.tag),
                seconds_at=line.seconds_at,
                idf=idf[line.tag],
            )
            for line in lines.lines
        ],
        sources=[SourceVerb(source, verb) for source, verb in VERBS.items()],
        cuts=lines.cuts,
        still=[list(still) for still in lines.still],
        sensitive=assessment.seconds,
        strip=catalog.thumbnails.strip_seconds(record.id),
        breaks=video_breaks(live, record, rules).best,
    )
