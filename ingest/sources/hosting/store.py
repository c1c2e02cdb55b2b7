"""Copies in the store of media, given out by our own API on any host that knows the store."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.errors import StoreUnusable
from engine.ports.object_store import ObjectStore
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

_COPIES: Final = "copies"


class StoreHost:
    """A store of copies; see ``Host``. Beside each lies the secret that signs its addresses.

    Args:
        store: of media.
        base_url: how our API is reached from outside, as ``https://films.example``.
        now: the time in Unix seconds.
    """

    def __init__(
        self, store: ObjectStore, base_url: str, *, now: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._base_url = base_url.rstrip("/")
        self._now = now

    def put(self, path: Path) -> str:
        """Copy a file into the store; copies left behind by killed processes go."""
        name = new_name()
        try:
            self._drop_left_behind()
            with path.open("rb") as file:
                self._store.write(_key(name), secrets.token_bytes(SECRET_BYTES))
                self._store.upload(_copy(name), file)
        except StoreUnusable as error:
            raise HostingFailed(str(error)) from error
        except OSError as error:
            raise HostingFailed(f"{path} cannot be read: {error.strerror}") from error
        return name

    def url(self, name: str, *, valid_seconds: int) -> str:
        """Return the signed address of a copy."""
        try:
            secret = self._secret(name)
        except StoreUnusable as error:
            raise HostingFailed(str(error)) from error
        if secret is None:
            raise HostingFailed(f"the copy {self._store.url}/{_copy(name)} is gone")
        expires = int(self._now()) + valid_seconds
        return signed_address(self._base_url, secret, name, expires)

    def delete(self, name: str) -> None:
        """Delete a copy and its secret."""
        if COPY_NAME.fullmatch(name):
            try:
                self._store.delete(_key(name))
                self._store.delete(_copy(name))
            except StoreUnusable as error:
                raise HostingFailed(str(error)) from error

    def object_of(self, name: str, *, expires: int, signature: str) -> str:
        """Return the name of the object to give out for a signed address.

        Args:
            name: the last part of the address's path.
            expires: as in the address.
            signature: as in the address.

        Raises:
            NotHosted: it was not signed by us, has expired, or the copy is gone.
            StoreUnusable: the store cannot be asked.
        """
        secret = self._secret(name) if COPY_NAME.fullmatch(name) else None
        if secret is None or not verify(secret, name, expires, signature, now=self._now()):
            raise NotHosted
        return _copy(name)

    def _secret(self, name: str) -> bytes | None:
        secret = self._store.read(_key(name), max_bytes=SECRET_BYTES)
        return secret if secret and len(secret) == SECRET_BYTES else None

    def _drop_left_behind(self) -> None:
        # As many as are fetched at this moment, and what killed processes left: few.
        oldest = self._now() - LEFT_BEHIND_SECONDS
        for name in self._store.names(_COPIES):
            modified = self._store.modified(name)
            if modified is not None and modified < oldest:
                self._store.delete(name)


def _copy(name: str) -> str:
    return f"{_COPIES}/{name}"


def _key(name: str) -> str:
    return f"{_COPIES}/{name.removesuffix('.mp4')}.key"
