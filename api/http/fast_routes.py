"""Routes that are asked thousands of times a second: the same documents, a third of the cost.

FastAPI tries its routes one by one, builds a request's values one by one, moves plain functions to
a thread, and checks what they return. Here the path is looked up, pydantic reads the body in one
go, a search that takes well under a millisecond runs where it is, and msgspec writes the answer as
it is: what the tests hold is that it looks as documented.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.middleware.parameters import refuse_unknown_parameters
from api.http.middleware.problems import (
    Code,
    client_left,
    expected_failure,
    http_failure,
    invalid_fields,
)
from api.http.read_routes import read_in_thread
from api.http.schemas.problems import REF, problems
from engine.errors import ReelmatchError

QUICK_VIDEOS: Final = 100_000
"""Up to so many videos a search takes less than handing it to a thread and back is worth."""

QUICK_MATCHES: Final = 100
"""Up to so many of them are looked up, or written, in that time, too."""

_NO_BODY: Final = {
    "type": "missing",
    "loc": ("body",),
    "msg": "Field required: send a JSON object",
}
_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class FastRoute:
    """A POST route that takes a body and gives an answer.

    Attributes:
        path: of the route, whole.
        kind: of the search, for the metrics.
        body: what a request looks like.
        answer: what an answer looks like; for the documentation.
        act: answers a body, given the application's state.
        quick: tells whether a body may be answered where it arrives; else a thread does it.
        problems: that it can answer with, besides those of all routes.
        tags: of the documentation.
    """

    path: str
    kind: str
    body: type[BaseModel]
    answer: type[BaseModel]
    act: Callable[[Any, Any], Mapping[str, Any]]
    quick: Callable[[Any, Any], bool]
    problems: tuple[Code, ...] = ()
    tags: tuple[str, ...] = ("matching",)

    async def respond(self, request: Request) -> Response:
        """Answer one request; an expected failure becomes a problem."""
        state = request.app.state
        try:
            refuse_unknown_parameters(request)
            sent = await request.body()
            if not sent:
                return invalid_fields(request.scope, [_NO_BODY])
            body = self.body.model_validate_json(sent)
            with state.metrics.searching(self.kind):
                if self.quick(body, state):
                    answer = self._answer(body, state)
                else:
                    answer = await read_in_thread(self._answer, body, state)
        except ValidationError as error:
            return invalid_fields(request.scope, error.errors(), "body")
        except ReelmatchError as error:
            return expected_failure(request.scope, error)
        except HTTPException as error:
            return http_failure(request, error)
        except ClientDisconnect as error:
            return await client_left(request, error)
        return Response(answer, media_type="application/json")

    def _answer(self, body: BaseModel, state: State) -> bytes:
        return _write(self.act(body, state))


class FastRoutes:
    """Answers what is asked of fast routes, and passes everything else on. ASGI."""

    def __init__(self, app: ASGIApp, routes: Sequence[FastRoute]) -> None:
        self._app = app
        self._routes = {route.path: route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look a path up; only POST is fast."""
        route = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        response = await route.respond(Request(scope, receive))
        await response(scope, receive, send)


def add_fast_routes(app: FastAPI, routes: Sequence[FastRoute]) -> None:
    """Let an application answer fast routes, and name them in its OpenAPI document."""
    for route in routes:
        app.add_api_route(
            route.path,
            route.respond,
            methods=["POST"],
            name=route.act.__name__,
            description=route.act.__doc__,
            tags=list(route.tags),
            response_model=None,
            responses={200: {"model": route.answer}, **problems(*route.problems)},
            openapi_extra={"requestBody": _documented(route.body)},
        )
    app.add_middleware(FastRoutes, routes=routes)


def _documented(model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": REF.format(model=model.__name__)}
    return {"required": True, "content": {"application/json": {"schema": schema}}}
