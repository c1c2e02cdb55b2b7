"""Videos with all that was observed of them, in one go."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from engine.catalogs.sql.database import Database, marks
from engine.catalogs.sql.records import COLUMNS, record_of, track_of
from engine.domain.content import PAGE_VIDEOS, SourceTrack, VideoContent
from engine.domain.videos import Span

_CONTENT: Final = (
    f"select {COLUMNS}, t.source, t.tagger, t.track from videos v"  # noqa: S608 - constants
    " join tracks t on t.video = v.id"
)
_ORDER: Final = " order by v.id, t.source"
_IS_OBSERVED: Final = "exists (select 1 from tracks t where t.video = v.id)"


class Content:
    """The content of one catalog's videos."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def of(self, videos: Sequence[str], sources: Iterable[str] = ()) -> list[VideoContent]:
        """Return those of some videos that were observed, by rising id.

        Args:
            videos: their ids.
            sources: whose tracks to read; none for all.
        """
        rows: list[tuple[Any, ...]] = []
        names = list(sources)
        among = f" and t.source in ({marks(names)})" if names else ""
        for first in range(0, len(videos), PAGE_VIDEOS):
            page = videos[first : first + PAGE_VIDEOS]
            rows += self._file.rows(
                f"{_CONTENT} where v.id in ({marks(page)}){among}{_ORDER}", [*page, *names]
            )
        return sorted(_contents(rows), key=lambda content: content.record.id)

    def page(self, *, after: str = "", limit: int = PAGE_VIDEOS) -> list[VideoContent]:
        """Return a page of the videos that were observed, by rising id, those after ``after``."""
        rows = self._file.rows(
            f"{_CONTENT} where v.id in (select v.id from videos v where v.id > ? and {_IS_OBSERVED}"  # noqa: S608
            f" order by v.id limit ?){_ORDER}",
            (after, limit),
        )
        return _contents(rows)

    def spans(self, videos: int) -> list[Span]:
        """Return the observed videos in runs of so many, by rising id, all of one moment."""
        rows = self._file.rows(
            "select max(id), count(*), max(revision) from (select id, revision,"  # noqa: S608
            f" (row_number() over (order by id) - 1) / ? as run from videos v where {_IS_OBSERVED})"
            " as runs group by run order by run",
            (videos,),
        )
        firsts = ["", *(last for last, *_ in rows)]
        return [Span(after, *row) for after, row in zip(firsts, rows, strict=False)]


def _contents(rows: Sequence[tuple[Any, ...]]) -> list[VideoContent]:
    """Return rows of ``_CONTENT``, those of a video behind each other, as videos with tracks."""
    contents: list[VideoContent] = []
    tracks: list[SourceTrack] = []
    video = ""
    for row in rows:
        if row[0] != video:
            video, tracks = row[0], []
            contents.append(VideoContent(record_of(row[:-3]), tracks))
        tracks.append(SourceTrack(row[-3], row[-2], track_of(video, row[-1])))
    return contents
