"""Videos: what is in the catalog and what was seen on each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.answers.matches import matches_json
from api.answers.videos import second_json, tag_json, tags_json, video_json
from api.answers.videos import video_with_verdict_json as with_verdict
from api.asking import seconds_of_all
from api.cursors import cursor_of, read_cursor
from api.etags import IfNoneMatch, tagged
from api.problems import Code
from api.routes.dependencies import CurrentLive, CurrentSettings
from api.schemas.bodies import Count
from api.schemas.headers import with_header
from api.schemas.matches import MatchesAnswer
from api.schemas.problems import problems
from api.schemas.videos import (
    SecondAnswer,
    TagsAnswer,
    TagSecondsAnswer,
    VideosAnswer,
    VideoWithVerdictAnswer,
)
from api.wheres import filter_of_text
from engine.errors import UnknownVideo
from engine.search import similar
from engine.store.catalog import Catalog, Pictures, VideoRecord
from engine.view import EVERY_VIDEO

router = APIRouter(prefix="/v1/videos", tags=["videos"])

_LIST = "videos"
_WEBP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}
}
_SECONDS = with_header("X-Strip-Seconds", "The second of each picture, with commas between them.")


def _get(catalog: Catalog, video: str) -> VideoRecord:
    record = catalog.get(video)
    if record is None:
        raise UnknownVideo(video)
    return record


@router.get("", response_model=VideosAnswer)
def list_videos(
    live: CurrentLive,
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List videos by rising id, a page at a time."""
    after = read_cursor(_LIST, cursor, str)[0] if cursor else ""
    page = live.catalog.videos(after=after, limit=limit + 1)
    more = len(page) > limit
    return {
        "videos": [video_json(record) for record in page[:limit]],
        "next": cursor_of(_LIST, page[limit - 1].id) if more else None,
    }


@router.get(
    "/{video}",
    response_model=VideoWithVerdictAnswer,
    responses={
        200: with_header("ETag", "Of what the answer says."),
        304: {"description": "What the caller has still holds.", **with_header("ETag", "Its own.")},
    },
)
def get_video(
    video: str, live: CurrentLive, settings: CurrentSettings, if_none_match: IfNoneMatch = None
) -> Response:
    """Return one video with the verdict on sensitive content."""
    record = _get(live.catalog, video)
    known = with_verdict(live.catalog, record, settings.sensitive)
    return tagged(known, VideoWithVerdictAnswer, if_none_match)


@router.get("/{video}/poster", response_class=Response, responses=_WEBP)
def get_video_poster(video: str, live: CurrentLive) -> Response:
    """Return the frame most like the whole video, WebP."""
    return Response(_pictures(live.catalog, video).poster, media_type="image/webp")


@router.get("/{video}/strip", response_class=Response, responses={200: {**_WEBP[200], **_SECONDS}})
def get_video_strip(video: str, live: CurrentLive) -> Response:
    """Return small pictures along the video side by side, WebP; a header names their seconds."""
    pictures = _pictures(live.catalog, video)
    seconds = ",".join(map(str, pictures.strip_seconds))
    return Response(pictures.strip, media_type="image/webp", headers={"x-strip-seconds": seconds})


def _pictures(catalog: Catalog, video: str) -> Pictures:
    pictures = catalog.pictures(_get(catalog, video).id)
    if pictures is None:
        raise UnknownVideo(video)
    return pictures


@router.delete("/{video}", status_code=204)
def delete_video(video: str, live: CurrentLive) -> None:
    """Forget a video and all that was seen on it; gone from answers within a second."""
    live.catalog.delete(video)


@router.get("/{video}/tags", response_model=TagsAnswer)
def get_video_tags(
    video: str,
    live: CurrentLive,
    settings: CurrentSettings,
    threshold: Annotated[float | None, Query(ge=0.0, le=1.0)] = None,
) -> dict[str, Any]:
    """Return the tag counts of a video, counted anew at any threshold."""
    least = settings.threshold if threshold is None else threshold
    return tags_json(live.catalog, _get(live.catalog, video), least)


@router.get(
    "/{video}/tags/{tag:slashed}",
    response_model=TagSecondsAnswer,
    responses=problems(Code.UNKNOWN_TAG),
)
def get_video_tag(video: str, tag: str, live: CurrentLive) -> dict[str, Any]:
    """Return the confidence of one tag at every second."""
    return tag_json(live.catalog, _get(live.catalog, video), tag)


@router.get("/{video}/seconds/{second}", response_model=SecondAnswer)
def get_video_second(
    video: str, second: int, live: CurrentLive, settings: CurrentSettings
) -> dict[str, Any]:
    """Return all that was seen at one second."""
    return second_json(live.catalog, _get(live.catalog, video), second, settings.sensitive)


@router.get(
    "/{video}/similar",
    response_model=MatchesAnswer,
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
    *,
    explain: Annotated[bool, Query(description="Tell the seconds of each tag, too.")] = False,
) -> dict[str, Any]:
    """Return the videos most like this one."""
    record = _get(live.catalog, video)
    wanted = EVERY_VIDEO if where is None else filter_of_text(where)
    view = live.view
    found = similar(view, record.id, k=k, where=wanted)
    seconds = seconds_of_all(live, view, found) if explain else None
    return matches_json(view.generation, found, seconds=seconds)
