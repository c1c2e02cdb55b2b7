"""``ETag``: who has an answer already is told so in a few bytes."""

import hashlib
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

IfNoneMatch = Annotated[
    str | None, Header(description="The ``ETag`` of an answer you have: 304 when it still holds.")
]


def tagged(content: dict[str, Any], model: type[BaseModel], if_none_match: str | None) -> Response:
    """Return an answer with its tag, or 304 when the caller has it.

    Args:
        content: of the answer.
        model: what it looks like.
        if_none_match: the caller's header.
    """
    body = model.model_validate(content).model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    # What a key may see is not for caches that others share.
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if if_none_match is not None and _names(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _names(header: str, etag: str) -> bool:
    given = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in given or etag in given
