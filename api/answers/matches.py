"""Ranked matches."""

from collections.abc import Sequence
from typing import Any

from engine.domain import Match
from engine.store.generations import Generation


def matches_json(generation: Generation, matches: Sequence[Match]) -> dict[str, Any]:
    """Return ranked matches with their reasons."""
    return {
        "generation": generation.id,
        "matches": [
            {
                "video": match.video,
                "score": match.score,
                "why": [{"tag": part.tag, "share": part.share} for part in match.why],
            }
            for match in matches
        ],
    }
