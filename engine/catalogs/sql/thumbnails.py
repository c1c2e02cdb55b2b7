"""Thumbnails of videos."""

import json
import time
from collections.abc import Sequence
from typing import Final

from engine.catalogs.sql.database import Database, marks
from engine.catalogs.sql.unneeded_objects import UnneededObjects
from engine.domain.videos import Pictures, StoredPictures
from engine.errors import StoreUnusable

_MOVE: Final = (
    "update pictures set poster = null, strip = null, poster_object = ?, strip_object = ?"
    " where video = ? and poster = ? and strip = ?"
)
_READ: Final = (
    "select poster, poster_object, strip, strip_object, strip_seconds from pictures where video = ?"
)
_READ_SECONDS: Final = 60.0
"""Whoever has just read where a picture is may still fetch it for so long."""


class Thumbnails:
    """The thumbnails of one catalog's videos."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def get(self, video: str) -> Pictures | StoredPictures | None:
        """Return the thumbnails of a video, None when there are none."""
        return self._get(video)

    def _get(self, video: str, lock: str = "") -> Pictures | StoredPictures | None:
        for poster, poster_object, strip, strip_object, seconds in self._file.rows(
            f"{_READ} {lock}", (video,)
        ):
            strip_seconds = tuple(json.loads(seconds))
            if poster_object:
                return StoredPictures(poster_object, strip_object, strip_seconds)
            return Pictures(poster, strip, strip_seconds)
        return None

    def strip_seconds(self, video: str) -> tuple[int, ...]:
        """Return which seconds the pictures of the strip show, none when there is no strip."""
        rows = self._file.rows("select strip_seconds from pictures where video = ?", (video,))
        return tuple(json.loads(rows[0][0])) if rows else ()

    def pictured(self, ids: Sequence[str]) -> set[str]:
        """Return those of some videos that have thumbnails."""
        if not ids:
            return set()
        sql = f"select video from pictures where video in ({marks(ids)})"  # noqa: S608
        return {video for (video,) in self._file.rows(sql, ids)}

    def kept_here(self, *, limit: int) -> dict[str, Pictures]:
        """Return videos whose thumbnails are kept here, with them."""
        sql = (
            "select video, poster, strip, strip_seconds from pictures where poster_object = ''"
            " limit ?"
        )
        return {
            video: Pictures(poster, strip, tuple(json.loads(seconds)))
            for video, poster, strip, seconds in self._file.rows(sql, (limit,))
        }

    def move(self, video: str, pictures: Pictures, poster: str, strip: str) -> bool:
        """Keep the names of two objects instead of the pictures themselves.

        The objects are none of those that nobody needs from then on. False, and nothing is
        written, when these are not the video's pictures any more.

        Raises:
            StoreUnusable: when the objects may be deleted by now.
        """
        with self._file.transaction() as db:
            moved = db.execute(_MOVE, (poster, strip, video, pictures.poster, pictures.strip))
            if not moved.rowcount:
                return False
            if not UnneededObjects(self._file).take([poster, strip], now=time.time()):
                raise StoreUnusable("writing thumbnails took too long: they are written anew")
            return True

    def leave(self, video: str) -> None:
        """Have the objects of a video's thumbnails deleted, within a transaction."""
        # Locked, or they could be moved between this and what is written next.
        stored = self._get(video, self._file.dialect.for_update)
        if isinstance(stored, StoredPictures):
            due = time.time() + _READ_SECONDS
            UnneededObjects(self._file).note([stored.poster, stored.strip], due=due)
