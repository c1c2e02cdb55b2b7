"""Style sheets, scripts and icons: under a path that changes with their content, kept for good."""

import hashlib
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOLDER: Final = Path(__file__).parent / "static"


def static_path(folder: Path) -> str:
    """Return a path that changes with what a folder of files holds."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        total.update(path.name.encode() + path.read_bytes())
    return f"/static/{total.hexdigest()[:12]}"


STATIC_PATH: Final = static_path(_FOLDER)
"""Path of the console's files below it."""


class StaticAssets(StaticFiles):
    """Files of a folder; a browser never has to ask again for what it has."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        super().__init__(directory=folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with one file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
