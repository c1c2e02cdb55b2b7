"""``reelmatch tags``: what was seen on a video, and when."""

import math

import click

from api.background.live import Live
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.content.counting import surest_observation
from engine.domain.matching.results import Observation
from engine.domain.tags import SOURCES, Tag
from engine.domain.videos import VideoRecord
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog
from engine.services.videos import VideoSecond, content_of, counts_of, second_of, tag_along, tags_of

_TOP = 20


@click.command("tags")
@click.argument("video", required=False)
@click.option("--threshold", type=float, help="Least confidence that counts, 0.0 to 1.0.")
@click.option(
    "--source",
    type=click.Choice(SOURCES),
    help="Only tags of this source: visual for what is seen, audio for what is heard, and so on.",
)
@click.option("--second", type=int, help="List everything seen at this second instead.")
@click.option("--tag", help="List the confidence of this tag at every second instead.")
@click.option("--vocabulary", is_flag=True, help="List every word that comes along instead.")
@click.option("--all", "everything", is_flag=True, help=f"All tags, not the top {_TOP}.")
@json_option
def command(
    video: str | None,
    threshold: float | None,
    source: str | None,
    second: int | None,
    tag: str | None,
    *,
    vocabulary: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Print the top tags of VIDEO with the seconds each was seen: "people, 224".

    Tags that few videos show come first; one that was seen on a single second is not listed, unless
    it is half of the video. VIDEO is an id, a path, a file name or a title. Another
    threshold needs no second look.
    """
    if vocabulary:
        if video is not None:
            raise click.UsageError("--vocabulary is of no video: give it alone")
        _print_vocabulary(as_json=as_json)
        return
    if video is None:
        raise click.UsageError("name a video, or give --vocabulary")
    if second is not None and tag is not None:
        raise click.UsageError("--second and --tag exclude each other: give one of them")
    if source is not None and tag is not None:
        tag = Tag(source, tag).label
    settings = load_settings()
    config = settings.counting(threshold)
    with Live.open(settings) as live:
        catalog = live.catalog
        record = _analyzed(catalog.videos.find(video))
        if second is not None:
            observed = second_of(catalog, record, second, settings.sensitive, source)
            _print_second(observed, as_json=as_json)
        elif tag is not None:
            _print_tag(catalog, record, tag, as_json=as_json)
        elif as_json:
            print_json(tags_of(catalog, record, config, live.tag_idf, source))
        else:
            counts = counts_of(catalog, record, config, live.tag_idf, source)
            for count in counts if everything else counts[:_TOP]:
                click.echo(f"{count.tag}, {'the whole video' if count.whole else count.seconds}")
            if not counts:
                click.echo(_nothing(catalog, record, config.threshold, source), err=True)


def _print_vocabulary(*, as_json: bool) -> None:
    from ingest.taggers.known_words import own_words

    words = own_words(people=load_settings().names_people)
    if as_json:
        print_json(words)
        return
    rows = (
        (word.name, ", ".join(word.general), f"{word.right} of {word.said}" if word.said else "")
        for word in words
    )
    print_table(("tag", "brings", "right on labelled frames"), rows)


def _nothing(catalog: Catalog, record: VideoRecord, threshold: float, source: str | None) -> str:
    """Return why no tag is listed, and what to do."""
    if source is None:
        track = catalog.tracks.get(record.id)
    else:
        known = {one.source: one.track for one in content_of(catalog, record).tracks}
        if source not in known:
            return f"nothing of {source} was observed, but of {', '.join(known)}"
        track = known[source]
    return _no_tag(threshold, surest_observation(track, catalog.tags.vocabulary()))


def _no_tag(min_confidence: float, surest: Observation | None) -> str:
    nothing = f"no tag reached {min_confidence} on any of its seconds"
    if surest is None:
        return nothing
    # Rounded down: the surest tag reaches what is suggested.
    lower = math.floor(surest.confidence * 10) / 10
    return (
        f"{nothing}; the surest was {surest.tag}, {surest.confidence:.2f} at second"
        f" {surest.second}: see what reaches less with --threshold {lower}"
    )


def _analyzed(record: VideoRecord) -> VideoRecord:
    if not record.seconds:
        raise InvalidInput(
            f"{record.title!r} could not be analyzed ({record.status}): {record.reason}"
        )
    return record


def _print_second(second: VideoSecond, *, as_json: bool) -> None:
    if as_json:
        print_json(second)
    else:
        for one in second.tags:
            click.echo(f"{one.tag}, {one.confidence:.3f}")


def _print_tag(catalog: Catalog, record: VideoRecord, tag: str, *, as_json: bool) -> None:
    tag_seconds = tag_along(catalog, record, tag)
    if as_json:
        print_json(tag_seconds)
    else:
        for one in tag_seconds.seconds:
            click.echo(f"{one.second}, {one.confidence:.3f}")
