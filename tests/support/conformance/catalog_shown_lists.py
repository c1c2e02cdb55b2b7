"""The suite of every catalog: lists that were shown, and the events that name them."""

import tracemalloc
from dataclasses import replace
from typing import Any

from engine.domain.evaluations.shown_lists import (
    MAX_OF_VIEWER,
    EntryPoint,
    ListEvent,
    ListKind,
    ShownList,
    list_moment,
    new_list_id,
)
from engine.domain.viewers import Event, EventKind
from engine.ports.catalog import Catalog
from support.catalogs import video_id
from support.conformance.catalog_opening import OpenedCatalogs

NOW = 1_800_000_000.0


def shown(at: float, viewer: str | None = None, **parts: Any) -> ShownList:
    """Return a list of ten that is shown at a moment."""
    one = ShownList(new_list_id(at), ListKind.RECOMMENDATIONS, EntryPoint.HTTP, 1, 10, viewer)
    return replace(one, **parts)


def events_of(catalog: Catalog, since: float) -> dict[str, list[ListEvent]]:
    """Return the events of lists that are nobody's, from a moment on."""
    pairs = catalog.shown_lists.by_viewer(since=since)
    return {one.id: list(events) for (one,), events in pairs}


class ShownListsSuite(OpenedCatalogs):
    """Promises about lists that were shown."""

    def test_a_list_is_kept_as_it_was_with_a_viewer_who_is_kept(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {}, now=0)
        of_ann = shown(NOW, "ann", campaign="c", experiment="e", arm="a", settings="co_likes=4")
        of_bob = shown(NOW + 1, "bob", first=11)
        catalog.shown_lists.put([of_ann, of_bob], since=0)
        assert catalog.shown_lists.of_viewer("ann") == (of_ann,)
        assert catalog.shown_lists.of_viewer("bob") == ()  # nothing else is stored of them
        lists = list(catalog.shown_lists.by_viewer(since=0))
        assert lists == [([replace(of_bob, viewer=None)], ()), ([of_ann], [])]
        assert list(catalog.shown_lists.by_viewer(since=NOW + 0.5)) == lists[:1]
        assert abs(list_moment(of_ann.id) - NOW) < 0.001

    def test_of_a_viewer_the_newest_thousand_are_told(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {}, now=0)
        lists = [shown(NOW + number, "ann") for number in range(MAX_OF_VIEWER + 2)]
        catalog.shown_lists.put(lists, since=0)
        assert catalog.shown_lists.of_viewer("ann") == tuple(lists[2:])

    def test_lists_go_when_they_are_old(self, catalog: Catalog) -> None:
        old, new = shown(NOW), shown(NOW + 9)
        catalog.shown_lists.put([old, new], since=0)
        catalog.shown_lists.put([], since=NOW + 5)
        assert catalog.shown_lists.unknown([old.id, new.id, "x", old.id]) == [old.id, "x"]

    def test_events_tell_the_list_that_they_come_from(self, catalog: Catalog) -> None:
        one, other = shown(NOW), shown(NOW + 5)
        catalog.shown_lists.put([one, other], since=0)
        watched = Event("e1", video_id(1), EventKind.WATCHED, NOW, 0.2, one.id, 3)
        liked = replace(watched, id="e2", kind=EventKind.LIKED, share=1.0, position=None)
        hidden = Event("e3", video_id(2), EventKind.HIDDEN, NOW, 1.0, other.id, 1)
        plain = Event("e4", video_id(3), EventKind.LIKED, NOW)
        catalog.viewers.add_events("ann", [watched, hidden, plain], now=NOW)
        assert catalog.viewers.events("ann") == (watched, hidden, plain)
        glanced = ListEvent(one.id, "ann", video_id(1), 3, clicked=True, watched=False)
        passed = ListEvent(other.id, "ann", video_id(2), 1, clicked=False, watched=False)
        assert events_of(catalog, 0) == {one.id: [glanced], other.id: [passed]}
        assert events_of(catalog, NOW + 1) == {other.id: [passed]}
        catalog.viewers.add_events("ann", [liked], now=NOW)
        assert events_of(catalog, 0)[one.id] == [replace(glanced, watched=True)]

    def test_lists_come_with_the_events_of_those_they_were_shown_to(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {}, now=0)
        of_ann, nobodys = shown(NOW, "ann"), shown(NOW)
        catalog.shown_lists.put([of_ann, nobodys], since=0)
        for viewer in ("ann", "bob"):
            liked = [
                Event(f"e{number}", video_id(1), EventKind.LIKED, NOW, 1.0, named, 1)
                for number, named in enumerate((of_ann.id, nobodys.id, shown(NOW).id))
            ]
            catalog.viewers.add_events(viewer, liked, now=NOW)
        pairs = catalog.shown_lists.by_viewer(since=0)
        viewers = [(lists, [event.viewer for event in events]) for lists, events in pairs]
        assert [(lists, sorted(own)) for lists, own in viewers] == [
            ([nobodys], ["ann", "bob"]),
            ([of_ann], ["ann"]),
        ]
        # Bob's of a list of Ann's, and both of one that is not known.
        assert catalog.shown_lists.count_events(since=0) == 6
        assert catalog.shown_lists.count_events(since=NOW + 1) == 0

    def test_events_of_viewers_without_lists_are_not_read(self, catalog: Catalog) -> None:
        for viewer in ("ann", "zoe"):
            catalog.viewers.put_interests(viewer, {}, now=0)
        of_ann, of_zoe = shown(NOW, "ann"), shown(NOW, "zoe")
        catalog.shown_lists.put([of_ann, of_zoe], since=0)
        liked = Event("e", video_id(1), EventKind.LIKED, NOW, 1.0, of_ann.id, 1)
        catalog.viewers.load_events([(f"m{number}", liked) for number in range(2_000)], now=NOW)
        tracemalloc.start()
        pairs = list(catalog.shown_lists.by_viewer(since=0))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert pairs == [([of_ann], []), ([of_zoe], [])]
        assert peak < 200_000  # bytes; an event takes some hundreds

    def test_the_lists_of_a_viewer_go_with_them(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {}, now=0)
        of_ann, of_nobody = shown(NOW, "ann"), shown(NOW)
        catalog.shown_lists.put([of_ann, of_nobody], since=0)
        catalog.viewers.delete("ann")
        assert catalog.shown_lists.unknown([of_ann.id, of_nobody.id]) == [of_ann.id]
