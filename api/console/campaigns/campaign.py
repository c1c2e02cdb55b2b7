"""One campaign: what its words were taken for, what it matches, how far it reaches, and why not."""

import time
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.background.live import Live
from api.console.campaigns.campaign_text import end_text, start_text
from api.console.campaigns.criteria_form import criteria_texts
from api.console.rendering import page
from api.console.security import Form
from api.console.videos.cards import Card, cards, match_cards, snapshot_of
from api.console.videos.timeline import known_video
from api.http.read_routes import ReadRoute
from api.http.routes.campaign_access import CurrentAccess, CurrentCampaign
from api.http.routes.dependencies import CurrentLive
from engine.domain.advertising.campaigns import Campaign, CampaignState, status_of
from engine.domain.advertising.placements import CampaignEligibility, RuleEvidence
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.filters import And, Not
from engine.errors import UnknownVideo
from engine.keywords.weights import nearest_tags, only_denies
from engine.ports.index import IndexSnapshot
from engine.services.targeting import campaign_eligibility_of, matches_of
from engine.targeting.reach import reach_of
from engine.targeting.rules import MIN_RELEVANCE, rules_as_filters
from engine.targeting.targeting import campaign_query

router = APIRouter(route_class=ReadRoute)

_MATCHES: Final = 10
_LEFT_OUT: Final = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A video that fits a campaign that may not run on it, and the rules that say so."""

    card: Card
    score: float
    rules: list[RuleEvidence]


@dataclass(frozen=True, slots=True)
class Barred:
    """Number of fitting videos from which one rule keeps a campaign."""

    rule: str
    videos: int


@dataclass(frozen=True, slots=True)
class TitledReport:
    """Every rule about a campaign and a video, and what the video is called."""

    title: str
    report: CampaignEligibility


@router.get("/campaigns/{campaign}")
def get_campaign(
    request: Request,
    campaign: CurrentCampaign,
    live: CurrentLive,
    video: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show a campaign; with a video, every rule about the two."""
    snapshot, now = snapshot_of(live), int(time.time())
    ranked = None
    if snapshot is not None:
        ranked = matches_of(live.catalog, snapshot, campaign, _MATCHES, now=now, explained=False)
        ranked = live.lists.campaign_matches(ranked, EntryPoint.CONSOLE, snapshot)
    return page(
        request,
        "campaign.html",
        campaign=campaign,
        denials={
            one.match.word
            for one in campaign.keywords
            if only_denies(one.match.word, nearest_tags(one.match))
        },
        criteria=criteria_texts(campaign),
        runs=status_of(campaign, now),
        flight=(start_text(campaign.begins), end_text(campaign.ends)),
        webhook=live.catalog.webhooks.get(campaign.id),
        ranked=ranked,
        matches=match_cards(live, snapshot, ranked.matches) if snapshot and ranked else [],
        barred=_barred(snapshot, campaign) if snapshot else [],
        left_out=_left_out(live, snapshot, campaign, now) if snapshot else [],
        titled=_report(live, campaign, video, now) if video and snapshot else None,
    )


def _barred(snapshot: IndexSnapshot, campaign: Campaign) -> list[Barred]:
    query, min_relevance = campaign_query(campaign, snapshot), MIN_RELEVANCE.of(campaign)
    barred = [
        Barred(
            rule, reach_of(snapshot, query, Not(rule_filter), min_relevance=min_relevance).videos
        )
        for rule, rule_filter in rules_as_filters(campaign).items()
    ]
    return [one for one in barred if one.videos]


def _left_out(live: Live, snapshot: IndexSnapshot, campaign: Campaign, now: int) -> list[LeftOut]:
    """Return the videos that would fit best if no rule were against them."""
    rules = And(tuple(rules_as_filters(campaign).values()))
    if not rules.parts:
        return []
    best = snapshot.search(campaign_query(campaign, snapshot), _LEFT_OUT, Not(rules))
    scores = {one.video: one.score for one in best if one.score >= MIN_RELEVANCE.of(campaign)}
    cards_left_out = []
    for card in cards(live, snapshot, list(scores)):
        report = campaign_eligibility_of(
            live.catalog, live.targeting, campaign, card.record, now=now
        )
        broken = [rule for rule in report.rules if not rule.passed]
        cards_left_out.append(LeftOut(card, scores[card.record.id], broken))
    return cards_left_out


def _report(live: Live, campaign: Campaign, video: str, now: int) -> TitledReport | None:
    try:
        record = known_video(live.catalog, video)
    except UnknownVideo:
        return None
    report = campaign_eligibility_of(live.catalog, live.targeting, campaign, record, now=now)
    return TitledReport(record.title or video, report)


@router.post("/campaigns/{campaign}/{state}")
def post_state(
    request: Request,
    campaign: CurrentCampaign,
    state: CampaignState,
    form: Form,  # noqa: ARG001 - checks
    access: CurrentAccess,
) -> Response:
    """Pause a campaign, or let it go on."""
    access.campaigns.set_state(campaign.id, state)
    return RedirectResponse(f"{request.scope['root_path']}/campaigns/{campaign.id}", 303)
