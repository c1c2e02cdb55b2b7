"""Catalogs: one by its URL, whatever holds it."""

from pathlib import Path
from typing import Final

from engine.domain.jobs import Claim
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog

_SQLITE: Final = "sqlite:"


def open_catalog(
    url: str | Path, *, create: bool = True, read_only: bool = False, claim: Claim | None = None
) -> Catalog:
    """Open a catalog, creating or updating its tables where needed.

    Args:
        url: ``sqlite:`` and the path of a file, or the path alone.
        create: False for who was told of a catalog: one that is gone is not made anew, empty.
        read_only: True for who reads what another process has opened: it is neither made nor
            updated, and not written.
        claim: of a worker to its job; without it, nothing is written any more.

    Raises:
        InvalidInput: when there is no such kind of catalog.
        CatalogUnusable: when it is no catalog, or of a newer version of reelmatch.
        DiskFull: when there is no room for what it needs.
        TooManyOpenFiles: when this process may open no more.
    """
    from engine.catalogs.sqlite.catalog import Catalog as SqliteCatalog

    scheme, colon, _ = str(url).partition("://")
    if colon and isinstance(url, str):
        raise InvalidInput(
            f"no catalog can be opened by {scheme}://: write sqlite: and a path, or a path alone"
        )
    path = Path(str(url).removeprefix(_SQLITE))
    return SqliteCatalog.open(path, create=create, read_only=read_only, claim=claim)
