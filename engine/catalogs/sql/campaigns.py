"""Campaigns in the catalog, each with what its words were understood as.

They have a revision of their own, which grows with every change, so that whoever holds them in
memory can follow; changes of campaigns are no changes of videos.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from typing import Any, Final

from engine.catalogs.sql.database import Database, Statements, at_most, marks
from engine.domain.advertising.campaigns import (
    Bid,
    Campaign,
    CampaignChanges,
    CampaignState,
    Creative,
    Group,
    Keyword,
)
from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.errors import CampaignChanged, UnknownCampaign

_PAGE: Final = 500
_PUT: Final = (
    "insert into campaigns (id, advertiser, state, plan, revision)"
    " values (:id, :advertiser, :state, :plan, :revision)"
    " on conflict (id) do update set advertiser = excluded.advertiser, state = excluded.state,"
    " plan = excluded.plan, revision = excluded.revision"
)
_FIELDS: Final = frozenset(one.name for one in fields(Campaign))


class Campaigns:
    """The campaigns of one catalog; any number of processes may read and change them."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    def revision(self) -> int:
        """Return the number that grows with every change."""
        ((revision,),) = self._catalog.rows("select revision from campaign_revisions")
        return int(revision)

    def get(self, campaign: str) -> Campaign | None:
        """Return a campaign, None if there is no such."""
        for row in self._rows("where id = ?", (campaign,)):
            return _campaign(row)
        return None

    def find(self, campaign: str) -> Campaign:
        """Return a campaign.

        Raises:
            UnknownCampaign: when there is no such.
        """
        known = self.get(campaign)
        if known is None:
            raise UnknownCampaign(campaign)
        return known

    def some(self, ids: Sequence[str]) -> dict[str, Campaign]:
        """Return those of some campaigns that are there, by id."""
        campaigns: dict[str, Campaign] = {}
        for first in range(0, len(ids), _PAGE):
            page = ids[first : first + _PAGE]
            clause = f"where id in ({marks(page)})"
            campaigns |= {row[0]: _campaign(row) for row in self._rows(clause, tuple(page))}
        return campaigns

    def page(
        self,
        *,
        advertiser: str | None = None,
        state: CampaignState | None = None,
        after: str = "",
        limit: int = -1,
    ) -> list[Campaign]:
        """Return campaigns by rising id.

        Args:
            advertiser: only this one's; None for everybody's.
            state: only in this state; None for any.
            after: only those with a higher id.
            limit: at most so many; -1 for all.
        """
        clause = (
            "where id > ?1 and (cast(?2 as text) is null or advertiser = ?2)"
            " and (cast(?3 as text) is null or state = ?3) order by id limit ?4"
        )
        return [
            _campaign(row) for row in self._rows(clause, (after, advertiser, state, at_most(limit)))
        ]

    def count(self) -> int:
        """Return how many there are."""
        ((count,),) = self._catalog.rows("select count(*) from campaigns")
        return int(count)

    def put(self, campaign: Campaign, *, expected: int | None = None) -> Campaign:
        """Store a campaign, new or instead of an earlier one of its id; whole or not at all.

        One that is stored already, just so, stays as it is, so that doing it twice is doing it
        once. One that is another advertiser's from now on loses its webhook: whoever was told of
        its matches was told by the one before.

        Args:
            campaign: what to store; its revision does not matter.
            expected: the revision that the earlier one must have; 0 when there must be none.

        Returns:
            What is stored now.

        Raises:
            CampaignChanged: when the earlier one is not at ``expected``.
        """
        with self._change() as (db, revision):
            before = self.get(campaign.id)
            at = before.revision if before else 0
            if expected is not None and at != expected:
                raise CampaignChanged(campaign.id, at or None)
            if before is not None and replace(campaign, revision=before.revision) == before:
                return before
            self._move_on(db, revision)
            stored = replace(campaign, revision=revision)
            db.execute(_PUT, _row(stored))
            db.execute("delete from campaign_tombstones where campaign = ?", (campaign.id,))
            if before is not None and before.advertiser != campaign.advertiser:
                db.execute("delete from webhooks where campaign = ?", (campaign.id,))
        return stored

    def set_state(self, campaign: str, state: CampaignState) -> Campaign:
        """Pause a campaign, or let it go on.

        Raises:
            UnknownCampaign: when there is no such.
        """
        with self._change() as (db, revision):
            before = self.find(campaign)
            if before.state is state:
                return before
            self._move_on(db, revision)
            db.execute(
                "update campaigns set state = ?, revision = ? where id = ?",
                (state, revision, campaign),
            )
        return replace(before, state=state, revision=revision)

    def delete(self, campaign: str) -> None:
        """Forget a campaign.

        Raises:
            UnknownCampaign: when there is no such.
        """
        with self._change() as (db, revision):
            if db.execute("delete from campaigns where id = ?", (campaign,)).rowcount == 0:
                raise UnknownCampaign(campaign)
            self._move_on(db, revision)
            db.execute("insert into campaign_tombstones values (?, ?)", (campaign, revision))

    def changes_since(self, revision: int) -> CampaignChanges:
        """Return what happened after a revision."""
        # Taken first: a change that comes while we read is read twice, never missed.
        now = self.revision()
        changed = self._rows("where revision > ? order by id", (revision,))
        gone = self._catalog.rows(
            "select campaign from campaign_tombstones where revision > ? order by campaign",
            (revision,),
        )
        return CampaignChanges(
            tuple(_campaign(row) for row in changed), tuple(name for (name,) in gone), now
        )

    def _rows(self, clause: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._catalog.rows(
            f"select id, state, plan, revision from campaigns {clause}",  # noqa: S608 - constants
            parameters,
        )

    @contextmanager
    def _change(self) -> Iterator[tuple[Statements, int]]:
        """Open a transaction; yields the revision that a change in it leads to, too."""
        with self._catalog.transaction() as db:
            # Locked before it is read: a database may let others write meanwhile.
            db.execute("update campaign_revisions set revision = revision")
            yield db, self.revision() + 1

    @staticmethod
    def _move_on(db: Statements, revision: int) -> None:
        db.execute("update campaign_revisions set revision = ?", (revision,))


def _row(campaign: Campaign) -> dict[str, Any]:
    plan = asdict(campaign)
    for apart in ("id", "state", "revision"):
        del plan[apart]
    plan["keywords"] = [
        {"reading": _stored(keyword.match), "weight": keyword.weight}
        for keyword in campaign.keywords
    ]
    plan["groups"] = [
        {"rule": group.rule, "words": [*map(_stored, group.words)]} for group in campaign.groups
    ]
    plan["exclude"] = [*map(_stored, campaign.exclude)]
    plan |= plan.pop("criteria")
    return {
        "id": campaign.id,
        "advertiser": campaign.advertiser,
        "state": campaign.state,
        "plan": json.dumps(plan, ensure_ascii=False),
        "revision": campaign.revision,
    }


def _campaign(row: tuple[Any, ...]) -> Campaign:
    name, state, text, revision = row
    plan = json.loads(text)
    plan["keywords"] = tuple(
        Keyword(_keyword_match(keyword["reading"]), keyword["weight"])
        for keyword in plan["keywords"]
    )
    plan["groups"] = tuple(
        Group(group["rule"], tuple(map(_keyword_match, group["words"]))) for group in plan["groups"]
    )
    plan["exclude"] = tuple(map(_keyword_match, plan["exclude"]))
    plan["creatives"] = tuple(Creative(**creative) for creative in plan["creatives"])
    plan["bid"] = Bid(**plan["bid"]) if plan["bid"] else None
    own = {one: plan.pop(one) for one in _FIELDS & plan.keys()}
    criteria = {one: _criterion(value) for one, value in plan.items() if value}
    return Campaign(
        id=name, state=CampaignState(state), revision=revision, criteria=criteria, **own
    )


def _criterion(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _stored(match: KeywordMatch) -> dict[str, Any]:
    candidates = [
        {"tag": one.tag, "confidence": one.confidence, "how": one.method, "by": one.by}
        for one in match.candidates
    ]
    return {
        "word": match.word,
        "status": match.status,
        "meanings": candidates,
        "languages": match.languages,
    }


def _keyword_match(stored: dict[str, Any]) -> KeywordMatch:
    candidates = tuple(
        TagCandidate(each["tag"], each["confidence"], MatchMethod(each["how"]), each["by"])
        for each in stored["meanings"]
    )
    # Of before other languages were read, all are English.
    languages = tuple(stored.get("languages", ("en",)))
    return KeywordMatch(stored["word"], Status(stored["status"]), candidates, languages)
