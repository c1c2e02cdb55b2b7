"""``reelmatch suitability``: how risky a video is for a brand, and when."""

import click

from api.catalogs import open_own_catalog
from api.cli.matching.reasons import range_text
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.services.advertising import suitability_of


@click.command("suitability")
@click.argument("video")
@json_option
def command(video: str, *, as_json: bool) -> None:
    """Print the risk of VIDEO for a brand: the eleven topics of the IAB, with their seconds.

    ``unknown``: nobody looked for it; ``without``: what else belongs to the topic and was not
    looked for. See docs/suitability.md.
    """
    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        record = catalog.videos.find(video)
        assessment = suitability_of(catalog, record, settings.index_config())
    if as_json:
        print_json(assessment)
        return
    rows = (
        (
            topic.topic,
            topic.risk,
            topic.suitability or "",
            ", ".join(map(range_text, topic.ranges)),
            ", ".join(topic.not_looked_for),
            topic.name,
        )
        for topic in assessment.topics
    )
    print_table(("topic", "risk", "id", "seconds", "without", "name"), rows)
