"""The result of a reindex, or the preview of one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from engine.batch.reindex import Preview
from engine.indexes.local.generations import Generation, StoredGeneration


def reindex_json(built: Generation) -> dict[str, Any]:
    """Return what a reindex made."""
    return {
        "generation": built.id,
        "videos": built.index.n_videos,
        "tags": len(built.vocabulary),
        "threshold": built.recipe.threshold,
        "tf": built.recipe.tf,
        "seconds": built.recipe.seconds,
    }


def generations_json(stored: Sequence[StoredGeneration]) -> dict[str, Any]:
    """Return the generations that can be made live, the newest first."""
    return {
        "generations": [
            {
                "generation": one.id,
                "live": one.is_live,
                "built_at": datetime.fromtimestamp(one.built_at, UTC).isoformat(timespec="seconds"),
                "threshold": one.recipe.threshold,
                "tf": one.recipe.tf,
                "seconds": one.recipe.seconds,
            }
            for one in stored
        ]
    }


def preview_json(seen: Preview) -> dict[str, Any]:
    """Return what a reindex would change."""
    return {
        "before": asdict(seen.before),
        "after": asdict(seen.after),
        "gained": list(seen.gained),
        "lost": list(seen.lost),
        "compared": seen.compared,
        "differing": seen.differing,
    }
