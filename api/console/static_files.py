"""Style sheets, scripts and icons: under a path that changes with their content, kept for good."""

import hashlib
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOLDER: Final = Path(__file__).parent / "static"


def _digest() -> str:
    total = hashlib.sha256()
    for path in sorted(_FOLDER.iterdir()):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:12]


STATIC_PATH: Final = f"/static/{_digest()}"
"""Where they are below the console."""


class StaticAssets(StaticFiles):
    """The files; a browser never has to ask again for what it has."""

    def __init__(self) -> None:
        super().__init__(directory=_FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with one file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
