"""Videos that were seen by another version of a tagger than the one that is here."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.videos import OutdatedVideo

# What was imported has no size: nobody here decoded it. A version has no order, it differs or not.
_OUTDATED: Final = (
    "v.width > 0 and substr(v.tagger, 1, length(?1) + 1) = ?1 || '@'"
    " and v.tagger <> ?1 || '@' || ?2"
    " and exists (select 1 from tracks t where t.video = v.id)"
)


def outdated_videos(catalog: Catalog, tagger: str, version: str) -> Iterator[OutdatedVideo]:
    """Yield the watched videos that another version of a tagger saw, the newest first.

    Args:
        catalog: of the videos. Results of imports are not among them, whoever saw these.
        tagger: its name.
        version: the one that is here.
    """
    rows = catalog.rows(
        "select v.id, v.seconds, s.source from videos v left join sources s on s.video = v.id"  # noqa: S608
        f" where {_OUTDATED} order by v.added_at desc, v.rowid desc, s.rowid desc",
        (tagger, version),
    )
    for _, found in groupby(rows, key=itemgetter(0)):
        places: list[tuple[Any, ...]] = list(found)
        video, seconds, _ = places[0]
        yield OutdatedVideo(video, seconds, tuple(source for *_, source in places if source))


def count_outdated(catalog: Catalog, tagger: str, version: str) -> int:
    """Return how many ``outdated_videos`` there are."""
    ((count,),) = catalog.rows(
        f"select count(*) from videos v where {_OUTDATED}",  # noqa: S608
        (tagger, version),
    )
    return int(count)
