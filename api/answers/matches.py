"""Ranked matches."""

from collections.abc import Sequence
from typing import Any

from api.answers.keywords import reading_json
from engine.domain import Match
from engine.keywords import Reading
from engine.store.generations import Generation


def matches_json(
    generation: Generation, matches: Sequence[Match], understood: Sequence[Reading] = ()
) -> dict[str, Any]:
    """Return ranked matches with their reasons, and how words that are no tags were understood."""
    readings = [reading_json(reading) for reading in understood]
    return {
        **({"understood": readings} if readings else {}),
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
