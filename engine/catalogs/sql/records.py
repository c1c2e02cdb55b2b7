"""Rows of the catalog's videos as records."""

import json
from dataclasses import fields
from typing import Any, Final

from engine.domain.confirmation import confirmed
from engine.domain.tracks import Track
from engine.domain.videos import Attempt, VideoRecord
from engine.errors import CorruptData

COLUMNS: Final = (
    "v.id, v.title, v.status, v.reason, v.seconds, v.width, v.height, v.codec,"
    " coalesce((select tagger from tracks t where t.video = v.id and t.source = 'visual'), ''),"
    " v.added_at, coalesce((select source from sources s where s.video = v.id"
    " order by s.rowid desc limit 1), ''), v.language, v.kind, v.evidence, v.uploader,"
    " v.categories, v.revision, v.last_attempt, coalesce(v.external_id, ''), v.edited,"
    " v.uploader_id"
)

_FIELDS: Final = tuple(one.name for one in fields(VideoRecord))


def record_of(row: tuple[Any, ...]) -> VideoRecord:
    """Return a row of ``COLUMNS`` as a record.

    Raises:
        CorruptData: when it is not what was written.
    """
    values = dict(zip(_FIELDS, row, strict=True))
    try:
        values["categories"] = tuple(json.loads(values["categories"]))
        values["evidence"] = json.loads(values["evidence"])
        attempt = values["last_attempt"]
        values["last_attempt"] = Attempt(**json.loads(attempt)) if attempt else None
        values["edited"] = tuple(json.loads(values["edited"]))
    except (ValueError, TypeError) as error:
        raise CorruptData(
            f"the catalog's row of video {values['id']} is damaged ({error}): restore a dump, or"
            " forget it and ingest it again",
            hint="'reelmatch forget' it, then 'reelmatch ingest'",
        ) from error
    return VideoRecord(**values)


def track_of(video: str, blob: bytes) -> Track:
    """Return the observations of a video that count.

    All are stored; what requires confirmation is judged here (``engine.domain.confirmation``).

    Raises:
        CorruptData: when the blob is not what was written.
    """
    try:
        return confirmed(Track.from_bytes(blob))
    except CorruptData as error:
        raise CorruptData(
            f"what was seen on video {video} is damaged ({error}): look again at its source by"
            " force, or restore a dump",
            hint="'reelmatch ingest --force' looks again",
        ) from error
