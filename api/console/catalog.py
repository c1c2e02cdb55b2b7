"""The catalog: all videos, the newest first; by title, tag, kind and how sensitive they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.background.live import Live
from api.console.cards import Card, cards, match_cards, view_of
from api.console.finding import best_tagged, newest_passing, suggested_tags, understood
from api.console.rendering import page
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from engine.domain.filters import HARMLESS, And, Field, Filter, Ids, Not
from engine.domain.keywords import KeywordMatch
from engine.domain.listing import ListFilter, ListPosition
from engine.errors import UnknownTag
from engine.ports.index import IndexSnapshot
from ingest.changes.video_kind import Kind

router = APIRouter(route_class=ReadRoute)

PAGE_VIDEOS: Final = 24
_MAX_TITLED: Final = 10_000

Sensitive = Literal["", "none", "some"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The query in the address of a page; empty words ask for nothing."""

    q: Annotated[str, Query(max_length=200)] = ""
    tag: Annotated[str, Query(max_length=200)] = ""
    kind: Annotated[Kind | Literal[""], Query()] = ""
    sensitive: Annotated[Sensitive, Query()] = ""
    status: Annotated[Literal["", "trouble"], Query()] = ""

    @property
    def tags(self) -> list[str]:
        """The tags, or words that mean some, which are written with commas between them."""
        return [tag for part in self.tag.split(",") if (tag := part.strip())]

    @property
    def needs_index(self) -> bool:
        """Whether only what is indexed can be found by it."""
        return bool(self.tags or self.sensitive)

    def address(self, **place: str | int) -> str:
        """Return the query part of the address of a page of the same list."""
        said = {name: value for name, value in asdict(self).items() if value}
        return "?" + urlencode({**said, **place})


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: its cards, and the addresses of the pages beside it."""

    cards: Sequence[Card]
    before: str = ""
    after: str = ""
    total: int | None = None
    readings: Sequence[KeywordMatch] = ()


@router.get("/")
def get_catalog(
    request: Request,
    live: CurrentLive,
    asked: Annotated[Asked, Depends()],
    after: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show a page of the catalog."""
    view = view_of(live)
    unknown: UnknownTag | None = None
    listed = Listed(())
    try:
        if asked.needs_index:
            listed = _indexed(live, live.view, asked, number)
        else:
            listed = _listed(live, view, asked, after=_place(after), before=_place(before))
    except UnknownTag as error:
        unknown = error
    return page(
        request,
        "catalog.html",
        asked=asked,
        listed=listed,
        unknown=unknown,
        indexed=view is not None,
        kinds=[kind.value for kind in Kind],
        suggested=suggested_tags(view),
    )


def _listed(
    live: Live,
    view: IndexSnapshot | None,
    asked: Asked,
    *,
    after: ListPosition | None,
    before: ListPosition | None,
) -> Listed:
    wanted = ListFilter(asked.q, asked.kind, unwatched=asked.status == "trouble")
    if before is not None:
        ids = live.catalog.listing.oldest(wanted, before=before, limit=PAGE_VIDEOS + 1)
        earlier, ids = len(ids) > PAGE_VIDEOS, ids[-PAGE_VIDEOS:]
        later = True
    else:
        ids = live.catalog.listing.newest(wanted, after=after, limit=PAGE_VIDEOS + 1)
        later, ids = len(ids) > PAGE_VIDEOS, ids[:PAGE_VIDEOS]
        earlier = after is not None
    shown = cards(live, view, ids)
    return Listed(
        shown,
        before=asked.address(before=_text(shown[0])) if shown and earlier else "",
        after=asked.address(after=_text(shown[-1])) if shown and later else "",
    )


def _place(text: str) -> ListPosition | None:
    added_at, _, video = text.rpartition("/")
    return ListPosition(added_at, video) if added_at else None


def _text(card: Card) -> str:
    return f"{card.record.added_at}/{card.record.id}"


def _indexed(live: Live, view: IndexSnapshot, asked: Asked, number: int) -> Listed:
    """Return a page of what the index finds: by how well the tags fit, else the newest first."""
    total: int | None = None
    readings: Sequence[KeywordMatch] = ()
    if asked.tags:
        words = understood(live.understanding, view, asked.tags)
        wanted = And((words.seen, _filter(live, asked)))
        matches, more = best_tagged(view, words.weights, wanted, number=number, size=PAGE_VIDEOS)
        shown, readings = match_cards(live, view, matches), words.readings
    else:
        found = newest_passing(view, _filter(live, asked), number=number, size=PAGE_VIDEOS)
        shown, more, total = cards(live, view, found.ids), found.more, found.total
    return Listed(
        shown,
        before=asked.address(page=number - 1) if number > 1 else "",
        after=asked.address(page=number + 1) if more else "",
        total=total,
        readings=readings,
    )


def _filter(live: Live, asked: Asked) -> Filter:
    parts: list[Filter] = []
    if asked.kind:
        parts.append(Field("kind", "in", (asked.kind,)))
    if asked.sensitive == "none":
        parts.append(HARMLESS)
    if asked.sensitive == "some":
        parts += [Not(HARMLESS), Field("sensitive", "at_most", "block")]
    if asked.q:
        parts.append(Ids(tuple(live.catalog.listing.titled(asked.q, limit=_MAX_TITLED))))
    return And(tuple(parts))
