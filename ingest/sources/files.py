"""Videos that lie on this machine: files and folders that a person names."""

import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from engine.domain.text import UnusableText, refuse_controls, shown
from engine.errors import InvalidInput
from ingest.sources.signatures import SIGNATURE_BYTES, starts_like_a_video

_CERTAIN_SUFFIXES: Final = frozenset(
    (
        *(".264", ".265", ".266", ".360", ".3g2", ".3gp", ".3gp2", ".3gpp", ".amv", ".apng"),
        *(".asf", ".av1", ".avc", ".avi", ".avifs", ".avs3", ".braw", ".crm", ".dav", ".divx"),
        *(".dv", ".dvr-ms", ".evo", ".f4v", ".flv", ".gif", ".gxf", ".h261", ".h263", ".h264"),
        *(".h265", ".h266", ".heics", ".heifs", ".hevc", ".hevcs", ".insv", ".ismv", ".ivf"),
        *(".ivr", ".k3g", ".lrf", ".lrv", ".m1v", ".m2p", ".m2t", ".m2ts", ".m2v", ".m4v", ".mj2"),
        *(".mjpeg", ".mjpg", ".mk3d", ".mkv", ".mov", ".mp2v", ".mp4", ".mp4v", ".mpe", ".mpeg"),
        *(".mpeg2", ".mpeg4", ".mpg", ".mpg4", ".mpv", ".mpv2", ".mqv", ".mxf", ".nsv", ".nut"),
        *(".nuv", ".obu", ".ogm", ".ogv", ".osv", ".pva", ".qt", ".r3d", ".rm", ".rmvb", ".rv"),
        *(".skm", ".tod", ".trp", ".vc1", ".vob", ".vp8", ".vp9", ".vro", ".vvc", ".webm", ".wm"),
        *(".wmv", ".wtv", ".xesc", ".xvid", ".y4m", ".split"),
    )
)
_AMBIGUOUS_SUFFIXES: Final = frozenset(
    (
        *(".avif", ".dat", ".heic", ".heif", ".hif", ".mod", ".mts", ".ogg", ".ogx", ".pes"),
        *(".ps", ".rec", ".sec", ".tp", ".ts", ".vid", ".video", ".webp", ".split"),
    )
)
"""These are the names of videos and of other things, too: programs in TypeScript, translations of
Qt, music, still pictures. The content tells."""

VIDEO_SUFFIXES: Final = _CERTAIN_SUFFIXES | _AMBIGUOUS_SUFFIXES
"""Endings that the name of a video in a folder may have, in any case."""

LINKS_OUT: Final = "link out of the folder"
"""Stands for a link to what is not below the folder."""

MAX_NAMED_LINKS: Final = 10

OTHER_SUFFIXES: Final = "other"
"""Stands for a name without an ending, or with one that is none of letters and digits."""

_MAX_SUFFIX_CHARACTERS: Final = 10
_PIECE_BYTES: Final = 1 << 20
_READ_SECONDS: Final = 60.0
_MIN_BYTES_A_SECOND: Final = 4 << 20

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


@dataclass(slots=True)
class LeftOut:
    """Contents of folders besides the videos that are taken.

    Attributes:
        counts: how many files, by ending, and links out of the folders, under ``LINKS_OUT``.
        links: the first ten of those links, absolute.
    """

    counts: Counter[str] = field(default_factory=Counter)
    links: list[Path] = field(default_factory=list)

    def add_link(self, path: Path) -> None:
        """Count a link out of its folder."""
        self.counts[LINKS_OUT] += 1
        if len(self.links) < MAX_NAMED_LINKS:
            self.links.append(path)


def local_files(paths: Iterable[Path], left_out: LeftOut | None = None) -> Iterator[LocalFile]:
    """Find the videos that files and folders name.

    A file named directly is taken whatever its ending; of a folder, and of the folders in it, every
    file whose ending is a video's, by name. Where an ending is that of other things, too, the
    content must be a video's. Names that begin with a dot are passed over, and so are folders that
    are links, which could lead round in a circle, and links to files that are not in the folder:
    who filled the folder may not be allowed to read them. No file comes twice.

    Args:
        paths: files and folders.
        left_out: what of the folders was passed over is added to it; names that begin with a dot
            are not, nor are links to folders below the same folder.

    Yields:
        The files in the order of ``paths``; each path's are found only when they are asked for.

    Raises:
        NoVideoFile: no such path, not readable, not a file, or a folder without any video.
    """
    left_out = LeftOut() if left_out is None else left_out
    resolved: set[Path] = set()
    for path in paths:
        for file in _files_of(path.expanduser().absolute(), left_out):
            real = _real(file)
            if real not in resolved:
                resolved.add(real)
                yield LocalFile(file, file.stat().st_size)


def content_id(path: Path) -> str:
    """Return the first 16 hex digits of the SHA-256 of a file's content.

    The same video has the same id wherever it lies and whatever its name.

    Raises:
        NoVideoFile: the file cannot be read, not in time, is none with a content (a device, a
            pipe, a file of the system), or grows while it is read.
    """
    try:
        # Without waiting: a pipe would wait for somebody to write.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - of a descriptor
            return _digest(path, file)[:ID_DIGITS]
    except OSError as error:
        raise _unreadable(path, error) from error


def _digest(path: Path, file: BinaryIO) -> str:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise NoVideoFile(f"{shown(str(path))}: neither a file nor a folder")
    digest, left = hashlib.sha256(), status.st_size
    seconds = _READ_SECONDS + status.st_size / _MIN_BYTES_A_SECOND
    until = time.monotonic() + seconds
    while piece := file.read(_PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            raise NoVideoFile(
                f"{shown(str(path))}: grows while it is read, or is a file of the system: name it"
                " again when it is whole"
            )
        if time.monotonic() > until:
            raise NoVideoFile(f"{shown(str(path))}: could not be read in {seconds:.0f} s")
        digest.update(piece)
    return digest.hexdigest()


def check_name(path: Path) -> None:
    """Check that a path can be stored and shown.

    Raises:
        NoVideoFile: it is no UTF-8 text, or holds controls or characters that turn text around.
    """
    try:
        refuse_controls(str(path))
    except UnusableText as error:
        raise NoVideoFile(f"the name {error}") from error


def _files_of(path: Path, left_out: LeftOut) -> Iterator[Path]:
    try:
        return _those_of(path, left_out)
    except OSError as error:
        # As of a name that is longer than any can be.
        raise _unreadable(path, error) from error


def _those_of(path: Path, left_out: LeftOut) -> Iterator[Path]:
    if path.is_dir():
        return _videos_in(path, left_out)
    if path.is_file():
        if not os.access(path, os.R_OK):
            raise NoVideoFile(f"{path}: cannot be read: Permission denied")
        return iter([path])
    if path.exists():
        raise NoVideoFile(f"{path}: neither a file nor a folder")
    raise NoVideoFile(f"{path}: there is no such file or folder")


def _videos_in(folder: Path, left_out: LeftOut) -> Iterator[Path]:
    empty, top = True, _real(folder)
    unreadable: list[OSError] = []
    for inside, folders, names in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for linked in filter(Path.is_symlink, (Path(inside, name) for name in folders)):
            if not _real(linked).is_relative_to(top):
                left_out.add_link(linked)
        for name in sorted(names):
            file = Path(inside, name)
            if name.startswith("."):
                continue
            if file.is_symlink() and not _real(file).is_relative_to(top):
                left_out.add_link(file)
            elif _is_video(file):
                empty = False
                yield file
            else:
                left_out.counts[_suffix(file)] += 1
    for error in unreadable:  # once all others were found
        raise _unreadable(Path(os.fsdecode(error.filename)), error) from error
    if empty:
        raise NoVideoFile(
            f"{folder}: no video in this folder; a file named directly is always taken"
        )


def _real(path: Path) -> Path:
    # Path.resolve raises where links lead round in a circle.
    return Path(os.path.realpath(path))


def _is_video(file: Path) -> bool:
    """Whether a file of a folder is to be analyzed."""
    suffix = file.suffix.lower()
    if suffix not in VIDEO_SUFFIXES or not file.is_file():
        return False
    if suffix in _CERTAIN_SUFFIXES:
        return True
    try:
        with file.open("rb") as opened:
            return starts_like_a_video(opened.read(SIGNATURE_BYTES))
    except OSError:
        return True  # that it cannot be read is said when it is analyzed


def _suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    is_short = 1 < len(suffix) <= _MAX_SUFFIX_CHARACTERS
    return suffix if is_short and suffix.isascii() and suffix[1:].isalnum() else OTHER_SUFFIXES


def _unreadable(path: Path, error: OSError) -> NoVideoFile:
    return NoVideoFile(f"{shown(str(path))}: cannot be read: {error.strerror}")
