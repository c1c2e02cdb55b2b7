"""What routes are given: the live generation, the settings of their application, who asks."""

from typing import Annotated

from fastapi import Depends, Request

from api.auth import Caller
from api.live import Live
from api.settings import Settings


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentLive = Annotated[Live, Depends(_live)]
CurrentSettings = Annotated[Settings, Depends(_settings)]
CurrentCaller = Annotated[Caller, Depends(_caller)]
