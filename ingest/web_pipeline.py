"""One address of the web -> fetched, looked at, tagged, stored."""

from collections.abc import Callable, Collection
from pathlib import Path

from engine.domain.tags import VISUAL
from engine.domain.videos import ANALYZED
from engine.ports.catalog import Catalog
from ingest.described import Described
from ingest.pipeline import IngestResult, known_result, store_failure
from ingest.sources.addresses import address_id, canonical
from ingest.sources.download_cache import Fetched
from ingest.sources.failures import Unfetchable
from ingest.sources.web import FetchLimits, fetch


def described_by_address(address: str) -> Described:
    """Describe a video by its address alone: that is its id, whatever the site serves.

    Raises:
        NotAnAddress: when it is no web address.
    """
    source = canonical(address)
    return Described(address_id(source), source, source)


def ingest_address(
    address: str,
    folder: Path,
    limits: FetchLimits,
    catalog: Catalog,
    analyze: Callable[[Path, Described], IngestResult],
    *,
    force: bool = False,
    sources: Collection[str] = (VISUAL,),
    on_piece: Callable[[], object] = lambda: None,
) -> IngestResult:
    """Fetch a video and watch it, unless it is known already. The file goes once it was analyzed.

    Args:
        address: of the video, or of a page with one video.
        folder: where it lies meanwhile; what was left unfinished is resumed.
        limits: of the fetch.
        catalog: where the result is stored.
        analyze: watches the file and stores what was seen.
        force: look again at a video that was analyzed before.
        sources: of tags; a video that all of them observed is known.
        on_piece: called now and then while it is fetched.
    """
    described = described_by_address(address)
    known = known_result(described, catalog, force=force, sources=sources)
    if known is not None:
        return known
    try:
        fetched = fetch(described.source, folder, limits, on_progress=lambda _: on_piece())
    except Unfetchable as error:
        return store_failure(described, catalog, error.status, error.reason)
    result = analyze(fetched.path, _described(described, fetched))
    if result.status in ANALYZED:
        fetched.delete()
    return result


def _described(plain: Described, fetched: Fetched) -> Described:
    metadata = fetched.metadata
    return Described(
        plain.id,
        plain.source,
        metadata.title or plain.title,
        language=metadata.language,
        uploader=metadata.uploader,
        uploader_id=metadata.uploader_id,
        categories=metadata.categories,
        description=metadata.description,
        tags=metadata.tags,
        warning=fetched.warning,
    )
