"""A folder of fetched videos: each address once, under a name made from the address.

``ID.mp4`` is a video, ``ID.json`` beside it says that it is complete and what the site said of it,
``ID.en.vtt`` are its captions; ``ID-KEY.part`` and its like wait to be resumed.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.sources.addresses import address_id
from ingest.sources.captions.fetched import FetchedCaptions
from ingest.sources.metadata import Metadata

_LOCK_DIGITS: Final = 15  # 60 bits: a place in a file is below 2 ** 63


@dataclass(frozen=True, slots=True)
class Fetched:
    """A video that lies on this machine now.

    Attributes:
        path: of the video.
        metadata: as its site gave it.
        captions: the file beside it; None where there is none.
        warning: what is to be said of it besides; mostly nothing.
    """

    path: Path
    metadata: Metadata
    captions: Path | None = None
    warning: str = ""

    def delete(self) -> None:
        """Delete the files."""
        for path in filter(None, (self.path, self.captions)):
            path.unlink(missing_ok=True)


class DownloadCache:
    """Files of one address in a folder.

    Args:
        folder: where videos are stored; made when there is none.
        address: of the video.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.id = address_id(address)
        self._record = folder / f"{self.id}.json"

    def fetched(self) -> Fetched | None:
        """Return the video if all of it is here."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
            path = self.folder / record["file"]
            if path.stat().st_size != record["size_bytes"]:
                return None
            # Earlier versions fetched none.
            name, warning = record.get("captions", ""), record.get("warning", "")
            captions = self.folder / name if name else None
            return Fetched(path, Metadata.from_json(record["metadata"]), captions, warning)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def unfinished(self, key: str) -> Path:
        """Return where a video is put while it comes; ``key`` tells one choice of format."""
        return self.folder / f"{self.id}-{key}"

    def keep(
        self, path: Path, suffix: str, metadata: Metadata, captions: FetchedCaptions | None = None
    ) -> None:
        """Give a video that is complete its name, and remember what the site said of it."""
        stored = path.replace(self.folder / f"{self.id}{suffix}")
        record = {
            "file": stored.name,
            "size_bytes": stored.stat().st_size,
            "metadata": metadata.as_json(),
        }
        if captions is not None:
            record["warning"] = captions.warning
            if captions.path is not None:
                # So named, they are found beside the video.
                name = f"{self.id}{captions.language and '.'}{captions.language}{captions.suffix}"
                record["captions"] = captions.path.replace(self.folder / name).name
        written = self._record.with_suffix(".json.new")
        try:
            written.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
            written.replace(self._record)
        except OSError:
            written.unlink(missing_ok=True)
            raise
        self.discard_unfinished()

    def discard_unfinished(self) -> None:
        """Remove what waits to be resumed."""
        for path in self.folder.glob(f"{self.id}-*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other process fetches this address into this folder.

        One file has a byte to lock for each address; the lock goes with the process that holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as file:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(self.id[:_LOCK_DIGITS], 16))
            yield
