"""The console as an application of its own, mounted at ``/console``: pages, scripts, errors."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from api.console import evaluations, jobs, lab, signing
from api.console.campaigns import campaign, campaign_editing, campaigns
from api.console.rendering import error_page
from api.console.security import SecurityHeaders
from api.console.static_files import STATIC_PATH, StaticAssets
from api.console.videos import (
    add,
    advertising,
    catalog,
    media,
    pictures,
    timeline,
    video,
    video_changes,
)
from api.console.videos.media import CheckedFiles
from api.http.middleware.problems import KINDS, Code, code_of, headers_of
from engine.errors import ReelmatchError

_PAGES = (
    catalog,
    video,
    video_changes,
    timeline,
    advertising,
    media,
    pictures,
    lab,
    campaigns,
    campaign_editing,
    campaign,
    jobs,
    evaluations,
    add,
    signing,
)


def create_console(state: State) -> FastAPI:
    """Make the console; ``state`` is that of the service it belongs to."""
    console = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    console.state = state
    state.checked_files = CheckedFiles()
    for page in _PAGES:
        console.include_router(page.router)
    console.mount(STATIC_PATH, StaticAssets())
    console.add_middleware(SecurityHeaders)
    console.add_exception_handler(ReelmatchError, _expected_failure)
    console.add_exception_handler(RequestValidationError, _invalid_request)
    console.add_exception_handler(HTTPException, _http_exception)
    return console


async def _expected_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReelmatchError)  # noqa: S101 - registered for this class only
    return error_page(request, code_of(error), str(error))


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    wrong = (f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())
    return error_page(request, Code.INVALID_REQUEST, "; ".join(wrong))


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    codes = {kind.status: code for code, kind in reversed(KINDS.items())}
    code = codes.get(error.status_code, Code.INVALID_REQUEST)
    detail = "there is no such page" if code is Code.NOT_FOUND else error.detail
    response = error_page(request, code, detail)
    response.headers.update(headers_of(request, error))
    return response
