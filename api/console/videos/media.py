"""The video itself, for the player: the local file that was analyzed, and no other file."""

import mimetypes
from pathlib import Path
from threading import Lock
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from engine.domain.videos import VideoRecord
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile, content_id

router = APIRouter(route_class=ReadRoute)

_MAX_KNOWN: Final = 10_000


class CheckedFiles:
    """Files known to hold what was analyzed, by path, size and time of change."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}
        self._lock = Lock()

    def holds(self, path: Path, video: str) -> bool:
        """Whether a file's content is the video's: read once, and again when it changed."""
        try:
            stat = path.stat()
            state = (str(path), stat.st_size, stat.st_mtime_ns)
            known = self._known.get(state) or content_id(path)
        except (OSError, NoVideoFile):
            return False
        with self._lock:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[state] = known
        return known == video


def local_file(record: VideoRecord) -> Path | None:
    """Return where the video lies on this machine, None when it does not."""
    if not record.source or is_address(record.source):
        return None
    path = Path(record.source)
    return path if path.is_absolute() and path.is_file() else None


@router.get("/videos/{video}/media")
def get_media(video: str, request: Request, live: CurrentLive) -> Response:
    """Return the file, whole or the range that was asked for.

    An import can name any path as a source, so a file is given out only when its content is the
    one that the video's id is the digest of.
    """
    checked: CheckedFiles = request.app.state.checked_files
    record = live.catalog.videos.get(video)
    path = local_file(record) if record else None
    if path is None or not checked.holds(path, video):
        raise HTTPException(404, "The file of this video is not on this machine any more.")
    kind = mimetypes.guess_type(path.name)[0] or ""
    return FileResponse(
        path,
        media_type=kind if kind.startswith("video/") else "application/octet-stream",
        headers={"cache-control": "private, max-age=0, must-revalidate"},
    )
