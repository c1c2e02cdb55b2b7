"""Errors as RFC 9457 problem details, with a code from a closed list.

``detail`` is for people and may change; ``code`` is for programs and does not.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path
from starlette.types import Scope

from engine.errors import (
    CampaignChanged,
    CatalogUnavailable,
    CatalogUnusable,
    CursorExpired,
    DiskFull,
    ExternalIdTaken,
    IndexUnavailable,
    InvalidInput,
    MissingPart,
    NothingIndexed,
    OutdatedGeneration,
    ReadOnlyCatalog,
    ReelmatchError,
    ReindexRunning,
    StoreUnusable,
    TooManyOpenFiles,
    UnknownCampaign,
    UnknownEvaluation,
    UnknownJob,
    UnknownTag,
    UnknownVideo,
    UnknownViewer,
)
from engine.system.os_errors import expected_trouble
from ingest.sources.hosting.signing import NotHosted

CLIENT_LEFT: Final = 499
"""Status in log and metrics where a client went away; nginx' own, as HTTP has none."""

_MAX_WRONG: Final = 20
"""Number of wrong fields that are named; a body may have a thousand."""

MEDIA_TYPE: Final = "application/problem+json"

log = logging.getLogger(__name__)


class Code(StrEnum):
    """Every ``code`` that a problem can have."""

    INVALID_REQUEST = "invalid_request"
    UNKNOWN_TAG = "unknown_tag"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TIMED_OUT = "timed_out"
    CONFLICT = "conflict"
    EXPIRED = "expired"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    MISDIRECTED = "misdirected"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL = "internal"
    MISSING_PART = "missing_part"
    NOT_READY = "not_ready"
    UNAVAILABLE = "unavailable"
    DISK_FULL = "disk_full"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Kind:
    """Status and title of a code."""

    status: int
    title: str


KINDS: Final = {
    Code.INVALID_REQUEST: Kind(422, "A value cannot be used"),
    Code.UNKNOWN_TAG: Kind(422, "A word is not a tag"),
    Code.UNAUTHENTICATED: Kind(401, "A key is needed"),
    Code.FORBIDDEN: Kind(403, "The key may not do this"),
    Code.NOT_FOUND: Kind(404, "Not found"),
    Code.METHOD_NOT_ALLOWED: Kind(405, "This cannot be done here"),
    Code.TIMED_OUT: Kind(408, "The request took too long to arrive"),
    Code.CONFLICT: Kind(409, "It does not go with what is there"),
    Code.EXPIRED: Kind(410, "It was given out too long ago"),
    Code.PRECONDITION_FAILED: Kind(412, "It was changed meanwhile"),
    Code.TOO_LARGE: Kind(413, "Too large"),
    Code.UNSUPPORTED_MEDIA_TYPE: Kind(415, "Not a kind of content that is taken here"),
    Code.MISDIRECTED: Kind(421, "Not meant for this service"),
    Code.TOO_MANY_REQUESTS: Kind(429, "Too many requests"),
    Code.INTERNAL: Kind(500, "A mistake of ours"),
    Code.MISSING_PART: Kind(501, "An optional part is not installed"),
    Code.NOT_READY: Kind(503, "Not ready yet"),
    Code.UNAVAILABLE: Kind(503, "The machine cannot do it now"),
    Code.DISK_FULL: Kind(507, "The disk is full"),
    Code.BUSY: Kind(503, "Too many at once"),
}

_CODES: Final[tuple[tuple[type[ReelmatchError], Code], ...]] = (
    # The first that fits counts, so special ones come before general ones.
    (UnknownTag, Code.UNKNOWN_TAG),
    (UnknownVideo, Code.NOT_FOUND),
    (UnknownCampaign, Code.NOT_FOUND),
    (UnknownEvaluation, Code.NOT_FOUND),
    (UnknownJob, Code.NOT_FOUND),
    (UnknownViewer, Code.NOT_FOUND),
    (CursorExpired, Code.EXPIRED),
    (NotHosted, Code.NOT_FOUND),
    (ExternalIdTaken, Code.CONFLICT),
    (InvalidInput, Code.INVALID_REQUEST),
    (NothingIndexed, Code.NOT_READY),
    (OutdatedGeneration, Code.NOT_READY),
    (ReindexRunning, Code.CONFLICT),
    (CampaignChanged, Code.PRECONDITION_FAILED),
    (MissingPart, Code.MISSING_PART),
    (ReadOnlyCatalog, Code.MISDIRECTED),
    (CatalogUnusable, Code.UNAVAILABLE),
    (CatalogUnavailable, Code.UNAVAILABLE),
    (StoreUnusable, Code.UNAVAILABLE),
    (IndexUnavailable, Code.UNAVAILABLE),
    (TooManyOpenFiles, Code.UNAVAILABLE),
    (DiskFull, Code.DISK_FULL),
)

_HTTP_CODES: Final = {kind.status: code for code, kind in reversed(KINDS.items())}


class Refused(ReelmatchError):
    """A request that is refused for what it is, not for what it asks.

    Attributes:
        code: of the problem.
        headers: of the answer.
    """

    def __init__(self, code: Code, detail: str, headers: dict[str, str] | None = None) -> None:
        self.code = code
        self.headers = headers or {}
        super().__init__(detail)


def problem(
    scope: Scope,
    code: Code,
    detail: str,
    *,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
    status: int | None = None,
) -> JSONResponse:
    """Return an error as problem details.

    Args:
        scope: of the request; its id is repeated in the problem.
        code: says which kind of mistake it was.
        detail: names what was wrong and what to do.
        errors: the fields that are wrong, each with ``field`` and ``detail``.
        headers: of the answer, besides.
        status: of the answer, where it is not the code's usual one.
    """
    kind = KINDS[code]
    status = status or kind.status
    content: dict[str, Any] = {
        "type": f"urn:reelmatch:problem:{code}",
        "title": kind.title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": scope.get("state", {}).get("request_id", ""),
    }
    if errors:
        content["errors"] = list(errors)
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def code_of(error: ReelmatchError) -> Code:
    """Return the code of an expected failure."""
    if isinstance(error, Refused):
        return error.code
    return next((code for known, code in _CODES if isinstance(error, known)), Code.INTERNAL)


def expected_failure(scope: Scope, error: ReelmatchError) -> JSONResponse:
    """Return an expected failure as a problem."""
    headers = error.headers if isinstance(error, Refused) else None
    return problem(scope, code_of(error), str(error), headers=headers)


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of an application leave it as problem details."""
    app.add_exception_handler(ReelmatchError, _expected_failure)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(OSError, _trouble)
    app.add_exception_handler(ClientDisconnect, client_left)
    app.add_exception_handler(Exception, _bug)


async def _expected_failure(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReelmatchError)  # noqa: S101 - registered for this class only
    return expected_failure(request.scope, error)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    return invalid_fields(request.scope, error.errors())


def invalid_fields(scope: Scope, errors: Sequence[Mapping[str, Any]], *within: str) -> JSONResponse:
    """Return what pydantic found wrong as a problem.

    Args:
        scope: of the request.
        errors: what ``errors()`` gives.
        within: where in the request it was found.
    """
    wrong = [
        {"field": ".".join((*within, *_place(item))), "detail": _detail(item)}
        for item in errors[:_MAX_WRONG]
    ]
    sentences = [f"{one['field']}: {one['detail']}" for one in wrong]
    if more := len(errors) - len(wrong):
        sentences.append(f"and {more} more")
    return problem(scope, Code.INVALID_REQUEST, "; ".join(sentences), errors=wrong)


def _place(error: Mapping[str, Any]) -> list[str]:
    place = [str(part) for part in error["loc"]]
    if error["type"] == "json_invalid":
        return place[:1]
    # Of a parameter that may be of two types pydantic names these, too: "literal['']".
    return [part for part in place if place[0] != "query" or "[" not in part]


def _detail(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid" and len(error["loc"]) > 1:
        return f"Invalid JSON: {error['ctx']['error']} at character {error['loc'][1]}"
    # The framework leaves a body unread that does not say that it is JSON.
    if error["type"] == "model_attributes_type" and isinstance(error["input"], bytes):
        return "send a JSON object, and the header content-type: application/json"
    return str(error["msg"]).removeprefix("Value error, ")


async def _http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return http_failure(request, error)


def http_failure(request: Request, error: HTTPException) -> JSONResponse:
    """Return what the framework, or a middleware, refused as a problem."""
    code = _HTTP_CODES.get(error.status_code, Code.INVALID_REQUEST)
    detail = {
        Code.NOT_FOUND: f"there is nothing at {request.url.path}: /docs lists all routes",
        Code.METHOD_NOT_ALLOWED: f"{request.method} is not for {request.url.path}: see /docs",
    }.get(code, str(error.detail))
    return problem(request.scope, code, detail, headers=headers_of(request, error))


def headers_of(request: Request, error: HTTPException) -> dict[str, str]:
    """Return the headers of an answer to what was refused; ``Allow`` has all that may be done.

    The router names the methods of the first route that has the path, while several may.
    """
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status_code == KINDS[Code.METHOD_NOT_ALLOWED].status:
        named = {name.strip() for name in headers.get("allow", "").split(",")} - {""}
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        for template, methods in request.app.openapi()["paths"].items():
            if compile_path(template)[0].match(path):
                named |= {method.upper() for method in methods}
        headers["allow"] = ", ".join(sorted(named or {"GET", "HEAD"}))
    return headers


async def _trouble(request: Request, error: Exception) -> JSONResponse:
    if (trouble := expected_trouble(error)) is None:
        raise error
    log.error("%s", trouble)
    return expected_failure(request.scope, trouble)


async def client_left(request: Request, error: Exception) -> Response:  # noqa: ARG001 - a handler
    """Return the end of a request whose client went away before it was whole; nobody reads it."""
    return Response(status_code=CLIENT_LEFT)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    # Starlette raises it again after this answer, and the server logs it with its traceback.
    request_id = request.scope.get("state", {}).get("request_id", "")
    log.error("request %s failed: %r", request_id, error)
    detail = f"something went wrong here; the log has more under request {request_id}"
    return problem(request.scope, Code.INTERNAL, detail)
