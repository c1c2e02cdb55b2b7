"""One file -> tagged by a service that takes the whole video, stored."""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from engine.errors import InvalidInput, ReelmatchError
from engine.store.catalog import Catalog
from ingest.hosting.base import Host
from ingest.opening import Status, Unwatchable
from ingest.pipeline import Described, Outcome, blank_record, known_outcome, store_unwatched
from ingest.taggers.clarifai import ClarifaiSettings, ClarifaiTagger, key_in
from ingest.taggers.remote import VideoTagger, track_for

if TYPE_CHECKING:
    from ingest.taggers.makers import Setup

HostName = Literal["none", "local", "gcs"]
"""Where a service can fetch the copy: nowhere (bytes are sent), from us, from a bucket."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How videos are tagged elsewhere.

    Attributes:
        clarifai: the model and its limits.
        host: where the copies are put.
        bucket: of ``gcs``.
        folder: of ``local``.
        public_url: where ``reelmatch serve`` is reached from outside, for ``local``.
    """

    clarifai: ClarifaiSettings = field(default_factory=ClarifaiSettings)
    host: HostName = "none"
    bucket: str = ""
    folder: Path = Path()
    public_url: str = ""

    def tagger(self) -> VideoTagger:
        """Make the tagger; its key comes from the environment."""
        return ClarifaiTagger(key_in(os.environ), self.clarifai, host=self._open_host())

    def _open_host(self) -> Host | None:
        if self.host == "local":
            from ingest.hosting.local import LocalHost

            return LocalHost.open(self.folder, self.public_url)
        if self.host == "gcs":
            from ingest.hosting.gcs import GcsHost

            return GcsHost.open(self.bucket)
        return None


class _ClarifaiMaker:
    """Makes the tagger that asks Clarifai; it takes no argument."""

    takes_whole_videos = True

    def check(self, argument: str, setup: "Setup") -> str:  # noqa: ARG002 - part of the protocol
        if argument:
            raise InvalidInput(f"the tagger 'clarifai' takes no argument, not {argument!r}")
        key_in(os.environ)
        return ""

    def make(self, argument: str, setup: "Setup") -> VideoTagger:  # noqa: ARG002
        return setup.elsewhere.tagger()


CLARIFAI: Final = _ClarifaiMaker()


def ingest_elsewhere(
    path: Path, described: Described, catalog: Catalog, tagger: VideoTagger, *, force: bool
) -> Outcome:
    """Have one file tagged by a service and store what it saw, unless it is known already."""
    known = known_outcome(described, catalog, force=force)
    if known is not None:
        return known
    try:
        seen = tagger.tag_video(path)
    except Unwatchable as error:
        return store_unwatched(described, catalog, error.status, error.reason)
    except ReelmatchError as error:
        return store_unwatched(described, catalog, Status.FAILED, str(error))
    record = replace(
        blank_record(described),
        status=Status.OK,
        seconds=seen.n_seconds,
        tagger=f"{tagger.name}@{tagger.version}",
    )
    catalog.save(record, track_for(catalog, seen), now=datetime.now(UTC))
    return Outcome(described.id, described.source, Status.OK, "", seen.n_seconds)
