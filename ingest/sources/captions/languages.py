"""Choice of captions by their language: the speaker's own before others."""

from enum import IntEnum

from engine.words.languages import standard


class Fit(IntEnum):
    """Fitness of captions for a video, the best first."""

    SPOKEN = 0
    """In the language that is spoken, as far as that is known."""
    UNKNOWN = 1
    """Nothing says in which."""
    OTHER = 2
    """Somebody's translation."""


def fit(language: str, spoken: str) -> Fit:
    """Return how captions in a language fit a video in which another is spoken, or the same.

    Args:
        language: a code; empty when it is unknown.
        spoken: the same; while it is unknown, captions in any language fit.
    """
    own, code = primary(language), primary(spoken)
    if not own:
        return Fit.UNKNOWN
    return Fit.SPOKEN if code in ("", own) else Fit.OTHER


def primary(code: str) -> str:
    """Return the language of a code without its script and country: ``en`` of ``eng-GB``."""
    return standard(code).partition("-")[0].casefold()
