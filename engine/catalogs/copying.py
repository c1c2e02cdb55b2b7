"""Copy of a catalog into another one, of any kind, by their URLs."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalogs import open_catalog
from engine.catalogs.sql.catalog import SqlCatalog
from engine.catalogs.sql.copying import copy_catalog
from engine.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Copied:
    """Result of a copy.

    Attributes:
        videos: how many there are.
        digests: name of each catalog -> digest of what it holds, in hexadecimal digits.
    """

    videos: int
    digests: Mapping[str, str]


def copy_between(source: str, target: str) -> Copied:
    """Copy all that the catalog of one URL holds into that of another, which is made if need be.

    Raises:
        InvalidInput: when the target holds something, or a URL cannot be one.
        CatalogUnusable: when there is no such source, or one of them cannot be opened.
        CatalogUnavailable: when a server does not answer.
        DiskFull: when there is no room for it.
    """
    with open_catalog(source, create=False) as read, open_catalog(target) as written:
        # For mypy: there is no other kind.
        assert isinstance(read, SqlCatalog)  # noqa: S101
        assert isinstance(written, SqlCatalog)  # noqa: S101
        if read.name == written.name:
            raise InvalidInput(f"{read.name} is both: name another catalog to copy into")
        digest = copy_catalog(read, written)
        written.flush(truncate=True)
        return Copied(written.videos.count(), {read.name: digest, written.name: digest})
