"""Descriptions of what tells a video's kind, and whether it is a performance."""

from collections.abc import Callable, Mapping
from typing import Any, Final

KIND_DESCRIPTIONS: Final = {
    "motion": "Footage: things move.",
    "slideshow": "Pictures one after the other.",
    "overlay": "One picture at rest, with words or a wave over it.",
    "static": "One picture.",
    "unknown": "Too short to tell.",
}

CHIPPED: Final = frozenset({"performance", "static_visual", "talk", "silent"})
"""Assessments that say something of a video."""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


_MEASURES: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "samples": ("pictures compared", str),
    "still": ("seconds in which nothing moved", _percent),
    "fitted": ("seconds that show the same picture", _percent),
    "jumps": ("jumps to another picture", str),
    "quiet": ("of the picture never changes", _percent),
    "climbing": ("of the seconds move by the same rows", _percent),
}


def measures(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the measurements a person can make something of, as (value, what it is)."""
    return [
        (write(evidence[name]), words)
        for name, (words, write) in _MEASURES.items()
        if name in evidence
    ]
