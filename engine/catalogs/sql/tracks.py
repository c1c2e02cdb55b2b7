"""Tracks: what each source observed on videos."""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.catalogs.sql.database import Database, marks
from engine.catalogs.sql.lines import lines_of, put_lines
from engine.catalogs.sql.records import track_of
from engine.domain.content import PAGE_VIDEOS, SourceTrack
from engine.domain.lines import Line
from engine.domain.tags import VISUAL
from engine.domain.tracks import Track, merged
from engine.errors import UnknownVideo

PUT_TRACK: Final = (
    "insert into tracks (video, source, tagger, track) values (?, ?, ?, ?)"
    " on conflict (video, source) do update set tagger = excluded.tagger, track = excluded.track"
)


class Tracks:
    """The tracks of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def get(self, video: str) -> Track:
        """Return the observations of a video that count; none when it could not be analyzed."""
        rows = self._file.rows(
            "select track from tracks where video = ? order by source <> ?", (video, VISUAL)
        )
        return merged([track_of(video, blob) for (blob,) in rows])

    def some(self, videos: Sequence[str]) -> dict[str, Track]:
        """Return what ``get`` does of some videos, in one go; those without any are left out."""
        by_video: dict[str, list[Track]] = {}
        for first in range(0, len(videos), PAGE_VIDEOS):
            page = videos[first : first + PAGE_VIDEOS]
            rows = self._file.rows(
                f"select video, track from tracks where video in ({marks(page)})"  # noqa: S608
                " order by source <> ?",
                (*page, VISUAL),
            )
            for video, blob in rows:
                by_video.setdefault(video, []).append(track_of(video, blob))
        return {video: merged(tracks) for video, tracks in by_video.items()}

    def put(self, video: str, observed: SourceTrack) -> None:
        """Store what one source observed on a video, its lines with it, in place of what it did.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
        """
        with self._file.change() as (db, revision):
            changed = db.execute("update videos set revision = ? where id = ?", (revision, video))
            if changed.rowcount == 0:
                raise UnknownVideo(video)
            row = (video, observed.source, observed.tagger, observed.track.to_bytes())
            db.execute(PUT_TRACK, row)
            put_lines(self._file.dialect, db, video, observed.source, observed.lines)

    def lines(self, video: str) -> Mapping[str, tuple[Line, ...]]:
        """Return the lines of text of each source that has any on a video."""
        rows = self._file.rows("select source, lines from lines where video = ?", (video,))
        return {source: lines_of(video, blob) for source, blob in rows}

    def taggers(self, video: str) -> Mapping[str, str]:
        """Return the tagger, with version, of each source that observed a video."""
        return dict(self._file.rows("select source, tagger from tracks where video = ?", (video,)))
