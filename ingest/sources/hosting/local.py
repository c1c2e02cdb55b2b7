"""Copies on this machine, given out by our own API under addresses that are signed and expire."""

import os
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from engine.errors import InvalidInput, ReelmatchError
from engine.system.os_errors import expected_trouble
from ingest.sources.hosting.base import HostingFailed
from ingest.sources.hosting.signing import (
    COPY_NAME,
    LEFT_BEHIND_SECONDS,
    SECRET_BYTES,
    NotHosted,
    new_name,
    signed_address,
    verify,
)

_KEY_FILE: Final = "signing.key"


class LocalHost:
    """A folder of copies; see ``Host``.

    Args:
        folder: where they lie; nothing else may.
        base_url: how our API is reached from outside, as ``https://films.example``.
        secret: 32 bytes that sign the addresses.
        now: the time in Unix seconds.
    """

    def __init__(
        self,
        folder: Path,
        base_url: str,
        secret: bytes,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        if len(secret) < SECRET_BYTES:
            raise InvalidInput(f"a signing secret of {len(secret)} bytes: give {SECRET_BYTES}")
        self._folder = folder
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._now = now

    @classmethod
    def open(cls, folder: Path, base_url: str) -> Self:
        """Open a folder of copies, making it and its secret where needed.

        The secret lies in the folder, so that the process that tags and the one that serves agree.

        Raises:
            HostingFailed: the folder cannot be used.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(folder, base_url, _secret_in(folder))
        except OSError as error:
            raise _unusable(folder, error) from error

    def put(self, path: Path) -> str:
        """Copy a file into the folder; copies left behind by killed processes go."""
        name = new_name()
        target = self._folder / name
        try:
            self._drop_left_behind()
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with path.open("rb") as source, open(descriptor, "wb") as copy:  # noqa: PTH123 - a descriptor
                shutil.copyfileobj(source, copy)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise _unusable(self._folder, error) from error
        return name

    def url(self, name: str, *, valid_seconds: int) -> str:
        """Return the signed address of a copy."""
        expires = int(self._now()) + valid_seconds
        return signed_address(self._base_url, self._secret, name, expires)

    def delete(self, name: str) -> None:
        """Delete a copy."""
        if COPY_NAME.fullmatch(name):
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise _unusable(self._folder, error) from error

    def open_signed(self, name: str, *, expires: int, signature: str) -> Path:
        """Return the file to give out for a signed address.

        Args:
            name: the last part of the address's path.
            expires: as in the address.
            signature: as in the address.

        Raises:
            NotHosted: it was not signed by us, has expired, or the copy is gone.
        """
        if not COPY_NAME.fullmatch(name):
            raise NotHosted
        if not verify(self._secret, name, expires, signature, now=self._now()):
            raise NotHosted
        path = self._folder / name
        if path.is_symlink() or not path.is_file():
            raise NotHosted
        return path

    def _drop_left_behind(self) -> None:
        oldest = self._now() - LEFT_BEHIND_SECONDS
        for path in self._folder.glob("*.mp4"):
            # Other processes delete theirs meanwhile.
            with suppress(FileNotFoundError):
                if COPY_NAME.fullmatch(path.name) and path.lstat().st_mtime < oldest:
                    path.unlink()


def _secret_in(folder: Path) -> bytes:
    path = folder / _KEY_FILE
    if not path.exists():
        # Written aside and linked: of two processes at once, one wins and both read its secret.
        aside = folder / f"{_KEY_FILE}.{secrets.token_hex(8)}"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(secrets.token_bytes(SECRET_BYTES))
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


def _unusable(folder: Path, error: OSError) -> ReelmatchError:
    return expected_trouble(error, folder) or HostingFailed(
        f"the folder of hosted copies {folder} cannot be used: {error.strerror}"
    )
