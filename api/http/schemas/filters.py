"""Filters as the documentation shows them; ``api.filter_parser`` reads them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from api.filter_parser import MAX_IDS, MAX_PARTS

Words = Annotated[list[str], Field(max_length=MAX_PARTS)]
Ids = Annotated[list[str], Field(max_length=MAX_IDS)]


def _leave_out_nulls(schema: dict[str, Any]) -> None:
    # What is not asked for is left out; null is refused.
    for each in schema["properties"].values():
        each.pop("default", None)


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", use_attribute_docstrings=True, json_schema_extra=_leave_out_nulls
    )


class DurationBody(_Part):
    """Watched seconds, both ends included."""

    at_least: int | SkipJsonSchema[None] = None
    at_most: int | SkipJsonSchema[None] = None


class SeenBody(_Part):
    """A tag that counts on at least so many seconds, 1 unless said."""

    tag: str
    at_least: int | SkipJsonSchema[None] = None


class SensitiveBody(_Part):
    """The most sensitive that is let through; ``unknown`` lets all through."""

    at_most: Literal["none", "flag", "block", "unknown"] | SkipJsonSchema[None] = None


class RiskBody(_Part):
    """The most risk for a brand that is let through, in one topic or, without one, in all."""

    topic: str | SkipJsonSchema[None] = None
    at_most: Literal["none", "low", "medium", "high", "floor"]
    unknown: bool | SkipJsonSchema[None] = None
    """Whether what nobody looked for passes."""


class AddedBody(_Part):
    """When a video came first: from ``since`` on, before ``until``; UTC unless said."""

    since: str | SkipJsonSchema[None] = None
    until: str | SkipJsonSchema[None] = None


def _one_of_them(schema: dict[str, Any]) -> None:
    _leave_out_nulls(schema)
    schema["minProperties"] = schema["maxProperties"] = 1


class FilterBody(_Part):
    """A filter of the videos that may be found: exactly one of these; see the guide to filters."""

    model_config = ConfigDict(json_schema_extra=_one_of_them)

    all_of: list["FilterBody"] | SkipJsonSchema[None] = Field(default=None, alias="and")
    """Filters of which a video must pass all."""
    any_of: list["FilterBody"] | SkipJsonSchema[None] = Field(default=None, alias="or")
    """Filters of which a video must pass at least one."""
    none_of: "FilterBody | SkipJsonSchema[None]" = Field(default=None, alias="not")
    """A filter that a video must not pass."""
    within: Ids | SkipJsonSchema[None] = None
    """Only videos of these ids."""
    leave_out: Ids | SkipJsonSchema[None] = None
    """All but videos of these ids."""
    duration: DurationBody | SkipJsonSchema[None] = None
    language: Words | SkipJsonSchema[None] = None
    """In one of these; empty is unknown."""
    kind: Words | SkipJsonSchema[None] = None
    """One of ``motion``, ``slideshow``, ``overlay``, ``static``, ``unknown``."""
    uploader: Words | SkipJsonSchema[None] = None
    category: Words | SkipJsonSchema[None] = None
    iab: Words | SkipJsonSchema[None] = None
    """Categories of the IAB's content taxonomy 3.1, or what is below them."""
    sensitive: SensitiveBody | SkipJsonSchema[None] = None
    risk: RiskBody | SkipJsonSchema[None] = None
    added: AddedBody | SkipJsonSchema[None] = None
    seen: SeenBody | SkipJsonSchema[None] = None
