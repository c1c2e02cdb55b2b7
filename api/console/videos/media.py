"""The video itself, for the player: the file that was analyzed, and no other.

It is on this machine, by the path it was analyzed at, or in the store of media.
"""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.http.middleware.problems import Code, Refused
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.stored_files import stored_file
from api.media import open_media
from api.settings import Settings
from engine.domain.media import StoredUpload
from engine.domain.videos import VideoRecord
from engine.errors import UnknownVideo
from engine.ports.catalog import Catalog
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile, content_id

router = APIRouter(route_class=ReadRoute)

_CACHED: Final = {"cache-control": "private, max-age=0, must-revalidate"}
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


@dataclass(frozen=True, slots=True)
class Footage:
    """Places that this host can play a video from.

    Attributes:
        files: places on this machine that may hold it.
        upload: the file in the store of media, None when there is none.
        trouble: why it cannot be played here, empty when it may be.
    """

    files: tuple[Path, ...]
    upload: StoredUpload | None
    trouble: str


def find_footage(catalog: Catalog, settings: Settings, record: VideoRecord) -> Footage:
    """Return where this host can play a video from; nothing is read, and no store is asked."""
    sources = catalog.videos.sources_of(record.id)
    files = tuple(path for path in map(_local_file, sources) if path is not None)
    # An import can name any source, also the file of another video.
    uploads = [one for one in map(StoredUpload.parse, sources) if one and one.video == record.id]
    upload = uploads[0] if uploads and settings.media else None
    trouble = ""
    if not files and upload is None:
        trouble = _trouble(record.source, in_store=bool(uploads))
    return Footage(files, upload, trouble)


def _local_file(source: str) -> Path | None:
    if not source or is_address(source):
        return None
    path = Path(source)
    return path if path.is_absolute() and path.is_file() else None


def _trouble(source: str, *, in_store: bool) -> str:
    if in_store:
        return (
            "The file is kept in a store that is not known here: set REELMATCH_MEDIA as on the host"
            " that took it in."
        )
    if not source:
        return "Nothing says where the file is."
    if is_address(source):
        return "The file was not kept: it came from the web."
    return "The file is not on this machine, or not any more."


@router.get("/videos/{video}/media")
async def get_media(
    video: str, request: Request, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Return the file, whole or the range that was asked for.

    An import can name any path as a source, so a file is given out only when its content is the
    one that the video's id is the digest of.
    """
    return await run_sync(lambda: _answer(video, request, live.catalog, settings))


def _answer(video: str, request: Request, catalog: Catalog, settings: Settings) -> Response:
    checked: CheckedFiles = request.app.state.checked_files
    record = catalog.videos.get(video)
    if record is None:
        raise UnknownVideo(video)
    footage = find_footage(catalog, settings, record)
    for path in footage.files:
        if checked.holds(path, video):
            return FileResponse(path, media_type=_type_of(path.name), headers=_CACHED)
    store = open_media(settings)
    if footage.upload is not None and store is not None:
        kind = _type_of(footage.upload.name)
        response = stored_file(request, store, footage.upload.object, kind)
        if response is not None:
            response.headers.update(_CACHED)
            return response
    raise Refused(Code.NOT_FOUND, footage.trouble or "The file is not there any more.")


def _type_of(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or ""
    return kind if kind.startswith("video/") else "application/octet-stream"
