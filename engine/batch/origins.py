"""Catalogs and the indexes built of them: beside another catalog an index gives wrong answers."""

from engine.errors import CatalogUnusable, CorruptData
from engine.indexes.local.disk.generation import Built
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog


def refuse_other_catalog(generations: Generations, catalog: Catalog) -> None:
    """Refuse to replace the index of another catalog.

    Raises:
        CatalogUnusable: naming the way out.
    """
    try:
        live = generations.current_id
        built = None if live is None else generations.built(live)
    except CorruptData:
        return  # It does not say any more; building heals it.
    if built is None:
        return
    if _is_other(built, catalog):
        raise _other(generations.folder, catalog)


def refuse_index_of_other_catalog(name: object, built: Built, catalog: Catalog) -> None:
    """Refuse to search an index beside a catalog that it was not built of.

    Args:
        name: of the index: its folder, or where its server is.
        built: what it was built of.
        catalog: the one beside it.

    Raises:
        CatalogUnusable: naming the way out.
    """
    if _is_other(built, catalog):
        raise _other(name, catalog)
    revision = catalog.revision()
    if built.revision > revision:
        raise CatalogUnusable(
            f"the catalog {catalog.name} is older than its index: it is at revision {revision},"
            f" and the index was built at {built.revision}. Put the newer catalog back, or"
            " reindex to go on with this one",
            hint="run 'reelmatch reindex'",
        )


def _is_other(built: Built, catalog: Catalog) -> bool:
    if built.catalog:
        return built.catalog != catalog.identity()
    # Earlier versions wrote down no identity, but no catalog goes back by itself.
    return built.revision > catalog.revision()


def _other(name: object, catalog: Catalog) -> CatalogUnusable:
    return CatalogUnusable(
        f"the index in {name} was built of another catalog than {catalog.name}: put"
        " the right catalog back, or remove the index and reindex",
        hint="run 'reelmatch reindex'",
    )
