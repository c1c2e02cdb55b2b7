"""Filters as the documentation shows them; ``api.filter_parser`` reads them."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import SkipJsonSchema

from api.filter_parser import MAX_IDS, MAX_PARTS
from engine.domain.metadata import SCHEMA, Column, Moment, Number, RiskLevels, SensitivityLevel
from engine.domain.tags import SOURCES

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


class NumberRange(_Part):
    """Two numbers, both included; either may be left out."""

    at_least: int | SkipJsonSchema[None] = None
    at_most: int | SkipJsonSchema[None] = None


class HasTag(_Part):
    """A tag that counts on at least so many seconds, 1 unless said.

    A tag that was seen on fewer than the index's least number of seconds does not count at all.
    Without a source it means the tags of any source that are called so.
    """

    tag: str
    source: Literal[SOURCES] | SkipJsonSchema[None] = None  # type: ignore[valid-type] # a tuple
    at_least: int | SkipJsonSchema[None] = None


class SensitivityLimit(_Part):
    """The most sensitive that is let through; ``unknown`` lets all through."""

    at_most: Literal["none", "flag", "block", "unknown"] | SkipJsonSchema[None] = None


class BrandRiskLimit(_Part):
    """The most risk for a brand that is let through, in one topic or, without one, in all."""

    topic: str | SkipJsonSchema[None] = None
    at_most: Literal["none", "low", "medium", "high", "floor"]
    unknown: bool | SkipJsonSchema[None] = None
    """Whether what nobody looked for passes."""


class DateRange(_Part):
    """Moments from ``since`` on, before ``until``; UTC unless said."""

    since: str | SkipJsonSchema[None] = None
    until: str | SkipJsonSchema[None] = None


_BODIES: Final[dict[type, Any]] = {
    Number: NumberRange,
    Moment: DateRange,
    SensitivityLevel: SensitivityLimit,
    RiskLevels: BrandRiskLimit,
}
"""Forms of what is written of a column, by its type; words for the others."""


def _one_of_them(schema: dict[str, Any]) -> None:
    _leave_out_nulls(schema)
    schema["minProperties"] = schema["maxProperties"] = 1


def _field_of(column: Column) -> Any:
    body: Any = _BODIES.get(type(column.type), Words)
    nothing: Any = SkipJsonSchema[None]  # type: ignore[misc] # a value only for pydantic
    return (body | nothing, Field(default=None, description=column.doc))


_Fields: Any = create_model(
    "_Fields", __base__=_Part, **{column.key: _field_of(column) for column in SCHEMA}
)


class VideoFilter(_Fields):  # type: ignore[misc] # the columns of the schema
    """A filter of the videos that may be found: exactly one of these; see the guide to filters."""

    model_config = ConfigDict(json_schema_extra=_one_of_them)

    all_of: list["VideoFilter"] | SkipJsonSchema[None] = Field(default=None, alias="and")
    """Filters of which a video must pass all."""
    any_of: list["VideoFilter"] | SkipJsonSchema[None] = Field(default=None, alias="or")
    """Filters of which a video must pass at least one."""
    none_of: "VideoFilter | SkipJsonSchema[None]" = Field(default=None, alias="not")
    """A filter that a video must not pass."""
    within: Ids | SkipJsonSchema[None] = None
    """Only videos of these ids."""
    leave_out: Ids | SkipJsonSchema[None] = None
    """All but videos of these ids."""
    seen: HasTag | SkipJsonSchema[None] = None
