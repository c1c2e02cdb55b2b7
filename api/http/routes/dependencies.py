"""Dependencies of routes: the live generation, their application's settings, the caller.

None of them waits for anything: as plain functions each would take a thread.
"""

from typing import Annotated

from fastapi import Depends, Request

from api.background.live import Live
from api.http.middleware.auth import Caller
from api.settings import Settings


async def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentLive = Annotated[Live, Depends(_live)]
CurrentSettings = Annotated[Settings, Depends(_settings)]
CurrentCaller = Annotated[Caller, Depends(_caller)]
