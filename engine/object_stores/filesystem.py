"""A store of objects by fsspec: folders, S3, Google Cloud Storage."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any, BinaryIO, Final

import fsspec
from fsspec.implementations.local import LocalFileSystem

from engine.errors import DiskFull, StoreUnusable
from engine.system.os_errors import expected_trouble

_PIECE_BYTES: Final = 1 << 20
_RANGE_BYTES: Final = 4 << 20
"""Each piece of a range is a request of its own."""

_UNFINISHED: Final = ".unfinished"
"""Folder of files that are being written, where a store is a folder."""

_ABANDONED_SECONDS: Final = 24 * 60 * 60.0
"""Nobody writes a file that has not grown for so long."""

_NO_CACHE: Final = {"use_listings_cache": False}
"""Other machines write, too: what was listed a moment ago says nothing."""

_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    # A player waits, and a page does: a service that is away is told within some seconds.
    "s3": {
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 15,
            "retries": {"max_attempts": 2},
        }
    },
}
"""Options of the clients of some kinds of stores."""


class FilesystemStore:
    """Objects as files of a file system that fsspec knows.

    Args:
        url: of the folder that all are in.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        with self._trouble():
            options = _OPTIONS.get(self._url.partition("://")[0], {})
            self._files, self._root = fsspec.core.url_to_fs(self._url, **_NO_CACHE, **options)
        self._is_local = isinstance(self._files, LocalFileSystem)

    @property
    def url(self) -> str:
        """Address of the folder."""
        return self._url

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        """Return a small object, None when it is not there.

        Raises:
            StoreUnusable: when it is longer, or cannot be read.
        """
        with self._trouble():
            try:
                with self._files.open(self._path(name), "rb") as file:
                    content: bytes = file.read(max_bytes + 1)
            except FileNotFoundError:
                return None
        if len(content) > max_bytes:
            raise StoreUnusable(f"{self._url}/{name} is longer than {max_bytes} bytes: not ours")
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a small object, at once or not at all."""
        self.upload(name, BytesIO(content))

    def upload(self, name: str, file: BinaryIO) -> None:
        """Write all of a file as an object, at once or not at all."""
        path = self._path(name)
        with self._trouble():
            if self._is_local:
                self._put_aside(path, file)
            else:
                self._commit(path, file)

    def _put_aside(self, path: str, file: BinaryIO) -> None:
        self._files.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH120 - a name, no path
        folder = self._path(_UNFINISHED)
        self._files.makedirs(folder, exist_ok=True)
        _drop_abandoned(folder)
        aside = f"{folder}/{secrets.token_hex(16)}"
        try:
            with self._files.open(aside, "wb") as target:
                _copy(file, target)
                target.flush()
                os.fsync(target.fileno())
            self._files.mv(aside, path)
        except BaseException:
            if self._files.exists(aside):
                self._files.rm_file(aside)
            raise

    def _commit(self, path: str, file: BinaryIO) -> None:
        # A service shows what was committed; a file that is closed commits whatever it has,
        # unless it is told not to.
        target = self._files.open(path, "wb", autocommit=False)
        try:
            _copy(file, target)
            target.close()
            target.commit()
        except BaseException:
            target.discard()
            raise

    def download(self, name: str) -> Iterator[bytes]:
        """Yield an object, piece by piece.

        Raises:
            StoreUnusable: when it is not there, or cannot be read.
        """
        with self._trouble(), self._files.open(self._path(name), "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    def download_range(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes ``[start, stop)`` of an object, piece by piece.

        Raises:
            StoreUnusable: when it is not there, is shorter, or cannot be read.
        """
        path = self._path(name)
        with self._trouble():
            for first in range(start, stop, _RANGE_BYTES):
                end = min(first + _RANGE_BYTES, stop)
                piece: bytes = self._files.cat_file(path, start=first, end=end)
                if len(piece) != end - first:
                    raise StoreUnusable(f"{self._url}/{name} is shorter than it was written")
                yield piece

    def size(self, name: str) -> int | None:
        """Return the length of an object in bytes, None when it is not there."""
        with self._trouble():
            try:
                return int(self._files.size(self._path(name)))
            except FileNotFoundError:
                return None

    def modified(self, name: str) -> float | None:
        """Return when an object was written, seconds since 1970; None when it is not there."""
        with self._trouble():
            try:
                return float(self._files.modified(self._path(name)).timestamp())
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder, sorted."""
        with self._trouble():
            try:
                paths: list[Any] = self._files.ls(self._path(folder), detail=False)
            except FileNotFoundError:
                return []
        names = {str(path).rstrip("/").rpartition("/")[2] for path in paths}
        return sorted(f"{folder}/{name}" for name in names - {_UNFINISHED})

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""
        with self._trouble():
            try:
                self._files.rm_file(self._path(name))
            except FileNotFoundError:
                return

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except (StoreUnusable, GeneratorExit):
            raise
        except Exception as error:
            # Each kind of store raises errors of its own; what they say is what there is to know.
            if isinstance(trouble := expected_trouble(error), DiskFull):
                raise trouble from error
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise StoreUnusable(
                f"the store {self._url} cannot be used ({reason}): check its address, that it can"
                " be reached from here, and the keys to it"
            ) from error


def _drop_abandoned(folder: str) -> None:
    oldest = time.time() - _ABANDONED_SECONDS
    with os.scandir(folder) as files:
        for file in files:
            with suppress(OSError):  # another process drops it, or is done with it
                if file.stat(follow_symlinks=False).st_mtime < oldest:
                    os.unlink(file.path)  # noqa: PTH108 - a name, no path


def _copy(file: BinaryIO, target: BinaryIO) -> None:
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        target.write(piece)
