"""Details of the videos in a list of matches, told in one go: no question a video."""

from collections.abc import Collection
from typing import Any, Literal

from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog

Detail = Literal["title", "poster", "url", "duration"]
"""A detail that an answer can return of each video besides its ids."""


def with_details(
    answer: dict[str, Any], catalog: Catalog, include: Collection[Detail] = ()
) -> dict[str, Any]:
    """Return an answer whose matches tell what was asked for, and apps' ids where there are."""
    if not include and not catalog.videos.has_external_ids():
        return answer
    matches = [*answer["matches"], *answer.get("nearest", ())]
    ids = [match["video"] for match in matches]
    records = catalog.videos.some(ids)
    with_poster = catalog.thumbnails.pictured(ids) if "poster" in include else set()
    for match in matches:
        record = records.get(match["video"])
        if record is not None:
            match |= _details(record, include, has_poster=record.id in with_poster)
    return answer


def _details(
    record: VideoRecord, include: Collection[Detail], *, has_poster: bool
) -> dict[str, Any]:
    known: dict[Detail, Any] = {
        "title": record.title,
        "poster": f"/v1/videos/{record.id}/poster" if has_poster else None,
        "url": record.source if record.source.startswith(("https://", "http://")) else None,
        "duration": record.seconds,
    }
    named = {"external_id": record.external_id} if record.external_id else {}
    return {**named, **{name: known[name] for name in known if name in include}}
