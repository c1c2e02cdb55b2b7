"""Generations of catalogs, for tests of what is done with them."""

from pathlib import Path
from typing import Final

from engine.batch.reindex import reindex
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog

_CONFIG: Final = IndexConfig(threshold=0.7, tf="sqrt", slope=0.3)


def built(catalog: Catalog, folder: Path, config: IndexConfig = _CONFIG) -> Generation:
    """Return the generation of a reindex into a folder."""
    return reindex(catalog, Generations(folder / "generations"), config)
