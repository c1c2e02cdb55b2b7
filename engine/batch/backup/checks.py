"""Checks of a copied catalog and its generation, before they are put in place."""

from pathlib import Path

from engine.batch.backup.manifests import Manifest, current_part
from engine.batch.origins import refuse_index_of_other_catalog
from engine.catalogs import open_catalog
from engine.errors import CorruptData, OutdatedGeneration
from engine.indexes.local.disk.consistency import check_consistency
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.system.homes import CATALOG, CATALOG_LOCK, GENERATIONS


def check_catalog(manifest: Manifest, folder: Path) -> None:
    """Check a catalog that was copied, and bring it up to date.

    Args:
        manifest: what was copied.
        folder: where to.

    Raises:
        ReelmatchError: when it cannot be used.
    """
    with open_catalog(folder / CATALOG) as catalog:
        catalog.check(indexes=True)
        videos = catalog.videos.count()
        catalog.flush(truncate=True)
    if videos != manifest.videos:
        raise CorruptData(f"it should have {manifest.videos} videos, and has {videos}")
    (folder / CATALOG_LOCK).unlink(missing_ok=True)


def check_generation(manifest: Manifest, folder: Path, catalog: Catalog) -> None:
    """Check a generation that was copied.

    One of another version is whole, but must be built anew.

    Args:
        manifest: what was copied; nothing is checked when it has no generation.
        folder: where to.
        catalog: that it is searched beside.

    Raises:
        ReelmatchError: when it cannot be used.
    """
    if manifest.generation is None:
        return
    generations = Generations(folder / GENERATIONS)
    try:
        if generations.current_id != manifest.generation:
            raise CorruptData(f"{current_part()} names another generation")
        built = generations.built(manifest.generation)
        refuse_index_of_other_catalog(generations, built, catalog)
        tags = catalog.tags.vocabulary().names
        check_consistency(generations.load(manifest.generation), tags)
    except OutdatedGeneration:
        pass
    # What it may say besides, of one before, is not here.
    generations.current.write(manifest.generation, None)
