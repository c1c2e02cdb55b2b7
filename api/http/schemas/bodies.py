"""Parts that request bodies share: strictness, weights, filters, how many."""

from typing import Annotated, Any, Final

import pydantic
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from api.http.schemas.filters import VideoFilter
from engine.search.matches import MAX_MATCHES
from engine.search.profiles import MAX_TAGS

WRITTEN_AS_TEXT: Final = pydantic.Strict(strict=False)
"""Marks what JSON has no type for: words of a list, moments."""

Weights = Annotated[dict[str, float], Field(max_length=MAX_TAGS)]


class _AsFilter:
    """Shows a filter as what it is; ``api.filter_parser`` reads it, with better errors."""

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(VideoFilter.__pydantic_core_schema__)


Where = Annotated[
    dict[str, Any],
    _AsFilter(),
    Field(
        description="Only these videos; see the guide to filters.",
        examples=[{"and": [{"duration": {"at_least": 30}}, {"not": {"seen": {"tag": "alcohol"}}}]}],
    ),
]
Strict = Annotated[
    bool, Field(description="Refuse words that mean no tag, instead of naming them in the answer.")
]
Count = Annotated[int, Field(ge=1, le=MAX_MATCHES, description="How many videos.")]


class Body(BaseModel):
    """A request body: as JSON has it, nothing unknown; its attributes' docstrings are shown.

    Types are those of JSON: 0 is not false, and "1" is no number.
    """

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, strict=True, use_attribute_docstrings=True
    )
