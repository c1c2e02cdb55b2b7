"""Videos: what is in the catalog and what was seen on each."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.encoding import encoded
from api.http.cursors import cursor_of, read_cursor
from api.http.details import with_details
from api.http.middleware.etags import IfNoneMatch, tagged
from api.http.middleware.problems import Code
from api.http.own_ids import own_filter, own_ids
from api.http.read_routes import ReadRoute, read_in_thread
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.schemas.bodies import Count, SourcesText
from api.http.schemas.details import IncludeText, included
from api.http.schemas.headers import with_header
from api.http.schemas.matches import VideoMatchList
from api.http.schemas.problems import problems
from api.http.schemas.videos import (
    AssessedVideo,
    SecondObservations,
    TagTimeline,
    Video,
    VideoPage,
    VideoPatch,
    VideoTagCounts,
)
from api.http.thumbnails import Picture, Thumbnail, read_thumbnail
from api.settings import Settings
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind
from engine.domain.listing import ListFilter
from engine.domain.matching.source_weights import SourceWeights
from engine.domain.tags import SOURCES
from engine.domain.videos import VideoRecord
from engine.errors import InvalidInput, UnknownVideo
from engine.ports.catalog import Catalog
from engine.search.matches import similar
from engine.services.matches import ranked_matches
from engine.services.videos import (
    TagAlong,
    VideoSecond,
    performance_of,
    second_of,
    sensitivity_of,
    tag_along,
    tags_of,
)
from ingest.changes.video_kind import Kind
from ingest.decoding.probe import Status
from ingest.sources.failures import FetchStatus

router = APIRouter(prefix="/v1/videos", tags=["videos"], route_class=ReadRoute)

_LIST = "videos"
_MAX_IDS = 1000
_STATUSES = ["", *sorted({status.value for status in (*Status, *FetchStatus)})]
_WEBP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}
}
_SECONDS = with_header("X-Strip-Seconds", "The second of each picture, with commas between them.")


@router.get("", response_model=VideoPage)
def list_videos(
    live: CurrentLive,
    ids: Annotated[
        str, Query(description="Only these, their own ids or yours, with commas between them.")
    ] = "",
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="Words of the title, the uploader's name, or what is written or spoken.",
        ),
    ] = "",
    kind: Annotated[Kind | Literal[""], Query(description="Only of this kind.")] = "",
    status: Annotated[
        str, Query(description="Only with this status.", json_schema_extra={"enum": _STATUSES})
    ] = "",
    language: Annotated[str, Query(description="Only with this code.")] = "",
    uploader: Annotated[str, Query(description="Only of this uploader.")] = "",
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List videos by rising id, a page at a time; or some of them, in the order they are named."""
    if status not in _STATUSES:
        known = ", ".join(one for one in _STATUSES if one)
        raise InvalidInput(f"no status {status[:40]!r}: choose from {known}")
    if ids:
        return {"videos": encoded(_some(live.catalog, ids.split(","))), "next": None}
    after = read_cursor(_LIST, cursor, str)[0] if cursor else ""
    where = ListFilter(q, kind, status=status, language=language, uploader=uploader)
    page = live.catalog.listing.by_id(where, after=after, limit=limit + 1)
    more = len(page) > limit
    return {
        "videos": encoded(live.catalog.videos.in_order(page[:limit])),
        "next": cursor_of(_LIST, page[limit - 1]) if more else None,
    }


def _some(catalog: Catalog, ids: list[str]) -> list[VideoRecord]:
    if len(ids) > _MAX_IDS:
        raise InvalidInput(f"{len(ids)} ids are too many at once: name at most {_MAX_IDS}")
    return catalog.videos.in_order(own_ids(catalog, ids))


@router.get(
    "/{video:slashed}",
    response_model=AssessedVideo,
    responses={
        200: with_header("ETag", "Of what the answer says."),
        304: {"description": "What the caller has still holds.", **with_header("ETag", "Its own.")},
    },
)
def get_video(
    video: str, live: CurrentLive, settings: CurrentSettings, if_none_match: IfNoneMatch = None
) -> Response:
    """Return one video with the assessments of sensitive content and of what is performed."""
    record = live.catalog.videos.named(video)
    known = {
        **encoded(record),
        "evidence": dict(record.evidence),
        "sensitive": encoded(sensitivity_of(live.catalog, record, settings.sensitive)),
        "performance": encoded(performance_of(live.catalog, record, settings.index_config())),
    }
    return tagged(known, AssessedVideo, if_none_match)


@router.get("/{video:slashed}/poster", response_class=Response, responses=_WEBP)
async def get_video_poster(video: str, live: CurrentLive, settings: CurrentSettings) -> Response:
    """Return the frame most like the whole video, WebP."""
    poster = await _thumbnail(live, settings, video, Picture.POSTER)
    return Response(poster.content, media_type="image/webp")


@router.get(
    "/{video:slashed}/strip", response_class=Response, responses={200: {**_WEBP[200], **_SECONDS}}
)
async def get_video_strip(video: str, live: CurrentLive, settings: CurrentSettings) -> Response:
    """Return small pictures along the video side by side, WebP; a header names their seconds."""
    strip = await _thumbnail(live, settings, video, Picture.STRIP)
    seconds = ",".join(map(str, strip.strip_seconds))
    return Response(strip.content, media_type="image/webp", headers={"x-strip-seconds": seconds})


async def _thumbnail(live: Live, settings: Settings, video: str, picture: Picture) -> Thumbnail:
    record = await read_in_thread(live.catalog.videos.named, video)
    thumbnail = await read_thumbnail(live.catalog, settings, record.id, picture)
    if thumbnail is None:
        raise UnknownVideo(video)
    return thumbnail


@router.patch("/{video:slashed}", response_model=Video, responses=problems(Code.CONFLICT))
def change_video(video: str, body: VideoPatch, live: CurrentLive) -> VideoRecord:
    """Set the title, language, uploader, categories or external id; a later look keeps them."""
    record = live.catalog.videos.named(video)
    return live.catalog.videos.describe(record.id, body.metadata) if body.metadata else record


@router.delete("/{video:slashed}", status_code=204)
def delete_video(video: str, live: CurrentLive) -> None:
    """Forget a video and all that was seen on it; gone from answers within a second."""
    live.catalog.videos.delete(live.catalog.videos.named(video).id)


@router.get(
    "/{video:slashed}/tags", response_model=VideoTagCounts, response_model_exclude_unset=True
)
def get_video_tags(
    video: str,
    live: CurrentLive,
    settings: CurrentSettings,
    threshold: Annotated[float | None, Query(ge=0.0, le=1.0)] = None,
    source: Annotated[
        Literal[SOURCES] | None,  # type: ignore[valid-type] # a tuple of words
        Query(description="Only tags of this source: `visual` is seen, `audio` heard ..."),
    ] = None,
) -> Any:
    """Return the tag counts of a video, counted anew at any threshold."""
    record, config = live.catalog.videos.named(video), settings.counting(threshold)
    return encoded(tags_of(live.catalog, record, config, live.tag_idf, source))


@router.get(
    "/{video:slashed}/tags/{tag:slashed}",
    response_model=TagTimeline,
    responses=problems(Code.UNKNOWN_TAG),
)
def get_video_tag(video: str, tag: str, live: CurrentLive) -> TagAlong:
    """Return the confidence of one tag at every second."""
    return tag_along(live.catalog, live.catalog.videos.named(video), tag)


@router.get("/{video:slashed}/seconds/{second}", response_model=SecondObservations)
def get_video_second(
    video: str, second: int, live: CurrentLive, settings: CurrentSettings
) -> VideoSecond:
    """Return all that was seen at one second."""
    return second_of(live.catalog, live.catalog.videos.named(video), second, settings.sensitive)


@router.get(
    "/{video:slashed}/similar",
    response_model=VideoMatchList,
    response_model_exclude_unset=True,
    responses=problems(Code.UNKNOWN_TAG),
)
def get_similar_videos(
    video: str,
    live: CurrentLive,
    k: Count = 10,
    where: Annotated[
        str | None,
        Query(
            description="Only these videos: a filter as JSON; see the guide to filters.",
            examples=['{"sensitive": {"at_most": "none"}}'],
        ),
    ] = None,
    sources: SourcesText = "",
    include: IncludeText = "",
    *,
    explain: Annotated[bool, Query(description="Tell the seconds of each tag, too.")] = False,
) -> dict[str, Any]:
    """Return the videos most like this one."""
    record = live.catalog.videos.named(video)
    snapshot, weights = live.snapshot, SourceWeights.read(sources)
    matches = similar(
        snapshot,
        record.id,
        k=k,
        where=own_filter(live.catalog, where),
        sources=weights,
    )
    answer = ranked_matches(live.catalog.tracks, snapshot, matches, explained=explain)
    options = RequestOptions(weights)
    answer = live.lists.matches(
        answer, EntryPoint.HTTP, snapshot, ListKind.SIMILAR, options=options
    )
    return with_details(encoded(answer), live.catalog, included(include))
