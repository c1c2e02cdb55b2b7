"""Tracks: what was seen on videos."""

from collections.abc import Sequence

from engine.catalogs.sqlite.file import CatalogFile
from engine.catalogs.sqlite.records import COLUMNS, PAGE_VIDEOS, record_of, track_of
from engine.domain.tracks import Track
from engine.domain.videos import Span, VideoRecord


class Tracks:
    """The tracks of one catalog."""

    def __init__(self, file: CatalogFile) -> None:
        self._file = file

    def get(self, video: str) -> Track:
        """Return the observations of a video that count; none when it could not be watched."""
        for (blob,) in self._file.rows("select track from tracks where video = ?", (video,)):
            return track_of(video, blob)
        return Track.empty()

    def watched(
        self, *, after: str = "", limit: int = PAGE_VIDEOS
    ) -> list[tuple[VideoRecord, Track]]:
        """Return a page of the videos that have a track, by rising id, those after ``after``."""
        rows = self._file.rows(
            f"select {COLUMNS}, t.track from videos v join tracks t on t.video = v.id"  # noqa: S608
            " where v.id > ? order by v.id limit ?",
            (after, limit),
        )
        return [(record_of(row[:-1]), track_of(row[0], row[-1])) for row in rows]

    def spans(self, videos: int) -> list[Span]:
        """Return the watched videos in runs of so many, by rising id, all of one moment."""
        rows = self._file.rows(
            "select max(id), count(*), max(revision) from (select id, revision,"
            " (row_number() over (order by id) - 1) / ? as run from videos v"
            " where exists (select 1 from tracks t where t.video = v.id))"
            " group by run order by run",
            (videos,),
        )
        firsts = ["", *(last for last, *_ in rows)]
        return [Span(after, *row) for after, row in zip(firsts, rows, strict=False)]

    def watched_among(self, videos: Sequence[str]) -> list[tuple[VideoRecord, Track]]:
        """Return those of some videos that are there and have a track, by rising id."""
        found = []
        for first in range(0, len(videos), PAGE_VIDEOS):
            page = videos[first : first + PAGE_VIDEOS]
            found += self._file.rows(
                f"select {COLUMNS}, t.track from videos v join tracks t on t.video = v.id"  # noqa: S608
                f" where v.id in ({','.join('?' * len(page))})",
                page,
            )
        return [(record_of(row[:-1]), track_of(row[0], row[-1])) for row in sorted(found)]
