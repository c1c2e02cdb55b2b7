"""``reelmatch breaks``: the best seconds of a video for ads."""

import click

from api.background.live import Live
from api.cli.matching.reasons import print_explained
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from api.vmap import vmap_xml
from engine.content.ad_breaks import DEFAULT_EDGE_SECONDS, DEFAULT_GAP_SECONDS, MAX_BREAKS, Spacing
from engine.services.ad_breaks import (
    AdBreaks,
    breaks_for_anyone,
    breaks_for_campaign,
    explained_breaks,
)


@click.command("breaks")
@click.argument("video")
@click.option("--campaign", help="Whose ads are shown: breaks go where it fits.")
@click.option("-n", "--count", default=3, show_default=True, type=click.IntRange(1, MAX_BREAKS))
@click.option(
    "--gap",
    default=DEFAULT_GAP_SECONDS,
    show_default=True,
    type=click.IntRange(min=1),
    help="Least seconds between breaks.",
)
@click.option(
    "--edge",
    default=DEFAULT_EDGE_SECONDS,
    show_default=True,
    type=click.IntRange(min=0),
    help="Least seconds to the start and the end.",
)
@click.option("--vmap", "as_vmap", is_flag=True, help="Print VMAP 1.0.1, which players read.")
@click.option(
    "--explain",
    is_flag=True,
    help="With --campaign: tell the tags that made each relevant, and when they were seen.",
)
@json_option
def command(
    video: str,
    campaign: str | None,
    count: int,
    gap: int,
    edge: int,
    *,
    explain: bool,
    as_vmap: bool,
    as_json: bool,
) -> None:
    """Find the best seconds of VIDEO for ads, the best first.

    At a cut or a calm moment, away from the start, the end and each other, with nothing
    unsuitable in the ten seconds before and after.
    """
    if explain and campaign is None:
        raise click.UsageError("--explain tells how relevant breaks are to a --campaign: name one")
    settings = load_settings()
    with Live.open(settings) as live:
        record = live.catalog.videos.find(video)
        chosen = None if campaign is None else live.catalog.campaigns.find(campaign)
        spacing, rules, catalog = Spacing(count, gap, edge), settings.sensitive, live.catalog
        if chosen is None:
            break_plan = breaks_for_anyone(catalog, record, spacing, rules)
        else:
            break_plan = breaks_for_campaign(catalog, live.snapshot, record, chosen, spacing, rules)
            if explain:
                break_plan = explained_breaks(catalog, live.snapshot, record, chosen, break_plan)
    if as_vmap:
        click.echo(vmap_xml(break_plan.best, chosen).decode())
        return
    if as_json:
        print_json(AdBreaks.of(record, chosen, break_plan))
        return
    if not break_plan.best:
        click.echo(
            f"no second will do: {break_plan.near_the_edges} are near the start or the end,"
            f" {break_plan.unsuitable} beside something unsuitable",
            err=True,
        )
        return
    head = ("second", "score", "relevance", "seam", "room")
    rows = [
        (
            str(each.second),
            f"{each.score:.3f}",
            f"{each.relevance:.3f}",
            each.seam,
            f"{each.room_seconds} s",
        )
        for each in break_plan.best
    ]
    if explain:
        whys = [each.why or () for each in break_plan.best]
        print_explained(head, zip(rows, whys, strict=True), explained=True)
    else:
        print_table(head, rows)
