"""A view of the index brought up to date with the catalog.

Each process follows the catalog's revision by itself; no messages pass between them.
"""

from engine.batch.index_rows import RowBuilder
from engine.batch.origins import refuse_other_names
from engine.indexes.local.delta import Changes, advance
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog


def follow(snapshot: LocalSnapshot, catalog: Catalog) -> LocalSnapshot:
    """Return the view with every change of the catalog up to now; itself if there was none."""
    # Taken first: a change that comes while we read is read twice, never missed.
    revision = catalog.revision()
    if revision == snapshot.revision:
        return snapshot
    changed = catalog.videos.changed_since(snapshot.revision)
    # Read before vocabulary and taggers' words: both are there before a video that needs them.
    observed = catalog.content.of(changed)
    vocabulary = catalog.tags.vocabulary()
    refuse_other_names(snapshot.vocabulary, vocabulary)
    rows_of = RowBuilder(catalog, snapshot.generation.config, vocabulary)
    rows = [rows_of.row(content) for content in observed]
    return advance(snapshot, Changes(changed, rows, vocabulary, revision))
