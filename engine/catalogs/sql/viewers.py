"""Viewers who are stored: what they say they like, and what they did with videos.

Nobody has to be: a profile can be sent along with each question. What is stored is bounded, and a
viewer who is deleted is gone whole. Viewers change nothing about videos, so the catalog's revision
stays where it is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import inf
from operator import itemgetter
from typing import Any, Final

from engine.catalogs.sql.database import (
    MAX_NUMBER,
    Database,
    Statements,
    at_most,
    marks,
)
from engine.domain.viewers import (
    MAX_EVENT_BATCH,
    MAX_EVENTS,
    MAX_LIKES,
    Audiences,
    Event,
    EventKind,
    Viewer,
    check_event,
    check_id,
)
from engine.errors import InvalidInput, UnknownViewer

_PARAMETERS: Final = 500
_PAGE_VIEWERS: Final = 1_000
_EVENT: Final = "id, video, kind, at, share, shown_by, position"
_LIKES: Final = (
    "select viewer, video, max(at) from events where viewer > ? and viewer <= ? and at < ?"
    " group by viewer, video"
    " having sum(case when kind = 'liked' or (kind = 'watched' and share >= 0.5) then 1 else 0 end)"
    " > 0 and sum(case when kind = 'disliked' then 1 else 0 end) = 0 order by viewer"
)


class Viewers:
    """The viewers of one catalog."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    def get(self, viewer: str) -> Viewer:
        """Return a viewer.

        Raises:
            UnknownViewer: when nothing is stored of them.
        """
        viewer = self._stored_id(viewer)
        rows = self._catalog.rows("select interests from viewers where id = ?", (viewer,))
        if not rows:
            raise UnknownViewer(viewer)
        ((interests,),) = rows
        return Viewer(viewer, json.loads(interests), self.events(viewer))

    def events(self, viewer: str) -> tuple[Event, ...]:
        """Return the events of a viewer, the oldest first; none for one who is not stored."""
        rows = self._catalog.rows(
            f"select {_EVENT} from events where viewer = ? order by at, id",  # noqa: S608
            (viewer,),
        )
        return tuple(_event(*row) for row in rows)

    def ids(self, *, after: str = "", limit: int = -1) -> list[str]:
        """Return the ids of viewers, rising: those after ``after``, at most ``limit`` (-1: all)."""
        sql = "select id from viewers where id > ? order by id limit ?"
        return [viewer for (viewer,) in self._catalog.rows(sql, (after, at_most(limit)))]

    def some(self, ids: Sequence[str]) -> list[Viewer]:
        """Return some viewers, in the order of ``ids``; nothing is known of one not stored."""
        interests: dict[str, Mapping[str, float]] = {}
        events: dict[str, list[Event]] = {}
        for first in range(0, len(ids), _PARAMETERS):
            page = ids[first : first + _PARAMETERS]
            among = f"({marks(page)})"
            sql = f"select id, interests from viewers where id in {among}"  # noqa: S608
            for viewer, content in self._catalog.rows(sql, page):
                interests[viewer] = json.loads(content)
            sql = f"select viewer, {_EVENT} from events where viewer in {among} order by at, id"  # noqa: S608
            for viewer, *row in self._catalog.rows(sql, page):
                events.setdefault(viewer, []).append(_event(*row))
        return [
            Viewer(viewer, interests.get(viewer, {}), tuple(events.get(viewer, ())))
            for viewer in ids
        ]

    def likes(self, *, before: float = inf) -> Iterator[list[str]]:
        """Yield, viewer by viewer, the videos they liked or watched at least half of.

        Of each viewer the newest ``MAX_LIKES``, the oldest first, ties by id; none that they
        dislike.

        Args:
            before: seconds since 1970; events from then on do not count.
        """
        after = ""
        while viewers := self.ids(after=after, limit=_PAGE_VIEWERS):
            rows = self._catalog.rows(_LIKES, (after, viewers[-1], before))
            for _, of_one in groupby(rows, key=itemgetter(0)):
                newest = sorted(of_one, key=lambda row: (-row[2], row[1]))[:MAX_LIKES]
                yield [video for _, video, _ in sorted(newest, key=lambda row: (row[2], row[1]))]
            after = viewers[-1]

    def audiences(self, *, before: float) -> Audiences:
        """Return how many viewers did something with each video before a moment."""
        counts = "select video, count(distinct viewer) from events where at < ? group by video"
        all_ = "select count(distinct viewer) from events where at < ?"
        ((viewers,),) = self._catalog.rows(all_, (before,))
        return Audiences(int(viewers), dict(self._catalog.rows(counts, (before,))))

    def active_since(self, moment: float) -> list[str]:
        """Return the ids of viewers who did something at a moment or later, rising."""
        sql = "select distinct viewer from events where at >= ? order by viewer"
        return [viewer for (viewer,) in self._catalog.rows(sql, (moment,))]

    def count_events(self, *, before: float = inf) -> int:
        """Return how many events there are of before a moment."""
        ((count,),) = self._catalog.rows("select count(*) from events where at < ?", (before,))
        return int(count)

    def event_quantile(self, share: float) -> float | None:
        """Return the moment before which a share of all events were; None without any."""
        last = max(0, self.count_events() - 1)
        at = min(last, int(share * (last + 1)))
        rows = self._catalog.rows("select at from events order by at limit 1 offset ?", (at,))
        return float(rows[0][0]) if rows else None

    def put_interests(self, viewer: str, interests: Mapping[str, float], *, now: float) -> None:
        """Replace what a viewer says they like; the viewer is made if need be.

        Raises:
            InvalidInput: when the id cannot be one.
        """
        viewer = self._stored_id(viewer)
        with self._catalog.transaction() as db:
            db.execute(
                "insert into viewers (id, interests, changed_at) values (?1, ?2, ?3)"
                " on conflict (id) do update set interests = ?2, changed_at = ?3",
                (viewer, json.dumps(dict(interests), ensure_ascii=False), now),
            )

    def add_events(self, viewer: str, events: Sequence[Event], *, now: float) -> int:
        """Add events; one whose id is known already is not added again.

        The viewer is made if need be. Beyond ``MAX_EVENTS`` the oldest go, hiding ones last.

        Returns:
            How many were new, and are not too old to be stored.

        Raises:
            InvalidInput: naming the event that cannot be one, or when there are too many.
        """
        if len(events) > MAX_EVENT_BATCH:
            raise InvalidInput(
                f"{len(events)} events are too many: send at most {MAX_EVENT_BATCH} at once"
            )
        checked = [
            check_event(f"events.{number}", event, now) for number, event in enumerate(events)
        ]
        return self._add({self._stored_id(viewer): checked}, now)

    def load_events(self, events: Iterable[tuple[str, Event]], *, now: float) -> int:
        """Add events of many viewers, all or none, as ``add_events`` does; there may be any number.

        Raises:
            InvalidInput: naming the first that cannot be one.
        """
        checked: dict[str, list[Event]] = {}
        for number, (viewer, event) in enumerate(events):
            checked.setdefault(viewer, []).append(check_event(f"events.{number}", event, now))
        # One viewer may be named in two forms.
        stored: dict[str, list[Event]] = {}
        for viewer, own in checked.items():
            stored.setdefault(self._stored_id(viewer), []).extend(own)
        return self._add(stored, now)

    def _add(self, events: Mapping[str, Sequence[Event]], now: float) -> int:
        # Two who add to the same viewers must not wait for each other in turns.
        in_order = sorted(events.items())
        with self._catalog.transaction() as db:
            return sum(_add_of_one(db, viewer, own, now) for viewer, own in in_order)

    def delete(self, viewer: str) -> None:
        """Delete all that is stored of a viewer, and overwrite its bytes.

        Raises:
            UnknownViewer: when nothing is.
        """
        viewer = self._stored_id(viewer)
        with self._catalog.erasing(), self._catalog.transaction() as db:
            # Locked first: nothing is added for the viewer until all is gone.
            locked = "update viewers set changed_at = changed_at where id = ?"
            if db.execute(locked, (viewer,)).rowcount == 0:
                raise UnknownViewer(viewer)
            db.execute("delete from events where viewer = ?", (viewer,))
            db.execute("delete from shown_lists where viewer = ?", (viewer,))
            db.execute("delete from viewers where id = ?", (viewer,))

    def _stored_id(self, viewer: str) -> str:
        """Return the id under which a viewer is stored, or would be.

        Raises:
            InvalidInput: when the id cannot be one.
        """
        tidy = check_id("viewer", viewer)
        if tidy == viewer:
            return tidy
        # Kept before ids were kept in one form.
        old = self._catalog.rows("select id from viewers where id = ?", (viewer,))
        return viewer if old else tidy

    def unknown_videos(self, videos: Iterable[str]) -> list[str]:
        """Return those ids that no video of the catalog has, in order, each once."""
        unique = list(dict.fromkeys(videos))
        known: set[str] = set()
        for first in range(0, len(unique), _PARAMETERS):
            page = unique[first : first + _PARAMETERS]
            sql = f"select id from videos where id in ({marks(page)})"  # noqa: S608
            known.update(video for (video,) in self._catalog.rows(sql, page))
        return [video for video in unique if video not in known]


def _add_of_one(db: Statements, viewer: str, events: Sequence[Event], now: float) -> int:
    """Add the events of one viewer; return how many are new and stay."""
    db.execute(
        "insert into viewers (id, interests, changed_at) values (?, '{}', ?)"
        " on conflict (id) do update set changed_at = excluded.changed_at",
        (viewer, now),
    )
    new = {
        event.id
        for event in events
        if db.execute(
            f"insert into events (viewer, {_EVENT})"  # noqa: S608
            " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            (
                viewer,
                event.id,
                event.video,
                event.kind,
                event.at,
                event.share,
                event.shown_by,
                event.position,
            ),
        ).rowcount
    }
    ((count,),) = db.execute("select count(*) from events where viewer = ?", (viewer,))
    if count <= MAX_EVENTS:
        return len(new)
    too_many = db.execute(
        "delete from events where viewer = ?1 and id in (select id from events"
        " where viewer = ?1 order by kind = 'hidden' desc, at desc, id desc"
        " limit ?3 offset ?2) returning id",
        (viewer, MAX_EVENTS, MAX_NUMBER),
    )
    return len(new.difference(event for (event,) in too_many))


def _event(event: str, video: str, kind: str, *rest: Any) -> Event:
    return Event(event, video, EventKind(kind), *rest)
