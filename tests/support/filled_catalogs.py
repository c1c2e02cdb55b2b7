"""A catalog with something in every table."""

from dataclasses import replace

import numpy as np

from engine.domain.content import SourceTrack
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind, ShownList, new_list_id
from engine.domain.keys import Scope
from engine.domain.lines import Line
from engine.domain.tracks import Track
from engine.domain.videos import Pictures
from engine.domain.viewers import Event, EventKind
from engine.ports.catalog import Catalog
from support.campaigns import campaign
from support.catalogs import save, video_id
from support.records import NOON, a_track, a_video
from support.reports import report


def fill(catalog: Catalog) -> None:
    """Store something of every noun, as the product does."""
    catalog.videos.save(a_video(), a_track(), now=NOON, pictures=Pictures(b"\0P", b"S", (0, 2)))
    catalog.unneeded_objects.note(["thumbnails/00/0"], due=1.5)
    for number in range(3):
        save(catalog, video_id(number), {"cat": number, "日本": 1}, language="ja")
    catalog.videos.add_source("/copies/cat.mp4", video_id(1))
    numbers = catalog.tags.number(["guitar"], "text")
    track = Track.from_confidences(np.full((2, 1), 0.75, np.float32), numbers)
    lines = (Line("Straße 100% 'live' ñ"), Line("GITARRE"))
    catalog.tracks.put(video_id(1), SourceTrack("text", "reader@1", track, lines))
    catalog.videos.describe(video_id(1), {"title": "Köln", "external_id": "app-1"})
    catalog.videos.delete(video_id(2))
    catalog.taggers.remember("test@1", ["cat", "日本"])
    catalog.viewers.put_interests("ann", {"cat": 0.1}, now=1.5)
    shown = ShownList(new_list_id(1.0), ListKind.SIMILAR, EntryPoint.HTTP, 1, 10, viewer="ann")
    catalog.shown_lists.put([shown, replace(shown, id=new_list_id(2.0), viewer=None)], since=0.0)
    liked = Event("e1", video_id(1), EventKind.LIKED, 5.1, 1 / 3, shown.id, 2)
    catalog.viewers.add_events("ann", [liked], now=10)
    for name in ("spring", "summer"):
        catalog.campaigns.put(campaign(name, {"cat": 1.0}))
    catalog.webhooks.set("spring", "https://example.com/hook")
    catalog.webhooks.note([("spring", video_id(1), {"score": 0.3})], upto=catalog.revision())
    catalog.campaigns.delete("summer")
    key, _ = catalog.keys.create("app", [Scope.READ], now=1.0, per_second=2.5)
    catalog.keys.open_session(key, now=1.0, seconds=60)
    (job,) = catalog.jobs.add(["/films/a.mp4"], {"said": {"title": "ä"}}, now=2.0)
    catalog.evaluations.put(job, report("tf=sqrt"))
    catalog.started_requests.reserve(key.id, "mine", b"\x00\xff", now=3.0, ttl_seconds=100)
