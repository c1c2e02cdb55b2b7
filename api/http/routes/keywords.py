"""Words of people, and the tags they mean."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query

from api.background.live import Live
from api.encoding import encoded
from api.http.cursors import cursor_of, read_cursor
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from api.http.schemas.bodies import Language
from api.http.schemas.keywords import KeywordMatchList, VocabularyTagPage
from engine.domain.text import folded
from engine.errors import NothingIndexed
from engine.keywords.matcher import MAX_KEYWORD_CHARACTERS
from ingest.taggers.known_words import OwnWord, own_words

router = APIRouter(prefix="/v1", tags=["matching"], route_class=ReadRoute)

_TAGS = "tags"

MAX_WORDS = 20
"""Number of words that are read at a time."""

Word = Annotated[str, Query(max_length=MAX_KEYWORD_CHARACTERS)]


@router.get("/keywords", response_model=KeywordMatchList)
def get_keywords(
    live: CurrentLive,
    q: Annotated[
        list[Word],
        Query(description="A word or phrase; may be given again.", max_length=MAX_WORDS),
    ],
    language: Language = "",
) -> dict[str, Any]:
    """Say which tags words mean, how sure that is, and why."""
    keywords = live.keyword_service.of(live.catalog.tags.vocabulary())
    return {"keywords": encoded(keywords.read_all(q, language))}


@router.get("/tags", response_model=VocabularyTagPage)
def list_tags(
    live: CurrentLive,
    q: Annotated[str, Query(max_length=100, description="Only tags with this in them.")] = "",
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List every tag there is, by name, with the videos of the index on which it counts."""
    after = read_cursor(_TAGS, cursor, str)[0] if cursor else ""
    part = folded(q)
    counts = _videos_by_tag(live)
    names = sorted(
        name
        for name in live.catalog.tags.vocabulary().names
        if name > after and part in folded(name)
    )
    return {
        "tags": [encoded(_TagEntry.of(name, counts.get(name, 0))) for name in names[:limit]],
        "next": cursor_of(_TAGS, names[limit - 1]) if len(names) > limit else None,
    }


@dataclass(frozen=True, slots=True)
class _TagEntry:
    """A tag of the vocabulary; see ``api.http.schemas.keywords.VocabularyTag``."""

    tag: str
    videos: int
    general: list[str]
    said: int
    right: int

    @classmethod
    def of(cls, name: str, videos: int) -> Self:
        own = _own_words().get(name) or OwnWord(name, (), 0, 0)
        return cls(name, videos, list(own.general), own.said, own.right)


@cache
def _own_words() -> dict[str, OwnWord]:
    # Those of faces are among the tags only where somebody has switched them on.
    return {word.name: word for word in own_words(people=True)}


def _videos_by_tag(live: Live) -> dict[str, int]:
    try:
        snapshot = live.snapshot
    except NothingIndexed:
        return {}
    return dict(zip(snapshot.vocabulary.names, snapshot.df.tolist(), strict=False))
