"""Viewers who are stored: their interests and events."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api.http.schemas.bodies import WRITTEN_AS_TEXT, Body, Language, Weights
from engine.domain.evaluations.shown_lists import MAX_POSITION
from engine.domain.viewers import MAX_CHARACTERS, MAX_EVENT_BATCH, Event, EventKind


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: object) -> object:
    # A number as text would pass for seconds since 1970.
    if not isinstance(value, datetime | str) or (isinstance(value, str) and "-" not in value[1:]):
        raise ValueError("write a moment as 2026-01-31T12:00:00Z")
    return value


Moment = Annotated[datetime, WRITTEN_AS_TEXT, BeforeValidator(_text), AfterValidator(_with_zone)]
Id = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


class InterestsRequest(Body):
    """Interests that a viewer states; they replace those stated before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"interests": {"animal": 1, "nature": 0.5, "car": -1}}]}
    )

    interests: Weights
    """Tag -> weight; negative for dislikes. With ``language``, words of it, kept as tags."""
    language: Language = ""


class EventInput(Body):
    """Something a viewer did with a video."""

    video: Id
    """An id; the video may be ingested later."""
    kind: Annotated[EventKind, WRITTEN_AS_TEXT]
    """Kind of the event."""
    share: float = Field(default=1.0, ge=0.0, le=1.0)
    """Share of the video that was watched."""
    at: Moment | None = None
    """The moment; now unless said. UTC unless a zone is."""

    def event(self, event: str, now: float) -> Event:
        """Return the event under an id."""
        at = now if self.at is None else self.at.timestamp()
        return Event(event, self.video, self.kind, at, self.share)


class StoredEventInput(EventInput):
    """An event that is stored, under an id of the app: sent again, it changes nothing."""

    id: Id
    shown_by: Id | None = None
    """``list_id`` of the list that the viewer had it from."""
    position: int | None = Field(default=None, ge=1, le=MAX_POSITION)
    """Position on that list, from 1 on; on later pages, the ``rank``."""

    def event(self, event: str, now: float) -> Event:
        """Return the event under an id."""
        plain = super().event(event, now)
        return replace(plain, shown_by=self.shown_by, position=self.position)


class EventsRequest(Body):
    """A batch of events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "events": [
                        {
                            "id": "7f3c",
                            "video": "9d2c61b0f3a4e857",
                            "kind": "watched",
                            "share": 0.8,
                            "at": "2026-01-31T12:00:00Z",
                            "shown_by": "019c13a4e2b4f7c1d2a",
                            "position": 3,
                        }
                    ]
                }
            ]
        }
    )

    events: list[StoredEventInput] = Field(min_length=1, max_length=MAX_EVENT_BATCH)


class ViewerEvent(BaseModel):
    """An event that is stored."""

    id: str
    video: str
    kind: str
    share: float
    at: str
    shown_by: str | None
    position: int | None


class ShownList(BaseModel):
    """A list that the viewer was shown, as long as it is stored."""

    list_id: str
    kind: str
    entry_point: str
    at: str
    first: int
    """Position of its first video; 1 but for later pages."""
    size: int
    campaign: str | None
    experiment: str
    arm: str
    settings: str
    """Those that ranked it, where they differ from the defaults."""


class EventsResult(BaseModel):
    """The result of a batch of events.

    ``repeated`` were known already. Videos not in the catalog are named, and so are lists that are
    not known, or not any more; their events are stored.
    """

    viewer: str
    added: int
    repeated: int
    unknown_videos: list[str]
    unknown_lists: list[str] = Field(default_factory=list)


class Viewer(BaseModel):
    """All that is stored of a viewer; events and lists the newest first."""

    viewer: str
    interests: dict[str, float]
    events: list[ViewerEvent]
    lists: list[ShownList]
