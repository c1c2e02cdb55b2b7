"""Interface of a store of objects: bytes by name, which other machines can reach."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol


class ObjectStore(Protocol):
    """Objects below one address. Names are relative, with ``/`` between their parts.

    Every method raises ``StoreUnusable`` when the store cannot be asked or refuses.
    """

    @property
    def url(self) -> str:
        """Address, without what is secret in it."""
        ...

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        """Return a small object, None when it is not there.

        Raises:
            StoreUnusable: when it is longer.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a small object, at once or not at all; instead of the one of that name."""
        ...

    def upload(self, name: str, file: BinaryIO) -> None:
        """Write all of a file as an object, as ``write``."""
        ...

    def download(self, name: str) -> Iterator[bytes]:
        """Yield an object, piece by piece.

        Raises:
            StoreUnusable: when it is not there, too.
        """
        ...

    def download_range(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes ``[start, stop)`` of an object, all of which it must have.

        Raises:
            StoreUnusable: when it is not there, or shorter, too.
        """
        ...

    def size(self, name: str) -> int | None:
        """Return the length of an object in bytes, None when it is not there."""
        ...

    def modified(self, name: str) -> float | None:
        """Return when an object was written, seconds since 1970; None when it is not there."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder, sorted; none when it is not there."""
        ...

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""
        ...
