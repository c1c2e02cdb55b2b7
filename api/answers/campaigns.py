"""Campaigns as answers."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from api.answers.keywords import reading_json
from engine.campaigns import ALWAYS, FOREVER, Campaign


def campaign_json(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign with what its words were understood as."""
    return {
        "campaign": campaign.id,
        "advertiser": campaign.advertiser,
        "name": campaign.name,
        "state": campaign.state,
        "revision": campaign.revision,
        "keywords": [
            {**reading_json(keyword.reading), "weight": keyword.weight}
            for keyword in campaign.keywords
        ],
        "profile": campaign.profile,
        "groups": [
            {group.rule: [reading_json(word) for word in group.words]} for group in campaign.groups
        ],
        "exclude": [reading_json(word) for word in campaign.exclude],
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
    }


def moment(seconds: int) -> str:
    """Return seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
