"""``reelmatch recommend``: videos for a viewer."""

import json
import time
from typing import Any

import click

from api.asking import Asked, recommend_json
from api.bulk import recommendations_of_all
from api.cli.output import (
    count_option,
    json_option,
    no_sensitive_option,
    print_json,
    print_table,
    weighted,
    where_option,
)
from api.live import Live
from api.settings import load_settings
from api.wheres import harmless
from engine.filters import Filter
from engine.rerank import BY_SCORE, Ranking
from engine.store.catalog import Catalog

_MOST_REASONS = 4
_share = click.FloatRange(0.0, 1.0)


@click.command("recommend")
@click.option(
    "--like",
    "likes",
    multiple=True,
    metavar="TAG[=WEIGHT]",
    callback=weighted("--like", 1.0),
    help="A tag the viewer likes; may be given again.",
)
@click.option(
    "--dislike",
    "dislikes",
    multiple=True,
    metavar="TAG[=WEIGHT]",
    callback=weighted("--dislike", 1.0),
    help="A tag the viewer dislikes: pushes videos down.",
)
@click.option(
    "--liked",
    multiple=True,
    metavar="VIDEO",
    help="A video the viewer liked (id, path, file name or title).",
)
@click.option("--viewer", help="A viewer who is kept, instead of likes and dislikes.")
@click.option("--all-viewers", is_flag=True, help="Every viewer who is kept, as JSON lines.")
@click.option(
    "--diversity",
    type=_share,
    default=0.0,
    help="How much likeness to videos ranked before counts against one, 0 to 1.",
)
@click.option(
    "--freshness",
    type=_share,
    default=0.0,
    help="How much being new counts instead of the score, 0 to 1.",
)
@click.option(
    "--half-life",
    "half_life_days",
    type=float,
    default=BY_SCORE.half_life_days,
    show_default=True,
    help="After so many days a video is half as fresh.",
)
@click.option("--fold", is_flag=True, help="The same footage comes once.")
@click.option("--again", is_flag=True, help="Seen and hidden videos may come back.")
@click.option("--explain", is_flag=True, help="Tell where tags came from and when they were seen.")
@click.option("--cursor", help="The 'next' of the page before.")
@where_option
@no_sensitive_option
@count_option
@json_option
def command(
    likes: dict[str, float],
    dislikes: dict[str, float],
    liked: tuple[str, ...],
    viewer: str | None,
    where: Filter,
    k: int,
    diversity: float,
    freshness: float,
    half_life_days: float,
    cursor: str | None,
    *,
    all_viewers: bool,
    fold: bool,
    again: bool,
    explain: bool,
    no_sensitive: bool,
    as_json: bool,
) -> None:
    r"""Recommend videos to a viewer, by what they like.

    \b
    reelmatch recommend --like animal=1 --like nature=0.5 --dislike car
    reelmatch recommend --viewer ann --diversity 0.3 --fold
    """
    both = sorted(likes.keys() & dislikes.keys())
    if both:
        raise click.UsageError(f"liked and disliked at once: {', '.join(both)}")
    profile = {**likes, **{tag: -weight for tag, weight in dislikes.items()}}
    if (viewer is not None or all_viewers) and (profile or liked):
        raise click.UsageError("--viewer and --all-viewers go by what is kept: leave out likes")
    if all_viewers and (viewer is not None or cursor is not None or explain):
        raise click.UsageError("--all-viewers takes no --viewer, --cursor or --explain")
    settings = load_settings()
    ranking = Ranking(diversity, freshness, half_life_days, fold)
    wanted = harmless(where) if no_sensitive else where
    with Live.open(settings) as live:
        if all_viewers:
            asked = Asked(k=k, where=wanted, ranking=ranking, again=again)
            rules = settings.profile_rules
            for line in recommendations_of_all(live, asked, rules, now=time.time()):
                click.echo(json.dumps(line, ensure_ascii=False))
            return
        asked = Asked(
            viewer=viewer,
            interests=profile,
            liked=tuple(live.catalog.find(name).id for name in liked),
            k=k,
            where=wanted,
            ranking=ranking,
            again=again,
            explain=explain,
            cursor=cursor,
        )
        answer = recommend_json(live, asked, settings.profile_rules, now=time.time())
        if as_json:
            print_json(answer)
        else:
            _print(answer, live.catalog)


def _print(answer: dict[str, Any], catalog: Catalog) -> None:
    if answer["note"]:
        click.echo(answer["note"], err=True)
    if not answer["matches"]:
        click.echo("no video fits", err=True)
        return
    rows = []
    for match in answer["matches"]:
        record = catalog.get(match["video"])
        rows.append(
            (
                str(match["rank"]),
                f"{match['score']:.3f}",
                match["video"],
                record.title if record else "",
                _why(match),
            )
        )
    print_table(("rank", "score", "video", "title", "why"), rows)
    if answer["next"]:
        click.echo(f"more: --cursor {answer['next']}", err=True)


def _why(match: dict[str, Any]) -> str:
    named = []
    for reason in match["why"][:_MOST_REASONS]:
        runs = ", ".join(f"{first}-{last} s" for first, last in reason.get("seconds", [])[:2])
        named.append(f"{reason['tag']} {reason['share']:+.2f}" + (f" ({runs})" if runs else ""))
    left = len(match["why"]) - len(named)
    named += [f"{left} more"] if left else []
    if match["together"]:
        named.append(f"liked together {match['together']:+.2f}")
    named += [f"{move['by']}: {move['from']} to {move['to']}" for move in match["moved"]]
    if match["folded"]:
        named.append(f"{len(match['folded'])} alike folded")
    return ", ".join(named)
