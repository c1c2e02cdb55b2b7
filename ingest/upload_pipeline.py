"""One file in the store of media -> fetched, looked at, tagged, stored."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path

from engine.domain.media import StoredUpload
from engine.domain.tags import VISUAL
from engine.domain.text import cleaned_line
from engine.errors import CorruptData, StoreUnusable
from engine.ports.catalog import Catalog
from engine.ports.object_store import ObjectStore
from ingest.decoding.probe import Status
from ingest.described import Described
from ingest.pipeline import IngestResult, known_result, store_failure
from ingest.sources.stored_uploads import fetched_upload


def described_by_upload(upload: StoredUpload) -> Described:
    """Describe a video by its source alone, which tells its id: nothing is fetched."""
    return Described(upload.video, upload.source, cleaned_line(Path(upload.name).stem))


def ingest_upload(
    upload: StoredUpload,
    store: ObjectStore | None,
    folder: Path,
    catalog: Catalog,
    analyze: Callable[[Path, Described], IngestResult],
    *,
    force: bool = False,
    sources: Collection[str] = (VISUAL,),
    on_piece: Callable[[], object] = lambda: None,
) -> IngestResult:
    """Fetch a file and watch it, unless it is known already.

    Args:
        upload: the file.
        store: of media; None where the settings name none.
        folder: where the file lies meanwhile.
        catalog: where the result is stored.
        analyze: watches the file and stores what was seen.
        force: analyze again a video that was analyzed before.
        sources: of tags; a video that all of them observed is known.
        on_piece: called now and then while it is fetched.
    """
    described = described_by_upload(upload)
    known = known_result(described, catalog, force=force, sources=sources)
    if known is not None:
        return known
    with ExitStack() as while_fetched:
        try:
            path = while_fetched.enter_context(fetched_upload(upload, store, folder, on_piece))
        except StoreUnusable as error:
            # Of the store, not of the video: nothing is said with it.
            return IngestResult(None, upload.source, Status.FAILED, str(error), 0)
        except CorruptData as error:
            return store_failure(described, catalog, Status.MISSING, str(error))
        return analyze(path, described)
