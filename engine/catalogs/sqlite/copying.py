"""A copy of a catalog's file as it is at one moment, while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from engine.catalogs.sqlite.file import CatalogFile

# Of this moment and this service: neither sessions nor what was started under a client's name.
_LEFT_OUT: Final = ("sessions", "started")


def copy_catalog(catalog: CatalogFile, target: Path) -> int:
    """Copy the catalog as it is at this moment and check the copy; return how many videos it has.

    Damage is copied as it is, so what is found in the copy is in the catalog.
    """
    with (
        closing(sqlite3.connect(catalog.path)) as live,
        closing(sqlite3.connect(target)) as copy,
        catalog.reporting_damage(),
    ):
        live.backup(copy)
        ((problem,),) = copy.execute("pragma integrity_check(1)").fetchall()
        if problem != "ok":
            raise catalog.damaged(str(problem))
        return tidy_copy(copy)


def tidy_copy(copy: sqlite3.Connection) -> int:
    """Leave out of a copy what is of this moment only, in one file; return how many videos."""
    for table in _LEFT_OUT:
        copy.execute(f"delete from {table}")  # noqa: S608 - constants
    copy.execute("update jobs set state = 'queued', worker = '' where state = 'running'")
    copy.commit()
    copy.execute("pragma journal_mode = delete")
    copy.execute("vacuum")
    ((videos,),) = copy.execute("select count(*) from videos").fetchall()
    return int(videos)
