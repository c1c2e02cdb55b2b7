"""What request bodies share: strictness, weights, filters, how many."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engine.profiles import MOST_TAGS
from engine.search import MOST_MATCHES

Weights = Annotated[dict[str, float], Field(max_length=MOST_TAGS)]
Where = Annotated[
    dict[str, Any],
    Field(
        description="Only these videos; see the guide to filters.",
        examples=[{"and": [{"duration": {"at_least": 30}}, {"not": {"seen": {"tag": "alcohol"}}}]}],
    ),
]
Strict = Annotated[
    bool, Field(description="Refuse words that mean no tag, instead of naming them in the answer.")
]
Count = Annotated[int, Field(ge=1, le=MOST_MATCHES, description="How many videos.")]


class Body(BaseModel):
    """A request body: nothing unknown, no infinities; its attributes' docstrings are shown."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)
