"""What routes are given: the live generation and the settings of their application."""

from typing import Annotated

from fastapi import Depends, Request

from api.live import Live
from api.settings import Settings


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


CurrentLive = Annotated[Live, Depends(_live)]
CurrentSettings = Annotated[Settings, Depends(_settings)]
