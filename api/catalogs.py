"""The catalog that the settings name."""

from api.settings import Settings
from engine.catalogs import open_catalog
from engine.errors import DiskFull, InvalidInput, ReadOnlyCatalog
from engine.ports.catalog import Catalog
from engine.system.homes import make_home
from engine.system.os_errors import expected_trouble


def open_own_catalog(settings: Settings, *, create: bool = True) -> Catalog:
    """Open the catalog of the settings, and make the home that holds all beside it.

    Raises:
        InvalidInput: when the setting names none, or the home cannot be made.
        ReadOnlyCatalog: on a replica, which has none of its own.
        ReelmatchError: as ``engine.catalogs.open_catalog``.
    """
    if settings.only_answers:
        raise ReadOnlyCatalog
    if settings.catalog:
        try:
            make_home(settings.home)
        except OSError as error:
            trouble = expected_trouble(error, settings.home)
            if isinstance(trouble, DiskFull):
                raise trouble from error
            raise InvalidInput(
                f"{settings.home} cannot be made ({error.strerror}): set REELMATCH_HOME to another"
                " folder"
            ) from error
    return open_catalog(settings.catalog or settings.catalog_path, create=create)


def refuse_on_replica(settings: Settings) -> None:
    """Refuse to build or publish an index where another host's is fetched.

    Raises:
        InvalidInput: naming where to.
    """
    if settings.replica_of:
        raise InvalidInput(
            f"the index is fetched here from {settings.replica_of}: do this on the host that"
            " publishes there"
        )
