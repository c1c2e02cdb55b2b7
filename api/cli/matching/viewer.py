"""``reelmatch viewer``: viewers who are stored, and what they did."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO, Final

import click

from api.background.live import Live
from api.catalogs import open_own_catalog
from api.cli.groups import Group
from api.cli.output import json_option, print_json, print_table, weighted, where_option
from api.event_files import FORMS, BadLine, EventLine, read_events
from api.members import moment_of
from api.settings import load_settings
from engine.domain.evaluations.shown_lists import MAX_POSITION
from engine.domain.matching.filters import Filter
from engine.domain.viewers import Event, EventKind
from engine.services.recommendations import viewer_eligibility_of
from engine.services.viewers import LoadedEvents, add_events, load_events, viewer_with_lists

_MAX_NAMED: Final = 1000
"""Bad lines and unknown videos that are named; the rest is counted."""


@click.group("viewer", cls=Group)
def command() -> None:
    """Keep what viewers like and did; 'reelmatch recommend --viewer' goes by it."""


@command.command("list")
@json_option
def list_viewers(*, as_json: bool) -> None:
    """List the viewers who are stored."""
    with open_own_catalog(load_settings()) as catalog:
        ids = catalog.viewers.ids()
    if as_json:
        print_json({"viewers": ids})
    else:
        for viewer in ids:
            click.echo(viewer)


@command.command("show")
@click.argument("viewer")
@json_option
def show(viewer: str, *, as_json: bool) -> None:
    """Print all that is stored of VIEWER."""
    with open_own_catalog(load_settings()) as catalog:
        stored = viewer_with_lists(catalog, viewer)
    if as_json:
        print_json(stored)
        return
    for tag, weight in stored.interests.items():
        click.echo(f"{tag}, {weight:+g}")
    rows = [
        (moment_of(event), event.kind, f"{event.share:g}", event.video)
        for event in reversed(stored.events)
    ]
    print_table(("at", "kind", "share", "video"), rows)
    if stored.lists:
        click.echo(f"{len(stored.lists)} lists that were shown: see --json", err=True)


@command.command("interests")
@click.argument("viewer")
@click.argument(
    "interests", nargs=-1, metavar="TAG[=WEIGHT]...", callback=weighted("interests", 1.0)
)
def put_interests(viewer: str, interests: dict[str, float]) -> None:
    """Replace what VIEWER says they like; a weight below 0 is a dislike."""
    with open_own_catalog(load_settings()) as catalog:
        weights = catalog.tags.vocabulary().weights(interests)
        catalog.viewers.put_interests(viewer, weights, now=time.time())
    click.echo(f"{len(interests)} interests stored")


@command.command("event")
@click.argument("viewer")
@click.argument("kind", type=click.Choice([kind.value for kind in EventKind]))
@click.argument("video")
@click.option(
    "--share",
    type=click.FloatRange(0.0, 1.0),
    default=1.0,
    show_default=True,
    help="How much of it was watched.",
)
@click.option("--shown-by", metavar="LIST", help="The 'list_id' of the list they had it from.")
@click.option("--position", type=click.IntRange(1, MAX_POSITION), help="Its position on that list.")
def add_event(
    viewer: str, kind: str, video: str, share: float, shown_by: str | None, position: int | None
) -> None:
    """Keep that VIEWER did something with VIDEO (id, path, file name or title), just now."""
    now = time.time()
    with open_own_catalog(load_settings()) as catalog:
        record = catalog.videos.find(video)
        event_id = f"command-{now:.6f}"
        event = Event(event_id, record.id, EventKind(kind), now, share, shown_by, position)
        added = add_events(catalog, viewer, [event], now=now)
    for one in added.unknown_lists:
        click.echo(f"no list {one!r} is known, or not any more: the event is stored", err=True)
    click.echo(f"{viewer} {kind} {record.title}")


@command.command("load")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="What FILE is, if it is not to tell."
)
@json_option
def load(file: IO[bytes], form: str | None, *, as_json: bool) -> None:
    """Add the events of FILE, one a line; '-' reads standard input.

    \b
    {"viewer": "ann", "id": "7f3c", "video": "9d2c61b0f3a4e857", "kind": "watched", "share": 0.8}

    Or ratings of MovieLens (ratings.csv, ratings.dat, u.data): four stars or more are a like, three
    are a half watched film, fewer a dislike. Films are looked up by a video's external id.

    A line that cannot be read is named and left out. Loaded twice, a file changes nothing.
    """
    now = time.time()
    loaded = _Loaded()
    with open_own_catalog(load_settings()) as catalog:
        for part in load_events(catalog, loaded.events(read_events(file, form, now=now)), now=now):
            loaded.count(part)
    if as_json:
        print_json(loaded.summary())
    else:
        loaded.print()


class _Loaded:
    """Counts of a file of events, and the first of what is wrong by name."""

    def __init__(self) -> None:
        self._added = self._repeated = self._unknown_events = self._bad_lines = 0
        self._bad: list[BadLine] = []
        self._unknown: set[str] = set()

    def events(self, lines: Iterable[EventLine | BadLine]) -> Iterator[tuple[str, Event]]:
        """Yield the events of lines, and keep what is wrong with others."""
        for line in lines:
            if isinstance(line, EventLine):
                yield line.viewer, line.event
                continue
            self._bad_lines += 1
            if len(self._bad) < _MAX_NAMED:
                self._bad.append(line)

    def count(self, part: LoadedEvents) -> None:
        """Add what came of a part."""
        self._added += part.added
        self._repeated += part.repeated
        self._unknown_events += len(part.unknown)
        for video in part.unknown:
            if len(self._unknown) < _MAX_NAMED:
                self._unknown.add(video)

    def summary(self) -> dict[str, object]:
        """Return all of it as JSON tells it."""
        return {
            "added": self._added,
            "repeated": self._repeated,
            "unknown_videos": sorted(self._unknown),
            "events_of_unknown_videos": self._unknown_events,
            "errors": self._bad,
            "bad_lines": self._bad_lines,
        }

    def print(self) -> None:
        """Print what was added, and say what was not."""
        click.echo(f"{self._added} added, {self._repeated} known already")
        lines = defaultdict[str, list[int]](list)
        for one in self._bad:
            lines[one.reason].append(one.line)
        for reason, (first, *more) in lines.items():
            also = f" and {len(more)} more" if more else ""
            click.echo(f"line {first}{also}: {reason}", err=True)
        if self._bad_lines > len(self._bad):
            click.echo(f"and {self._bad_lines - len(self._bad)} lines more", err=True)
        if self._unknown:
            named = ", ".join(sorted(self._unknown)[:3])
            click.echo(
                f"{self._unknown_events} events are of videos that are not in the catalog, as"
                f" {named}; they count once these are there",
                err=True,
            )


@command.command("explain")
@click.argument("viewer")
@click.argument("video")
@where_option
@json_option
def explain(viewer: str, video: str, where: Filter, *, as_json: bool) -> None:
    """Say why VIDEO is, or is not, recommended to VIEWER, rule by rule."""
    settings = load_settings()
    with Live.open(settings) as live:
        record = live.catalog.videos.find(video)
        rules, now = live.lists.rules_of(viewer, settings.profile_rules), time.time()
        report = viewer_eligibility_of(
            live.catalog, live.snapshot, viewer, record.id, rules, now=now, where=where
        )
    if as_json:
        print_json(report)
        return
    click.echo(f"score {report.score:.3f}, place {report.rank or 'none'}")
    print_table(
        ("rule", "passed", "evidence"),
        [(one.rule, "yes" if one.passed else "no", one.evidence) for one in report.rules],
    )


@command.command("forget")
@click.argument("viewer")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(viewer: str, *, yes: bool) -> None:
    """Delete all that is stored of VIEWER."""
    with open_own_catalog(load_settings()) as catalog:
        viewers = catalog.viewers
        viewers.get(viewer)
        if not yes:
            click.confirm(f"Delete all that is stored of {viewer}?", abort=True, err=True)
        viewers.delete(viewer)
    click.echo(f"{viewer} deleted")
