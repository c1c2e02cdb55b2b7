"""A catalog's place: its catalog and its generations, which are there together or not at all."""

import os
from pathlib import Path
from typing import Final

from engine.errors import CatalogUnusable

CATALOG: Final = "catalog.db"
CATALOG_LOCK: Final = "catalog.lock"
GENERATIONS: Final = "generations"
CURRENT: Final = "CURRENT"
FETCHED_UPLOADS: Final = "fetched-uploads"
"""A folder for files of a store of media, each as long as it is watched."""
RESTORED: Final = ".restored"
"""A folder with all that a restore brings back, whole and on the disk, to be put in place."""


def make_home(folder: Path) -> None:
    """Make a home where none is; its owner alone can look into a new one.

    Raises:
        OSError: it cannot be made.
    """
    # Viewers and what they did are nobody else's; XDG asks for this mode, too.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def finish_restore(home: Path) -> bool:
    """Put in place what a restore made ready; by who holds the catalog's lock only.

    Can be cut short at any moment and begun again.

    Returns:
        Whether there was anything to put.

    Raises:
        CatalogUnusable: somebody else put a catalog there meanwhile.
    """
    ready = home / RESTORED
    if not ready.is_dir():
        return False
    # The catalog last: a place with a catalog is one that was restored whole.
    for name in (GENERATIONS, CATALOG):
        if not (ready / name).exists():
            continue
        if (home / name).exists():
            raise CatalogUnusable(
                f"{home} holds {name} and a restored one in {ready}, where a restore was cut"
                " short: remove or move away one of the two"
            )
        (ready / name).replace(home / name)
        sync_folder(home)
    ready.rmdir()
    sync_folder(home)
    return True


def refuse_lost_catalog(catalog: Path) -> None:
    """Refuse to begin a new catalog beside an index: the old one is lost.

    Raises:
        CatalogUnusable: naming the ways out.
    """
    home = catalog.parent
    if catalog.name != CATALOG or not (home / GENERATIONS / CURRENT).exists():
        return
    is_there = catalog.exists()
    if is_there and catalog.stat().st_size:
        return
    raise CatalogUnusable(
        f"{catalog} is {'empty' if is_there else 'gone'}, but there is an index of one in"
        f" {home / GENERATIONS}: put the catalog back (a dump has it: restore it into another"
        " folder), or remove the index to begin anew",
        hint="'reelmatch restore' brings a dump back",
    )


def sync_folder(folder: Path) -> None:
    """Put on the disk what was renamed or made in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
