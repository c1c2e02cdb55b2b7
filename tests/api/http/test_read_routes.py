"""Answers to those who read are made in a few threads, and look as FastAPI would write them."""

import asyncio
import threading
from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

import api.console
import api.http.routes
from api.http.read_routes import MAX_READERS, ReadRoute, read_in_thread

ANSWER_THOUGH_READERS_ARE_BUSY = {"get_readiness", "get_metrics"}


def read_routes() -> Iterator[APIRoute]:
    """Find every route for GET of the service and its console."""
    for package in (api.http.routes, api.console):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            router = getattr(import_module(module.name), "router", None)
            for route in router.routes if router else ():
                if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                    yield route


def test_no_route_reads_in_the_threads_of_the_framework() -> None:
    routes = list(read_routes())
    assert len(routes) > 40
    plain = {route.name for route in routes if not iscoroutinefunction(route.endpoint)}
    assert plain == ANSWER_THOUGH_READERS_ARE_BUSY


class Inner(BaseModel):
    name: str
    note: str | None = None
    since: int = Field(default=0, alias="from")


class Answer(BaseModel):
    parts: list[Inner]
    share: float


def get_whole(count: int, response: Response) -> dict[str, Any]:
    response.headers["etag"] = f'"{count}"'
    return {"parts": [{"name": "é\u2028<"}] * count, "share": 1 / 3, "unknown": 1}


def get_set(response: Response) -> dict[str, Any]:
    return {
        **get_whole(1, response),
        "parts": [{"name": "a"}, {"name": "b", "note": None, "from": 3}],
    }


def get_own(count: int) -> Response:
    return Response(b"x" * count, status_code=203, media_type="image/webp")


def get_annotated(name: str = "a") -> Inner:
    return Inner(name=name)


def get_wrong() -> dict[str, Any]:
    return {"parts": "none"}


def application(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(prefix="/v1", route_class=route_class)
    router.get("/whole", response_model=Answer)(get_whole)
    router.get("/set", response_model=Answer, response_model_exclude_unset=True)(get_set)
    router.get("/own", response_class=Response)(get_own)
    router.get("/annotated")(get_annotated)
    router.get("/wrong", response_model=Answer)(get_wrong)
    router.post("/written", response_model=Inner, status_code=202)(get_annotated)
    app = FastAPI()
    app.include_router(router)
    return app


def answer_to(app: FastAPI, path: str, method: str = "GET") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "path",
    ["whole?count=3", "whole?count=0", "whole", "whole?count=x", "set", "own?count=3", "annotated"],
)
def test_answers_and_their_documents_are_those_of_the_framework(path: str) -> None:
    ours, plain = application(ReadRoute), application(APIRoute)
    assert ours.openapi() == plain.openapi()
    output, expected = (answer_to(app, f"/v1/{path}") for app in (ours, plain))
    assert (output.status_code, output.content) == (expected.status_code, expected.content)
    assert sorted(output.headers.items()) == sorted(expected.headers.items())


def test_an_answer_that_is_not_as_documented_is_a_mistake_of_ours() -> None:
    assert answer_to(application(ReadRoute), "/v1/wrong").status_code == 500


def test_what_writes_is_left_to_the_framework() -> None:
    output = answer_to(application(ReadRoute), "/v1/written?name=b", "POST")
    assert (output.status_code, output.json()) == (202, {"name": "b", "note": None, "from": 0})


def test_as_many_read_at_once_as_there_are_threads_and_the_others_wait() -> None:
    at_work, maximum, lock = 0, 0, threading.Lock()
    full = threading.Barrier(MAX_READERS)

    def read(number: int) -> int:
        nonlocal at_work, maximum
        with lock:
            at_work += 1
            maximum = max(maximum, at_work)
        full.wait(30)
        with lock:
            at_work -= 1
        return number

    async def read_all(count: int) -> list[int]:
        return await asyncio.gather(*(read_in_thread(read, number) for number in range(count)))

    assert asyncio.run(read_all(3 * MAX_READERS)) == list(range(3 * MAX_READERS))
    assert maximum == MAX_READERS
