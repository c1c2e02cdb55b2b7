"""Campaigns as answers."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from api.answers.keywords import ignored_json, reading_json
from engine.domain.campaigns import ALWAYS, FOREVER, Campaign, status_of
from engine.domain.keywords import KeywordMatch


def campaign_json(campaign: Campaign, *, now: int) -> dict[str, Any]:
    """Return a campaign as it was written, and what its words were understood as.

    It can be changed and stored again as it is: what is no part of a plan is passed over.

    Args:
        campaign: as it is stored.
        now: when it is told, seconds since 1970; its status depends on it.
    """
    return {
        "campaign": campaign.id,
        "advertiser": campaign.advertiser,
        "name": campaign.name,
        "state": campaign.state,
        "status": status_of(campaign, now),
        "revision": campaign.revision,
        "keywords": {keyword.reading.word: keyword.weight for keyword in campaign.keywords},
        "skip_unknown": not all(keyword.reading.used for keyword in campaign.keywords),
        "groups": [{group.rule: [word.word for word in group.words]} for group in campaign.groups],
        "exclude": [word.word for word in campaign.exclude],
        "categories": list(campaign.categories),
        "exclude_categories": list(campaign.exclude_categories),
        "suitability": dict(campaign.suitability),
        "min_relevance": campaign.min_relevance,
        "flight": {
            "starts": None if campaign.begins == ALWAYS else moment(campaign.begins),
            "ends": None if campaign.ends == FOREVER else moment(campaign.ends),
        },
        "languages": list(campaign.languages),
        "kinds": list(campaign.kinds),
        "creatives": [asdict(creative) for creative in campaign.creatives],
        "bid": None if campaign.bid is None else asdict(campaign.bid),
        "profile": campaign.profile,
        "ignored": ignored_json([keyword.reading for keyword in campaign.keywords]),
        "understood": [reading_json(reading) for reading in _readings(campaign)],
    }


def _readings(campaign: Campaign) -> list[KeywordMatch]:
    """Return how each word of a campaign was understood, once."""
    readings = [
        *(keyword.reading for keyword in campaign.keywords),
        *(word for group in campaign.groups for word in group.words),
        *campaign.exclude,
    ]
    return list({reading.word: reading for reading in readings}.values())


def moment(seconds: int) -> str:
    """Return seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
