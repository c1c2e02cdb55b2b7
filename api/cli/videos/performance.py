"""``reelmatch performance``: whether a video is a performance, or a picture over a song."""

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json, print_table
from api.encoding import encoded
from api.settings import load_settings
from engine.services.videos import performance_of


@click.command("performance")
@click.argument("video")
@json_option
def command(video: str, *, as_json: bool) -> None:
    """Print whether VIDEO is a performance, a picture over a song, talk or silent, and why.

    ``performance``: music, and people or instruments in motion; ``static_visual``: music over a
    picture, a slideshow or an overlay; ``unknown``: its sound was not heard, or too little was
    seen. See docs/performance.md.
    """
    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        record = catalog.videos.find(video)
        assessment = performance_of(catalog, record, settings.index_config())
    if as_json:
        print_json({"video": record.id, "title": record.title, **encoded(assessment)})
        return
    click.echo(f"{assessment.verdict}: {assessment.reason}")
    senses = (("heard", assessment.heard), ("seen", assessment.seen))
    rows = [(sense, one.tag, str(one.seconds)) for sense, counts in senses for one in counts]
    if rows:
        click.echo()
        print_table(("sense", "tag", "seconds"), rows)
