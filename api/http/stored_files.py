"""Answers with files of a store, whole or the part that was asked for (RFC 9110, section 14)."""

import hashlib
import re
from itertools import chain
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from engine.ports.object_store import ObjectStore

_RANGE: Final = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


def stored_file(
    request: Request, store: ObjectStore, name: str, media_type: str
) -> Response | None:
    """Return the answer with an object whose name always means the same bytes.

    Args:
        request: that may ask for one range; of several the whole is answered, as the standard lets.
        store: that has the object.
        name: of it.
        media_type: of it.

    Returns:
        None when there is no such object.

    Raises:
        StoreUnusable: when the store cannot be asked; before anything is sent.
    """
    size = store.size(name)
    if size is None:
        return None
    etag = f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'
    headers = {"accept-ranges": "bytes", "etag": etag}
    part = None
    if request.headers.get("if-range", etag) == etag:
        part = requested_range(request.headers.get("range", ""), size)
    if part is None:
        part, status = range(size), 200
    elif not part:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    else:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        status = 206
    headers["content-length"] = str(len(part))
    if request.method == "HEAD" or not part:
        return Response(status_code=status, headers=headers, media_type=media_type)
    pieces = store.download_range(name, part.start, part.stop)
    # An object that went meanwhile is told, too, while it still can be.
    first = next(pieces)
    return StreamingResponse(chain([first], pieces), status, headers, media_type)


def requested_range(header: str, size: int) -> range | None:
    """Return the bytes that a ``Range`` header asks for.

    Args:
        header: one range; anything else is none.
        size: of the file, in bytes.

    Returns:
        An empty range where the file has no such bytes, None where all of it is to be sent.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return range(max(size - int(suffix), 0), size) if int(suffix) else range(0)
    start, stop = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return range(start, max(stop, start)) if start < size else range(0)
