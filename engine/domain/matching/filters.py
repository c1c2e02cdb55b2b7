"""Filters, which say which videos may be found: a small typed tree of values.

::

    And((Field("seconds", "between", (30, None)), Not(HasTag("alcohol"))))

Two that say the same are equal, so what they compile to can be cached.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.domain.metadata import COLUMNS, one_of
from engine.domain.tags import VERBS, explicit_tag

Op = Literal["between", "in", "at_most"]


@dataclass(frozen=True, slots=True)
class Ids:
    """Only these videos; ids that are not in the index are no matter."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the metadata has a value that passes.

    Attributes:
        name: of a column of ``engine.domain.metadata.SCHEMA``.
        op: ``between`` two numbers or moments, ``in`` some words, ``at_most`` a level or a risk.
        value: the ``Bounds``, words, level or ``RiskLimit``, as the column's type says.
    """

    name: str
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class HasTag:
    """A tag was observed for at least so many seconds.

    Attributes:
        tag: a name, which means the tags of any source that are called so, or one with its
            source, as ``audio:dog``.
        at_least: seconds of one source; those of several are not added up.
    """

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


Filter = And | Or | Not | Ids | Field | HasTag

EVERY_VIDEO: Final = And(())
"""The filter that all videos pass."""

HARMLESS: Final = Field("sensitive", "at_most", "none")
"""Videos that were judged, and on which nothing sensitive is suspected."""


def sentence_of(where: Filter) -> str:
    """Return a filter as a clause for people: "its kind is 'motion'"."""
    return _clause(where, is_so=True)


def _clause(where: Filter, *, is_so: bool) -> str:
    match where:
        case Not(part):
            return _clause(part, is_so=not is_so)
        case And(parts) | Or(parts):
            return _joined(parts, is_and=isinstance(where, And) == is_so, is_so=is_so)
        case Ids(ids):
            return f"it is {'' if is_so else 'not '}{one_of([repr(video) for video in ids])}"
        case HasTag(tag, at_least):
            duration = "1 second" if at_least == 1 else f"{at_least} seconds"
            bound = "at least" if is_so else "less than"
            own = explicit_tag(tag)
            if own is None:
                return f"{tag!r} is observed for {bound} {duration}"
            return f"{own.name!r} is {VERBS.get(own.source, own.source)} for {bound} {duration}"
        case Field(name, _, value):
            column = COLUMNS[name]
            verb = column.type.verbs[0 if is_so else 1]
            return f"its {column.noun} {verb} {column.type.says(value)}"


def _joined(parts: tuple[Filter, ...], *, is_and: bool, is_so: bool) -> str:
    """Return clauses put together; what is denied of all is denied of each (De Morgan)."""
    if not parts:
        return "it is any video" if is_and else "it is no video"
    clauses = [_clause(part, is_so=is_so) for part in parts]
    if len(clauses) == 1:
        return clauses[0]
    bracketed = [
        f"({clause})" if isinstance(_bare(part), And | Or) else clause
        for part, clause in zip(parts, clauses, strict=True)
    ]
    return (" and " if is_and else " or ").join(bracketed)


def _bare(where: Filter) -> Filter:
    while isinstance(where, Not):
        where = where.part
    return where
