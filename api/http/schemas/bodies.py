"""Parts that request bodies share: strictness, weights, filters, how many."""

from typing import Annotated, Any, Final

import pydantic
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from api.http.schemas.filters import VideoFilter
from engine.domain.matching.index_config import MAX_WEIGHT
from engine.domain.matching.variety import MAX_VARIETY
from engine.domain.tags import SOURCES
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


Sources = Annotated[
    dict[str, Annotated[float, Field(ge=0, le=MAX_WEIGHT)]],
    Field(
        max_length=len(SOURCES),
        description="Source -> what its tags count for in this question: 1 unless said, 0 leaves"
        " them out; sources are " + ", ".join(SOURCES) + ".",
        examples=[{"audio": 0.5, "metadata": 0}],
    ),
]
SourcesText = Annotated[
    str,
    pydantic.Field(
        description="What the tags of a source count for in this question, as ``audio=0.5``,"
        " several with commas between: 1 unless said, 0 leaves them out.",
        examples=["visual=1,audio=0.5"],
        max_length=200,
    ),
]


ListId = Annotated[
    str | None,
    Field(
        description="Id of this list: events of its videos may name it in ``shown_by``. Left out"
        " where none is stored."
    ),
]

Language = Annotated[
    str,
    Field(
        max_length=35,
        description="The language of the words, as ``de`` or ``pt-BR``; unless said, their letters"
        " tell.",
    ),
]


Variety = Annotated[
    int | None,
    Field(
        ge=0,
        le=MAX_VARIETY,
        description="How many videos of one series may be among ten in a row, as long as others"
        " fit; 0 for any number, that of the settings unless said.",
    ),
]


class Body(BaseModel):
    """A request body: as JSON has it, nothing unknown; its attributes' docstrings are shown.

    Types are those of JSON: 0 is not false, and "1" is no number.
    """

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, strict=True, use_attribute_docstrings=True
    )
