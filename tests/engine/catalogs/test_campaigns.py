"""Campaigns are stored whole, once, and whoever follows them misses nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.catalogs.sql.campaigns import Campaigns
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import (
    Bid,
    Campaign,
    CampaignState,
    Creative,
    Group,
    Keyword,
)
from engine.errors import CampaignChanged, UnknownCampaign
from support.campaigns import campaign, changed, keyword_match

FULL = Campaign(
    id="spring",
    advertiser="acme",
    name="Spring: \u201cnew\u201d shoes",
    keywords=(Keyword(keyword_match("sneakers", footwear=0.8, sport=0.75), 2.0),),
    groups=(Group("all", (keyword_match("city"), keyword_match("car"))),),
    exclude=(keyword_match("beer"),),
    suitability={"alcohol": "low"},
    criteria={
        "categories": ("483",),
        "exclude_categories": ("v9i3On",),
        "min_relevance": 0.2,
        "languages": ("en", ""),
        "kinds": ("motion",),
        "performance": ("performance", "talk"),
    },
    begins=1_000,
    ends=2_000,
    creatives=(Creative("a", 15.0, "https://ads.example/a.mp4", "video/mp4", 1280, 720),),
    bid=Bid(4.5, "EUR"),
)


def test_a_word_counts_on_each_of_its_tags_by_how_sure_that_is() -> None:
    shoes = Keyword(keyword_match("sneakers", footwear=0.8, sport=0.75), 2.0)
    against = Keyword(keyword_match("football", sport=1.0), -1.0)
    assert replace(FULL, keywords=(shoes, against)).profile == pytest.approx(
        {"footwear": 1.6, "sport": 0.5}
    )


@pytest.fixture
def campaigns(tmp_path: Path) -> Iterator[Campaigns]:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        yield catalog.campaigns


def test_a_campaign_comes_back_as_it_was_stored(campaigns: Campaigns) -> None:
    stored = campaigns.put(FULL)
    assert campaigns.get("spring") == stored == replace(FULL, revision=1)


def test_a_campaign_of_before_videos_were_heard_asks_for_no_performance(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        catalog.campaigns.put(FULL)
        with catalog.transaction() as db:
            db.execute("update campaigns set plan = json_remove(plan, '$.performance')")
        assert catalog.campaigns.get("spring") == changed(FULL, performance=(), revision=1)


def test_a_campaign_of_before_rules_declared_what_they_ask_reads_the_same(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        stored = catalog.campaigns.put(changed(FULL, kinds=(), min_relevance=0.0))
        with catalog.transaction() as db:
            # Then, what was not asked for was stored, too.
            db.execute(
                "update campaigns set plan ="
                " json_set(plan, '$.kinds', json('[]'), '$.min_relevance', 0.0)"
            )
        assert catalog.campaigns.get("spring") == stored
        assert catalog.campaigns.put(stored) == stored


def test_storing_the_same_twice_changes_nothing(campaigns: Campaigns) -> None:
    first = campaigns.put(FULL)
    assert campaigns.put(FULL) == first
    assert campaigns.revision() == 1
    assert campaigns.put(replace(FULL, name="Summer")).revision == 2


def test_a_change_on_top_of_another_is_refused(campaigns: Campaigns) -> None:
    first = campaigns.put(FULL, expected=0)
    second = campaigns.put(replace(FULL, name="Summer"), expected=first.revision)
    with pytest.raises(CampaignChanged, match=f"revision {second.revision}"):
        campaigns.put(replace(FULL, name="Autumn"), expected=first.revision)
    with pytest.raises(CampaignChanged, match="revision 2"):
        campaigns.put(FULL, expected=0)
    with pytest.raises(CampaignChanged, match="is gone"):
        campaigns.put(replace(FULL, id="winter"), expected=7)


def test_pages_hold_every_campaign_once(campaigns: Campaigns) -> None:
    for name in ("c", "a", "e", "b", "d"):
        campaigns.put(replace(FULL, id=name, advertiser="zeta" if name in "ae" else "acme"))
    campaigns.set_state("b", CampaignState.PAUSED)
    first = campaigns.page(limit=3)
    assert [one.id for one in first] == ["a", "b", "c"]
    assert [one.id for one in campaigns.page(after="c", limit=3)] == ["d", "e"]
    assert [one.id for one in campaigns.page(advertiser="zeta")] == ["a", "e"]
    assert [one.id for one in campaigns.page(state=CampaignState.PAUSED)] == ["b"]
    assert campaigns.count() == 5


def test_pausing_twice_is_pausing_once(campaigns: Campaigns) -> None:
    campaigns.put(FULL)
    paused = campaigns.set_state("spring", CampaignState.PAUSED)
    assert paused.state is CampaignState.PAUSED
    assert campaigns.set_state("spring", CampaignState.PAUSED) == paused
    assert campaigns.set_state("spring", CampaignState.ACTIVE).revision == 3


def test_who_follows_learns_of_every_change(campaigns: Campaigns) -> None:
    for name in ("a", "b", "c"):
        campaigns.put(campaign(name, {"car": 1}))
    changes = campaigns.changes_since(0)
    assert [one.id for one in changes.changed] == ["a", "b", "c"]
    campaigns.set_state("b", CampaignState.PAUSED)
    campaigns.delete("c")
    then = campaigns.changes_since(changes.revision)
    assert [one.id for one in then.changed] == ["b"]
    assert then.gone == ("c",)
    campaigns.put(campaign("c", {"car": 2}))
    last = campaigns.changes_since(then.revision)
    assert ([one.id for one in last.changed], last.gone) == (["c"], ())
    assert campaigns.changes_since(last.revision).changed == ()


def test_what_is_not_there_cannot_be_changed(campaigns: Campaigns) -> None:
    with pytest.raises(UnknownCampaign, match="'spring'"):
        campaigns.delete("spring")
    with pytest.raises(UnknownCampaign, match="'spring'"):
        campaigns.set_state("spring", CampaignState.PAUSED)
    assert campaigns.revision() == 0
