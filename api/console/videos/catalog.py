"""The catalog: all videos, the newest first; by title, tag, kind and what they are found to be."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.console.rendering import page
from api.console.videos.cards import Card, cards, match_cards, snapshot_of
from api.console.videos.finding import best_tagged, newest_passing, suggested_tags, understood
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.settings import Settings
from engine.domain.assessments.performance import Performance
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind
from engine.domain.listing import ListFilter, ListPosition
from engine.domain.matching.filters import HARMLESS, And, Field, Filter, Ids, Not
from engine.domain.matching.keywords import KeywordMatch
from engine.errors import UnknownTag
from engine.keywords.broader import broader_tags
from engine.keywords.denied_nouns import has_denial
from engine.ports.index import IndexSnapshot
from ingest.changes.video_kind import Kind

router = APIRouter(route_class=ReadRoute)

PAGE_VIDEOS: Final = 24
_MAX_TITLED: Final = 10_000

Sensitive = Literal["", "none", "some"]


@dataclass(frozen=True, slots=True)
class CatalogQuery:
    """The query in the address of a page; empty words ask for nothing."""

    q: Annotated[str, Query(max_length=200)] = ""
    tag: Annotated[str, Query(max_length=200)] = ""
    kind: Annotated[Kind | Literal[""], Query()] = ""
    sensitive: Annotated[Sensitive, Query()] = ""
    status: Annotated[Literal["", "trouble"], Query()] = ""
    performance: Annotated[Performance | Literal[""], Query()] = ""

    @property
    def tags(self) -> list[str]:
        """The tags, or words that mean some, which are written with commas between them.

        What says that something is not wanted is one: "no dogs, cats".
        """
        if has_denial(self.tag):
            return [self.tag.strip()]
        return [tag for part in self.tag.split(",") if (tag := part.strip())]

    @property
    def needs_index(self) -> bool:
        """Whether only what is indexed can be found by it."""
        return bool(self.tags or self.sensitive or self.performance)

    def address(self, **changes: str | int) -> str:
        """Return the query part of the address of a page of the same list."""
        values = {name: value for name, value in asdict(self).items() if value}
        return "?" + urlencode({**values, **changes})


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: its cards, its id where they are ranked, the addresses beside it.

    Where nothing shows what is searched, its cards are the nearest, by what is broader.
    """

    cards: Sequence[Card]
    before: str = ""
    after: str = ""
    total: int | None = None
    word_matches: Sequence[KeywordMatch] = ()
    list_id: str | None = None
    is_nearest: bool = False


@router.get("/")
def get_catalog(
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    query: Annotated[CatalogQuery, Depends()],
    after: Annotated[str, Query(max_length=100)] = "",
    before: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show a page of the catalog."""
    snapshot = snapshot_of(live)
    unknown: UnknownTag | None = None
    listed = Listed(())
    try:
        if query.needs_index:
            listed = _indexed(live, live.snapshot, query, number, settings)
        else:
            listed = _listed(
                live, snapshot, query, after=_position(after), before=_position(before)
            )
    except UnknownTag as error:
        unknown = error
    return page(
        request,
        "catalog.html",
        query=query,
        listed=listed,
        unknown=unknown,
        indexed=snapshot is not None,
        kinds=[kind.value for kind in Kind],
        suggested=suggested_tags(snapshot),
    )


def _listed(
    live: Live,
    snapshot: IndexSnapshot | None,
    query: CatalogQuery,
    *,
    after: ListPosition | None,
    before: ListPosition | None,
) -> Listed:
    where = ListFilter(query.q, query.kind, unwatched=query.status == "trouble")
    if before is not None:
        ids = live.catalog.listing.oldest(where, before=before, limit=PAGE_VIDEOS + 1)
        earlier, ids = len(ids) > PAGE_VIDEOS, ids[-PAGE_VIDEOS:]
        later = True
    else:
        ids = live.catalog.listing.newest(where, after=after, limit=PAGE_VIDEOS + 1)
        later, ids = len(ids) > PAGE_VIDEOS, ids[:PAGE_VIDEOS]
        earlier = after is not None
    shown = cards(live, snapshot, ids)
    return Listed(
        shown,
        before=query.address(before=_text(shown[0])) if shown and earlier else "",
        after=query.address(after=_text(shown[-1])) if shown and later else "",
    )


def _position(text: str) -> ListPosition | None:
    added_at, _, video = text.rpartition("/")
    return ListPosition(added_at, video) if added_at else None


def _text(card: Card) -> str:
    return f"{card.record.added_at}/{card.record.id}"


def _indexed(
    live: Live, snapshot: IndexSnapshot, query: CatalogQuery, number: int, settings: Settings
) -> Listed:
    """Return a page of what the index finds: by how well the tags fit, else the newest first."""
    total: int | None = None
    word_matches: Sequence[KeywordMatch] = ()
    list_id, is_nearest = None, False
    if query.tags:
        words = understood(live.keyword_service, snapshot, query.tags)
        where = And((words.has_tags, _filter(live, query)))
        best = partial(
            best_tagged,
            snapshot,
            size=PAGE_VIDEOS,
            min_relevance=settings.min_relevance,
            variety=settings.variety,
        )
        matches, more = best(words.weights, where, number=number)
        word_matches = words.matches
        broader = (
            {}
            if matches or number > 1
            else broader_tags(
                words.weights,
                snapshot.vocabulary,
                word_matches,
                dict.fromkeys(query.tags, 1.0),
            )
        )
        if broader:
            is_nearest = True
            passing = _filter(live, query)
            matches, _ = best(broader, passing, number=1)
        shown = match_cards(live, snapshot, matches)
        first = (number - 1) * PAGE_VIDEOS + 1
        kind, entry_point, size = ListKind.MATCHES, EntryPoint.CONSOLE, len(shown)
        request_options = RequestOptions(
            variety=settings.variety, min_relevance=settings.min_relevance
        )
        list_id = live.lists.note(
            kind, entry_point, size, snapshot, first=first, options=request_options
        )
    else:
        newest = newest_passing(snapshot, _filter(live, query), number=number, size=PAGE_VIDEOS)
        shown, more, total = cards(live, snapshot, newest.ids), newest.more, newest.total
    return Listed(
        shown,
        before=query.address(page=number - 1) if number > 1 else "",
        after=query.address(page=number + 1) if more else "",
        total=total,
        word_matches=word_matches,
        list_id=list_id,
        is_nearest=is_nearest,
    )


def _filter(live: Live, query: CatalogQuery) -> Filter:
    parts: list[Filter] = []
    if query.kind:
        parts.append(Field("kind", "in", (query.kind,)))
    if query.performance:
        parts.append(Field("performance", "in", (query.performance,)))
    if query.status == "trouble":
        parts.append(Field("seconds", "between", (None, 0)))
    if query.sensitive == "none":
        parts.append(HARMLESS)
    if query.sensitive == "some":
        parts += [Not(HARMLESS), Field("sensitive", "at_most", "block")]
    if query.q:
        parts.append(Ids(tuple(live.catalog.listing.titled(query.q, limit=_MAX_TITLED))))
    return And(tuple(parts))
