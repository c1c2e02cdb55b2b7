"""Files that people send: kept under the catalog's home, each in a folder of its own.

The sender's name for a file is hostile: only its last part is used, made harmless, and it decides
nothing but the title.
"""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

from engine.domain.text import without_refused
from engine.errors import DiskFull
from engine.ports.catalog import Catalog
from engine.system.os_errors import writing_to
from ingest.sources.files import VIDEO_SUFFIXES

_MAX_STEM_BYTES: Final = 120
_SPARE_BYTES: Final = 512 << 20
_FORGOTTEN_SECONDS: Final = 24 * 60 * 60.0
_OWN_FOLDER: Final = re.compile(r"[0-9a-f]{16}")


class Uploads:
    """The folder of what was sent.

    Args:
        folder: where; made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def receive(self, name: str, expected_bytes: int) -> Iterator[tuple[Path, BinaryIO]]:
        """Open a new file to write into; it goes when the block does not end well.

        Args:
            name: what its sender calls it.
            expected_bytes: how long it says it is, 0 when it does not say.

        Yields:
            Where the file is, and the file.

        Raises:
            DiskFull: when the disk is, or would be left with less than half a gibibyte.
        """
        with writing_to(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            require_room(self.folder, expected_bytes)
            with self._own_folder() as own_folder:
                path = own_folder / safe_name(name)
                with path.open("xb") as file:
                    yield path, file

    @contextmanager
    def _own_folder(self) -> Iterator[Path]:
        own_folder = self.folder / token_hex(8)
        own_folder.mkdir(mode=0o700)
        try:
            yield own_folder
        except BaseException:
            shutil.rmtree(own_folder, ignore_errors=True)
            raise

    def holds(self, path: Path) -> bool:
        """Tell whether a path is of a file that was sent, and of nothing else that lies here."""
        own_folder = path.parent
        return (
            _OWN_FOLDER.fullmatch(own_folder.name) is not None
            and own_folder.parent == self.folder
            and not own_folder.is_symlink()
            and not path.is_symlink()
            and path.is_file()
        )

    def sweep(self, catalog: Catalog) -> None:
        """Delete files that no video and no job names any more, a day after they came."""
        if not self.folder.is_dir():
            return
        below = str(self.folder)
        sources = catalog.videos.sources_below(below) + catalog.jobs.sources_below(below)
        named = {Path(source).parent for source in sources}
        for own_folder in self.folder.iterdir():
            if _OWN_FOLDER.fullmatch(own_folder.name) is None:
                continue  # somebody put it there
            # Other processes receive and delete theirs meanwhile.
            with suppress(FileNotFoundError):
                old = time.time() - own_folder.stat().st_mtime > _FORGOTTEN_SECONDS
                if old and own_folder not in named:
                    shutil.rmtree(own_folder, ignore_errors=True)


def require_room(folder: Path, size_bytes: int) -> None:
    """Refuse a file that would leave its disk with less than half a gibibyte.

    Raises:
        DiskFull: naming the folder, and how much is missing.
    """
    missing = size_bytes + _SPARE_BYTES - shutil.disk_usage(folder).free
    if missing > 0:
        raise DiskFull(folder, missing)


def safe_name(name: str) -> str:
    """Return a harmless file name that reads like the one that was given.

    Only what follows the last slash of either kind remains, without controls and marks of
    direction; an ending that is no video's does not remain one.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    text = " ".join(without_refused(last).split()).strip(". ")
    stem, dot, suffix = text.rpartition(".")
    if not dot or f".{suffix.lower()}" not in VIDEO_SUFFIXES:
        stem, suffix = text, ""
    stem = stem.encode("utf-8", "ignore")[:_MAX_STEM_BYTES].decode("utf-8", "ignore").strip(". ")
    return (stem or "video") + (f".{suffix.lower()}" if suffix else "")
