"""Every process sees what any process stores, pauses or deletes, within a second."""

from pathlib import Path

from api.background.live_campaigns import LiveCampaigns
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import CampaignState
from engine.indexes.local.snapshot import LocalSnapshot
from support.campaigns import TAGS, Shown, campaign, snapshot_of
from support.processes import soon


def matching(live: LiveCampaigns, snapshot: LocalSnapshot) -> list[str]:
    targeting = live.meeting(snapshot)
    return [fit.campaign for fit in targeting.for_video("v", 9, now=0)]


def test_campaigns_are_followed_from_one_catalog_by_all(tmp_path: Path) -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3}), Shown("w", {"cat": 1})])
    path = tmp_path / "catalog.db"
    with Catalog.open(path) as ours, Catalog.open(path) as theirs:
        ours.tags.number(TAGS)
        followers = [LiveCampaigns(ours), LiveCampaigns(theirs)]
        campaigns = theirs.campaigns

        def all_come_to_see(*expected: str) -> None:
            soon(lambda: all(matching(live, snapshot) == list(expected) for live in followers))

        all_come_to_see()
        campaigns.put(campaign("b", {"car": 1}))
        campaigns.put(campaign("a", {"car": 1}))
        all_come_to_see("a", "b")
        campaigns.set_state("a", CampaignState.PAUSED)
        all_come_to_see("b")
        campaigns.delete("b")
        campaigns.set_state("a", CampaignState.ACTIVE)
        all_come_to_see("a")


def test_campaigns_are_weighed_anew_for_another_generation(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        catalog.tags.number(TAGS)
        catalog.campaigns.put(campaign("a", {"car": 1, "cat": 1}))
        live = LiveCampaigns(catalog)
        first = snapshot_of([Shown("v", {"car": 3}), Shown("w", {"cat": 1})])
        second = snapshot_of([Shown("v", {"car": 3}), Shown("w", {"car": 1})], name="other")
        scores = []
        for snapshot in (first, second):
            targeting = live.meeting(snapshot)
            (fit,) = targeting.for_video("v", 9, now=0)
            assert fit.score == snapshot.score(targeting.query_of(fit.row), ["v"])[0]
            scores.append(fit.score)
        assert scores[0] != scores[1]
