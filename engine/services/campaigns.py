"""Campaigns as they stand now, and how their words were understood."""

from dataclasses import dataclass
from typing import Self

from engine.domain.advertising.campaigns import Campaign, CampaignStatus, status_of
from engine.domain.matching.keywords import KeywordMatch


@dataclass(frozen=True, slots=True)
class CampaignNow:
    """A campaign as it is stored, and whether it runs now."""

    campaign: Campaign
    status: CampaignStatus

    @classmethod
    def at(cls, campaign: Campaign, now: int) -> Self:
        """Look at a campaign at a moment, in seconds since 1970."""
        return cls(campaign, status_of(campaign, now))


def keyword_matches_of(campaign: Campaign) -> list[KeywordMatch]:
    """Return how each word of a campaign was understood, once."""
    matches = [
        *(keyword.match for keyword in campaign.keywords),
        *(word for group in campaign.groups for word in group.words),
        *campaign.exclude,
    ]
    return list({match.word: match for match in matches}.values())
