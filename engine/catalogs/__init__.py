"""Catalogs: one by its URL, whatever holds it."""

from pathlib import Path
from typing import Final

from engine.domain.jobs import Claim
from engine.errors import InvalidInput, MissingPart
from engine.ports.catalog import Catalog

_SQLITE: Final = "sqlite:"
_POSTGRES: Final = ("postgresql", "postgres")


def open_catalog(
    url: str | Path, *, create: bool = True, read_only: bool = False, claim: Claim | None = None
) -> Catalog:
    """Open a catalog, creating or updating its tables where needed.

    Args:
        url: ``sqlite:///`` and the path of a file, or the path alone;
            ``postgresql://user:password@host:port/database``.
        create: False for who was told of a catalog: one that is gone is not made anew, empty.
        read_only: True for who reads what another process has opened: it is neither made nor
            updated, and not written.
        claim: of a worker to its job; without it, nothing is written any more.

    Raises:
        InvalidInput: when there is no such kind of catalog.
        MissingPart: when what asks this kind of server is not installed.
        CatalogUnusable: when it is no catalog, or of a newer version of reelmatch.
        CatalogUnavailable: when its server does not answer.
        DiskFull: when there is no room for what it needs.
        TooManyOpenFiles: when this process may open no more.
    """
    scheme, colon, _ = str(url).partition("://")
    if colon and isinstance(url, str):
        if scheme in _POSTGRES:
            return _open_postgres(url, create=create, read_only=read_only, claim=claim)
        if f"{scheme}:" != _SQLITE:
            raise InvalidInput(
                f"no catalog can be opened by {scheme}://: write sqlite:/// and a path, a path"
                " alone, or postgresql://user@host/database"
            )
    from engine.catalogs.sqlite.catalog import Catalog as SqliteCatalog

    name = str(url)
    if name.startswith(_SQLITE):
        name = name.removeprefix(_SQLITE).removeprefix("//")
    # Two slashes at the beginning would stay, and mean another thing with some systems.
    path = Path(f"/{name.lstrip('/')}" if name.startswith("/") else name)
    return SqliteCatalog.open(path, create=create, read_only=read_only, claim=claim)


def is_shared(url: str | Path) -> bool:
    """Tell whether a catalog is of a server, which other machines reach by the same URL."""
    return str(url).partition("://")[0] in _POSTGRES


def _open_postgres(url: str, *, create: bool, read_only: bool, claim: Claim | None) -> Catalog:
    try:
        from engine.catalogs.postgres.catalog import Catalog as PostgresCatalog
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("psycopg", "psycopg_pool"):
            raise
        raise MissingPart("a catalog in PostgreSQL", "pip install 'reelmatch[postgres]'") from error
    return PostgresCatalog.open(url, create=create, read_only=read_only, claim=claim)
