"""Words of people, and the tags they mean."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.answers.keywords import reading_json
from api.routes.dependencies import CurrentLive
from api.schemas.keywords import ReadingsAnswer
from engine.keywords import LONGEST_KEYWORD

router = APIRouter(prefix="/v1", tags=["matching"])

MOST_WORDS = 20
"""So many words are read at once."""

Word = Annotated[str, Query(max_length=LONGEST_KEYWORD)]


@router.get("/keywords", response_model=ReadingsAnswer)
def get_keywords(
    live: CurrentLive,
    q: Annotated[
        list[Word],
        Query(description="A word or phrase; may be given again.", max_length=MOST_WORDS),
    ],
) -> dict[str, Any]:
    """Say which tags words mean, how sure that is, and why."""
    keywords = live.understanding.of(live.catalog.vocabulary())
    return {"keywords": [reading_json(reading) for reading in keywords.read_all(q)]}
