"""The service tells advertisers of new matches itself."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, Final

import numpy as np

from api.alone import Alone
from api.answers.placements import why_json
from api.live import Live
from api.settings import Settings
from api.signed_post import DELIVERY_HEADER, SIGNATURE_HEADER, NotTaken, post, signature
from engine.errors import ReelmatchError
from engine.search import explain
from engine.store.webhooks import Delivery, Webhook, Webhooks
from engine.targeting import Targeting
from ingest.sources.guard import AllowedNetwork

_LOOK_SECONDS: Final = 0.5
_FORGET_SECONDS: Final = 3_600.0
_AT_ONCE: Final = 8
_VIDEOS_AT_ONCE: Final = 100


def notifying(settings: Settings, live: Live) -> Alone:
    """Return what tells of new matches; what is untold when it is stopped waits."""
    notifier = Notifier(settings, live)
    return Alone("telling of new matches", settings.home / "notifying.lock", notifier.run_until)


class Notifier:
    """Tells of new matches.

    Args:
        settings: of the service.
        live: its campaigns and videos, as they are now.
    """

    def __init__(self, settings: Settings, live: Live) -> None:
        self._allowed = tuple(map(AllowedNetwork.parse, settings.web_allowed_networks))
        self._live = live
        self._webhooks = Webhooks(live.catalog)

    def run_until(self, stop: threading.Event) -> None:
        """Note what comes, send what is due and forget what is long over, until told to stop."""
        with ThreadPoolExecutor(_AT_ONCE, "notifier") as pool:
            forgotten_at = -inf
            while not stop.wait(_LOOK_SECONDS):
                self.note()
                now = time.time()
                if now >= forgotten_at + _FORGET_SECONDS:
                    self._webhooks.forget_ended(now=now)
                    forgotten_at = now
                due = self._webhooks.due(now=now, limit=_AT_ONCE)
                list(pool.map(lambda pair: self._send(*pair), due))

    def note(self) -> None:
        """Write down the matches of videos that came since the last time."""
        webhooks = {webhook.campaign: webhook for webhook in self._webhooks.all()}
        if not webhooks:
            return
        try:
            targeting = self._live.targeting
        except ReelmatchError:
            return  # nothing is indexed yet
        if np.any(targeting.campaigns.ids.rows_of(webhooks) < 0):
            return  # a campaign is so new that it is not followed yet
        noted, view = self._webhooks.noted(), targeting.view
        came = self._live.catalog.revisions(after=noted, upto=view.revision)
        page = came[:_VIDEOS_AT_ONCE]
        if not page:
            return
        matches = [
            match
            for revision, video in page
            for match in _matches(targeting, webhooks, video, revision)
        ]
        self._webhooks.note(matches, upto=page[-1][0])

    def _send(self, delivery: Delivery, webhook: Webhook) -> None:
        now = time.time()
        body = json.dumps({"delivery": delivery.id, **delivery.body}, ensure_ascii=False).encode()
        headers = {
            SIGNATURE_HEADER: signature(webhook.secret, body, now=int(now)),
            DELIVERY_HEADER: str(delivery.id),
        }
        trouble = None
        try:
            post(webhook.url, body, headers, self._allowed)
        except NotTaken as refused:
            trouble = str(refused)
        self._webhooks.end(delivery, trouble, now=time.time())


def _matches(
    targeting: Targeting, webhooks: dict[str, Webhook], video: str, revision: int
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    place = targeting.view.locate(video)
    wanted = [name for name, webhook in webhooks.items() if webhook.since < revision]
    if place is None or not wanted:
        return
    among = np.zeros(len(targeting.campaigns), bool)
    among[targeting.campaigns.ids.rows_of(wanted)] = True
    for fit in targeting.for_video(place, len(wanted), now=int(time.time()), among=among):
        why = explain(targeting.view, targeting.query_of(fit.row), place)
        yield (
            fit.campaign,
            video,
            {
                "event": "match",
                "campaign": fit.campaign,
                "video": video,
                "score": fit.score,
                "why": why_json(why, None),
                "generation": targeting.view.generation.id,
                "revision": revision,
            },
        )
