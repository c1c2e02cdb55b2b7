"""Videos that lie on this machine: files and folders that a person names."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import InvalidInput

VIDEO_ENDINGS: Final = (
    *(".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".hevc"),
    *(".ivf", ".m1v", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpe", ".mpeg", ".mpg"),
    *(".mts", ".mxf", ".ogm", ".ogv", ".qt", ".ts", ".vob", ".webm", ".wmv"),
)
"""What the name of a video in a folder ends with, in any case."""

ID_DIGITS: Final = 16
"""Length of a content id: 64 bits, so a clash is not to be expected below a billion videos."""


class NoVideoFile(InvalidInput):
    """A path without a video that can be read."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to watch."""

    path: Path
    """Absolute."""
    size_bytes: int


def local_files(paths: Iterable[Path]) -> Iterator[LocalFile]:
    """Find the videos that files and folders name.

    A file named directly is taken whatever its ending; of a folder, and of the folders in it, every
    file whose ending is a video's, by name. Names that begin with a dot are passed over, and so
    are folders that are links, which could lead round in a circle. No file comes twice.

    Yields:
        The files in the order of ``paths``; each path's are found only when they are asked for.

    Raises:
        NoVideoFile: no such path, not readable, not a file, or a folder without any video.
    """
    found: set[Path] = set()
    for path in paths:
        for file in _files_of(path.expanduser().absolute()):
            real = file.resolve()
            if real not in found:
                found.add(real)
                yield LocalFile(file, file.stat().st_size)


def content_id(path: Path) -> str:
    """Return the first 16 hex digits of the SHA-256 of a file's content.

    The same video has the same id wherever it lies and whatever its name.

    Raises:
        NoVideoFile: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()[:ID_DIGITS]


def _files_of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        return _videos_in(path)
    if path.is_file():
        if not os.access(path, os.R_OK):
            raise NoVideoFile(f"{path}: cannot be read: Permission denied")
        return iter([path])
    if path.exists():
        raise NoVideoFile(f"{path}: neither a file nor a folder")
    raise NoVideoFile(f"{path}: there is no such file or folder")


def _videos_in(folder: Path) -> Iterator[Path]:
    empty = True
    for inside, folders, names in os.walk(folder, onerror=_raise_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(inside, name)
            if not name.startswith(".") and file.suffix.lower() in VIDEO_ENDINGS and file.is_file():
                empty = False
                yield file
    if empty:
        raise NoVideoFile(
            f"{folder}: no video in this folder; a file named directly is always taken"
        )


def _raise_unreadable(error: OSError) -> None:
    raise _unreadable(Path(os.fsdecode(error.filename)), error) from error


def _unreadable(path: Path, error: OSError) -> NoVideoFile:
    return NoVideoFile(f"{path}: cannot be read: {error.strerror}")
