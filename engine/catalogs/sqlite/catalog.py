"""The catalog: every video, where it came from, what was seen on it. SQLite, one file.

Many processes may read while one writes (WAL). Every write is one transaction and moves the
catalog's revision on by one, so that whoever follows it can tell what is new.
"""

import fcntl
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakSet
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.catalogs.sqlite.connections import Connection
from engine.domain.confirmation import confirmed
from engine.domain.text import cleaned_line, forms_of
from engine.domain.tracks import Track
from engine.domain.videos import Attempt, Pictures, Span, VideoRecord
from engine.errors import (
    AmbiguousVideo,
    CatalogUnusable,
    CorruptData,
    DiskFull,
    ExternalIdTaken,
    ReelmatchError,
    TooManyOpenFiles,
    UnknownVideo,
)
from engine.homes import finish_restore, refuse_lost_catalog
from engine.os_errors import expected_trouble, troubles_told
from engine.spelling import nearest_names
from engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sqlite_utils import Database

LARGEST_NUMBER: Final = 2**63 - 1
"""SQLite holds no larger one, so no row has it as its id."""

_PAGE_VIDEOS: Final = 500
_NEAREST_TITLES: Final = 3
_LONGEST_TITLE, _MOST_TITLES = 100, 20_000  # that are looked through for one like a misspelt one
_LIKE_ESCAPE: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


_COLUMNS: Final = (
    "v.id, v.title, v.status, v.reason, v.seconds, v.width, v.height, v.codec, v.tagger,"
    " v.added_at, coalesce((select source from sources s where s.video = v.id"
    " order by s.rowid desc limit 1), ''), v.language, v.kind, v.evidence, v.uploader,"
    " v.categories, v.revision, v.last_attempt, coalesce(v.external_id, ''), v.edited"
)


_FIELDS: Final = tuple(one.name for one in fields(VideoRecord))


def _record(row: tuple[Any, ...]) -> VideoRecord:
    values = dict(zip(_FIELDS, row, strict=True))
    try:
        values["categories"] = tuple(json.loads(values["categories"]))
        values["evidence"] = json.loads(values["evidence"])
        attempt = values["last_attempt"]
        values["last_attempt"] = Attempt(**json.loads(attempt)) if attempt else None
        values["edited"] = tuple(json.loads(values["edited"]))
    except (ValueError, TypeError) as error:
        raise CorruptData(
            f"the catalog's row of video {values['id']} is damaged ({error}): restore a dump, or"
            " forget it and ingest it again",
            hint="'reelmatch forget' it, then 'reelmatch ingest'",
        ) from error
    return VideoRecord(**values)


def _track(video: str, blob: bytes) -> Track:
    try:
        return confirmed(Track.from_bytes(blob))
    except CorruptData as error:
        raise CorruptData(
            f"what was seen on video {video} is damaged ({error}): look again at its source by"
            " force, or restore a dump",
            hint="'reelmatch ingest --force' looks again",
        ) from error


class Catalog:
    """One catalog file. Safe to share between threads: each gets a connection of its own.

    Args:
        path: of the file.
        guard: called at the start of every write, in its transaction; what it raises undoes it.
    """

    def __init__(
        self, path: Path, guard: "Callable[[Database], object]" = lambda _db: None
    ) -> None:
        self.path = path
        self._guard = guard
        self._vocabulary = Vocabulary(())
        self._own = threading.local()
        # Without those of threads that have ended.
        self._opened: WeakSet[Connection] = WeakSet()
        self._opening = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = True,
        guard: "Callable[[Database], object]" = lambda _db: None,
    ) -> Self:
        """Open the catalog, creating or updating its tables where needed.

        Args:
            path: of the file.
            create: False for who was told of a catalog: one that is gone is not made anew, empty.
            guard: as of the class.

        Raises:
            CatalogUnusable: when the file is no catalog, or of a newer version of reelmatch.
            DiskFull: when there is no room for what it needs.
            TooManyOpenFiles: when this process may open no more.
        """
        if not create and not path.is_file():
            raise _gone(path)
        catalog = cls(path, guard)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog._prepare()
        except ReelmatchError:
            catalog.close()
            raise
        except (OSError, sqlite3.Error) as error:
            catalog.close()
            trouble = expected_trouble(error, path.parent)
            if isinstance(trouble, (DiskFull, TooManyOpenFiles)):
                raise trouble from error
            raise CatalogUnusable(
                f"cannot open the catalog {path}: {error};"
                " check the file and its permissions, or set REELMATCH_HOME to another folder"
            ) from error
        return catalog

    def _prepare(self) -> None:
        # One process at a time: SQLite does not let others wait while it turns to WAL.
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            finish_restore(self.path.parent)
            refuse_lost_catalog(self.path)
            if self._is_up_to_date():
                return
            from engine.catalogs.sqlite.migrations import MIGRATIONS, is_foreign, is_newer

            db = self._db
            if is_foreign(db):
                raise CatalogUnusable(
                    f"{self.path} is a database of another program: move it away, or set"
                    " REELMATCH_HOME to another folder"
                )
            db.enable_wal()
            if is_newer(db):
                raise CatalogUnusable(
                    f"{self.path} was written by a newer reelmatch: upgrade this one",
                    hint="'pip install --upgrade reelmatch'",
                )
            if MIGRATIONS.pending(db):
                MIGRATIONS.apply(db)
            db.execute(f"pragma user_version = {_steps_checksum()}")

    def _is_up_to_date(self) -> bool:
        ask = self._connection.sqlite.execute
        (version,) = ask("pragma user_version").fetchone()
        (mode,) = ask("pragma journal_mode").fetchone()
        return (version, mode) == (_steps_checksum(), "wal")

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._opening:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _connection(self) -> Connection:
        if not hasattr(self._own, "connection"):
            connection = Connection(self.path)
            with self._opening:
                self._opened.add(connection)
            self._own.connection = connection
        own: Connection = self._own.connection
        return own

    @property
    def _db(self) -> "Database":
        return self._connection.db

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and return all its rows.

        Raises:
            CorruptData: when the file is not what was written.
        """
        with troubles_told(self.path.parent), self.telling_damage():
            rows: list[tuple[Any, ...]] = self._connection.sqlite.execute(
                sql, tuple(parameters)
            ).fetchall()
        return rows

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """Turn what SQLite says of a damaged file, in a block, into ``CorruptData``."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            raise self.damaged(str(error)) from error

    def damaged(self, found: str) -> CorruptData:
        """Return the error that says what was found in the file."""
        said = " ".join(found.split())
        return CorruptData(
            f"the catalog {self.path} is damaged ({said}): restore a dump into another folder;"
            " 'sqlite3 FILE .recover' saves what can be read of this one",
            hint="'reelmatch restore' brings a dump back",
        )

    @contextmanager
    def transaction(self) -> "Iterator[Database]":
        """Write all of a block or nothing; within another's block, it is a part of that one.

        Raises:
            CatalogUnusable: when the file is gone, or another one is in its place.
            DiskFull: when there is no room for it.
        """
        with troubles_told(self.path.parent), self.telling_damage():
            connection = self._connection
            if connection.writes:
                yield connection.db
                return
            with connection.writing() as db:
                self._guard(db)
                yield db

    @contextmanager
    def _change(self) -> "Iterator[tuple[Database, int]]":
        """Open a transaction that moves the revision on; yields the new one, too."""
        with self.transaction() as db:
            db.execute("update revisions set revision = revision + 1")
            yield db, self.revision()

    def check(self, *, indexes: bool = False, tracks: bool = False) -> None:
        """Read the whole file and look whether it holds together.

        Args:
            indexes: compare them with their tables, too, which takes some times as long.
            tracks: read each of them, too.

        Raises:
            CorruptData: naming what was found first.
        """
        pragma = "integrity_check" if indexes else "quick_check"
        ((found,),) = self.rows(f"pragma {pragma}(1)")
        if found != "ok":
            raise self.damaged(str(found))
        after = ""
        while tracks and (page := self.watched(after=after)):
            after = page[-1][0].id

    def flush(self) -> None:
        """Put on the disk what was written so far, so that even a power cut leaves it."""
        self.rows("pragma wal_checkpoint(passive)")

    # What is in it

    def identity(self) -> str:
        """Return what tells this catalog from all others, wherever it is copied or moved to."""
        ((identity,),) = self.rows("select catalog from identity")
        return str(identity)

    def revision(self) -> int:
        """Return the number that grows with every change."""
        ((revision,),) = self.rows("select revision from revisions")
        return int(revision)

    def vocabulary(self) -> Vocabulary:
        """Return every tag that a tagger of this catalog can name."""
        known = self._vocabulary
        # Numbers are given without gaps and never taken back: more is all that can have happened.
        ((count,),) = self.rows("select coalesce(max(number), -1) + 1 from tags")
        if count != len(known):
            names = [name for (name,) in self.rows(_TAG_NAMES, (len(known),))]
            self._vocabulary = known = known.grown(names)
        return known

    def videos(self, *, after: str = "", limit: int = -1) -> list[VideoRecord]:
        """Return videos by rising id: those after ``after``, at most ``limit`` (-1: all)."""
        sql = f"select {_COLUMNS} from videos v where v.id > ? order by v.id limit ?"  # noqa: S608 - constants
        return [_record(row) for row in self.rows(sql, (after, limit))]

    def count_videos(self) -> int:
        """Return how many videos there are, watched or not."""
        ((count,),) = self.rows("select count(*) from videos")
        return int(count)

    def get(self, video: str) -> VideoRecord | None:
        """Return the video with exactly this id."""
        sql = f"select {_COLUMNS} from videos v where v.id = ?"  # noqa: S608 - constants
        for row in self.rows(sql, (video,)):
            return _record(row)
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
        found: dict[str, VideoRecord] = {}
        for first in range(0, len(videos), _PAGE_VIDEOS):
            page = videos[first : first + _PAGE_VIDEOS]
            marks = ",".join("?" * len(page))
            sql = f"select {_COLUMNS} from videos v where v.id in ({marks})"  # noqa: S608
            found |= {row[0]: _record(row) for row in self.rows(sql, page)}
        return found

    def has_external_ids(self) -> bool:
        """Tell whether an app gave any video an id of its own."""
        sql = "select exists(select 1 from videos where external_id is not null)"
        ((any_,),) = self.rows(sql)
        return bool(any_)

    def own_ids(self, names: Iterable[str]) -> dict[str, str]:
        """Return, of those names that apps gave to videos, the videos' own ids."""
        wanted = list(dict.fromkeys(names))
        found: dict[str, str] = {}
        for first in range(0, len(wanted), _PAGE_VIDEOS):
            page = wanted[first : first + _PAGE_VIDEOS]
            marks = ",".join("?" * len(page))
            sql = f"select external_id, id from videos where external_id in ({marks})"  # noqa: S608
            found |= self.rows(sql, page)
        return found

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
        patterns = ["%/" + form.translate(_LIKE_ESCAPE) for form in forms]
        lookups = (
            ("select id from videos where id = ?", [name]),
            ("select id from videos where external_id = ?", list(forms)),
            ("select video from sources where source = ?", paths),
            ("select id from videos where length(?1) >= 4 and id glob ?1 || '*'", [_hex(name)]),
            (r"select distinct video from sources where source like ? escape '\'", patterns),
            (
                "select id from videos where title = ?",
                list(dict.fromkeys((name, cleaned_line(name)))),
            ),
        )
        for sql, parameters in lookups:
            found = {video for one in parameters for (video,) in self.rows(sql, (one,))}
            ids = sorted(found)
            if len(ids) > 1:
                raise AmbiguousVideo(name, ids)
            if ids and (record := self.get(ids[0])):
                return record
        raise UnknownVideo(name, self._titles_like(name))

    def _titles_like(self, name: str) -> list[str]:
        # Of those that begin alike, and not of all: a catalog may hold millions.
        stem = Path(name).stem[:_LONGEST_TITLE]
        rows = self.rows(
            r"select distinct title from videos where title like ? || '%' escape '\' limit ?",
            (stem[:1].translate(_LIKE_ESCAPE), _MOST_TITLES),
        )
        return nearest_names(stem, [title[:_LONGEST_TITLE] for (title,) in rows], _NEAREST_TITLES)

    def track(self, video: str) -> Track:
        """Return the observations of a video that count; none when it could not be watched.

        All are stored; what requires confirmation is judged here (``engine.domain.confirmation``).
        """
        for (blob,) in self.rows("select track from tracks where video = ?", (video,)):
            return _track(video, blob)
        return Track.empty()

    def pictures(self, video: str) -> Pictures | None:
        """Return the thumbnails of a video, None when there are none."""
        sql = "select poster, strip, strip_seconds from pictures where video = ?"
        for poster, strip, seconds in self.rows(sql, (video,)):
            return Pictures(poster, strip, tuple(json.loads(seconds)))
        return None

    def watched(
        self, *, after: str = "", limit: int = _PAGE_VIDEOS
    ) -> list[tuple[VideoRecord, Track]]:
        """Return a page of the videos that have a track, by rising id, those after ``after``."""
        rows = self.rows(
            f"select {_COLUMNS}, t.track from videos v join tracks t on t.video = v.id"  # noqa: S608
            " where v.id > ? order by v.id limit ?",
            (after, limit),
        )
        return [(_record(row[:-1]), _track(row[0], row[-1])) for row in rows]

    def span(self, after: str, last: str) -> Span:
        """Return the state of the watched videos after one id, up to and with another."""
        ((videos, newest),) = self.rows(
            "select count(*), coalesce(max(v.revision), 0) from videos v"
            " join tracks t on t.video = v.id where v.id > ? and v.id <= ?",
            (after, last),
        )
        return Span(after, last, int(videos), int(newest))

    def watched_among(self, videos: Sequence[str]) -> list[tuple[VideoRecord, Track]]:
        """Return those of some videos that are there and have a track, by rising id."""
        found = []
        for first in range(0, len(videos), _PAGE_VIDEOS):
            page = videos[first : first + _PAGE_VIDEOS]
            found += self.rows(
                f"select {_COLUMNS}, t.track from videos v join tracks t on t.video = v.id"  # noqa: S608
                f" where v.id in ({','.join('?' * len(page))})",
                page,
            )
        return [(_record(row[:-1]), _track(row[0], row[-1])) for row in sorted(found)]

    def changed_since(self, revision: int) -> list[str]:
        """Return the ids of all videos changed or deleted after a revision, in order of change."""
        return [
            video
            for (video,) in self.rows(
                "select id from (select id, revision from videos where revision > ?1"
                " union all select video, revision from tombstones where revision > ?1)"
                " order by revision",
                (revision,),
            )
        ]

    def revisions(self, *, after: int, upto: int) -> list[tuple[int, str]]:
        """Return the last change of each video that is there, if in ``(after, upto]``, by time."""
        return [
            (int(revision), str(video))
            for revision, video in self.rows(
                "select revision, id from videos where revision > ? and revision <= ?"
                " order by revision, id",
                (after, upto),
            )
        ]

    # What changes it

    def number_tags(self, tags: Iterable[str]) -> NDArray[np.uint32]:
        """Return the number of each tag, giving new numbers to new tags; shape (n_tags,)."""
        wanted = list(tags)
        known = self.vocabulary()
        new = [tag for tag in dict.fromkeys(wanted) if known.exactly(tag) is None]
        if new:
            with self._change() as (db, _):
                # Another process may have added some since they were looked up.
                known = self.vocabulary()
                numbers = range(len(known), len(known) + len(new))
                fresh = [tag for tag in new if known.exactly(tag) is None]
                db.conn.executemany(
                    "insert into tags (number, name) values (?, ?)",
                    zip(numbers, fresh, strict=False),
                )
            known = self.vocabulary()
        return np.array([known.exactly(tag) for tag in wanted], np.uint32)

    def save(
        self,
        record: VideoRecord,
        track: Track | None,
        *,
        now: datetime,
        pictures: Pictures | None = None,
    ) -> None:
        """Store a video with what was seen on it, whole or not at all.

        An earlier version is replaced; it keeps the time it was first added, and its pictures
        when there are no new ones. ``track`` is None when the video could not be watched: then see
        ``save_failure``.
        """
        if track is None:
            self.save_failure(record, now=now)
            return
        with self._change() as (db, revision):
            self._put_record(db, record, revision, now)
            db.table("tracks").upsert({"video": record.id, "track": track.to_bytes()}, pk="video")
            if pictures is not None:
                seconds = json.dumps(pictures.strip_seconds)
                row = {"video": record.id, "poster": pictures.poster, "strip": pictures.strip}
                db.table("pictures").upsert({**row, "strip_seconds": seconds}, pk="video")

    def save_failure(self, record: VideoRecord, *, now: datetime) -> str:
        """Store that a look at a video came to nothing; what was seen before stays as it is.

        When something was seen before on this video, or on the one that its source was until now
        (a file that was overwritten and is damaged), the failure is told beside it, as its
        ``last_attempt``. Otherwise the record is stored.

        Returns:
            The id of the video that it is told of.
        """
        with self._change() as (db, revision):
            video = self._seen_before(record)
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

    def _seen_before(self, record: VideoRecord) -> str | None:
        """Return the id under which something was seen before on a video, or on its source."""
        rows = self.rows(
            "select video from tracks where video = ?1 or (?2 <> '' and video ="
            " (select video from sources where source = ?2)) order by video = ?1 desc limit 1",
            (record.id, record.source),
        )
        return str(rows[0][0]) if rows else None

    def _put_record(
        self, db: "Database", record: VideoRecord, revision: int, now: datetime
    ) -> None:
        before = self.get(record.id)
        if before is not None:
            record = replace(record, **{name: getattr(before, name) for name in before.edited})
        added_at = before.added_at if before else now.isoformat(timespec="seconds")
        db.table("videos").upsert(
            {
                "id": record.id,
                "title": record.title,
                "status": record.status,
                "reason": record.reason,
                "seconds": record.seconds,
                "width": record.width,
                "height": record.height,
                "codec": record.codec,
                "tagger": record.tagger,
                "language": record.language,
                "kind": record.kind,
                "evidence": json.dumps(dict(record.evidence)),
                "uploader": record.uploader,
                "categories": json.dumps(record.categories, ensure_ascii=False),
                "added_at": added_at,
                "revision": revision,
                "last_attempt": None,
            },
            pk="id",
        )
        db.execute("delete from tombstones where video = ?", (record.id,))
        if record.external_id:
            _name_outside(db, record.id, record.external_id)
        self._remember_source(db, record.source, record.id)

    def describe(self, video: str, said: Mapping[str, Any]) -> VideoRecord:
        """Set what people know better than a look at a video; later looks leave it as it is.

        Args:
            video: its own id.
            said: any of ``title``, ``language``, ``uploader``, ``categories`` and ``external_id``,
                which is taken away when it is empty.

        Returns:
            The video as it is now.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
            ExternalIdTaken: when another video has that external id.
        """
        with self._change() as (db, revision):
            record = self.named(video)
            changed = {name: value for name, value in said.items() if name in EDITABLE}
            edited = [name for name in EDITABLE if name in changed or name in record.edited]
            values = {**changed, "edited": edited, "revision": revision}
            for name in ("categories", "edited"):
                if name in values:
                    values[name] = json.dumps(values[name], ensure_ascii=False)
            db.table("videos").update(record.id, values)
            if "external_id" in said:
                _name_outside(db, record.id, said["external_id"])
            return self.named(record.id)

    def delete(self, video: str) -> None:
        """Forget a video and all that was seen on it; a new look at it that waits or runs is over.

        Raises:
            UnknownVideo: when there is no video with exactly this id.
        """
        with self._change() as (db, revision):
            # Or it would come back.
            db.execute(_END_LOOKS, (video, time.time()))
            for table, column in _TABLES:
                gone = db.execute(f"delete from {table} where {column} = ?", (video,))  # noqa: S608
            if gone.rowcount == 0:
                raise UnknownVideo(video)
            db.table("tombstones").insert({"video": video, "revision": revision})

    def add_source(self, source: str, video: str) -> None:
        """Remember that this source holds the content of that video, too."""
        known = self.rows("select video from sources where source = ?", (source,))
        if known != [(video,)]:
            with self._change() as (db, _):
                self._remember_source(db, source, video)

    @staticmethod
    def _remember_source(db: "Database", source: str, video: str) -> None:
        if source:
            db.execute("delete from sources where source = ?", (source,))
            db.table("sources").insert({"source": source, "video": video})


EDITABLE: Final = ("title", "language", "uploader", "categories")
"""What ``describe`` sets of a video, besides its external id."""


def _name_outside(db: "Database", video: str, external_id: str) -> None:
    """Let a video be known by an app's id, and what viewers did to that id be done to it."""
    sql = "select id from videos where external_id = ? and id <> ?"
    if external_id and (taken := db.execute(sql, (external_id, video)).fetchone()):
        raise ExternalIdTaken(external_id, taken[0])
    db.execute("update videos set external_id = nullif(?, '') where id = ?", (external_id, video))
    db.execute("update events set video = ? where video = ?", (video, external_id))


def _gone(path: Path) -> CatalogUnusable:
    return CatalogUnusable(f"the catalog {path} is gone: put it back, or start this again")


_TABLES: Final = (
    ("tracks", "video"),
    ("pictures", "video"),
    ("sources", "video"),
    ("videos", "id"),
)
# Whoever queued a source for the first time, and no look at this video, gets what is there.
_END_LOOKS: Final = (
    "update jobs set state = 'done', status = 'deleted', reason = 'its video was deleted',"
    " video = ?1, changed_at = ?2"
    " where kind = 'ingest' and state in ('queued', 'running')"
    " and (json_extract(options, '$.video') = ?1 or (json_extract(options, '$.force')"
    " and jobs.source in (select sources.source from sources where sources.video = ?1)))"
)
_TAG_NAMES: Final = "select name from tags where number >= ? order by number"


def _is_text(name: str) -> bool:
    """Whether a name is text, and not bytes that are none: nothing stored has such a name."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _hex(name: str) -> str:
    """Return ``name`` when it can start an id, else nothing: no glob signs get through."""
    return name if name and set(name) <= set("0123456789abcdef") else ""


_DAMAGE: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    # A text that is no UTF-8 is told by Python, without a code of SQLite's.
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(_DAMAGE) or (not name and "decode" in str(error))


@cache
def _steps_checksum() -> int:
    """Return what tells a catalog that has every step of this version from any other.

    A catalog keeps it, so that the steps and what takes them are loaded only when one is new.
    """
    return crc32(Path(__file__).with_name("migrations.py").read_bytes()) >> 1
