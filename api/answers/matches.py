"""Ranked matches."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.answers.keywords import ignored_json, reading_json
from engine.domain.results import Match

if TYPE_CHECKING:
    from engine.domain.keywords import KeywordMatch

Seconds = Mapping[str, Mapping[str, Sequence[Sequence[int]]]]
"""Video -> tag -> the runs of seconds on which it was seen, both ends included."""


def matches_json(
    generation: str,
    matches: Sequence[Match],
    understood: "Sequence[KeywordMatch]" = (),
    seconds: Seconds | None = None,
) -> dict[str, Any]:
    """Return ranked matches with their reasons, and what became of words that are no tags."""
    readings = [reading_json(reading) for reading in understood if reading.used]
    ignored = ignored_json(understood)
    return {
        **({"understood": readings} if readings else {}),
        **({"ignored": ignored} if ignored else {}),
        "generation": generation,
        "matches": [
            {
                "video": match.video,
                "score": match.score,
                "why": [
                    {
                        "tag": part.tag,
                        "share": part.share,
                        **({} if seconds is None else {"seconds": seconds[match.video][part.tag]}),
                    }
                    for part in match.why
                ],
            }
            for match in matches
        ],
    }
