"""What a reindex made, or would change."""

from dataclasses import asdict
from typing import Any

from engine.reindex import Preview
from engine.store.generations import Generation


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
