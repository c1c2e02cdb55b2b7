"""Access of a caller to campaigns: the one place where routes look campaigns up.

A caller has two views of them. What is *stored* is seen whole, and changed, by its advertiser. What
can be *placed* is what an ad request needs: the campaigns that fit, with their creatives and bids.
"""

from typing import Annotated

from fastapi import Depends

from api.background.live import Live
from api.http.middleware.auth import Caller
from api.http.middleware.problems import Code, Refused
from api.http.routes.dependencies import CurrentCaller, CurrentLive
from engine.domain.advertising.campaigns import Campaign, CampaignState
from engine.errors import UnknownCampaign
from engine.ports.catalog import Campaigns


class CampaignAccess:
    """The campaigns of a catalog as one caller sees them.

    Args:
        campaigns: of the catalog.
        advertiser: whose campaigns alone are seen; None for everybody's.
    """

    def __init__(self, campaigns: Campaigns, advertiser: str | None) -> None:
        self.campaigns = campaigns
        self.advertiser = advertiser

    def find(self, campaign: str) -> Campaign:
        """Return a campaign that the caller may see and change.

        Raises:
            UnknownCampaign: when there is none, as far as the caller may know.
        """
        record = self.campaigns.get(campaign)
        if record is None or self.advertiser not in (None, record.advertiser):
            raise UnknownCampaign(campaign)
        return record

    def page(
        self, advertiser: str | None, state: CampaignState | None, after: str, limit: int
    ) -> list[Campaign]:
        """Return campaigns that the caller may see, by rising id, those after ``after``."""
        if self.advertiser is not None and advertiser not in (None, self.advertiser):
            return []
        whose = self.advertiser or advertiser
        return self.campaigns.page(advertiser=whose, state=state, after=after, limit=limit)

    def before(self, campaign: str, advertiser: str) -> Campaign | None:
        """Return what a campaign to be stored replaces, None when it is new.

        Raises:
            Refused: when its id or its advertiser is another's.
        """
        record = self.campaigns.get(campaign)
        if self.advertiser is None:
            return record
        if advertiser != self.advertiser:
            raise Refused(
                Code.FORBIDDEN,
                f"your key is for the campaigns of {self.advertiser!r}, not of {advertiser!r}",
            )
        if record is not None and record.advertiser != self.advertiser:
            raise Refused(Code.FORBIDDEN, f"the id {campaign!r} is taken: choose another")
        return record


async def _access(live: CurrentLive, caller: CurrentCaller) -> CampaignAccess:
    return CampaignAccess(live.catalog.campaigns, caller.stored_for())


CurrentAccess = Annotated[CampaignAccess, Depends(_access)]


def placeable(campaign: str, live: Live, caller: Caller) -> Campaign:
    """Return a campaign whose ads may be placed for a caller.

    Raises:
        Refused: when the caller sees no campaigns.
        UnknownCampaign: when there is none, as far as the caller may know.
    """
    return CampaignAccess(live.catalog.campaigns, caller.placed_for()).find(campaign)


def _current_campaign(campaign: str, access: CurrentAccess) -> Campaign:
    return access.find(campaign)


CurrentCampaign = Annotated[Campaign, Depends(_current_campaign)]
