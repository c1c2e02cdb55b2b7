"""A folder of fetched videos: each address once, under a name made from the address.

``ID.mp4`` is a video, ``ID.json`` beside it says that it is complete and what the site said of it;
``ID-KEY.part`` and its like wait to be resumed.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.sources.addresses import address_id
from ingest.sources.metadata import Metadata

_LOCK_DIGITS: Final = 15  # 60 bits: a place in a file is below 2 ** 63


@dataclass(frozen=True, slots=True)
class Fetched:
    """A video that lies on this machine now."""

    path: Path
    metadata: Metadata


class DownloadCache:
    """Files of one address in a folder.

    Args:
        folder: where videos are kept; made when there is none.
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
            return Fetched(path, Metadata.from_json(record["metadata"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def unfinished(self, key: str) -> Path:
        """Return where a video is put while it comes; ``key`` tells one choice of format."""
        return self.folder / f"{self.id}-{key}"

    def keep(self, path: Path, suffix: str, metadata: Metadata) -> None:
        """Give a video that is complete its name, and remember what the site said of it."""
        stored = path.replace(self.folder / f"{self.id}{suffix}")
        record = {
            "file": stored.name,
            "size_bytes": stored.stat().st_size,
            "metadata": metadata.as_json(),
        }
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
