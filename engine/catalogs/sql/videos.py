"""Videos: where each came from, and what is known of it."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from engine.catalogs.sql.database import Database, Statements, at_most, marks
from engine.catalogs.sql.lines import LIKE_ESCAPE, delete_lines, within
from engine.catalogs.sql.records import COLUMNS, record_of
from engine.catalogs.sql.thumbnails import Thumbnails
from engine.catalogs.sql.tracks import PUT_TRACK
from engine.catalogs.sql.unneeded_objects import UnneededObjects
from engine.domain.content import PAGE_VIDEOS
from engine.domain.media import StoredUpload
from engine.domain.tags import VISUAL
from engine.domain.text import cleaned_line, forms_of
from engine.domain.tracks import Track
from engine.domain.videos import Attempt, Pictures, VideoRecord
from engine.errors import AmbiguousVideo, ExternalIdTaken, UnknownVideo
from engine.words.spelling import nearest_names

EDITABLE: Final = ("title", "language", "uploader", "categories")
"""Fields that ``describe`` sets of a video, besides its external id."""

_NEAREST_TITLES: Final = 3

# Those that are looked through for one like a misspelt one.
_MAX_TITLE_CHARACTERS, _MAX_TITLES = 100, 20_000

_PUT_COLUMNS: Final = (
    *("title", "status", "reason", "seconds", "width", "height", "codec", "language"),
    *("kind", "evidence", "uploader", "uploader_id", "categories", "added_at", "revision"),
)
# Written once: an import stores a thousand a second, and making the words anew is half of that.
_PUT_VIDEO: Final = (
    f"insert into videos (id, {', '.join(_PUT_COLUMNS)})"  # noqa: S608 - constants
    f" values (:id, {', '.join(f':{name}' for name in _PUT_COLUMNS)})"
    " on conflict (id) do update set last_attempt = null, "
    + ", ".join(f"{name} = excluded.{name}" for name in _PUT_COLUMNS)
)
_PUT_PICTURES: Final = (
    "insert into pictures (video, poster, strip, strip_seconds) values (?, ?, ?, ?)"
    " on conflict (video) do update set poster = excluded.poster, strip = excluded.strip,"
    " strip_seconds = excluded.strip_seconds, poster_object = '', strip_object = ''"
)
_TABLES: Final = (
    ("tracks", "video"),
    ("pictures", "video"),
    ("sources", "video"),
    ("videos", "id"),
)

# Whoever queued a source for the first time, and no look at this video, gets what is there. A look
# that failed is over, too: to try all that failed again must not bring the video back.
_END_ATTEMPTS: Final = (
    "update jobs set state = 'done', status = 'deleted', reason = 'its video was deleted',"
    " video = ?1, changed_at = ?2"
    " where kind = 'ingest' and (state = 'failed' and video = ?1"
    " or state in ('queued', 'running')"
    " and ({video} = ?1 or (coalesce({force}, '') in ('1', 'true')"
    " and jobs.source in (select sources.source from sources where sources.video = ?1))))"
)


class Videos:
    """The videos of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def page(self, *, after: str = "", limit: int = -1) -> list[VideoRecord]:
        """Return videos by rising id: those after ``after``, at most ``limit`` (-1: all)."""
        sql = f"select {COLUMNS} from videos v where v.id > ? order by v.id limit ?"  # noqa: S608 - constants
        return [record_of(row) for row in self._file.rows(sql, (after, at_most(limit)))]

    def count(self) -> int:
        """Return how many videos there are, analyzed or not."""
        ((count,),) = self._file.rows("select count(*) from videos")
        return int(count)

    def get(self, video: str) -> VideoRecord | None:
        """Return the video with exactly this id."""
        sql = f"select {COLUMNS} from videos v where v.id = ?"  # noqa: S608 - constants
        for row in self._file.rows(sql, (video,)):
            return record_of(row)
        return None

    def named(self, name: str) -> VideoRecord:
        """Return the video with exactly this id, its own or an app's.

        Raises:
            UnknownVideo: when there is none.
        """
        record = self.get(name) or self.get(self.own_ids([name]).get(name, ""))
        if record is None:
            raise UnknownVideo(name)
        return record

    def some(self, videos: Sequence[str]) -> dict[str, VideoRecord]:
        """Return those of some videos that are there, by id."""
        records: dict[str, VideoRecord] = {}
        for first in range(0, len(videos), PAGE_VIDEOS):
            page = videos[first : first + PAGE_VIDEOS]
            sql = f"select {COLUMNS} from videos v where v.id in ({marks(page)})"  # noqa: S608
            records |= {row[0]: record_of(row) for row in self._file.rows(sql, page)}
        return records

    def in_order(self, ids: Sequence[str]) -> list[VideoRecord]:
        """Return these videos in this order, without those that went meanwhile."""
        records = self.some(ids)
        return [records[video] for video in ids if video in records]

    def has_external_ids(self) -> bool:
        """Tell whether an app gave any video an id of its own."""
        sql = "select exists(select 1 from videos where external_id is not null)"
        ((any_,),) = self._file.rows(sql)
        return bool(any_)

    def own_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return, of those names that apps gave to videos, the videos' own ids."""
        unique = list(dict.fromkeys(names))
        own: dict[str, str] = {}
        for first in range(0, len(unique), PAGE_VIDEOS):
            page = unique[first : first + PAGE_VIDEOS]
            sql = f"select external_id, id from videos where external_id in ({marks(page)})"  # noqa: S608
            own |= self._file.rows(sql, page)
        return own

    def find(self, name: str) -> VideoRecord:
        """Return the video that a person means.

        Args:
            name: an id, its own or an app's, at least four digits of its own one's start, a path or
                address it came from, the name of its file, or its title.

        Raises:
            UnknownVideo: when there is none.
            AmbiguousVideo: when there are several.
        """
        if not _is_text(name):
            raise UnknownVideo(name)
        forms = forms_of(name)
        paths = [str(Path(form).absolute()) if "://" not in form else form for form in forms]
        patterns = ["%/" + form.translate(LIKE_ESCAPE) for form in forms]
        lookups = (
            ("select id from videos where id = ?", [name]),
            ("select id from videos where external_id = ?", list(forms)),
            ("select video from sources where source = ?", paths),
            (
                "select id from videos where length(?1) >= 4 and id >= ?1 and id < ?1 || 'g'",
                [_hex(name)],
            ),
            (r"select distinct video from sources where source like ? escape '\'", patterns),
            (
                "select id from videos where title = ?",
                list(dict.fromkeys((name, cleaned_line(name)))),
            ),
        )
        for sql, parameters in lookups:
            matches = {video for one in parameters for (video,) in self._file.rows(sql, (one,))}
            ids = sorted(matches)
            if len(ids) > 1:
                raise AmbiguousVideo(name, ids)
            if ids and (record := self.get(ids[0])):
                return record
        raise UnknownVideo(name, self._titles_like(name))

    def _titles_like(self, name: str) -> list[str]:
        # Of those that begin alike, and not of all: a catalog may hold millions.
        stem = Path(name).stem[:_MAX_TITLE_CHARACTERS]
        rows = self._file.rows(
            r"select distinct title from videos where title like ? || '%' escape '\' limit ?",
            (stem[:1].translate(LIKE_ESCAPE), _MAX_TITLES),
        )
        return nearest_names(
            stem, [title[:_MAX_TITLE_CHARACTERS] for (title,) in rows], _NEAREST_TITLES
        )

    def changed_since(self, revision: int) -> list[str]:
        """Return the ids of all videos changed or deleted after a revision, in order of change."""
        return [video for _, video in self.changes_since(revision)]

    def changes_since(self, revision: int) -> list[tuple[int, str]]:
        """Return the last change of each of them, with its revision, in order of change."""
        return [
            (int(changed), str(video))
            for changed, video in self._file.rows(
                "select revision, id from (select id, revision from videos where revision > ?1"
                " union all select video, revision from tombstones where revision > ?1) as changed"
                " order by revision",
                (revision,),
            )
        ]

    def revisions(self, *, after: int, upto: int) -> list[tuple[int, str]]:
        """Return the last change of each video that is there, if in ``(after, upto]``, by time."""
        return [
            (int(revision), str(video))
            for revision, video in self._file.rows(
                "select revision, id from videos where revision > ? and revision <= ?"
                " order by revision, id",
                (after, upto),
            )
        ]

    def save(
        self,
        record: VideoRecord,
        track: Track | None,
        *,
        now: datetime,
        pictures: Pictures | None = None,
    ) -> None:
        """Store a video with what was seen on it, whole or not at all.

        An earlier version is replaced, but for what other sources observed, the time when it was
        first added, and its pictures when there are no new ones. ``track`` is None when the video
        could not be analyzed: then see ``save_failure``.
        """
        if track is None:
            self.save_failure(record, now=now)
            return
        with self._file.change() as (db, revision):
            self._put_record(db, record, revision, now)
            db.execute(PUT_TRACK, (record.id, VISUAL, record.tagger, track.to_bytes()))
            if pictures is not None:
                Thumbnails(self._file).leave(record.id)
                seconds = json.dumps(pictures.strip_seconds)
                db.execute(_PUT_PICTURES, (record.id, pictures.poster, pictures.strip, seconds))

    def save_failure(self, record: VideoRecord, *, now: datetime) -> str:
        """Store that a look at a video came to nothing; what was seen before stays as it is.

        When something was seen before on this video, or on the one that its source was until now
        (a file that was overwritten and is damaged), the failure is told beside it, as its
        ``last_attempt``. Otherwise the record is stored.

        Returns:
            The id of the video that it is told of.
        """
        with self._file.change() as (db, revision):
            video = self._known_before(record)
            if video is None:
                self._put_record(db, record, revision, now)
                return record.id
            attempt = Attempt(record.status, record.reason, now.isoformat(timespec="seconds"))
            db.execute(
                "update videos set last_attempt = ?, revision = ? where id = ?",
                (json.dumps(asdict(attempt), ensure_ascii=False), revision, video),
            )
            self._remember_source(db, record.source, video)
            return video

    def _known_before(self, record: VideoRecord) -> str | None:
        """Return the id under which something was seen before on a video, or on its source."""
        rows = self._file.rows(
            "select video from tracks where video = ?1 or (?2 <> '' and video ="
            " (select video from sources where source = ?2)) order by video = ?1 desc limit 1",
            (record.id, record.source),
        )
        return str(rows[0][0]) if rows else None

    def _put_record(
        self, db: Statements, record: VideoRecord, revision: int, now: datetime
    ) -> None:
        before = self.get(record.id)
        if before is not None:
            record = replace(record, **{name: getattr(before, name) for name in before.edited})
        added_at = before.added_at if before else now.isoformat(timespec="seconds")
        db.execute(
            _PUT_VIDEO,
            {
                "id": record.id,
                "title": record.title,
                "status": record.status,
                "reason": record.reason,
                "seconds": record.seconds,
                "width": record.width,
                "height": record.height,
                "codec": record.codec,
                "language": record.language,
                "kind": record.kind,
                "evidence": json.dumps(dict(record.evidence)),
                "uploader": record.uploader,
                "uploader_id": record.uploader_id,
                "categories": json.dumps(record.categories, ensure_ascii=False),
                "added_at": added_at,
                "revision": revision,
            },
        )
        db.execute("delete from tombstones where video = ?", (record.id,))
        if record.external_id:
            _name_outside(db, record.id, record.external_id)
        self._remember_source(db, record.source, record.id)

    def describe(self, video: str, fields: Mapping[str, Any]) -> VideoRecord:
        """Set what people know better than a look at a video; later looks leave it as it is.

        Args:
            video: its own id.
            fields: any of ``title``, ``language``, ``uploader``, ``categories`` and
                ``external_id``, which is taken away when it is empty.

        Returns:
            The video as it is now.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
            ExternalIdTaken: when another video has that external id.
        """
        with self._file.change() as (db, revision):
            record = self.named(video)
            changed = {name: value for name, value in fields.items() if name in EDITABLE}
            edited = [name for name in EDITABLE if name in changed or name in record.edited]
            values = {**changed, "edited": edited, "revision": revision}
            for name in ("categories", "edited"):
                if name in values:
                    values[name] = json.dumps(values[name], ensure_ascii=False)
            columns = ", ".join(f"{name} = :{name}" for name in values)
            db.execute(
                f"update videos set {columns} where id = :id",  # noqa: S608 - names of fields
                {**values, "id": record.id},
            )
            if "external_id" in fields:
                _name_outside(db, record.id, fields["external_id"])
            return self.named(record.id)

    def delete(self, video: str) -> None:
        """Forget a video and all that was seen on it; a new look at it that waits or runs is over.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
        """
        with self._file.transaction() as db:
            # Or it would come back; and before the revision moves on, as of all who have a job.
            keys = {key: self._file.dialect.json_text("options", key) for key in ("video", "force")}
            db.execute(_END_ATTEMPTS.format_map(keys), (video, time.time()))
            with self._file.change() as (_, revision):
                Thumbnails(self._file).leave(video)
                uploads = filter(None, map(StoredUpload.parse, self.sources_of(video)))
                # An import may name the file of another video.
                own = [one.object for one in uploads if one.video == video]
                UnneededObjects(self._file).note(own, due=time.time())
                delete_lines(db, video)
                for table, column in _TABLES:
                    gone = db.execute(f"delete from {table} where {column} = ?", (video,))  # noqa: S608
                if gone.rowcount == 0:
                    raise UnknownVideo(video)
                db.execute("insert into tombstones values (?, ?)", (video, revision))

    def sources_below(self, folder: str) -> list[str]:
        """Return the sources within a folder that videos came from."""
        sql = r"select source from sources where source like ? escape '\'"
        rows = self._file.rows(sql, (within(folder),))
        return [source for (source,) in rows]

    def sources_of(self, video: str) -> list[str]:
        """Return all sources that a video came from, the last one first."""
        sql = "select source from sources where video = ? order by rowid desc"
        return [source for (source,) in self._file.rows(sql, (video,))]

    def add_source(self, source: str, video: str) -> None:
        """Remember that this source holds the content of that video, too."""
        known = self._file.rows("select video from sources where source = ?", (source,))
        if known != [(video,)]:
            with self._file.change() as (db, _):
                self._remember_source(db, source, video)

    @staticmethod
    def _remember_source(db: Statements, source: str, video: str) -> None:
        if source:
            db.execute("delete from sources where source = ?", (source,))
            db.execute("insert into sources (source, video) values (?, ?)", (source, video))


def _name_outside(db: Statements, video: str, external_id: str) -> None:
    """Let a video be known by an app's id, and what viewers did to that id be done to it."""
    sql = "select id from videos where external_id = ? and id <> ?"
    if external_id and (taken := db.execute(sql, (external_id, video)).fetchone()):
        raise ExternalIdTaken(external_id, taken[0])
    db.execute("update videos set external_id = nullif(?, '') where id = ?", (external_id, video))
    db.execute("update events set video = ? where video = ?", (video, external_id))


def _is_text(name: str) -> bool:
    """Whether a name is text, and not bytes that are none: nothing stored has such a name."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _hex(name: str) -> str:
    """Return ``name`` when it can start an id, else nothing: no glob characters get through."""
    return name if name and set(name) <= set("0123456789abcdef") else ""
