"""``reelmatch sensitive``: what on a video is not for everyone, and when."""

from collections.abc import Iterable

import click
import numpy as np

from api.catalogs import open_own_catalog
from api.cli.matching.reasons import range_text
from api.cli.output import json_option, print_json, print_table
from api.encoding import encoded
from api.settings import load_settings
from engine.domain.time_ranges import time_ranges
from engine.services.videos import sensitivity_of


@click.command("sensitive")
@click.argument("video")
@json_option
def command(video: str, *, as_json: bool) -> None:
    """Print the level of each sensitive topic of VIDEO, and the seconds that show it.

    ``unknown``: the tagger that looked has no words for the topic. Which topics count, and from
    which confidence on, is set by REELMATCH_SENSITIVE; see docs/sensitive.md.
    """
    settings = load_settings()
    with open_own_catalog(settings) as catalog:
        record = catalog.videos.find(video)
        assessment = sensitivity_of(catalog, record, settings.sensitive)
    if as_json:
        print_json({"video": record.id, "title": record.title, **encoded(assessment)})
        return
    counting = {rule.topic for rule in settings.sensitive}
    rows = [("all that count", assessment.level, "", spans(assessment.seconds))]
    rows += [
        (topic, own.level, "yes" if topic in counting else "no", spans(own.seconds))
        for topic, own in assessment.topics.items()
    ]
    print_table(("topic", "level", "counts", "seconds"), rows)


def spans(seconds: Iterable[int]) -> str:
    """Return rising seconds in short: ``3-5, 9``."""
    ranges = time_ranges(np.array([*seconds], np.int64))
    return ", ".join(map(range_text, ranges))
