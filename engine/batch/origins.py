"""Catalogs and the indexes built of them: beside another catalog an index gives wrong answers."""

from itertools import zip_longest

from engine.errors import CatalogUnusable, CorruptData
from engine.indexes.local.disk.generation import Built
from engine.indexes.local.disk.generations import Generations
from engine.ports.catalog import Catalog
from engine.words.vocabulary import Vocabulary


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
        raise _other(generations, catalog)


def refuse_index_of_other_catalog(generations: Generations, built: Built, catalog: Catalog) -> None:
    """Refuse to search an index beside a catalog that it was not built of.

    Args:
        generations: the folder that the index lies in.
        built: what it was built of.
        catalog: the one beside it.

    Raises:
        CatalogUnusable: naming the way out.
    """
    if _is_other(built, catalog):
        raise _other(generations, catalog)
    revision = catalog.revision()
    if built.revision > revision:
        raise CatalogUnusable(
            f"the catalog {catalog.name} is older than its index: it is at revision {revision},"
            f" and the index was built at {built.revision}. Put the newer catalog back, or"
            " reindex to go on with this one",
            hint="run 'reelmatch reindex'",
        )


def refuse_other_names(before: Vocabulary, now: Vocabulary) -> None:
    """Refuse a catalog that calls a tag otherwise than the index of it does.

    No tag is ever called otherwise, or goes: such a catalog is damaged, which nothing else tells.

    Args:
        before: the tags that the index knows.
        now: those of the catalog, which may be more.

    Raises:
        CatalogUnusable: naming the tag.
    """
    if now is before or now.names[: len(before)] == before.names:
        return
    was, label = next(
        pair for pair in zip_longest(before.names, now.names, fillvalue="") if pair[0] != pair[1]
    )
    raise CatalogUnusable(
        f"the catalog calls the tag {was!r} of its index {label!r}: it is damaged; restore a dump"
        " into another REELMATCH_HOME"
    )


def _is_other(built: Built, catalog: Catalog) -> bool:
    if built.catalog:
        return built.catalog != catalog.identity()
    # Earlier versions wrote down no identity, but no catalog goes back by itself.
    return built.revision > catalog.revision()


def _other(generations: Generations, catalog: Catalog) -> CatalogUnusable:
    return CatalogUnusable(
        f"the index in {generations.folder} was built of another catalog than {catalog.name}: put"
        " the right catalog back, or remove the index and reindex",
        hint="run 'reelmatch reindex'",
    )
