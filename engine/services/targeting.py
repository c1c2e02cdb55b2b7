"""Matches of videos and campaigns, from either side, and why."""

from collections.abc import Sequence
from datetime import UTC, datetime

from engine.domain.advertising.campaigns import Campaign, CampaignStatus, status_of
from engine.domain.advertising.placements import (
    CampaignEligibility,
    CampaignMatches,
    CampaignNewMatches,
    ObservedTag,
    Placement,
    RuleEvidence,
    VideoPlacements,
    ViewerPlacements,
)
from engine.domain.matching.filters import And, Filter
from engine.domain.matching.results import Contribution, Match
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.domain.videos import VideoRecord
from engine.errors import InvalidInput
from engine.kernels.best import MIN_MATCH_SCORE
from engine.keywords.broader import broader_tags, unwanted
from engine.ports.catalog import Campaigns, Catalog
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.search.matches import by_source, explain, match
from engine.search.profiles import Profile, ProfileRules, profile_vector_of
from engine.services.evidence import (
    matches_with_seconds,
    seconds_on,
    with_seconds,
)
from engine.services.videos import content_of
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.eligibility import RuleResult, rule_results
from engine.targeting.new_matches import new_matches
from engine.targeting.reach import rank_of, reach_of
from engine.targeting.rule_types import EligibilityReport
from engine.targeting.rules import MIN_RELEVANCE, rules_as_filters
from engine.targeting.targeting import Fit, Targeting, campaign_query


def matches_of(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    campaign: Campaign,
    k: int,
    *,
    now: int,
    explained: bool,
    sources: SourceWeights = AS_INDEXED,
) -> CampaignMatches:
    """Return the videos that fit a campaign best, of those it may run on, and its reach.

    A campaign that does not run now is matched all the same: its advertiser wants to know before.

    Args:
        catalog: the tracks.
        snapshot: the index to search.
        campaign: as it is stored.
        k: number of videos.
        now: seconds since 1970.
        explained: whether to tell on which seconds each tag was observed.
        sources: factors of the weights of tags.
    """
    query = by_source(campaign_query(campaign, snapshot), snapshot, sources)
    where = And(tuple(rules_as_filters(campaign).values()))
    matches = [
        Match(each.video, each.score, explain(snapshot, query, each.video))
        for each in snapshot.search(query, k, where)
        if each.score >= MIN_RELEVANCE.of(campaign)
    ]
    nearest = () if matches else _nearest(snapshot, campaign, k, where, sources)
    if explained:
        matches = list(matches_with_seconds(catalog.tracks, snapshot, matches))
        nearest = matches_with_seconds(catalog.tracks, snapshot, nearest)
    return CampaignMatches(
        campaign.id,
        snapshot.generation_id,
        snapshot.revision,
        _not_running(campaign, now),
        tuple(matches),
        reach_of(snapshot, query, where, min_relevance=MIN_RELEVANCE.of(campaign)),
        nearest=nearest,
    )


def _nearest(
    snapshot: IndexSnapshot, campaign: Campaign, k: int, where: Filter, sources: SourceWeights
) -> tuple[Match, ...]:
    """Return videos that show what is broader than a campaign's keywords, of those it may run on.

    Nothing runs there by itself: its advertiser is told what there is instead.
    """
    understood = [keyword.match for keyword in campaign.keywords]
    words = {keyword.match.word: keyword.weight for keyword in campaign.keywords}
    keywords = campaign.profile
    broader = sources.kept(broader_tags(keywords, snapshot.vocabulary, understood, words))
    if not broader:
        return ()
    # What the campaign does not want, it does not want of these, either.
    weights = {**unwanted(keywords), **broader}
    hits = match(snapshot, keywords=weights, k=k, where=where, sources=sources)
    return tuple(one for one in hits if one.score >= MIN_RELEVANCE.of(campaign))


def new_matches_of(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    campaign: Campaign,
    k: int,
    *,
    since: int,
    explained: bool,
    sources: SourceWeights = AS_INDEXED,
) -> CampaignNewMatches:
    """Return the videos that came or changed since a revision and fit a campaign."""
    arrived = new_matches(
        snapshot,
        catalog.videos.revisions(after=min(since, snapshot.revision), upto=snapshot.revision),
        by_source(campaign_query(campaign, snapshot), snapshot, sources),
        And(tuple(rules_as_filters(campaign).values())),
        since=since,
        k=k,
        min_relevance=MIN_RELEVANCE.of(campaign),
    )
    matches = arrived.matches
    if explained:
        matches = matches_with_seconds(catalog.tracks, snapshot, matches)
    return CampaignNewMatches(
        campaign.id, snapshot.generation_id, arrived.revision, arrived.more, matches
    )


def campaigns_for(
    catalog: Catalog,
    targeting: Targeting,
    video: VideoRecord,
    k: int,
    *,
    now: int,
    advertiser: str | None,
    explained: bool,
) -> VideoPlacements:
    """Return the campaigns that fit a video best, of those that may run on it now.

    Args:
        catalog: the campaigns, and the video's track.
        targeting: the campaigns, ready to meet videos.
        video: as the catalog knows it.
        k: number of campaigns.
        now: seconds since 1970.
        advertiser: whose campaigns alone count; None for everybody's.
        explained: whether to tell on which seconds each tag was observed.

    Raises:
        InvalidInput: when nothing was observed on the video.
    """
    snapshot = targeting.snapshot
    _require(snapshot, video)
    among = None if advertiser is None else targeting.campaigns.of_advertiser(advertiser)
    fits = targeting.for_video(video.id, k, now=now, among=among)
    whys = [explain(snapshot, targeting.query_of(fit.row), video.id) for fit in fits]
    if explained:
        tags = [contribution.tag for why in whys for contribution in why]
        seconds = seconds_on(catalog.tracks.get(video.id), snapshot, tags)
        whys = [with_seconds(why, seconds) for why in whys]
    return VideoPlacements(video.id, snapshot.generation_id, _placed(catalog.campaigns, fits, whys))


def campaigns_for_viewer(
    campaigns: Campaigns,
    targeting: Targeting,
    profile: Profile,
    rules: ProfileRules,
    k: int,
    *,
    now: int,
    advertiser: str | None,
    viewer: str | None,
    sources: SourceWeights = AS_INDEXED,
) -> ViewerPlacements:
    """Return the campaigns that fit a viewer best, of those that run now.

    Args:
        campaigns: of the catalog.
        targeting: the campaigns, ready to meet viewers.
        profile: what the viewer says and did.
        rules: how that becomes weights.
        k: number of campaigns.
        now: seconds since 1970.
        advertiser: whose campaigns alone count; None for everybody's.
        viewer: the id of one who is stored.
        sources: factors of the weights of what the viewer likes.
    """
    query = profile_vector_of(profile, targeting.snapshot, rules, sources).query
    among = None if advertiser is None else targeting.campaigns.of_advertiser(advertiser)
    fits = targeting.for_viewer(query, k, now=now, among=among)
    whys = [_shared(targeting, query, fit) for fit in fits]
    placed = _placed(campaigns, fits, whys)
    return ViewerPlacements(viewer, targeting.snapshot.generation_id, placed)


def campaign_eligibility_of(
    catalog: Catalog, targeting: Targeting, campaign: Campaign, video: VideoRecord, *, now: int
) -> CampaignEligibility:
    """Return all that speaks for and against a campaign on a video.

    Raises:
        InvalidInput: when nothing was observed on the video.
    """
    snapshot = targeting.snapshot
    only_this = Targeting.of(
        CampaignIndex.empty().changed([campaign], (), snapshot.vocabulary, 0), snapshot
    )
    _require(snapshot, video)
    query = campaign_query(campaign, snapshot)
    score = float(snapshot.score(query, [video.id])[0])
    broken = only_this.broken_rules(0, score, only_this.target(video.id, now=now))
    content = content_of(catalog, video)
    report = EligibilityReport(campaign, content, snapshot, score, catalog.taggers.words())
    where = And(tuple(rules_as_filters(campaign).values()))
    eligible = score > MIN_MATCH_SCORE and not broken
    of_video = of_campaign = None
    if eligible:
        min_relevance = MIN_RELEVANCE.of(campaign)
        of_video = rank_of(snapshot, query, where, video.id, score, min_relevance=min_relevance)
        of_campaign = targeting.rank_of(campaign.id, video.id, now=now)
    why = explain(snapshot, query, video.id)
    return CampaignEligibility(
        campaign.id,
        video.id,
        snapshot.generation_id,
        eligible,
        score,
        with_seconds(
            why, seconds_on(content.track, snapshot, (contribution.tag for contribution in why))
        ),
        tuple(_evidence(result) for result in rule_results(report, broken)),
        of_video,
        of_campaign,
    )


def _evidence(result: RuleResult) -> RuleEvidence:
    observed = tuple(ObservedTag(tag, seconds) for tag, seconds in result.observed.items())
    return RuleEvidence(result.rule, result.passed, result.says, observed)


def _shared(targeting: Targeting, query: Query, fit: Fit) -> tuple[Contribution, ...]:
    """Return what each tag that a viewer and a campaign share gave to the score."""
    own = targeting.query_of(fit.row)
    units = dict(zip(own.tags.tolist(), own.units.tolist(), strict=True))
    names = targeting.snapshot.vocabulary.names
    contributions = [
        Contribution(names[tag], unit * units[tag])
        for tag, unit in zip(query.tags.tolist(), query.units.tolist(), strict=True)
        if tag in units
    ]
    return tuple(
        sorted(contributions, key=lambda contribution: (-abs(contribution.share), contribution.tag))
    )


def _placed(
    campaigns: Campaigns, fits: Sequence[Fit], whys: Sequence[tuple[Contribution, ...]]
) -> tuple[Placement, ...]:
    stored = campaigns.some([fit.campaign for fit in fits])
    return tuple(
        _placement(stored[fit.campaign], fit.score, why)
        for fit, why in zip(fits, whys, strict=True)
        if fit.campaign in stored
    )


def _placement(campaign: Campaign, score: float, why: tuple[Contribution, ...]) -> Placement:
    return Placement(
        campaign.id,
        campaign.advertiser,
        campaign.name,
        score,
        why,
        campaign.creatives,
        campaign.bid,
    )


def _require(snapshot: IndexSnapshot, video: VideoRecord) -> None:
    if video.id not in snapshot:
        raise InvalidInput(
            f"nothing was seen on {video.id}: its status is {video.status};"
            " what could not be analyzed is not matched"
        )


def _not_running(campaign: Campaign, now: int) -> str | None:
    """Return why a campaign does not run now, None when it does."""
    status = status_of(campaign, now)
    if status is CampaignStatus.OVER:
        return f"its flight was over {_moment(campaign.ends)}"
    if status is CampaignStatus.PAUSED:
        return "it is paused"
    if status is CampaignStatus.NOT_YET:
        return f"its flight begins {_moment(campaign.begins)}"
    return None


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
