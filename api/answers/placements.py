"""Answers on the placement of campaigns: matching videos, campaigns and seconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from api.answers.campaigns import moment
from engine.content.ad_breaks import Breaks
from engine.domain.campaigns import Campaign, CampaignStatus, status_of
from engine.domain.results import Contribution, Match
from engine.domain.time_ranges import SecondRange
from engine.ports.index import IndexSnapshot
from engine.targeting.eligibility import EligibilityReport, RuleResult
from engine.targeting.new_matches import Arrivals
from engine.targeting.reach import Reach

Ranges = Mapping[str, tuple[SecondRange, ...]]
"""Tag -> when it was seen."""


def why_json(shares: Iterable[Contribution], seconds: Ranges | None) -> list[dict[str, Any]]:
    """Return what each tag gave to a score; with the seconds it was seen, if they are told."""
    return [
        {
            "tag": share.tag,
            "share": share.share,
            **({} if seconds is None else {"seconds": pairs(seconds[share.tag])}),
        }
        for share in shares
    ]


def ranked_json(
    view: IndexSnapshot,
    campaign: Campaign,
    matches: Sequence[Match],
    reach: Reach,
    seconds: Mapping[str, Ranges] | None,
    *,
    now: int,
) -> dict[str, Any]:
    """Return the videos of a campaign, the best first, and how far it reaches."""
    return {
        "campaign": campaign.id,
        "generation": view.generation_id,
        "revision": view.revision,
        "not_running": _not_running(campaign, now),
        "matches": _matches_json(matches, seconds),
        "reach": asdict(reach),
    }


def arrivals_json(
    view: IndexSnapshot, campaign: Campaign, found: Arrivals, seconds: Mapping[str, Ranges] | None
) -> dict[str, Any]:
    """Return the new videos of a campaign, the first to come first."""
    return {
        "campaign": campaign.id,
        "generation": view.generation_id,
        "revision": found.revision,
        "more": found.more,
        "matches": _matches_json(found.matches, seconds),
    }


def placements_json(
    view: IndexSnapshot,
    about: Mapping[str, Any],
    found: Iterable[tuple[Campaign, float, list[dict[str, Any]]]],
) -> dict[str, Any]:
    """Return campaigns with their scores and reasons, the best first."""
    return {
        **about,
        "generation": view.generation_id,
        "campaigns": [
            {
                "campaign": campaign.id,
                "advertiser": campaign.advertiser,
                "name": campaign.name,
                "score": score,
                "why": why,
                "creatives": [asdict(creative) for creative in campaign.creatives],
                "bid": None if campaign.bid is None else asdict(campaign.bid),
            }
            for campaign, score, why in found
        ],
    }


def case_json(
    view: IndexSnapshot,
    case: EligibilityReport,
    ruled: Sequence[RuleResult],
    why: list[dict[str, Any]],
    ranks: tuple[int, int | None] | None,
) -> dict[str, Any]:
    """Return every rule with its evidence; ``ranks`` of an eligible pair, both ways."""
    of_video, of_campaign = ranks or (None, None)
    return {
        "campaign": case.campaign.id,
        "video": case.record.id,
        "generation": view.generation_id,
        "eligible": ranks is not None,
        "score": case.score,
        "why": why,
        "rules": [
            {
                "rule": each.rule,
                "passed": each.passed,
                "says": each.says,
                "seen": [
                    {"tag": tag, "seconds": pairs(ranges)} for tag, ranges in each.seen.items()
                ],
            }
            for each in ruled
        ],
        "rank_of_video": of_video,
        "rank_of_campaign": of_campaign,
    }


def breaks_json(video: str, campaign: Campaign | None, breaks: Breaks) -> dict[str, Any]:
    """Return the seconds for ads, the best first."""
    return {
        "video": video,
        "campaign": None if campaign is None else campaign.id,
        "breaks": [{**asdict(each), "shares": dict(each.shares)} for each in breaks.found],
        "left_out": {
            "near_the_edges": breaks.near_the_edges,
            "unsuitable": breaks.unsuitable,
        },
    }


def _matches_json(
    matches: Sequence[Match], seconds: Mapping[str, Ranges] | None
) -> list[dict[str, Any]]:
    return [
        {
            "video": match.video,
            "score": match.score,
            "why": why_json(match.why, None if seconds is None else seconds[match.video]),
        }
        for match in matches
    ]


def _not_running(campaign: Campaign, now: int) -> str | None:
    """Return why a campaign does not run now, None when it does."""
    status = status_of(campaign, now)
    if status is CampaignStatus.OVER:
        return f"its flight was over {moment(campaign.ends)}"
    if status is CampaignStatus.PAUSED:
        return "it is paused"
    if status is CampaignStatus.NOT_YET:
        return f"its flight begins {moment(campaign.begins)}"
    return None


def pairs(ranges: Iterable[SecondRange]) -> list[list[int]]:
    """Return runs of seconds as pairs, both ends included."""
    return [[one.first, one.last] for one in ranges]
