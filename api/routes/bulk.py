"""Everything at once: results of others in, what was seen out, a line a video."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.routes.dependencies import CurrentLive
from engine.errors import CatalogUnusable, DiskFull, InvalidInput, TooManyOpenFiles
from engine.store.catalog import Catalog
from ingest.sources.exports import exported_lines
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import import_file

router = APIRouter(prefix="/v1", tags=["bulk"])

IMPORT_PATH: Final = "/v1/videos:import"
MOST_IMPORT_BYTES: Final = 1 << 30
"""Bytes of a body, as they come: plain or gzip."""

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

Form = Literal["jsonl", "google", "rekognition", "clarifai", "clarifai-2015"]


@router.post(
    "/videos:import",
    response_class=StreamingResponse,
    responses=_STREAM,
    openapi_extra={"requestBody": _UPLOAD},
)
async def import_videos(
    request: Request,
    live: CurrentLive,
    form: Annotated[
        Form | None, Query(alias="format", description="What the body is, if it does not tell.")
    ] = None,
    *,
    dry_run: Annotated[bool, Query(description="Say what would be done; store nothing.")] = False,
) -> StreamingResponse:
    """Take in tags that others saw: JSON, a video a line or as Google, Rekognition or Clarifai.

    Plain or gzip, at most 1 GB. The answer has a line for each video or bad line, as it happens,
    and a last one that counts them. Sent again, what is there already is ``unchanged``.
    """
    # Kept on disk until it is whole: a connection that breaks imports nothing.
    file = tempfile.NamedTemporaryFile(prefix="reelmatch-import-")  # noqa: SIM115 - closed below
    try:
        async for piece in request.stream():
            await run_in_threadpool(file.write, piece)
        file.flush()
    except BaseException:
        file.close()
        raise

    def lines() -> Iterator[str]:
        with file:
            yield from _report(Path(file.name), live.catalog, form, dry_run=dry_run)

    return StreamingResponse(lines(), media_type=_LINES)


@router.get("/videos:export", response_class=StreamingResponse, responses=_STREAM)
def export_videos(live: CurrentLive) -> StreamingResponse:
    """Give out what was seen on every video, a line each, in the form that import takes."""
    return StreamingResponse(exported_lines(live.catalog), media_type=_LINES)


def _report(path: Path, catalog: Catalog, form: str | None, *, dry_run: bool) -> Iterator[str]:
    accepted = rejected = 0
    try:
        now = datetime.now(UTC)
        for one in import_file(path, catalog, now=now, form=form, dry_run=dry_run):
            if isinstance(one, BadLine):
                rejected += 1
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
    yield _line({"accepted": accepted, "rejected": rejected, "dry_run": dry_run})


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"
