"""Details that a list of matches returns of each video besides its id, on request."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from api.http.details import Detail

_DETAILS = "What to tell of each video besides: title, poster, url, duration."

Include = Annotated[list[Detail], Field(max_length=4, description=_DETAILS)]

IncludeText = Annotated[
    str,
    Query(
        description=f"{_DETAILS[:-1]}, with commas between them.",
        pattern="^((title|poster|url|duration)(,(title|poster|url|duration))*)?$",
        examples=["title,poster"],
    ),
]


def included(parts: str) -> list[Detail]:
    """Return what a query asks for."""
    return [part for part in parts.split(",") if part]  # type: ignore[misc] # as its pattern holds


class VideoSummary(BaseModel):
    """A video in a list of matches."""

    video: str
    external_id: str | None = None
    """The id that an app gave it; left out when none did."""
    title: str | None = None
    """With ``include``, as all that follow."""
    poster: str | None = None
    """The path of its poster; null when it has none."""
    url: str | None = None
    """Its address on the web; null for a file."""
    duration: int | None = None
    """Seconds that were looked at."""
