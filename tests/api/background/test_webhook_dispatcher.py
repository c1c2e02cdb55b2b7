"""One webhook's trouble is its own: the others are told, whatever goes wrong with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import api.background.webhook_dispatcher
from api.background import signed_post
from api.background.live import Live
from api.background.webhook_dispatcher import Notifier
from api.settings import Settings
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.webhooks import DeliveryState
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.targeting import Targeting
from ingest.sources.addresses import canonical
from support.campaign_answers import eventually
from support.campaigns import TAGS, Shown, campaign, snapshot_of
from support.catalogs import save
from support.receiver import receiver

WAITING, DELIVERED = DeliveryState.WAITING, DeliveryState.DELIVERED


def register(catalog: Catalog, name: str, url: str, *, advertiser: str = "acme") -> None:
    """A campaign with a webhook that waits to be told of a video."""
    catalog.campaigns.put(replace(campaign(name, {"car": 1}), advertiser=advertiser))
    catalog.webhooks.set(name, url)
    catalog.webhooks.note([(name, "v", {"campaign": name})], upto=1)


@contextmanager
def dispatcher_lock(home: Path, *networks: str) -> Iterator[None]:
    settings = Settings(home=home, web_allowed_networks=networks)
    stop = threading.Event()
    with Live.open(settings) as live:
        thread = threading.Thread(target=Notifier(settings, live).run_until, args=[stop])
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def has(catalog: Catalog, name: str, state: DeliveryState) -> Callable[[], bool]:
    return lambda: catalog.webhooks.counts(name)[state] == 1


def attempts(catalog: Catalog, name: str) -> int:
    ((count,),) = catalog.rows("select attempts from deliveries where campaign = ?", (name,))
    return int(count)


def test_addresses_that_cannot_be_sent_to_stop_nobody_else(
    catalog: Catalog, tmp_path: Path
) -> None:
    bad = ["http://a..b/", f"http://{'a' * 64}/", "http://[", "http://h:0/", "nothing", "http://"]
    for number in range(20):
        register(catalog, f"a{number}", bad[number % len(bad)])
    with receiver() as other:
        register(catalog, "z", other.url, advertiser="globex")
        with dispatcher_lock(tmp_path / "home", other.network):
            eventually(has(catalog, "z", DELIVERED))
            eventually(lambda: all(attempts(catalog, f"a{number}") for number in range(20)))
    assert "cannot be sent to" in catalog.webhooks.last_trouble("a0")
    assert len(other.deliveries) == 1


@pytest.mark.parametrize("error", [UnicodeEncodeError("idna", "x", 0, 1, "y"), ZeroDivisionError()])
def test_whatever_goes_wrong_counts_as_an_attempt(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    original = signed_post.post

    def post(url: str, *rest: Any) -> None:
        if "bad" in url:
            raise error
        original(url, *rest)

    monkeypatch.setattr(api.background.webhook_dispatcher, "post", post)
    register(catalog, "a", "http://bad.example/")
    with receiver() as other:
        register(catalog, "b", other.url)
        with dispatcher_lock(tmp_path / "home", other.network):
            eventually(has(catalog, "b", DELIVERED))
            eventually(lambda: attempts(catalog, "a") > 0)
    assert type(error).__name__ in catalog.webhooks.last_trouble("a")


@pytest.mark.slow
def test_slow_receivers_of_one_advertiser_do_not_hold_up_another(
    catalog: Catalog, tmp_path: Path
) -> None:
    with receiver(drip_seconds=0.1) as slow, receiver() as quick:
        for number in range(20):
            register(catalog, f"a{number}", slow.url)
        register(catalog, "z", quick.url, advertiser="globex")
        with dispatcher_lock(tmp_path / "home", slow.network, quick.network):
            eventually(has(catalog, "z", DELIVERED))
            # None of the slow ones has ended by then, and most have not even begun.
            assert all(attempts(catalog, f"a{number}") == 0 for number in range(20))
            assert len(slow.deliveries) < 10


def test_who_lost_a_campaign_is_not_told_of_what_was_under_way(
    catalog: Catalog, tmp_path: Path
) -> None:
    with receiver([500, 204]) as old:
        register(catalog, "a", old.url)
        with dispatcher_lock(tmp_path / "home", old.network):
            eventually(lambda: attempts(catalog, "a") == 1)
            catalog.campaigns.put(replace(campaign("a", {"car": 1}), advertiser="globex"))
            with receiver() as new:
                register(catalog, "b", new.url)
                # Not allowed, so never told: what counts is that it was tried after a second.
                eventually(lambda: attempts(catalog, "b") > 1)
    assert len(old.deliveries) == 1


def test_a_campaign_not_followed_yet_holds_back_only_what_came_after_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    webhooks, campaigns = catalog.webhooks, catalog.campaigns
    campaigns.put(campaign("old", {"car": 1}))
    webhooks.set("old", canonical("https://ads.example/"))
    save(catalog, "v", {"car": 3})
    snapshot = replace(snapshot_of([Shown("v", {"car": 3}), Shown("w", {"cat": 1})]), revision=3)
    index = CampaignIndex.empty().changed(
        campaigns.page(), (), catalog.tags.vocabulary(), campaigns.revision()
    )
    live: Any = SimpleNamespace(catalog=catalog, targeting=Targeting.of(index, snapshot))
    # Again and again somebody makes another: it must not keep the others from hearing anything.
    campaigns.put(campaign("new", {"car": 1}))
    webhooks.set("new", canonical("https://ads.example/"))
    Notifier(Settings(home=tmp_path), live).note()
    assert webhooks.counts("old")[WAITING] == 1
    assert webhooks.counts("new")[WAITING] == 0


def test_a_video_that_cannot_be_matched_holds_back_no_other(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks, campaigns = catalog.webhooks, catalog.campaigns
    campaigns.put(campaign("a", {"car": 1}))
    webhooks.set("a", canonical("https://ads.example/"))
    catalog.tags.number(TAGS)
    for video in ("v", "w"):
        save(catalog, video, {"car": 3})
    snapshot = replace(snapshot_of([Shown("v", {"car": 3}), Shown("w", {"car": 2})]), revision=9)
    index = CampaignIndex.empty().changed(
        campaigns.page(), (), catalog.tags.vocabulary(), campaigns.revision()
    )
    live: Any = SimpleNamespace(catalog=catalog, targeting=Targeting.of(index, snapshot))
    matches = api.background.webhook_dispatcher._matches

    def fail_on_v(targeting: Any, hooks: Any, video: str, revision: int) -> Any:
        if video == "v":
            raise ZeroDivisionError
        return matches(targeting, hooks, video, revision)

    monkeypatch.setattr(api.background.webhook_dispatcher, "_matches", fail_on_v)
    Notifier(Settings(home=tmp_path), live).note()
    assert webhooks.counts("a")[WAITING] == 1
    assert webhooks.noted() == catalog.revision()
