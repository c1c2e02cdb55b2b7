"""The source of tags that needs no footage: what title, description, publisher and file say."""

import logging
from dataclasses import replace
from typing import Final

from engine.domain.content import SourceTrack
from engine.domain.tags import METADATA
from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog
from ingest.described import Described
from ingest.sources.metadata_lines import DESCRIPTION, TAG, metadata_lines
from ingest.taggers.lines.tagger import LineTagger

_PAGE: Final = 500  # videos that are read at a time
_NOT_READ: Final = "the metadata was not read"

log = logging.getLogger(__name__)


def metadata_track(
    described: Described, record: VideoRecord, catalog: Catalog
) -> tuple[SourceTrack | None, str]:
    """Return what the metadata of a video says, and why it could not be read, or ``""``.

    What people set of the video counts before what its site says. Nothing is raised: what is seen
    is not lost for it.
    """
    try:
        before = catalog.videos.get(record.id)
        edited = {name: getattr(before, name) for name in (before.edited if before else ())}
        return _observed(described, replace(record, **edited), catalog), ""
    except Exception as error:
        log.warning("%s: %s", _NOT_READ, error, exc_info=True)
        return None, f"{_NOT_READ}: {error}"


def add_metadata(described: Described, catalog: Catalog) -> None:
    """Store what the metadata of an analyzed video says, where nobody looked at it yet."""
    record = catalog.videos.get(described.id)
    if record is not None and METADATA not in catalog.tracks.taggers(record.id):
        track, _ = metadata_track(described, record, catalog)
        if track is not None:
            catalog.tracks.put(record.id, track)


def reread_metadata(catalog: Catalog) -> int:
    """Store what the metadata of each analyzed video says that this version did not read yet.

    Descriptions and words of publishers are those that were stored with the videos.

    Returns:
        How many were read.
    """
    tagger = LineTagger(METADATA)
    who, after, n_read = f"{tagger.name}@{tagger.version}", "", 0
    while page := catalog.content.page(after=after, limit=_PAGE):
        after = page[-1].record.id
        with catalog.transaction():
            for content in page:
                known = content.of(METADATA)
                if known is None or known.tagger != who:
                    described = described_as_stored(content.record, catalog)
                    track = _observed(described, content.record, catalog)
                    catalog.tracks.put(content.record.id, track)
                    n_read += 1
    return n_read


def described_as_stored(record: VideoRecord, catalog: Catalog) -> Described:
    """Describe a video by what is stored of it and of what its publisher says."""
    lines = catalog.tracks.lines(record.id).get(METADATA, ())
    return Described(
        record.id,
        record.source,
        record.title,
        language=record.language,
        uploader=record.uploader,
        uploader_id=record.uploader_id,
        categories=record.categories,
        description="\n".join(line.text for line in lines if line.field == DESCRIPTION),
        tags=tuple(line.text for line in lines if line.field == TAG),
    )


def _observed(described: Described, record: VideoRecord, catalog: Catalog) -> SourceTrack:
    lines = metadata_lines(
        title=record.title,
        source=record.source,
        description=described.description,
        tags=described.tags,
        categories=record.categories,
    )
    return LineTagger(METADATA).observe(lines, record.seconds, catalog, language=record.language)
