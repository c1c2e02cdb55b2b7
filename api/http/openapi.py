"""The OpenAPI document, with what FastAPI cannot know: keys, problems, and how it reads best."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.http.middleware.problems import Code
from api.http.middleware.scopes import EVERYBODY, scopes_for
from api.http.schemas.placements import CampaignMatches
from api.http.schemas.problems import REF, Problem, problems
from api.http.schemas.recommendations import RecommendationPage
from engine.domain.keys import Scope

DESCRIPTION: Final = """\
Without keys the service answers this machine alone. With keys, each request needs one, in
`X-API-Key` or as a bearer token; every operation names the scopes that open it.

Errors are problem details (RFC 9457): programs go by `code`, people read `detail`.

Lists come a page at a time: `next` of one page is the `cursor` of the following one.
"""

TAGS: Final = [
    {"name": "matching", "description": "What fits a viewer, and what fits an advertiser's words."},
    {"name": "videos", "description": "What is in the catalog, and what was seen, by second."},
    {"name": "viewers", "description": "People who are stored: what they like and did."},
    {"name": "campaigns", "description": "What advertisers ask for, where it fits, and when."},
    {"name": "advertising", "description": "Videos as advertisers and exchanges want them."},
    {"name": "bulk", "description": "Everything at once, a line a video."},
    {"name": "jobs", "description": "The queue: what is analyzed or built, and how far it is."},
    {"name": "operation", "description": "Making what was seen searchable; measurements."},
    {"name": "hosting", "description": "Copies for remote taggers."},
    {"name": "health", "description": "Whether it lives, and whether it can answer."},
]

_SECURITY: Final = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A key of the service, as whoever runs it made it: `rm_...`.",
    },
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
}
_WITH_NULLS: Final[tuple[type[BaseModel], ...]] = (CampaignMatches, RecommendationPage)
"""Models whose examples have a null, which FastAPI leaves out."""

_VALIDATION: Final = ("HTTPValidationError", "ValidationError")
_ALWAYS: Final = (
    Code.MISDIRECTED,
    Code.INTERNAL,
    Code.NOT_READY,
    Code.UNAVAILABLE,
    Code.BUSY,
    Code.DISK_FULL,
)
_WITH_KEY: Final = (Code.UNAUTHENTICATED, Code.FORBIDDEN, Code.TOO_MANY_REQUESTS)
_WITH_BODY: Final = (Code.TIMED_OUT, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation: that of the function that answers it."""
    return route.name


def describe(app: FastAPI, *bodies: type[BaseModel]) -> None:
    """Let an application give out the whole document.

    Args:
        app: whose routes are all there.
        bodies: models that the routes name without FastAPI's knowledge.
    """
    documented = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _whole(documented(), bodies)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI's own guide does


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation of a document after its path and its method, in small letters."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _whole(document: dict[str, Any], bodies: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    components = document["components"]
    components["securitySchemes"] = _SECURITY
    schemas = components["schemas"]
    models: list[type[BaseModel]] = [*bodies, *_WITH_NULLS, Problem]
    for model in models:
        schemas |= _schemas_of(model)
    for name in _VALIDATION:
        schemas.pop(name, None)
    for path, method, operation in operations(document):
        _complete(path, method, operation)
    components["schemas"] = dict(sorted(schemas.items()))
    _as_markdown(document)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    scopes = scopes_for(method.upper(), path)
    gated = scopes != EVERYBODY
    codes = [*_ALWAYS, *(_WITH_KEY if gated else ())]
    if "requestBody" in operation:
        codes += _WITH_BODY
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
    if path.startswith(("/v1", "/hosted")):
        # Any route may be asked with a parameter that it does not have.
        codes += [Code.INVALID_REQUEST]
    if "{" in path:
        codes += [Code.NOT_FOUND]
    for status, response in problems(*codes).items():
        known = responses.setdefault(str(status), response)
        if known is not response:
            known["description"] += f" {response['description']}"
            known["content"] = {**known["content"], **response["content"]}
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{name: []} for name in _SECURITY] if gated else []
    _word(operation, sorted({*scopes, Scope.ADMIN}) if gated else [])


def _word(operation: dict[str, Any], scopes: list[Scope]) -> None:
    """Take the first sentence of the docstring as summary; say which scopes are needed."""
    first, _, rest = operation.get("description", operation["summary"]).partition("\n\n")
    operation["summary"] = " ".join(first.split()).removesuffix(".")
    need = (
        f"Needs a key of scope {' or '.join(f'`{scope}`' for scope in scopes)}." if scopes else ""
    )
    operation["description"] = "\n\n".join(part for part in (rest.strip(), need) if part)


def _schemas_of(model: type[BaseModel]) -> dict[str, Any]:
    own = model.model_json_schema(ref_template=REF)
    return {**own.pop("$defs", {}), model.__name__: own}


def _as_markdown(part: Any) -> None:
    """Write code as Markdown does; docstrings have it in two backticks."""
    values = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and isinstance(part.get("description"), str):
        part["description"] = part["description"].replace("``", "`")
    for value in values:
        _as_markdown(value)
