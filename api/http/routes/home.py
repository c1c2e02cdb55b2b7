"""The bare address: people are led to the console."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)


@router.get("/")
async def get_home(accept: Annotated[str, Header()] = "") -> RedirectResponse:
    """Lead a browser to the console; programs are told that nothing is here."""
    if "text/html" not in accept.lower():
        raise HTTPException(404)
    return RedirectResponse("console", status_code=307, headers={"Vary": "Accept"})
