"""Remote taggers that take a whole video, and their failures."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from engine.errors import ReelmatchError
from ingest.taggers.named_tracks import NamedTrack


@runtime_checkable
class VideoTagger(Protocol):
    """Names what is on a video, second by second, in words of its own."""

    @property
    def name(self) -> str:
        """Name of the tagger; stored with each video."""

    @property
    def version(self) -> str:
        """Changes whenever the same video may get other confidences."""

    def tag_video(self, path: Path) -> NamedTrack:
        """Return what is seen on each second of a file.

        Raises:
            UndecodableVideo: nothing can be seen of the file.
            RemoteTaggerFailed: the service would not or could not say.
        """


class RemoteTaggerFailed(ReelmatchError):
    """A service that tags videos would not or could not do it."""
