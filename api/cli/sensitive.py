"""``reelmatch sensitive``: what on a video is not for everyone, and when."""

from collections.abc import Iterable, Iterator

import click

from api.cli.output import json_option, print_json, print_table
from api.encoding import encoded
from api.settings import load_settings
from engine.catalogs import open_catalog
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
    with open_catalog(settings.catalog_path) as catalog:
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
    return ", ".join(
        str(first) if first == last else f"{first}-{last}" for first, last in _runs(seconds)
    )


def _runs(seconds: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for second in seconds:
        if last is not None and first is not None and second > last + 1:
            yield first, last
            first = None
        first = second if first is None else first
        last = second
    if first is not None and last is not None:
        yield first, last
