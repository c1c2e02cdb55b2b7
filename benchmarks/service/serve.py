"""Servers that ``bench.py`` asks: the product's own application, or parts of it replaced."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from api.http.app import create_app
from api.http.fast_routes import FastRoute, FastRoutes
from api.http.middleware.logs import log_to_stderr
from api.http.schemas.matches import MatchRequest, VideoMatchList
from api.http.server import uvicorn_options
from api.settings import Settings, load_settings

PATH = "/v1/constant"

CONSTANT: dict[str, Any] = {
    "generation": "3f9a2c1d5b77",
    "matches": [
        {
            "video": f"{number:016x}",
            "score": 0.5,
            "why": [{"tag": f"tag {tag}", "share": 0.0625} for tag in range(8)],
        }
        for number in range(10)
    ],
}


def constant(which: str, settings: Settings) -> FastAPI:
    """Make the product's application with one more route, whose engine is a constant."""
    app = create_app(settings)
    if which == "pydantic":

        @app.post(PATH, response_model=VideoMatchList)
        def post_constant(body: MatchRequest) -> dict[str, Any]:  # noqa: ARG001 - a constant
            return CONSTANT
    else:
        fast = FastRoute(
            PATH, "match", MatchRequest, VideoMatchList, lambda *_: CONSTANT, lambda *_: True
        )
        # Innermost, where the product's own are.
        app.user_middleware.append(Middleware(FastRoutes, routes=[fast]))
    return app


if __name__ == "__main__":
    settings = load_settings()
    log_to_stderr("text")
    which = sys.argv[1]
    app = create_app(settings) if which == "product" else constant(which, settings)
    uvicorn.run(app, port=0, **uvicorn_options(settings))
