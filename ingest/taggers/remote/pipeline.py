"""One file -> tagged by a service that takes the whole video, stored."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import DiskFull, ReelmatchError, TooManyOpenFiles
from engine.ports.catalog import Catalog
from ingest.decoding.probe import Status, UndecodableVideo
from ingest.described import Described, blank_record
from ingest.metadata import add_metadata
from ingest.patience import patiently
from ingest.pipeline import IngestResult, known_result, store_failure
from ingest.taggers.named_tracks import track_for
from ingest.taggers.remote.whole_video import VideoTagger


def ingest_remotely(
    path: Path, described: Described, catalog: Catalog, tagger: VideoTagger, *, force: bool
) -> IngestResult:
    """Have one file tagged by a service and store what it saw, unless it is known already."""
    known = known_result(described, catalog, force=force)
    if known is not None:
        return known
    try:
        track = tagger.tag_video(path)
    except UndecodableVideo as error:
        return store_failure(described, catalog, error.status, error.reason)
    except (DiskFull, TooManyOpenFiles):
        # Of the machine, not of the video.
        raise
    except ReelmatchError as error:
        return store_failure(described, catalog, Status.FAILED, str(error))
    record = replace(
        blank_record(described),
        status=Status.OK,
        seconds=track.n_seconds,
        tagger=f"{tagger.name}@{tagger.version}",
    )

    def store() -> None:
        with catalog.transaction():
            catalog.videos.save(record, track_for(catalog, track), now=datetime.now(UTC))
            add_metadata(described, catalog)

    patiently(store)
    return IngestResult(described.id, described.source, Status.OK, "", track.n_seconds)
