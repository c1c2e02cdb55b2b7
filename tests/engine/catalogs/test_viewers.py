"""Viewers: each event once, bounded, and gone when it is deleted."""

import pytest

from engine.catalogs.sql import viewers as store
from engine.catalogs.sql.viewers import Viewers
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.viewers import Event, EventKind
from engine.errors import InvalidInput, UnknownViewer
from support.catalogs import save, video_id

NOW = 1_800_000_000.0


@pytest.fixture
def viewers(catalog: Catalog) -> Viewers:
    return catalog.viewers


def liked(number: int, *, kind: EventKind = EventKind.LIKED, share: float = 1.0) -> Event:
    return Event(f"e{number:05d}", video_id(number), kind, NOW + number, share)


def test_what_is_put_is_what_is_there(viewers: Viewers) -> None:
    viewers.put_interests("ann", {"animal": 1.0, "car": -0.5}, now=NOW)
    assert viewers.add_events("ann", [liked(2), liked(1)], now=NOW) == 2
    stored = viewers.get("ann")
    assert stored.interests == {"animal": 1.0, "car": -0.5}
    assert stored.events == (liked(1), liked(2))
    viewers.put_interests("ann", {"cat": 2.0}, now=NOW)
    assert viewers.get("ann").interests == {"cat": 2.0}
    assert viewers.get("ann").events == stored.events


def test_an_event_sent_twice_counts_once_and_stays_as_it_was(viewers: Viewers) -> None:
    assert viewers.add_events("ann", [liked(1)], now=NOW) == 1
    again = Event("e00001", video_id(9), EventKind.HIDDEN, NOW)
    assert viewers.add_events("ann", [again, liked(2)], now=NOW) == 1
    assert viewers.get("ann").events == (liked(1), liked(2))
    assert viewers.add_events("bob", [liked(1)], now=NOW) == 1


def test_the_oldest_events_go_and_those_that_hide_stay(
    viewers: Viewers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_EVENTS", 4)
    viewers.add_events("bob", [liked(0)], now=NOW)
    viewers.add_events("ann", [liked(0, kind=EventKind.HIDDEN)], now=NOW)
    viewers.add_events("ann", [liked(number) for number in range(1, 9)], now=NOW)
    assert [event.id for event in viewers.events("ann")] == ["e00000", "e00006", "e00007", "e00008"]
    assert viewers.events("bob") == (liked(0),)


def test_a_deleted_viewer_leaves_nothing_in_the_file(viewers: Viewers, catalog: Catalog) -> None:
    viewers.put_interests("ann-of-green-gables", {"animal": 1.0}, now=NOW)
    viewers.add_events("ann-of-green-gables", [liked(number) for number in range(200)], now=NOW)
    viewers.add_events("bob", [liked(1)], now=NOW)
    viewers.delete("ann-of-green-gables")
    with pytest.raises(UnknownViewer, match="send a profile along"):
        viewers.get("ann-of-green-gables")
    assert viewers.events("ann-of-green-gables") == ()
    assert viewers.ids() == ["bob"]
    for path in catalog.path.parent.iterdir():
        assert b"green-gables" not in path.read_bytes(), path.name
    with pytest.raises(UnknownViewer):
        viewers.delete("ann-of-green-gables")


def test_viewers_do_not_move_the_revision_of_videos(viewers: Viewers, catalog: Catalog) -> None:
    before = catalog.revision()
    viewers.put_interests("ann", {"animal": 1.0}, now=NOW)
    viewers.add_events("ann", [liked(1)], now=NOW)
    viewers.delete("ann")
    assert catalog.revision() == before


def test_some_viewers_are_those_that_get_gives(viewers: Viewers) -> None:
    for name in ("ann", "bob", "cid"):
        viewers.put_interests(name, {"animal": len(name)}, now=NOW)
    viewers.add_events("bob", [liked(2), liked(1)], now=NOW)
    some = viewers.some(["bob", "nobody", "ann"])
    assert some[0] == viewers.get("bob")
    assert some[1].interests == {}
    assert some[1].events == ()
    assert some[2] == viewers.get("ann")


def test_likes_are_what_was_liked_or_watched_to_the_half(viewers: Viewers) -> None:
    viewers.add_events(
        "ann",
        [
            liked(1),
            liked(2, kind=EventKind.WATCHED, share=0.5),
            liked(3, kind=EventKind.WATCHED, share=0.4),
            liked(4, kind=EventKind.SKIPPED),
            liked(5),
            Event("later", video_id(5), EventKind.DISLIKED, NOW + 99),
        ],
        now=NOW,
    )
    viewers.put_interests("bob", {}, now=NOW)
    viewers.add_events("cid", [liked(7)], now=NOW)
    assert list(viewers.likes()) == [[video_id(1), video_id(2)], [video_id(7)]]


def test_videos_that_are_not_there_are_named(viewers: Viewers, catalog: Catalog) -> None:
    save(catalog, video_id(1), {"cat": 3})
    videos = [video_id(2), video_id(1), video_id(2), video_id(3)]
    assert viewers.unknown_videos(videos) == [video_id(2), video_id(3)]


@pytest.mark.parametrize(
    ("viewer", "event", "says"),
    [
        ("", liked(1), "viewer: an id is 1 to 128"),
        ("a" * 129, liked(1), "viewer: an id"),
        ("a\x00b", liked(1), "viewer: an id"),
        ("ann", Event("", video_id(1), EventKind.LIKED, NOW), "events.0.id"),
        ("ann", Event("e", video_id(1), EventKind.WATCHED, NOW, 1.5), "events.0.share is 1.5"),
        ("ann", Event("e", video_id(1), EventKind.WATCHED, NOW, float("nan")), "share is nan"),
        ("ann", Event("e", video_id(1), EventKind.LIKED, NOW + 90_000), "more than a day ahead"),
        ("ann", Event("e", video_id(1), EventKind.LIKED, -1.0), "before 1970"),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_is_kept(
    viewers: Viewers, viewer: str, event: Event, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        viewers.add_events(viewer, [event], now=NOW)
    assert viewers.ids() == []


def test_a_batch_is_bounded(viewers: Viewers) -> None:
    with pytest.raises(InvalidInput, match="at most 1000 at once"):
        viewers.add_events("ann", [liked(number) for number in range(1001)], now=NOW)
