"""Interface of a place that hosts copies."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.errors import ReelmatchError

log = logging.getLogger(__name__)


class HostingFailed(ReelmatchError):
    """A copy could not be put where a remote tagger can fetch it, or not be deleted there."""


class Host(Protocol):
    """Keeps copies for a short time and gives them out to who has the address."""

    def put(self, path: Path) -> str:
        """Copy a file there and return the name it has there, which nobody can guess.

        Raises:
            HostingFailed: it cannot be stored.
        """

    def url(self, name: str, *, valid_seconds: int) -> str:
        """Return an address that gives out the file of a name, for some time.

        Raises:
            HostingFailed: no address can be made.
        """

    def delete(self, name: str) -> None:
        """Forget the file of a name; nothing happens when there is none.

        Raises:
            HostingFailed: it may still be there.
        """


@contextmanager
def hosted(host: Host, path: Path, *, valid_seconds: int) -> Iterator[str]:
    """Put a file on a host, yield its address, delete it afterwards, come what may.

    Raises:
        HostingFailed: it could not be put there.
    """
    name = host.put(path)
    try:
        yield host.url(name, valid_seconds=valid_seconds)
    finally:
        try:
            host.delete(name)
        except HostingFailed as error:
            # What was seen is worth more than a copy that expires anyway.
            log.warning("a hosted copy is left behind: %s", error)
