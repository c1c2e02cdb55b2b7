"""Lists of videos for people: the newest first, by title, kind and status, a page at a time."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from engine.catalogs.sql.database import Database, Dialect
from engine.catalogs.sql.lines import LIKE_ESCAPE, mentions
from engine.domain.listing import ListFilter, ListPosition
from engine.domain.tags import METADATA
from engine.domain.text import composed
from engine.domain.videos import OutdatedVideo

# What was imported has no codec: nobody here decoded it. A version has no order, it differs or not.
_SEEN: Final = (
    "coalesce(v.codec, '') <> ''"
    " and exists (select 1 from tracks t where t.video = v.id and t.source = 'visual'"
    " and substr(t.tagger, 1, length(?1) + 1) = ?1 || '@' and ({condition}))"
)
_OTHER_VERSION: Final = "t.tagger <> ?1 || '@' || ?2"
_OTHER_RULES: Final = "coalesce({rules}, ?3) <> ?3 or {samples} is not null and {rules} is null"
_OUTDATED: Final = _SEEN.format(condition=f"{_OTHER_VERSION} or {_OTHER_RULES}")
_OLD_KIND: Final = _SEEN.format(condition=f"not {_OTHER_VERSION} and ({_OTHER_RULES})")
_LACKS_TRACK: Final = (
    "exists (select 1 from tracks t where t.video = v.id)"
    " and not exists (select 1 from tracks t where t.video = v.id and t.source = ?1"
    " and (substr(t.tagger, 1, length(?2) + 1) <> ?2 || '@' or t.tagger = ?2 || '@' || ?3))"
)
# Decoded here, so that there is footage to observe.
_HAS_FOOTAGE: Final = (
    "coalesce(v.codec, '') <> ''"
    " and exists (select 1 from tracks t where t.video = v.id and t.source = 'visual')"
)
_LACKS_SOURCE: Final = f"{_HAS_FOOTAGE} and {_LACKS_TRACK}"


class Listing:
    """Lists of one catalog's videos."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def newest(self, where: ListFilter, *, after: ListPosition | None, limit: int) -> list[str]:
        """Return the ids of a page, the last added first."""
        clauses, parameters = _clauses(self._file.dialect, where)
        if after is not None:
            clauses.append("(added_at, id) < (?, ?)")
            parameters += [after.added_at, after.video]
        return self._ids(clauses, [*parameters, limit], "desc")

    def oldest(self, where: ListFilter, *, before: ListPosition, limit: int) -> list[str]:
        """Return the ids of the page before a place, the last added first."""
        clauses, parameters = _clauses(self._file.dialect, where)
        clauses.append("(added_at, id) > (?, ?)")
        parameters += [before.added_at, before.video, limit]
        return self._ids(clauses, parameters, "asc")[::-1]

    def by_id(self, where: ListFilter, *, after: str, limit: int) -> list[str]:
        """Return the ids of a page, rising, those after ``after``."""
        clauses, parameters = _clauses(self._file.dialect, where)
        every = " and ".join(["id > ?", *clauses])
        sql = f"select id from videos where {every} order by id limit ?"  # noqa: S608
        return [video for (video,) in self._file.rows(sql, [after, *parameters, limit])]

    def titled(self, text: str, *, limit: int) -> list[str]:
        """Return the ids of the newest videos that a text fits."""
        return self.newest(ListFilter(text), after=None, limit=limit)

    def _ids(self, clauses: list[str], parameters: list[Any], order: str) -> list[str]:
        where = f" where {' and '.join(clauses)}" if clauses else ""
        sql = f"select id from videos{where} order by added_at {order}, id {order} limit ?"  # noqa: S608
        return [video for (video,) in self._file.rows(sql, parameters)]

    def outdated(self, tagger: str, version: str, rules: int) -> Iterator[OutdatedVideo]:
        """Yield the analyzed videos that another version of a tagger saw, the newest first.

        So does it those it saw whose kind other rules told. Results of imports are not among them.

        Args:
            tagger: its name.
            version: the one that is here.
            rules: the version of those of kinds that are here.
        """
        return self._to_watch(self._of_rules(_OUTDATED), (tagger, version, str(rules)))

    def lacking(self, source: str, tagger: str, version: str) -> Iterator[OutdatedVideo]:
        """Yield the analyzed videos that a source has yet to observe, the newest first.

        Those that another version of this tagger observed are among them, those of other taggers
        and of imports are not.
        """
        return self._to_watch(_LACKS_SOURCE, (source, tagger, version))

    def _of_rules(self, condition: str) -> str:
        keys = {
            key: self._file.dialect.json_text("v.evidence", key) for key in ("rules", "samples")
        }
        return condition.format_map(keys)

    def _to_watch(self, condition: str, parameters: tuple[object, ...]) -> Iterator[OutdatedVideo]:
        rows = self._file.rows(
            "select v.id, v.seconds, s.source from videos v left join sources s on s.video = v.id"  # noqa: S608
            f" where {condition} order by v.added_at desc, v.rowid desc, s.rowid desc",
            parameters,
        )
        for _, group in groupby(rows, key=itemgetter(0)):
            rows_of_video: list[tuple[Any, ...]] = list(group)
            video, seconds, _ = rows_of_video[0]
            yield OutdatedVideo(
                video, seconds, tuple(source for *_, source in rows_of_video if source)
            )

    def count_outdated(self, tagger: str, version: str, rules: int) -> int:
        """Return how many ``outdated`` ones there are."""
        return self._count(self._of_rules(_OUTDATED), (tagger, version, str(rules)))

    def count_old_kinds(self, tagger: str, version: str, rules: int) -> int:
        """Return how many of the ``outdated`` ones are so for their kind alone."""
        return self._count(self._of_rules(_OLD_KIND), (tagger, version, str(rules)))

    def count_lacking(self, source: str, tagger: str, version: str) -> int:
        """Return how many ``lacking`` ones there are; of metadata, imported ones, too."""
        condition = _LACKS_TRACK if source == METADATA else _LACKS_SOURCE
        return self._count(condition, (source, tagger, version))

    def _count(self, condition: str, parameters: tuple[object, ...]) -> int:
        ((count,),) = self._file.rows(
            f"select count(*) from videos v where {condition}",  # noqa: S608
            parameters,
        )
        return int(count)


def _clauses(dialect: Dialect, where: ListFilter) -> tuple[list[str], list[Any]]:
    clauses, parameters = [], []
    for word in composed(where.text).split():
        mentioned, spelled = mentions(dialect, word)
        clauses.append(rf"(title like ? escape '\' or uploader like ? escape '\' or {mentioned})")
        parameters += [*[f"%{word.translate(LIKE_ESCAPE)}%"] * 2, spelled]
    for column in ("kind", "status", "language", "uploader"):
        if value := getattr(where, column):
            clauses.append(f"{column} = ?")
            parameters.append(composed(value))
    if where.unwatched:
        clauses.append("seconds = 0")
    return clauses, parameters
