"""``reelmatch categories``: what a video is about, in the words of the IAB."""

import click

from api.background.live import Live
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.services.advertising import categories_of, openrtb_of


@click.command("categories")
@click.argument("video")
@click.option("--threshold", type=float, help="Least confidence of tags that count, 0.0 to 1.0.")
@click.option("--openrtb", is_flag=True, help="Print the content object of OpenRTB 2.6 instead.")
@json_option
def command(video: str, threshold: float | None, *, openrtb: bool, as_json: bool) -> None:
    """Print what VIDEO is about, in categories of the IAB's content taxonomy 3.1."""
    settings = load_settings()
    config = settings.counting(threshold)
    with Live.open(settings) as live:
        record = live.catalog.videos.find(video)
        if openrtb:
            print_json(openrtb_of(live.catalog, record, config, live.tag_idf))
            return
        categorized = categories_of(live.catalog, record, config)
    if as_json:
        print_json(categorized)
    elif not categorized.categories:
        click.echo("the tags say of no category that a tenth of the video is about it", err=True)
    else:
        rows = (
            (one.id, f"{one.score:.2f}", " > ".join(one.path), ", ".join(one.tags))
            for one in categorized.categories
        )
        print_table(("id", "score", "category", "tags"), rows)
