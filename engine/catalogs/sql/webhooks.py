"""Webhooks for new matches, and deliveries still to be made: an outbox in the catalog.

A match is written down before it is sent and crossed out after, so that it is told at least once,
however often processes die between. Whoever is told can tell repeats by the delivery's id.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from engine.catalogs.sql.database import Database, marks
from engine.domain.advertising.webhooks import (
    RETENTION_SECONDS,
    RETRY_SECONDS,
    Delivery,
    DeliveryState,
    Due,
    Webhook,
)

_SECRET_BYTES: Final = 32
_MAX_SAYS_CHARACTERS: Final = 500


class Webhooks:
    """The webhooks of one catalog."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    def set(self, campaign: str, url: str) -> Webhook:
        """Tell an address of a campaign's matches from now on; it gets a secret of its own."""
        webhook = Webhook(
            campaign, url, secrets.token_urlsafe(_SECRET_BYTES), self._catalog.revision()
        )
        with self._catalog.transaction() as db:
            self._catalog.dialect.serialize(db, "webhooks")
            if not db.execute("select 1 from webhooks limit 1").fetchone():
                # Nobody was told of what came before, and nobody will be.
                db.execute("update outbox set noted = ?", (webhook.since,))
            db.execute(
                "insert into webhooks (campaign, url, secret, since) values (?1, ?2, ?3, ?4)"
                " on conflict (campaign) do update set url = ?2, secret = ?3, since = ?4",
                (campaign, url, webhook.secret, webhook.since),
            )
        return webhook

    def get(self, campaign: str) -> Webhook | None:
        """Return who is told of a campaign's matches, if anybody is."""
        sql = "select campaign, url, secret, since from webhooks where campaign = ?"
        for row in self._catalog.rows(sql, (campaign,)):
            return Webhook(*row)
        return None

    def all(self) -> list[Webhook]:
        """Return every webhook."""
        sql = "select campaign, url, secret, since from webhooks order by campaign"
        return [Webhook(*row) for row in self._catalog.rows(sql)]

    def remove(self, campaign: str) -> bool:
        """Tell nobody any more; False when nobody was told."""
        with self._catalog.transaction() as db:
            gone = db.execute("delete from webhooks where campaign = ?", (campaign,))
            return bool(gone.rowcount)

    def noted(self) -> int:
        """Return the catalog's revision up to which matches were written down."""
        ((noted,),) = self._catalog.rows("select noted from outbox")
        return int(noted)

    def note(self, matches: Sequence[tuple[str, str, Mapping[str, Any]]], *, upto: int) -> None:
        """Write down what is to be told, and up to which revision all is written down.

        Args:
            matches: campaign, video and what is told of them; a pair is told once, as long as
                that is remembered.
            upto: a revision of the catalog.
        """
        with self._catalog.transaction() as db:
            for campaign, video, body in matches:
                db.execute(
                    "insert into deliveries (campaign, video, body) select ?1, ?2, ?3"
                    " where exists (select 1 from webhooks where campaign = ?1)"
                    " on conflict (campaign, video) do nothing",
                    (campaign, video, json.dumps(body, ensure_ascii=False)),
                )
            db.execute("update outbox set noted = ?1 where noted < ?1", (upto,))

    def due(
        self, *, now: float, limit: int, per_advertiser: int, busy: Collection[str] = ()
    ) -> list[Due]:
        """Return deliveries that may be tried now, the oldest of each webhook.

        Every advertiser's first comes before anybody's second, so that a crowd of one advertiser's
        webhooks hides nobody else's.

        Args:
            now: seconds since 1970.
            limit: at most so many.
            per_advertiser: at most so many of one advertiser.
            busy: campaigns whose webhooks are being told something already.
        """
        free = f" where f.campaign not in ({marks([*busy])})" if busy else ""
        rows = self._catalog.rows(
            "with firsts as (select min(id) as id, campaign from deliveries"  # noqa: S608
            " where state = 'waiting' and not_before <= ? group by campaign),"
            " turns as (select f.id, c.advertiser, row_number() over"
            " (partition by c.advertiser order by f.id) as turn"
            " from firsts f join campaigns c on c.id = f.campaign"
            f"{free})"
            " select t.advertiser, d.id, d.campaign, d.body, d.attempts, d.state, d.says,"
            " w.url, w.secret, w.since"
            " from turns t join deliveries d on d.id = t.id"
            " join webhooks w on w.campaign = d.campaign"
            " where t.turn <= ? order by t.turn, t.id limit ?",
            (now, *busy, per_advertiser, limit),
        )
        return [Due(row[0], _delivery(row[1:7]), Webhook(row[2], *row[7:])) for row in rows]

    def end(self, delivery: Delivery, trouble: str | None, *, now: float) -> None:
        """Write down what an attempt came to: nothing, when it was taken, or the trouble."""
        state, not_before = DeliveryState.DELIVERED, 0.0
        if trouble is not None and delivery.attempts < len(RETRY_SECONDS):
            state, not_before = DeliveryState.WAITING, now + RETRY_SECONDS[delivery.attempts]
        elif trouble is not None:
            state = DeliveryState.FAILED
        ended_at = None if state is DeliveryState.WAITING else now
        with self._catalog.transaction() as db:
            db.execute(
                "update deliveries set state = ?, not_before = ?, attempts = attempts + 1,"
                " says = ?, ended_at = ? where id = ?",
                (state, not_before, (trouble or "")[:_MAX_SAYS_CHARACTERS], ended_at, delivery.id),
            )

    def forget_ended(self, *, now: float) -> None:
        """Drop what was told or given up longer than ``RETENTION_SECONDS`` ago."""
        with self._catalog.transaction() as db:
            db.execute("delete from deliveries where ended_at <= ?", (now - RETENTION_SECONDS,))

    def counts(self, campaign: str) -> dict[DeliveryState, int]:
        """Return how many deliveries that are remembered are in each state."""
        sql = "select state, count(*) from deliveries where campaign = ? group by state"
        counts = dict(self._catalog.rows(sql, (campaign,)))
        return {state: int(counts.get(state, 0)) for state in DeliveryState}

    def last_trouble(self, campaign: str) -> str:
        """Return what the last attempt that failed came to, empty when none did."""
        sql = (
            "select says from deliveries where campaign = ? and says != '' order by id desc limit 1"
        )
        return "".join(says for (says,) in self._catalog.rows(sql, (campaign,)))


def _delivery(row: tuple[Any, ...]) -> Delivery:
    number, campaign, body, attempts, state, says = row
    return Delivery(number, campaign, json.loads(body), attempts, DeliveryState(state), says)
