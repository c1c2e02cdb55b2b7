"""``reelmatch recommend``: videos for a viewer."""

import click

from api.cli.output import (
    count_option,
    json_option,
    no_sensitive_option,
    print_matches,
    weighted,
    where_option,
)
from api.live import Live
from api.settings import load_settings
from api.wheres import harmless
from engine.filters import Filter
from engine.search import recommend


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
@where_option
@no_sensitive_option
@count_option
@json_option
def command(
    likes: dict[str, float],
    dislikes: dict[str, float],
    liked: tuple[str, ...],
    where: Filter,
    k: int,
    *,
    no_sensitive: bool,
    as_json: bool,
) -> None:
    r"""Recommend videos to a viewer, by what they like.

    \b
    reelmatch recommend --like animal=1 --like nature=0.5 --dislike car
    """
    both = sorted(likes.keys() & dislikes.keys())
    if both:
        raise click.UsageError(f"liked and disliked at once: {', '.join(both)}")
    interests = {**likes, **{tag: -weight for tag, weight in dislikes.items()}}
    with Live.open(load_settings()) as live:
        ids = [live.catalog.find(name).id for name in liked]
        view = live.view
        wanted = harmless(where) if no_sensitive else where
        found = recommend(view, interests=interests, liked=ids, k=k, where=wanted)
        print_matches(view.generation, found, live.catalog, as_json=as_json)
