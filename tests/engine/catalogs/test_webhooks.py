"""Deliveries are written down once, tried later each time, and gone with their campaign."""

from dataclasses import replace
from typing import Any

import pytest

from engine.catalogs.sql.webhooks import Webhooks
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.webhooks import RETENTION_SECONDS, RETRY_SECONDS, DeliveryState, Due
from support.campaigns import campaign
from support.catalogs import save, video_id

URL = "https://ads.example/hook"


@pytest.fixture
def catalog_with_campaigns(catalog: Catalog) -> Catalog:
    for name in ("a", "b"):
        catalog.campaigns.put(campaign(name, {"car": 1}))
    return catalog


@pytest.fixture
def webhooks(catalog_with_campaigns: Catalog) -> Webhooks:
    return catalog_with_campaigns.webhooks


def due_of(webhooks: Webhooks, *, now: float = 0.0, limit: int = 9, **rest: Any) -> list[Due]:
    return webhooks.due(now=now, limit=limit, **{"per_advertiser": 9, **rest})


def test_nobody_is_told_of_what_came_before(
    catalog_with_campaigns: Catalog, webhooks: Webhooks
) -> None:
    save(catalog_with_campaigns, video_id(1), {"car": 1})
    hook = webhooks.set("a", URL)
    assert hook.since == webhooks.noted() == catalog_with_campaigns.revision()
    assert webhooks.get("a") == hook
    assert webhooks.get("b") is None


def test_every_setting_makes_a_secret_of_its_own(webhooks: Webhooks) -> None:
    first, second = webhooks.set("a", URL), webhooks.set("a", URL)
    assert first.secret != second.secret
    assert len(first.secret) >= 40
    assert [hook.secret for hook in webhooks.all()] == [second.secret]


def test_a_pair_is_told_once_however_often_it_is_noted(webhooks: Webhooks) -> None:
    webhooks.set("a", URL)
    for upto in (3, 4):
        webhooks.note([("a", "v1", {"score": upto}), ("b", "v1", {})], upto=upto)
    assert webhooks.noted() == 4
    (due,) = due_of(webhooks)
    assert (due.delivery.campaign, due.delivery.body, due.webhook.url) == ("a", {"score": 3}, URL)


def test_one_delivery_a_campaign_is_due_at_a_time_the_oldest_first(webhooks: Webhooks) -> None:
    for name in ("a", "b"):
        webhooks.set(name, URL)
    webhooks.note([("a", "v1", {}), ("a", "v2", {}), ("b", "v1", {})], upto=1)
    due = due_of(webhooks)
    assert [(one.delivery.campaign, one.delivery.id) for one in due] == [("a", 1), ("b", 3)]
    webhooks.end(due[0].delivery, None, now=0.0)
    assert [one.delivery.id for one in due_of(webhooks)] == [2, 3]
    assert [one.delivery.id for one in due_of(webhooks, limit=1)] == [2]
    assert [one.delivery.id for one in due_of(webhooks, busy=["a"])] == [3]


def test_every_advertisers_first_is_due_before_anybodys_second(
    catalog_with_campaigns: Catalog, webhooks: Webhooks
) -> None:
    catalog_with_campaigns.campaigns.put(replace(campaign("z", {"car": 1}), advertiser="globex"))
    for name in ("a", "b", "z"):
        webhooks.set(name, URL)
    webhooks.note([(name, "v", {}) for name in ("a", "b", "z")], upto=1)
    due = due_of(webhooks)
    assert [(one.advertiser, one.webhook.campaign) for one in due] == [
        ("acme", "a"),
        ("globex", "z"),
        ("acme", "b"),
    ]
    assert [one.webhook.campaign for one in due_of(webhooks, per_advertiser=1)] == ["a", "z"]


def test_a_campaign_that_changes_hands_loses_its_webhook(
    catalog_with_campaigns: Catalog, webhooks: Webhooks
) -> None:
    for name in ("a", "b"):
        webhooks.set(name, URL)
    webhooks.note([("a", "v", {})], upto=1)
    catalog_with_campaigns.campaigns.put(replace(campaign("a", {"car": 2}), advertiser="globex"))
    catalog_with_campaigns.campaigns.put(campaign("b", {"car": 2}))
    assert webhooks.get("a") is None
    assert webhooks.get("b") is not None
    assert due_of(webhooks) == []


def test_trouble_is_tried_again_later_each_time_and_given_up_in_the_end(
    webhooks: Webhooks,
) -> None:
    webhooks.set("a", URL)
    webhooks.note([("a", "v1", {})], upto=1)
    now = 0.0
    for seconds in (*RETRY_SECONDS, None):
        (due,) = due_of(webhooks, now=now)
        webhooks.end(due.delivery, "it answered with status 500", now=now)
        if seconds is not None:
            assert due_of(webhooks, now=now + seconds - 0.5) == []
            now += seconds
    assert webhooks.counts("a") == {
        DeliveryState.WAITING: 0,
        DeliveryState.DELIVERED: 0,
        DeliveryState.FAILED: 1,
    }
    assert webhooks.last_trouble("a") == "it answered with status 500"
    assert due_of(webhooks, now=now * 10) == []


def test_what_ended_is_forgotten_after_a_while_and_what_waits_is_not(webhooks: Webhooks) -> None:
    webhooks.set("a", URL)
    webhooks.note([("a", "v1", {}), ("a", "v2", {})], upto=1)
    (first,) = due_of(webhooks, now=0.0)
    webhooks.end(first.delivery, None, now=100.0)
    webhooks.forget_ended(now=100.0 + RETENTION_SECONDS - 1)
    assert webhooks.counts("a")[DeliveryState.DELIVERED] == 1
    webhooks.forget_ended(now=100.0 + RETENTION_SECONDS)
    assert webhooks.counts("a") == {
        DeliveryState.WAITING: 1,
        DeliveryState.DELIVERED: 0,
        DeliveryState.FAILED: 0,
    }
    # From then on a video that changes is told of again.
    webhooks.note([("a", "v1", {}), ("a", "v2", {})], upto=2)
    assert webhooks.counts("a")[DeliveryState.WAITING] == 2


def test_all_is_gone_with_the_webhook_or_the_campaign(
    catalog_with_campaigns: Catalog, webhooks: Webhooks
) -> None:
    for name in ("a", "b"):
        webhooks.set(name, URL)
    webhooks.note([("a", "v1", {}), ("b", "v1", {})], upto=1)
    assert webhooks.remove("a")
    assert not webhooks.remove("a")
    catalog_with_campaigns.campaigns.delete("b")
    assert webhooks.all() == []
    assert due_of(webhooks, now=0.0) == []


def test_a_campaign_that_changes_keeps_its_webhook(
    catalog_with_campaigns: Catalog, webhooks: Webhooks
) -> None:
    hook = webhooks.set("a", URL)
    catalog_with_campaigns.campaigns.put(campaign("a", {"car": 2}))
    assert webhooks.get("a") == hook
