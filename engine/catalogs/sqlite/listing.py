"""Lists of videos for people: the newest first, by title, kind and status, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.text import composed
from engine.domain.videos import VideoRecord

_LIKE_ESCAPE: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this video, in the order of the list."""

    added_at: str
    video: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which videos are listed.

    Attributes:
        text: every word of it occurs in the title or the uploader's name.
        kind: one kind only, or any when empty.
        unwatched: only those of which nothing could be seen.
        status: one status only, or any when empty.
        language: one code only, as it is written, or any when empty.
        uploader: one name only, or any when empty.
    """

    text: str = ""
    kind: str = ""
    unwatched: bool = False
    status: str = ""
    language: str = ""
    uploader: str = ""


def newest(catalog: Catalog, wanted: Wanted, *, after: Place | None, limit: int) -> list[str]:
    """Return the ids of a page, the last added first."""
    clauses, parameters = _clauses(wanted)
    if after is not None:
        clauses.append("(added_at, id) < (?, ?)")
        parameters += [after.added_at, after.video]
    return _ids(catalog, clauses, [*parameters, limit], "desc")


def oldest(catalog: Catalog, wanted: Wanted, *, before: Place, limit: int) -> list[str]:
    """Return the ids of the page before a place, the last added first."""
    clauses, parameters = _clauses(wanted)
    clauses.append("(added_at, id) > (?, ?)")
    parameters += [before.added_at, before.video, limit]
    return _ids(catalog, clauses, parameters, "asc")[::-1]


def by_id(catalog: Catalog, wanted: Wanted, *, after: str, limit: int) -> list[str]:
    """Return the ids of a page, rising, those after ``after``."""
    clauses, parameters = _clauses(wanted)
    where = " and ".join(["id > ?", *clauses])
    sql = f"select id from videos where {where} order by id limit ?"  # noqa: S608
    return [video for (video,) in catalog.rows(sql, [after, *parameters, limit])]


def titled(catalog: Catalog, text: str, *, limit: int) -> list[str]:
    """Return the ids of the newest videos that a text fits."""
    return newest(catalog, Wanted(text), after=None, limit=limit)


def records(catalog: Catalog, ids: Sequence[str]) -> list[VideoRecord]:
    """Return these videos in this order, without those that went meanwhile."""
    found = catalog.some(ids)
    return [found[video] for video in ids if video in found]


def pictured(catalog: Catalog, ids: Sequence[str]) -> set[str]:
    """Return those of some videos that have pictures."""
    marks = ",".join("?" * len(ids))
    rows = catalog.rows(f"select video from pictures where video in ({marks})", ids)  # noqa: S608
    return {video for (video,) in rows}


def _clauses(wanted: Wanted) -> tuple[list[str], list[Any]]:
    clauses, parameters = [], []
    for word in composed(wanted.text).split():
        clauses.append(r"(title like ? escape '\' or uploader like ? escape '\')")
        parameters += [f"%{word.translate(_LIKE_ESCAPE)}%"] * 2
    for column in ("kind", "status", "language", "uploader"):
        if value := getattr(wanted, column):
            clauses.append(f"{column} = ?")
            parameters.append(composed(value))
    if wanted.unwatched:
        clauses.append("seconds = 0")
    return clauses, parameters


def _ids(catalog: Catalog, clauses: list[str], parameters: list[Any], order: str) -> list[str]:
    where = f" where {' and '.join(clauses)}" if clauses else ""
    sql = f"select id from videos{where} order by added_at {order}, id {order} limit ?"  # noqa: S608
    return [video for (video,) in catalog.rows(sql, parameters)]
