"""Errors, as every route answers them, and which of them a route can give."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.http.middleware.problems import KINDS, MEDIA_TYPE, Code

REF: Final = "#/components/schemas/{model}"
_HEADERS: Final = {
    Code.UNAUTHENTICATED: ("WWW-Authenticate", "`Bearer`: how a key may be sent."),
    Code.TOO_MANY_REQUESTS: ("Retry-After", "Seconds to wait."),
    Code.METHOD_NOT_ALLOWED: ("Allow", "What may be done here."),
}


class FieldProblem(BaseModel):
    """A field of a request that cannot be used, and why."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error: problem details of RFC 9457.

    ``detail`` is for people and may change; ``code`` is for programs and does not. ``request_id``
    is also in the log and in the header ``X-Request-Id``.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:reelmatch:problem:not_found",
                    "title": "Not found",
                    "status": 404,
                    "code": "not_found",
                    "detail": "no job 7 in the queue",
                    "request_id": "10eb3a9a9f154bd3a6fe59ab888cd7e1",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    code: Code
    detail: str
    request_id: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)


def problems(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of problems, by status, as ``responses`` of a route takes it."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        text = f"`{code}`: {kind.title[:1].lower()}{kind.title[1:]}."
        known = by_status.get(kind.status)
        if known is not None:
            known["description"] += f" {text}"
            continue
        schema = {"$ref": REF.format(model=Problem.__name__)}
        by_status[kind.status] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        if code in _HEADERS:
            name, description = _HEADERS[code]
            header = {"description": description, "schema": {"type": "string"}}
            by_status[kind.status]["headers"] = {name: header}
    return by_status
