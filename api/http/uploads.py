"""Taking in a video file, piece by piece, and queueing it: the same for apps and the console."""

import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request

from api.background.live import Live
from api.http.middleware.problems import Code, Refused
from api.media import open_media
from api.settings import Settings
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from engine.system.os_errors import expected_trouble
from ingest.sources.stored_uploads import keep_upload, store_upload
from ingest.sources.uploads import Uploads


async def receive_video(
    request: Request,
    live: Live,
    settings: Settings,
    name: str,
    metadata: Mapping[str, Any] | None = None,
    *,
    chosen: Mapping[str, Any] | None = None,
) -> tuple[int, str]:
    """Keep a body, which is the file and nothing else, and queue it to be analyzed.

    Args:
        request: whose body it is; it is written as it comes.
        live: whose queue it is.
        settings: folders of files.
        name: what its sender calls the file.
        metadata: what is said of the video, as ``Videos.describe`` takes it.
        chosen: options of the job besides.

    Returns:
        The number of the job, and what the file is called here.

    Raises:
        InvalidInput: the body is empty.
        DiskFull: there is no room for it.
        StoreUnusable: the store of media cannot be written; nothing of the file is kept.
        Refused: the file could not be stored.
    """
    uploads = Uploads(settings.uploads_path)
    await asyncio.to_thread(uploads.sweep, live.catalog)
    declared = request.headers.get("content-length", "")
    try:
        with uploads.receive(name, int(declared) if declared.isdecimal() else 0) as (path, file):
            empty = True
            async for piece in request.stream():
                empty = empty and not piece
                await asyncio.to_thread(file.write, piece)
            if empty:
                raise InvalidInput(f"{path.name!r} is empty: there is nothing to watch")
    except OSError as error:
        if (trouble := expected_trouble(error)) is not None:
            raise trouble from error
        why = f"the file could not be stored: {error.strerror}"
        raise Refused(Code.INTERNAL, why) from error
    options = {"force": False, **(chosen or {}), **({"said": dict(metadata)} if metadata else {})}
    store = open_media(settings)
    if store is None:
        job = await asyncio.to_thread(_queue, live.catalog, str(path), options)
    else:
        job = await asyncio.to_thread(_queue_stored, live.catalog, store, path, options)
    return job, path.name


def _queue(catalog: Catalog, source: str, options: Mapping[str, Any]) -> int:
    (job,) = catalog.jobs.add([source], options, now=time.time())
    return job


def _queue_stored(
    catalog: Catalog, store: ObjectStore, path: Path, options: Mapping[str, Any]
) -> int:
    try:
        upload = store_upload(path, catalog, store)
    finally:
        shutil.rmtree(path.parent)
    with catalog.transaction():
        keep_upload(upload, catalog)
        return _queue(catalog, upload.source, options)
