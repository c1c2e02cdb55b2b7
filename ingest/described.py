"""Description of a video before it is analyzed, by its file or its site."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from engine.domain.text import cleaned_line
from engine.domain.videos import VideoRecord
from ingest.sources.files import content_id


@dataclass(frozen=True, slots=True)
class Described:
    """Metadata of a video before it is analyzed.

    Attributes:
        id: 16 hex digits.
        source: where it comes from: an absolute path or a canonical address.
        title: for people.
        language: empty when unknown.
        uploader: empty when unknown.
        uploader_id: empty when unknown.
        categories: of its publisher.
        description: of its publisher; may have several lines.
        tags: its publisher's words.
        warning: what is to be said of how it came here; mostly nothing.
    """

    id: str
    source: str
    title: str
    language: str = ""
    uploader: str = ""
    uploader_id: str = ""
    categories: tuple[str, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    warning: str = ""

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Describe a file of this machine: its content is its id.

        Raises:
            NoVideoFile: when it cannot be read.
        """
        return cls(content_id(path), str(path.absolute()), cleaned_line(path.stem))


def blank_record(video: Described) -> VideoRecord:
    """Return the record of a video of which nothing was seen yet."""
    return VideoRecord(
        id=video.id,
        title=video.title,
        status="",
        reason="",
        seconds=0,
        width=0,
        height=0,
        codec="",
        tagger="",
        added_at="",
        source=video.source,
        language=video.language,
        uploader=video.uploader,
        uploader_id=video.uploader_id,
        categories=video.categories,
    )
