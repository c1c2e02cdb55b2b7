"""Lists that were shown, and the events that name them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from engine.catalogs.sql.database import Database, marks
from engine.domain.evaluations.shown_lists import (
    MAX_OF_VIEWER,
    EntryPoint,
    ListEvent,
    ListKind,
    ShownList,
    oldest_list_id,
)

_PARAMETERS: Final = 500
_PAGE: Final = 5_000
_PAGE_VIEWERS: Final = 1_000
_BATCH_SIZE: Final = 5_000
_COLUMNS: Final = "id, kind, door, first, size, viewer, campaign, experiment, arm, settings"
_EVENTS: Final = (
    "select shown_by, viewer, video, min(position),"
    " max(case when kind in ('watched', 'liked') then 1 else 0 end),"
    " max(case when kind = 'liked' or (kind = 'watched' and share >= 0.5) then 1 else 0 end)"
    " from events where {} group by shown_by, viewer, video"
)
_EVENTS_OF_VIEWERS: Final = _EVENTS.format(
    "(shown_by, viewer) in"
    " (select id, viewer from shown_lists where viewer > ? and viewer <= ? and id >= ?)"
)
_EVENTS_OF_NOBODYS: Final = _EVENTS.format(
    "shown_by in (select id from shown_lists where viewer is null and id > ? and id <= ?)"
)


class ShownLists:
    """The lists of one catalog."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def put(self, lists: Sequence[ShownList], *, since: float) -> None:
        """Store lists, and delete some thousands at most of those of before a moment.

        A viewer of whom nothing is stored is not written down.

        Args:
            lists: new ones.
            since: seconds since 1970.
        """
        # A viewer who is being deleted is waited for; two who do that go in one order.
        viewer = f"(select id from viewers where id = ? {self._file.dialect.for_share})"  # noqa: S608
        with self._file.transaction() as db:
            for one in sorted(lists, key=lambda one: one.viewer or ""):
                db.execute(
                    f"insert into shown_lists ({_COLUMNS})"  # noqa: S608
                    f" values (?, ?, ?, ?, ?, {viewer}, ?, ?, ?, ?)",
                    (
                        one.id,
                        one.kind,
                        one.entry_point,
                        one.first,
                        one.size,
                        one.viewer,
                        one.campaign,
                        one.experiment,
                        one.arm,
                        one.settings,
                    ),
                )
            db.execute(
                "delete from shown_lists where id in"
                " (select id from shown_lists where id < ? order by id limit ?)",
                (oldest_list_id(since), _BATCH_SIZE),
            )

    def unknown(self, ids: Iterable[str]) -> list[str]:
        """Return those ids that no list has, in order, each once."""
        unique = list(dict.fromkeys(ids))
        known: set[str] = set()
        for first in range(0, len(unique), _PARAMETERS):
            page = unique[first : first + _PARAMETERS]
            sql = f"select id from shown_lists where id in ({marks(page)})"  # noqa: S608
            known.update(one for (one,) in self._file.rows(sql, page))
        return [one for one in unique if one not in known]

    def of_viewer(self, viewer: str) -> tuple[ShownList, ...]:
        """Return the newest lists of a viewer who is stored, the oldest of them first."""
        newest = self._lists("viewer = ? order by id desc limit ?", viewer, MAX_OF_VIEWER)
        return newest[::-1]

    def by_viewer(
        self, *, since: float
    ) -> Iterator[tuple[Sequence[ShownList], Sequence[ListEvent]]]:
        """Yield the lists from a moment on, viewer by viewer; one that is nobody's comes alone.

        With them comes what was done with their videos, by that viewer, or with nobody's by
        anybody; each video of each list once. Some thousand lists are held at once.
        """
        after = oldest = oldest_list_id(since)
        while page := self._lists("viewer is null and id > ? order by id limit ?", after, _PAGE):
            events = self._events(_EVENTS_OF_NOBODYS, after, page[-1].id)
            yield from (([one], events.get(one.id, ())) for one in page)
            after = page[-1].id
        for low, high in self._viewer_pages("shown_lists"):
            where = "viewer > ? and viewer <= ? and id >= ? order by viewer, id"
            events = self._events(_EVENTS_OF_VIEWERS, low, high, oldest)
            for _, own in groupby(self._lists(where, low, high, oldest), attrgetter("viewer")):
                lists = list(own)
                yield lists, [event for one in lists for event in events.get(one.id, ())]

    def count_events(self, *, since: float) -> int:
        """Return how many videos of lists from a moment on, known or not, events are of.

        Each video of each list counts once a viewer.
        """
        sql = (
            "select count(*) from (select distinct shown_by, viewer, video from events"
            " where viewer > ? and viewer <= ? and shown_by >= ?) as named"
        )
        oldest = oldest_list_id(since)
        pages = self._viewer_pages("events")
        return sum(self._file.rows(sql, (low, high, oldest))[0][0] for low, high in pages)

    def _events(self, sql: str, *parameters: str) -> dict[str, list[ListEvent]]:
        """Return events by their lists."""
        events: dict[str, list[ListEvent]] = {}
        for row in self._file.rows(sql, parameters):
            event = ListEvent(*row[:4], *map(bool, row[4:]))
            events.setdefault(event.list, []).append(event)
        return events

    def _viewer_pages(self, table: str) -> Iterator[tuple[str, str]]:
        sql = (
            "select max(viewer) from (select distinct viewer"  # noqa: S608 - constants
            f" from {table} where viewer > ? order by viewer limit ?) as page"
        )
        after = ""
        while (last := self._file.rows(sql, (after, _PAGE_VIEWERS))[0][0]) is not None:
            yield after, last
            after = last

    def _lists(self, where: str, *parameters: Any) -> tuple[ShownList, ...]:
        sql = f"select {_COLUMNS} from shown_lists where {where}"  # noqa: S608
        return tuple(_list(*row) for row in self._file.rows(sql, parameters))


def _list(list_id: str, kind: str, entry_point: str, *rest: Any) -> ShownList:
    return ShownList(list_id, ListKind(kind), EntryPoint(entry_point), *rest)
