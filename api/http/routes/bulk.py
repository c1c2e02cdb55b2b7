"""Everything at once: results of others in, what was seen out, a line a video."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.http.long_answers import Check, LongAnswer, Slots
from api.http.middleware.problems import Code, Refused
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive
from engine.errors import CatalogUnusable, DiskFull, InvalidInput, TooManyOpenFiles
from engine.system.os_errors import writing_to
from ingest.sources.exports import exported_lines
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import Imported, import_file

router = APIRouter(prefix="/v1", tags=["bulk"], route_class=ReadRoute)

IMPORT_PATH: Final = "/v1/videos:import"
MAX_IMPORT_BYTES: Final = 1 << 30
"""Bytes of a body, as they come: plain or gzip."""

MAX_NAMED: Final = 1_000
"""Lines that cannot be used of which each is named; the rest is counted."""

MAX_IMPORTS: Final = 16
"""Imports that are sent, wait or go on in a process at once, half of them of one caller."""

MAX_EXPORTS: Final = 16
"""Exports that go on in a process at once, half of them of one caller."""

IMPORTS_AT_WORK: Final = 2
"""Imports that are read at once; each may take some 150 MB."""

_LINES: Final = "application/x-ndjson"
_EXAMPLE: Final = (
    '{"source": "https://films.example/cats", "title": "Cats on a train", "duration": 12.4,'
    ' "tags": [{"tag": "cat", "seconds": [[0, 12, 0.93]]}]}\n'
)
_OBJECT: Final = {"type": "object"}
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A JSON object a line.", "content": {_LINES: _BYTES}}
}
_UPLOAD: Final = {
    "description": "A JSON object a line in the form of ours, or a document of one of the services;"
    " plain, or gzip with or without a ``Content-Encoding`` that says so.",
    "required": True,
    "content": {
        _LINES: {**_BYTES, "example": _EXAMPLE},
        "application/json": {"schema": {"oneOf": [_OBJECT, {"type": "array", "items": _OBJECT}]}},
        "application/gzip": _BYTES,
    },
}

Form = Literal["jsonl", "google", "rekognition", "clarifai", "clarifai-2015", "video-indexer"]


@router.post(
    "/videos:import",
    response_class=StreamingResponse,
    responses=_STREAM,
    openapi_extra={"requestBody": _UPLOAD},
)
async def import_videos(
    request: Request,
    live: CurrentLive,
    caller: CurrentCaller,
    form: Annotated[
        Form | None, Query(alias="format", description="What the body is, if it does not tell.")
    ] = None,
    *,
    dry_run: Annotated[bool, Query(description="Say what would be done; store nothing.")] = False,
    force: Annotated[
        bool, Query(description="Let a result without a tag replace what was seen before.")
    ] = False,
) -> StreamingResponse:
    """Take in tags that others saw: JSON, a video a line or as a service gives its results.

    Plain or gzip, at most 1 GB. The answer has a line for each video or bad line, as it happens,
    and a last one that counts them. Sent again, what is there already is ``unchanged``.
    """
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Refused(
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Encoding {encoding[:40]!r}: gzip or none is taken",
        )
    slots: Slots = request.app.state.imports
    with ExitStack() as held:
        held.enter_context(slots.one(caller.id))
        # Kept on disk until it is whole: a connection that breaks imports nothing. Without a name,
        # so that it is gone with the process, however that ends.
        with writing_to(Path(tempfile.gettempdir())):
            file = held.enter_context(tempfile.TemporaryFile(prefix="reelmatch-import-"))
            async for piece in request.stream():
                await asyncio.to_thread(file.write, piece)
            file.seek(0)

        def lines(check: Check) -> Iterator[str]:
            # The file is closed when the answer has ended, which may be before this thread has.
            with os.fdopen(os.dup(file.fileno()), "rb") as own, slots.turn(check):
                results = import_file(
                    own,
                    live.catalog,
                    now=datetime.now(UTC),
                    form=form,
                    dry_run=dry_run,
                    force=force,
                    check=check,
                )
                yield from _report(results, dry_run=dry_run)

        return LongAnswer(lines, held.pop_all())


@router.get("/videos:export", response_class=StreamingResponse, responses=_STREAM)
async def export_videos(
    request: Request, live: CurrentLive, caller: CurrentCaller
) -> StreamingResponse:
    """Give out what was seen on every video, a line each, in the form that import takes."""
    slots: Slots = request.app.state.exports
    with ExitStack() as held:
        held.enter_context(slots.one(caller.id))

        def lines(check: Check) -> Iterator[str]:
            for line in exported_lines(live.catalog):
                check()
                yield line

        return LongAnswer(lines, held.pop_all())


def _report(results: Iterator[Imported | BadLine], *, dry_run: bool) -> Iterator[str]:
    accepted = rejected = 0
    try:
        for one in results:
            if isinstance(one, BadLine):
                rejected += 1
                if rejected <= MAX_NAMED:
                    yield _line({"line": one.line, "status": "rejected", "reason": one.reason})
            else:
                accepted += 1
                yield _line(
                    {
                        "line": one.line,
                        "status": one.change,
                        "video": one.video,
                        "seconds": one.seconds,
                    }
                )
    except (CatalogUnusable, DiskFull, InvalidInput, TooManyOpenFiles) as error:
        # The answer has begun: what is wrong with the rest can only be its last word.
        rejected += 1
        yield _line({"line": None, "status": "rejected", "reason": str(error)})
    if rejected > MAX_NAMED:
        reason = f"and {rejected - MAX_NAMED} more that are not named"
        yield _line({"line": None, "status": "rejected", "reason": reason})
    yield _line({"accepted": accepted, "rejected": rejected, "dry_run": dry_run})


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
