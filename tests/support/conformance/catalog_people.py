"""The suite of every catalog: viewers, campaigns, keys and webhooks."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.domain.advertising.campaigns import CampaignState
from engine.domain.advertising.webhooks import DeliveryState
from engine.domain.keys import Scope, digest_of
from engine.domain.viewers import Event, EventKind
from engine.errors import (
    CampaignChanged,
    InvalidInput,
    UnknownCampaign,
    UnknownViewer,
)
from engine.ports.catalog import Catalog
from support.campaigns import campaign
from support.catalogs import video_id
from support.conformance.catalog_opening import OpenedCatalogs


class PeopleSuite(OpenedCatalogs):
    """Promises about viewers, advertisers and their keys."""

    def test_a_viewers_event_is_kept_once_and_all_of_them_go(self, catalog: Catalog) -> None:
        catalog.viewers.put_interests("ann", {"cat": 1.0}, now=0)
        liked = Event("e1", video_id(1), EventKind.LIKED, 5.0)
        assert catalog.viewers.add_events("ann", [liked, liked], now=10) == 1
        assert catalog.viewers.add_events("ann", [liked], now=10) == 0
        viewer = catalog.viewers.get("ann")
        assert (viewer.interests, viewer.events) == ({"cat": 1.0}, (liked,))
        assert list(catalog.viewers.likes()) == [[video_id(1)]]
        assert catalog.viewers.unknown_videos([video_id(1)]) == [video_id(1)]
        catalog.viewers.delete("ann")
        with pytest.raises(UnknownViewer):
            catalog.viewers.get("ann")
        assert catalog.viewers.ids() == []

    def test_a_viewer_of_whom_events_come_is_deleted_with_them(
        self, catalog: Catalog, other: Catalog
    ) -> None:
        liked = Event("e1", video_id(1), EventKind.LIKED, 5.0)
        catalog.viewers.add_events("ann", [liked], now=10)
        with ThreadPoolExecutor(1) as pool:
            with catalog.transaction():
                catalog.viewers.add_events("ann", [replace(liked, id="e2")], now=10)
                deleting = pool.submit(other.viewers.delete, "ann")
                time.sleep(0.2)  # until it waits
            deleting.result(60)
        assert catalog.viewers.ids() == []
        assert catalog.viewers.events("ann") == ()

    def test_pages_of_campaigns_are_somebodys_or_in_a_state(self, catalog: Catalog) -> None:
        for number, advertiser in enumerate(("acme", "globex", "acme")):
            catalog.campaigns.put(campaign(f"c{number}", {"cat": 1.0}, advertiser=advertiser))
        catalog.campaigns.set_state("c2", CampaignState.PAUSED)
        for by, state, expected in (
            (None, None, ["c0", "c1"]),
            ("acme", None, ["c0", "c2"]),
            (None, CampaignState.PAUSED, ["c2"]),
            ("acme", CampaignState.PAUSED, ["c2"]),
            ("globex", CampaignState.PAUSED, []),
        ):
            page = catalog.campaigns.page(advertiser=by, state=state, limit=2)
            assert [one.id for one in page] == expected
        assert [one.id for one in catalog.campaigns.page(after="c1")] == ["c2"]

    def test_events_of_many_viewers_are_added_together_or_not_at_all(
        self, catalog: Catalog
    ) -> None:
        liked = Event("e1", video_id(1), EventKind.LIKED, 5.0)
        watched = replace(liked, id="e2", kind=EventKind.WATCHED, share=0.5)
        of_two = [("ann", liked), ("bob", liked), ("ann", watched), ("bob", liked)]
        assert catalog.viewers.load_events(of_two, now=10) == 3
        assert catalog.viewers.load_events(of_two, now=10) == 0
        assert catalog.viewers.events("ann") == (liked, watched)
        with pytest.raises(InvalidInput, match=r"events\.1\.share"):
            catalog.viewers.load_events(
                [("cid", liked), ("cid", replace(liked, share=2.0))], now=10
            )
        assert catalog.viewers.ids() == ["ann", "bob"]

    def test_what_was_before_a_moment_is_told_from_what_came_later(self, catalog: Catalog) -> None:
        def liked(number: int, at: float) -> Event:
            return Event(f"e{at}", video_id(number), EventKind.LIKED, at)

        assert catalog.viewers.event_quantile(0.8) is None
        of_two = [("ann", liked(1, 1.0)), ("ann", liked(2, 4.0)), ("bob", liked(1, 2.0))]
        catalog.viewers.load_events([*of_two, ("bob", liked(3, 3.0))], now=10)
        assert [catalog.viewers.event_quantile(share) for share in (0.0, 0.5, 1.0)] == [1, 3, 4]
        assert (catalog.viewers.count_events(), catalog.viewers.count_events(before=3.0)) == (4, 2)
        assert list(catalog.viewers.likes(before=2.0)) == [[video_id(1)]]
        # The oldest first, whatever their ids.
        catalog.viewers.load_events([("cid", liked(9 - at, float(at))) for at in range(3)], now=10)
        assert list(catalog.viewers.likes())[-1] == [video_id(9), video_id(8), video_id(7)]
        catalog.viewers.delete("cid")
        audiences = catalog.viewers.audiences(before=4.0)
        assert (audiences.viewers, audiences.videos) == (2, {video_id(1): 2, video_id(3): 1})
        assert catalog.viewers.active_since(3.0) == ["ann", "bob"]
        assert catalog.viewers.active_since(4.0) == ["ann"]

    def test_a_campaign_is_changed_by_who_knows_its_last_state(self, catalog: Catalog) -> None:
        videos = catalog.revision()
        first = catalog.campaigns.put(campaign("c", {"cat": 1.0}), expected=0)
        second = catalog.campaigns.put(campaign("c", {"cat": 2.0}), expected=first.revision)
        with pytest.raises(CampaignChanged):
            catalog.campaigns.put(campaign("c", {"cat": 3.0}), expected=first.revision)
        assert catalog.campaigns.put(replace(second, revision=0)) == second
        paused = catalog.campaigns.set_state("c", CampaignState.PAUSED)
        changes = catalog.campaigns.changes_since(second.revision)
        assert (changes.changed, changes.gone) == ((paused,), ())
        catalog.campaigns.delete("c")
        changes = catalog.campaigns.changes_since(second.revision)
        assert (changes.changed, changes.gone) == ((), ("c",))
        assert changes.revision == catalog.campaigns.revision()
        assert catalog.revision() == videos
        with pytest.raises(UnknownCampaign):
            catalog.campaigns.find("c")

    def test_a_key_opens_until_it_is_revoked(self, catalog: Catalog) -> None:
        key, secret = catalog.keys.create("app", [Scope.READ], now=0)
        assert catalog.keys.by_digest()[digest_of(secret)] == key
        token = catalog.keys.open_session(key, now=0, seconds=10)
        assert catalog.keys.session(token, now=9) == key
        assert catalog.keys.session(token, now=11) is None
        catalog.keys.revoke(key.id, now=12)
        assert catalog.keys.by_digest() == {}
        assert catalog.keys.session(token, now=9) is None
        assert [one.revoked_at for one in catalog.keys.all()] == [12]

    def test_a_match_is_told_once_and_tried_again_later(self, catalog: Catalog) -> None:
        catalog.campaigns.put(campaign("c", {"cat": 1.0}))
        webhook = catalog.webhooks.set("c", "https://ads.example/hook")
        matches = [("c", video_id(1), {"score": 0.5})]
        for _ in range(2):
            catalog.webhooks.note(matches, upto=3)
        assert catalog.webhooks.noted() == 3
        (due,) = catalog.webhooks.due(now=0, limit=9, per_advertiser=9)
        assert (due.advertiser, due.webhook, due.delivery.body) == ("acme", webhook, {"score": 0.5})
        catalog.webhooks.end(due.delivery, "no answer", now=0)
        assert catalog.webhooks.due(now=0, limit=9, per_advertiser=9) == []
        assert catalog.webhooks.last_trouble("c") == "no answer"
        (due,) = catalog.webhooks.due(now=100, limit=9, per_advertiser=9)
        catalog.webhooks.end(due.delivery, None, now=100)
        assert catalog.webhooks.counts("c")[DeliveryState.DELIVERED] == 1
        catalog.campaigns.delete("c")
        assert catalog.webhooks.all() == []
