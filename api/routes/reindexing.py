"""Making what was ingested searchable."""

from typing import Any

from fastapi import APIRouter

from api.answers.reindexing import reindex_json
from api.routes.dependencies import CurrentLive, CurrentSettings
from api.schemas.reindexing import ReindexAnswer, ReindexRequest
from engine.recipe import Recipe
from engine.reindex import reindex

router = APIRouter(prefix="/v1", tags=["operation"])


@router.post("/reindex", response_model=ReindexAnswer)
def post_reindex(
    live: CurrentLive, settings: CurrentSettings, body: ReindexRequest | None = None
) -> dict[str, Any]:
    """Build a new generation from the catalog and make it live; searches go on meanwhile."""
    asked = body or ReindexRequest()
    threshold = settings.threshold if asked.threshold is None else asked.threshold
    recipe = Recipe(
        threshold, asked.tf or settings.tf, asked.seconds or settings.seconds, settings.sensitive
    )
    built = reindex(live.catalog, live.generations, recipe)
    live.refresh()
    return reindex_json(built)


@router.post("/reindex/rollback", response_model=ReindexAnswer)
def post_rollback(live: CurrentLive) -> dict[str, Any]:
    """Make the generation before live again."""
    built = live.generations.rollback()
    live.refresh()
    return reindex_json(built)
