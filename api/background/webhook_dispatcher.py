"""The service tells advertisers of new matches itself."""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, Final

import numpy as np

from api.background.leader_lock import LeaderLock
from api.background.live import Live
from api.background.signed_post import DELIVERY_HEADER, SIGNATURE_HEADER, NotTaken, post, signature
from api.encoding import encoded
from api.settings import Settings
from engine.domain.advertising.webhooks import Due, Webhook
from engine.errors import ReelmatchError
from engine.ports.catalog import Webhooks
from engine.search.matches import explain
from engine.targeting.targeting import Targeting
from ingest.sources.guard import AllowedNetwork

_POLL_SECONDS: Final = 0.5
_DELETE_SECONDS: Final = 3_600.0
_BATCH_SIZE: Final = 16
_MAX_OPEN_PER_ADVERTISER: Final = 4
_MAX_DUE: Final = 1_000
_VIDEO_BATCH_SIZE: Final = 100

log = logging.getLogger(__name__)


def dispatcher_lock(settings: Settings, live: Live) -> LeaderLock:
    """Return what tells of new matches; what is untold when it is stopped waits."""
    notifier = Notifier(settings, live)
    return LeaderLock(
        "telling of new matches", lambda: live.catalog.leading("notifying"), notifier.run_until
    )


class Notifier:
    """Tells of new matches.

    Args:
        settings: of the service.
        live: its campaigns and videos, as they are now.
    """

    def __init__(self, settings: Settings, live: Live) -> None:
        self._allowed = tuple(map(AllowedNetwork.parse, settings.web_allowed_networks))
        self._live = live
        self._webhooks = live.catalog.webhooks

    def run_until(self, stop: threading.Event) -> None:
        """Note what comes, send what is due and forget what is long over, until told to stop."""
        poll_at = delete_at = -inf
        with ThreadPoolExecutor(_BATCH_SIZE, "notifier") as pool:
            sending = _Sending(pool, self._send)
            while not stop.is_set():
                if time.monotonic() >= poll_at:
                    self.note()
                    poll_at = time.monotonic() + _POLL_SECONDS
                if time.monotonic() >= delete_at:
                    self._webhooks.forget_ended(now=time.time())
                    delete_at = time.monotonic() + _DELETE_SECONDS
                sending.hand_out(self._webhooks)
                sending.wait(_POLL_SECONDS)

    def note(self) -> None:
        """Write down the matches of videos that came since the last time."""
        webhooks = {webhook.campaign: webhook for webhook in self._webhooks.all()}
        if not webhooks:
            return
        try:
            targeting = self._live.targeting
        except ReelmatchError:
            return  # nothing is indexed yet
        upto = targeting.snapshot.revision
        names = list(webhooks)
        for row in np.flatnonzero(targeting.campaigns.ids.rows_of(names) < 0):
            # So new that it is not followed yet: what came before it, the others are told of now.
            upto = min(upto, webhooks.pop(names[row]).since)
        came = self._live.catalog.videos.revisions(after=self._webhooks.noted(), upto=upto)
        page = came[:_VIDEO_BATCH_SIZE]
        if not page:
            return
        matches = [
            match
            for revision, video in page
            for match in _matches_if_any(targeting, webhooks, video, revision)
        ]
        self._webhooks.note(matches, upto=page[-1][0])

    def _send(self, due: Due) -> None:
        delivery, webhook = due.delivery, due.webhook
        if self._webhooks.get(webhook.campaign) != webhook:
            return  # told to somebody else by now, or to nobody
        trouble = None
        try:
            payload = {"delivery": delivery.id, **delivery.body}
            body = json.dumps(payload, ensure_ascii=False).encode()
            headers = {
                SIGNATURE_HEADER: signature(webhook.secret, body, now=int(time.time())),
                DELIVERY_HEADER: str(delivery.id),
            }
            post(webhook.url, body, headers, self._allowed)
        except NotTaken as refused:
            trouble = str(refused)
        except Exception as error:
            # Whatever it is, it is the trouble of this delivery and of no other.
            log.exception("delivery %d could not be sent", delivery.id)
            trouble = f"it could not be sent: {type(error).__name__}"
        self._webhooks.end(delivery, trouble, now=time.time())


class _Sending:
    """Deliveries under way: some at once, of one advertiser never all that can be.

    A webhook is told one thing at a time; who is slow to take it holds up nobody else.
    """

    def __init__(self, pool: ThreadPoolExecutor, send: Callable[[Due], None]) -> None:
        self._pool = pool
        self._send = send
        self._freed = threading.Event()
        self._lock = threading.Lock()
        self._under_way: dict[str, str] = {}  # campaign -> advertiser
        self._turn = 0
        self._served: dict[str, int] = {}  # advertiser -> turn

    def hand_out(self, webhooks: Webhooks) -> None:
        """Begin what is due, as far as there is room: who waited longest first."""
        with self._lock:
            busy = dict(self._under_way)
        free, load = _BATCH_SIZE - len(busy), Counter(busy.values())
        if free <= 0:
            return
        due = webhooks.due(
            now=time.time(), limit=_MAX_DUE, per_advertiser=_MAX_OPEN_PER_ADVERTISER, busy=busy
        )
        waiting: dict[str, list[Due]] = {}
        for one in due:
            waiting.setdefault(one.advertiser, []).append(one)
        for _ in range(free):
            open_to = [name for name in waiting if load[name] < _MAX_OPEN_PER_ADVERTISER]
            if not open_to:
                return
            first = min(open_to, key=lambda name: (load[name], self._served.get(name, 0)))
            load[first] += 1
            self._begin(waiting[first].pop(0))
            if not waiting[first]:
                del waiting[first]

    def wait(self, seconds: float) -> None:
        """Wait until there is room again, or so long."""
        self._freed.wait(seconds)
        self._freed.clear()

    def _begin(self, due: Due) -> None:
        self._turn += 1
        self._served[due.advertiser] = self._turn
        with self._lock:
            self._under_way[due.webhook.campaign] = due.advertiser
        self._pool.submit(self._end_to_end, due)

    def _end_to_end(self, due: Due) -> None:
        try:
            self._send(due)
        except Exception:
            # It waits where it was; the catalog may be busy, and is asked again.
            log.exception("what came of delivery %d could not be noted", due.delivery.id)
        finally:
            with self._lock:
                self._under_way.pop(due.webhook.campaign, None)
            self._freed.set()


def _matches_if_any(
    targeting: Targeting, webhooks: dict[str, Webhook], video: str, revision: int
) -> list[tuple[str, str, dict[str, Any]]]:
    try:
        return list(_matches(targeting, webhooks, video, revision))
    except Exception:
        # One video that cannot be matched must not keep everybody from hearing of the others.
        log.exception("nobody is told of video %s", video)
        return []


def _matches(
    targeting: Targeting, webhooks: dict[str, Webhook], video: str, revision: int
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    is_there = video in targeting.snapshot
    names = [name for name, webhook in webhooks.items() if webhook.since < revision]
    if not is_there or not names:
        return
    among = np.zeros(len(targeting.campaigns), bool)
    among[targeting.campaigns.ids.rows_of(names)] = True
    for fit in targeting.for_video(video, len(names), now=int(time.time()), among=among):
        why = explain(targeting.snapshot, targeting.query_of(fit.row), video)
        yield (
            fit.campaign,
            video,
            {
                "event": "match",
                "campaign": fit.campaign,
                "video": video,
                "score": fit.score,
                "why": encoded(why),
                "generation": targeting.snapshot.generation_id,
                "revision": revision,
            },
        )
