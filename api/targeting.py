"""Matches of videos, campaigns and seconds: the same for HTTP and the commands."""

from collections.abc import Iterable, Sequence
from typing import Any

from api.answers.placements import (
    arrivals_json,
    case_json,
    placements_json,
    ranked_json,
    why_json,
)
from api.background.live import Live
from engine.content.brand_suitability import SuitabilityClassifier
from engine.content.categories import Categories
from engine.content.counting import count_steady
from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.campaigns import Campaign
from engine.domain.filters import And
from engine.domain.results import Contribution, Match
from engine.domain.time_ranges import SecondRange
from engine.domain.videos import VideoRecord
from engine.errors import InvalidInput
from engine.kernels.best import MIN_MATCH_SCORE
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.search.matches import explain
from engine.search.profiles import Profile, ProfileRules, taste_of
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.eligibility import EligibilityReport, rulings
from engine.targeting.new_matches import arrivals
from engine.targeting.reach import rank_of, reach_of
from engine.targeting.targeting import (
    Fit,
    Targeting,
    campaign_query,
    rules_as_filters,
)

Ranges = dict[str, tuple[SecondRange, ...]]


def matches_of(
    live: Live, campaign: Campaign, k: int, *, now: int, explained: bool
) -> dict[str, Any]:
    """Return the videos that fit a campaign best, of those it may run on, and its reach.

    A campaign that does not run now is matched all the same: its advertiser wants to know before.
    """
    view = live.view
    query = campaign_query(campaign, view)
    wanted = And(tuple(rules_as_filters(campaign).values()))
    found = [
        Match(each.video, each.score, explain(view, query, each.video))
        for each in view.search(query, k, wanted)
        if each.score >= campaign.min_relevance
    ]
    reach = reach_of(view, query, wanted, min_relevance=campaign.min_relevance)
    seconds = _seconds_of(live, view, found) if explained else None
    return ranked_json(view, campaign, found, reach, seconds, now=now)


def arrivals_of(
    live: Live, campaign: Campaign, k: int, *, since: int, explained: bool
) -> dict[str, Any]:
    """Return the videos that came or changed since a revision and fit a campaign."""
    view = live.view
    found = arrivals(
        view,
        live.catalog.videos.revisions(after=min(since, view.revision), upto=view.revision),
        campaign_query(campaign, view),
        And(tuple(rules_as_filters(campaign).values())),
        since=since,
        k=k,
        min_relevance=campaign.min_relevance,
    )
    seconds = _seconds_of(live, view, found.matches) if explained else None
    return arrivals_json(view, campaign, found, seconds)


def campaigns_for(
    live: Live,
    video: VideoRecord,
    k: int,
    *,
    now: int,
    advertiser: str | None,
    explained: bool,
) -> dict[str, Any]:
    """Return the campaigns that fit a video best, of those that may run on it now."""
    targeting = live.targeting
    view = targeting.view
    _require(view, video)
    among = None if advertiser is None else targeting.campaigns.of_advertiser(advertiser)
    fits = targeting.for_video(video.id, k, now=now, among=among)
    shares = [explain(view, targeting.query_of(fit.row), video.id) for fit in fits]
    seconds = None
    if explained:
        tags = {share.tag for each in shares for share in each}
        seconds = _ranges(live, view, video.id, tags)
    whys = [why_json(each, seconds) for each in shares]
    return placements_json(view, {"video": video.id}, _told(live, fits, whys))


def campaigns_for_viewer(
    live: Live,
    profile: Profile,
    rules: ProfileRules,
    k: int,
    *,
    now: int,
    advertiser: str | None,
    viewer: str | None,
) -> dict[str, Any]:
    """Return the campaigns that fit a viewer best, of those that run now.

    Args:
        live: the campaigns.
        profile: what the viewer says and did.
        rules: how that becomes weights.
        k: how many campaigns.
        now: seconds since 1970.
        advertiser: whose campaigns alone count; None for everybody's.
        viewer: the id of one who is kept.
    """
    targeting = live.targeting
    query = taste_of(profile, targeting.view, rules).query
    among = None if advertiser is None else targeting.campaigns.of_advertiser(advertiser)
    fits = targeting.for_viewer(query, k, now=now, among=among)
    whys = [why_json(_shared(targeting, query, fit), None) for fit in fits]
    return placements_json(targeting.view, {"viewer": viewer}, _told(live, fits, whys))


def case_of(live: Live, campaign: Campaign, video: VideoRecord, *, now: int) -> dict[str, Any]:
    """Return all that speaks for and against a campaign on a video."""
    everyone = live.targeting
    view = everyone.view
    alone = Targeting.of(CampaignIndex.empty().changed([campaign], (), view.vocabulary, 0), view)
    _require(view, video)
    query = campaign_query(campaign, view)
    score = float(view.score(query, [video.id])[0])
    broken = alone.broken_rules(0, score, alone.target(video.id, now=now))
    case = _case(live, view, campaign, video, score)
    wanted = And(tuple(rules_as_filters(campaign).values()))
    ranks = None
    if score > MIN_MATCH_SCORE and not broken:
        least = campaign.min_relevance
        of_video = rank_of(view, query, wanted, video.id, score, min_relevance=least)
        ranks = (of_video, everyone.rank_of(campaign.id, video.id, now=now))
    shares = explain(view, query, video.id)
    seconds = _ranges(live, view, video.id, {share.tag for share in shares})
    return case_json(view, case, rulings(case, broken), why_json(shares, seconds), ranks)


def _case(
    live: Live, view: IndexSnapshot, campaign: Campaign, video: VideoRecord, score: float
) -> EligibilityReport:
    recipe, vocabulary = view.config, view.vocabulary
    track = live.catalog.tracks.get(video.id)
    counts = count_steady(track, recipe.threshold, recipe.least_seconds)
    words = live.catalog.taggers.words_of(video.tagger)
    return EligibilityReport(
        campaign,
        video,
        track,
        view,
        score,
        filed=Categories(vocabulary).scores(counts.tags, counts.seconds, track.n_seconds),
        risks=SuitabilityClassifier(vocabulary, recipe.sensitive).verdicts(track, words),
    )


def _shared(targeting: Targeting, query: Query, fit: Fit) -> tuple[Contribution, ...]:
    """Return what each tag that a viewer and a campaign share gave to the score."""
    wanted = targeting.query_of(fit.row)
    units = dict(zip(wanted.tags.tolist(), wanted.units.tolist(), strict=True))
    names = targeting.view.vocabulary.names
    shares = [
        Contribution(names[tag], unit * units[tag])
        for tag, unit in zip(query.tags.tolist(), query.units.tolist(), strict=True)
        if tag in units
    ]
    return tuple(sorted(shares, key=lambda share: (-abs(share.share), share.tag)))


def _told(
    live: Live, fits: Sequence[Fit], whys: Sequence[list[dict[str, Any]]]
) -> list[tuple[Campaign, float, list[dict[str, Any]]]]:
    campaigns = live.catalog.campaigns.some([fit.campaign for fit in fits])
    return [
        (campaigns[fit.campaign], fit.score, why)
        for fit, why in zip(fits, whys, strict=True)
        if fit.campaign in campaigns
    ]


def _require(view: IndexSnapshot, video: VideoRecord) -> None:
    if video.id not in view:
        raise InvalidInput(
            f"nothing was seen on {video.id}: its status is {video.status};"
            " what could not be watched is not matched"
        )


def _seconds_of(live: Live, view: IndexSnapshot, found: Iterable[Match]) -> dict[str, Ranges]:
    return {
        match.video: _ranges(live, view, match.video, {share.tag for share in match.why})
        for match in found
    }


def _ranges(live: Live, view: IndexSnapshot, video: str, tags: Iterable[str]) -> Ranges:
    names = sorted(tags)
    numbers = view.vocabulary.numbers(names)
    ranges = tag_time_ranges(live.catalog.tracks.get(video), numbers, view.config.threshold)
    return {name: ranges[number] for name, number in zip(names, numbers, strict=True)}
