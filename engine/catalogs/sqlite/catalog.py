"""The catalog in one file of SQLite."""

from pathlib import Path

from engine.catalogs.sqlite.copying import copy_catalog
from engine.catalogs.sqlite.file import CatalogFile


class Catalog(CatalogFile):
    """One catalog, noun by noun. Safe to share between threads.

    Args:
        path: of the file.
        claim: of a worker to its job; without it, nothing is written any more.
    """

    def copy_to(self, target: Path) -> int:
        """Write this catalog, as it is at this moment, into a new file of SQLite, and check it.

        Returns:
            How many videos it has.

        Raises:
            CorruptData: when the catalog is damaged.
        """
        return copy_catalog(self, target)

    def check(self, *, indexes: bool = False, tracks: bool = False) -> None:
        """Read the whole file and look whether it holds together.

        Args:
            indexes: compare them with their tables, too, which takes some times as long.
            tracks: read each of them and all lines of text, too.

        Raises:
            CorruptData: naming what was found first.
        """
        pragma = "integrity_check" if indexes else "quick_check"
        ((problem,),) = self.rows(f"pragma {pragma}(1)")
        if problem != "ok":
            raise self.damaged(str(problem))
        if tracks:
            self.check_content()
