"""Filters, which say which videos may be found: a small typed tree of values.

::

    And(DurationBetween(at_least=30), Not(Seen("alcohol")), LanguageIn(("en", "de")))

Two that say the same are equal, so what they compile to can be kept.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """All but these videos; ids that are not in the index are no matter."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Only these videos."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DurationBetween:
    """As many watched seconds, both ends included."""

    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class LanguageIn:
    """In one of these languages (``engine.languages``); empty stands for unknown."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindIn:
    """Of one of these kinds: motion, slideshow, overlay, static, unknown."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SensitiveAtMost:
    """No more sensitive than this: none, flag or block; ``unknown`` lets all through."""

    level: str


@dataclass(frozen=True, slots=True)
class RiskAtMost:
    """No more risky for a brand than this.

    Attributes:
        at_most: none, low, medium, high or floor.
        topic: one of ``engine.domain.suitability.BRAND_TOPICS``, by name or IAB id; all if
            empty.
        unknown: lets through what nobody looked for.
    """

    at_most: str
    topic: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class IabIn:
    """About at least one of these categories of the IAB's content taxonomy, or one below them."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryIn:
    """Filed under at least one of these categories."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UploaderIn:
    """Published by one of these."""

    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddedBetween:
    """First ingested in ``[since, until)``, seconds since 1970, UTC."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class HasTag:
    """A tag was seen for at least so many seconds."""

    tag: str
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class And:
    """All of these; of none, every video."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these; of none, no video."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Filter"


Filter = (
    And
    | Or
    | Not
    | LeaveOut
    | Within
    | DurationBetween
    | LanguageIn
    | KindIn
    | SensitiveAtMost
    | RiskAtMost
    | IabIn
    | CategoryIn
    | UploaderIn
    | AddedBetween
    | HasTag
)

EVERY_VIDEO = And(())
"""The filter that all videos pass."""
