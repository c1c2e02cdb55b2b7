"""Thumbnails of videos."""

import json
from collections.abc import Sequence

from engine.catalogs.sql.database import Database, marks
from engine.domain.videos import Pictures


class Thumbnails:
    """The thumbnails of one catalog's videos."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def get(self, video: str) -> Pictures | None:
        """Return the thumbnails of a video, None when there are none."""
        sql = "select poster, strip, strip_seconds from pictures where video = ?"
        for poster, strip, seconds in self._file.rows(sql, (video,)):
            return Pictures(poster, strip, tuple(json.loads(seconds)))
        return None

    def pictured(self, ids: Sequence[str]) -> set[str]:
        """Return those of some videos that have thumbnails."""
        if not ids:
            return set()
        sql = f"select video from pictures where video in ({marks(ids)})"  # noqa: S608
        return {video for (video,) in self._file.rows(sql, ids)}
