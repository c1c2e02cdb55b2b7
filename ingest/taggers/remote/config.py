"""Configuration of remote taggers: the service, and where it can fetch a copy of a video.

Light to import: what it takes to ask is imported when it is asked.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.taggers.remote.clarifai.settings import ClarifaiSettings, key_in
from ingest.taggers.remote.vlm.settings import VlmSettings

if TYPE_CHECKING:
    from ingest.sources.hosting.base import Host
    from ingest.taggers.remote.whole_video import VideoTagger

HostName = Literal["none", "local", "gcs"]
"""Host of copies: none (bytes are sent), this service, or a bucket."""


@dataclass(frozen=True, slots=True)
class RemoteTaggerConfig:
    """Configuration of remote taggers.

    Attributes:
        clarifai: the model and its limits.
        host: where the copies are put.
        bucket: of ``gcs``.
        folder: of ``local``.
        media: URL of the store that ``local`` keeps copies in instead; empty for none.
        public_url: where ``reelmatch serve`` is reached from outside, for ``local``.
        vlm: what models elsewhere may say, and where they may be.
    """

    clarifai: ClarifaiSettings = field(default_factory=ClarifaiSettings)
    host: HostName = "none"
    bucket: str = ""
    folder: Path = Path()
    public_url: str = ""
    vlm: VlmSettings = field(default_factory=VlmSettings)
    media: str = ""

    def tagger(self) -> "VideoTagger":
        """Make the tagger; its key comes from the environment."""
        from ingest.taggers.remote.clarifai.tagger import ClarifaiTagger

        return ClarifaiTagger(key_in(os.environ), self.clarifai, host=self._open_host())

    def _open_host(self) -> "Host | None":
        if self.host == "local" and self.media:
            from engine.object_stores import open_object_store
            from ingest.sources.hosting.store import StoreHost

            return StoreHost(open_object_store(self.media), self.public_url)
        if self.host == "local":
            from ingest.sources.hosting.local import LocalHost

            return LocalHost.open(self.folder, self.public_url)
        if self.host == "gcs":
            from ingest.sources.hosting.gcs import GcsHost

            return GcsHost.open(self.bucket)
        return None
