"""Criteria of campaigns as fields of the documented body and answer, by their declarations."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from engine.targeting.criteria import Choices, Criterion, Number
from engine.targeting.rules import CRITERIA

MAX_WORDS: Final = 200
"""A longer list of words, ids or codes is refused."""


def input_fields() -> dict[str, Any]:
    """Return the fields of a plan, each a type with its default, bounds and description."""
    return {one.name: (_input_type(one), _default(one)) for one in CRITERIA}


def answer_fields() -> dict[str, Any]:
    """Return the fields of an answer, each a type with its description."""
    return {
        one.name: (float if isinstance(one, Number) else list[str], Field(description=one.doc))
        for one in CRITERIA
    }


def _input_type(one: Criterion) -> Any:
    if isinstance(one, Number):
        return Annotated[float, Field(ge=0.0, le=one.highest)]
    if isinstance(one, Choices):
        return list[Literal[tuple(one.options)]]  # type: ignore[misc] # a tuple of words
    shortest = 0 if one.unknown_label else 1
    return list[Annotated[str, StringConstraints(min_length=shortest, max_length=one.max_length)]]


def _default(one: Criterion) -> Any:
    if isinstance(one, Number):
        return Field(default=0.0, description=one.doc)
    bound = None if isinstance(one, Choices) else MAX_WORDS
    return Field(default_factory=list, max_length=bound, description=one.doc)
