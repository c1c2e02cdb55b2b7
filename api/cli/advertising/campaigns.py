"""``reelmatch campaigns``: what advertisers ask for, and which videos fit."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.cli.advertising import webhooks
from api.cli.groups import Group
from api.cli.matching.reasons import explain_option, in_a_line, print_explained, time_ranges_text
from api.cli.output import (
    count_option,
    json_option,
    like_option,
    liked_option,
    print_ignored,
    print_json,
    print_table,
    sources_option,
    strict_option,
    title_of,
)
from api.settings import load_settings
from engine.domain.advertising.campaigns import Campaign, CampaignState, status_of
from engine.domain.advertising.placements import (
    CampaignMatches,
    CampaignNewMatches,
    RuleEvidence,
    VideoPlacements,
    ViewerPlacements,
)
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.source_weights import SourceWeights
from engine.errors import InvalidInput
from engine.search.profiles import profile_of
from engine.services.campaigns import CampaignNow
from engine.services.ignored_words import ignored_keywords
from engine.services.recommendations import known_interests
from engine.services.targeting import (
    campaign_eligibility_of,
    campaigns_for,
    campaigns_for_viewer,
    matches_of,
    new_matches_of,
)

if TYPE_CHECKING:  # brought when a campaign is read
    from api.http.schemas.campaigns import CampaignInput


@click.group("campaigns", cls=Group)
def command() -> None:
    """Store campaigns, pause them, and find the videos that fit.

    \b
    reelmatch campaigns add spring.json
    reelmatch campaigns matches spring-bikes
    reelmatch campaigns for holiday.mp4
    reelmatch campaigns explain spring-bikes holiday.mp4
    """


command.add_command(webhooks.command)


@command.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@json_option
def add(file: str, *, as_json: bool) -> None:
    """Store the campaigns in FILE, new or instead of those with their ids; - reads from stdin.

    FILE holds a campaign, or a list of them, as JSON (docs/campaigns.md):

    \b
    {"campaign": "spring-bikes", "advertiser": "acme", "name": "Bikes", "keywords": {"bicycle": 1}}
    """
    from api.campaign_parser import campaign_of

    with click.open_file(file, "rb") as opened:
        plans = list(_plans(opened.read(), file))
    with Live.open(load_settings()) as live:
        campaigns, vocabulary = live.catalog.campaigns, live.catalog.tags.vocabulary()
        understood = [
            campaign_of(name, body, campaigns.get(name), vocabulary, live.keyword_service)
            for name, body in plans
        ]
        # All are read before any is stored: a file with a mistake in it changes nothing.
        stored = [campaigns.put(campaign) for campaign in understood]
    if not as_json:
        for campaign in stored:
            print_ignored(ignored_keywords([keyword.match for keyword in campaign.keywords]))
    _print_campaigns(stored, as_json=as_json)


@command.command("list")
@click.option("--advertiser", help="Only this one's.")
@click.option(
    "--state", type=click.Choice([state.value for state in CampaignState]), help="Only these."
)
@json_option
def list_(advertiser: str | None, state: str | None, *, as_json: bool) -> None:
    """List the campaigns."""
    with Live.open(load_settings()) as live:
        state_filter = None if state is None else CampaignState(state)
        campaigns = live.catalog.campaigns.page(advertiser=advertiser, state=state_filter)
    _print_campaigns(campaigns, as_json=as_json)


@command.command("show")
@click.argument("campaign")
@json_option
def show(campaign: str, *, as_json: bool) -> None:
    """Show a campaign, and what its words were understood as."""
    with Live.open(load_settings()) as live:
        record = live.catalog.campaigns.find(campaign)
    if as_json:
        print_json(CampaignNow.at(record, int(time.time())))
        return
    _print_campaigns([record], as_json=False)
    click.echo()
    print_table(
        ("keyword", "weight", "status", "understood as"),
        (
            (
                keyword.match.word,
                f"{keyword.weight:g}",
                keyword.match.status,
                ", ".join(f"{one.tag} {one.confidence:.2f}" for one in keyword.match.used),
            )
            for keyword in record.keywords
        ),
    )


@command.command("pause")
@click.argument("campaign")
@json_option
def pause(campaign: str, *, as_json: bool) -> None:
    """Let a campaign rest."""
    _set_state(campaign, CampaignState.PAUSED, as_json=as_json)


@command.command("resume")
@click.argument("campaign")
@json_option
def resume(campaign: str, *, as_json: bool) -> None:
    """Let a campaign go on."""
    _set_state(campaign, CampaignState.ACTIVE, as_json=as_json)


@command.command("delete")
@click.argument("campaigns", nargs=-1, required=True, metavar="CAMPAIGN...")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(campaigns: tuple[str, ...], *, yes: bool) -> None:
    """Forget campaigns."""
    with Live.open(load_settings()) as live:
        records = [live.catalog.campaigns.find(name) for name in campaigns]
        if not yes:
            click.confirm(f"forget {', '.join(one.id for one in records)}?", abort=True, err=True)
        for one in records:
            live.catalog.campaigns.delete(one.id)


@command.command("matches")
@click.argument("campaign")
@click.option(
    "--since",
    type=click.IntRange(min=0),
    help="Only what came or changed after this revision, in order.",
)
@sources_option
@count_option
@explain_option
@json_option
def matches(
    campaign: str,
    since: int | None,
    sources: SourceWeights,
    k: int,
    *,
    explain: bool,
    as_json: bool,
) -> None:
    """Find the videos that fit a campaign, of those it may run on, and how far it reaches."""
    with Live.open(load_settings()) as live:
        catalog = live.catalog
        plan, snapshot, now = catalog.campaigns.find(campaign), live.snapshot, int(time.time())
        answer: CampaignMatches | CampaignNewMatches
        if since is None:
            best = matches_of(
                catalog, snapshot, plan, k, now=now, explained=explain, sources=sources
            )
            options = RequestOptions(sources)
            answer = live.lists.campaign_matches(best, EntryPoint.COMMAND, snapshot, options)
        else:
            answer = new_matches_of(
                catalog, snapshot, plan, k, since=since, explained=explain, sources=sources
            )
        rows = [
            ((f"{one.score:.3f}", one.video, title_of(catalog, one.video)), one.why)
            for one in answer.matches
        ]
    if as_json:
        print_json(answer)
        return
    print_explained(("score", "video", "title"), rows, explained=explain)
    if isinstance(answer, CampaignMatches):
        reach = answer.reach
        click.echo(f"reach: {reach.videos} videos, {reach.seconds} seconds", err=True)
        if answer.not_running:
            click.echo(f"it does not run now: {answer.not_running}", err=True)


@command.command("for")
@click.argument("video")
@count_option
@explain_option
@json_option
def for_video(video: str, k: int, *, explain: bool, as_json: bool) -> None:
    """Find the campaigns that fit VIDEO, of those that may run on it now."""
    with Live.open(load_settings()) as live:
        record = live.catalog.videos.find(video)
        answer = campaigns_for(
            live.catalog,
            live.targeting,
            record,
            k,
            now=int(time.time()),
            advertiser=None,
            explained=explain,
        )
    _print_placements(answer, explained=explain, as_json=as_json)


@command.command("for-viewer")
@click.argument("viewer", required=False)
@like_option
@liked_option
@strict_option
@sources_option
@count_option
@json_option
def for_viewer(
    viewer: str | None,
    likes: dict[str, float],
    liked: tuple[str, ...],
    sources: SourceWeights,
    k: int,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Find the campaigns that fit VIEWER, who is stored, of those that run now.

    Or, instead of VIEWER, one of whom nothing is stored: by --like and --liked.
    """
    if (viewer is None) == (not likes and not liked):
        raise click.UsageError("name either a VIEWER who is stored, or what one likes")
    settings, now = load_settings(), time.time()
    with Live.open(settings) as live:
        rules = live.lists.rules_of(viewer, settings.profile_rules)
        if viewer is None:
            videos = [live.catalog.videos.find(video).id for video in liked]
            snapshot = live.snapshot
            snapshot.require(videos)
            interests, ignored = known_interests(
                snapshot.vocabulary, likes, strict=strict, is_all=not videos
            )
            profile = profile_of(interests, (), rules, now=now, liked=videos)
        else:
            stored = live.catalog.viewers.get(viewer)
            ignored = ()
            profile = profile_of(stored.interests, stored.events, rules, now=now)
        answer = campaigns_for_viewer(
            live.catalog.campaigns,
            live.targeting,
            profile,
            rules,
            k,
            now=int(now),
            advertiser=None,
            viewer=viewer,
            sources=sources,
        )
        answer = replace(answer, ignored=ignored)
    _print_placements(answer, explained=False, as_json=as_json)


@command.command("explain")
@click.argument("campaign")
@click.argument("video")
@json_option
def explain_(campaign: str, video: str, *, as_json: bool) -> None:
    """Say all that speaks for and against CAMPAIGN on VIDEO."""
    with Live.open(load_settings()) as live:
        plan, record = live.catalog.campaigns.find(campaign), live.catalog.videos.find(video)
        now = int(time.time())
        report = campaign_eligibility_of(live.catalog, live.targeting, plan, record, now=now)
    if as_json:
        print_json(report)
        return
    print_table(
        ("rule", "passed", "why"),
        (
            (rule.rule, "yes" if rule.passed else "no", f"{rule.says}{_time_ranges(rule)}")
            for rule in report.rules
        ),
    )
    click.echo(f"score {report.score:.4f}: {in_a_line(report.why)}")


def _plans(content: bytes, file: str) -> Iterator[tuple[str, "CampaignInput"]]:
    from pydantic import TypeAdapter, ValidationError

    from api.http.schemas.campaigns import CampaignInput, Name

    name: TypeAdapter[str] = TypeAdapter(Name)
    try:
        payload: Any = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is no UTF-8 text") from None
    except RecursionError:
        raise InvalidInput(f"{file} is nested too deeply to be a campaign") from None
    except ValueError as error:
        raise InvalidInput(f"{file} is no JSON: {error}") from None
    plans = payload if isinstance(payload, list) else [payload]
    for at, plan in enumerate(plans):
        where = f"{Path(file).name}: campaign {at + 1}: "
        if not isinstance(plan, dict) or not isinstance(plan.get("campaign"), str):
            raise InvalidInput(f"{where}give an object with a 'campaign', its id")
        try:
            yield name.validate_python(plan["campaign"]), CampaignInput.model_validate(plan)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, item['loc'])) or 'campaign'}: {item['msg']}"
                for item in error.errors()
            )
            raise InvalidInput(f"{where}{wrong}") from None


def _set_state(campaign: str, state: CampaignState, *, as_json: bool) -> None:
    with Live.open(load_settings()) as live:
        changed = live.catalog.campaigns.set_state(campaign, state)
    _print_campaigns([changed], as_json=as_json)


def _print_campaigns(campaigns: Sequence[Campaign], *, as_json: bool) -> None:
    now = int(time.time())
    if as_json:
        print_json({"campaigns": [CampaignNow.at(campaign, now) for campaign in campaigns]})
        return
    print_table(
        ("campaign", "advertiser", "status", "tags", "name"),
        (
            (one.id, one.advertiser, status_of(one, now), str(len(one.profile)), one.name)
            for one in campaigns
        ),
    )


def _print_placements(
    answer: VideoPlacements | ViewerPlacements, *, explained: bool, as_json: bool
) -> None:
    if as_json:
        print_json(answer)
        return
    if isinstance(answer, ViewerPlacements):
        print_ignored(answer.ignored)
    if not answer.campaigns:
        click.echo("no campaign fits", err=True)
        return
    rows = (
        ((f"{one.score:.3f}", one.campaign, one.advertiser, one.name), one.why)
        for one in answer.campaigns
    )
    print_explained(("score", "campaign", "advertiser", "name"), rows, explained=explained)


def _time_ranges(rule: RuleEvidence) -> str:
    spans = [f"{one.tag} {time_ranges_text(one.seconds)}" for one in rule.observed]
    return f" ({'; '.join(spans)})" if spans else ""
