"""``reelmatch viewer``: viewers who are kept, and what they did."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import click
from pydantic import ConfigDict, ValidationError

from api.background.live import Live
from api.cli.groups import Group
from api.cli.output import json_option, print_json, print_table, weighted, where_option
from api.http.schemas.viewers import Id, StoredEventInput
from api.members import moment_of
from api.settings import load_settings
from engine.catalogs import open_catalog
from engine.domain.filters import Filter
from engine.domain.viewers import MAX_EVENT_BATCH, Event, EventKind
from engine.services.recommendations import viewer_eligibility_of
from engine.services.viewers import add_events


@click.group("viewer", cls=Group)
def command() -> None:
    """Keep what viewers like and did; 'reelmatch recommend --viewer' goes by it."""


@command.command("list")
@json_option
def list_viewers(*, as_json: bool) -> None:
    """List the viewers who are kept."""
    with open_catalog(load_settings().catalog_path) as catalog:
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
    """Print all that is kept of VIEWER."""
    with open_catalog(load_settings().catalog_path) as catalog:
        stored = catalog.viewers.get(viewer)
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


@command.command("interests")
@click.argument("viewer")
@click.argument(
    "interests", nargs=-1, metavar="TAG[=WEIGHT]...", callback=weighted("interests", 1.0)
)
def put_interests(viewer: str, interests: dict[str, float]) -> None:
    """Replace what VIEWER says they like; a weight below 0 is a dislike."""
    with open_catalog(load_settings().catalog_path) as catalog:
        weights = catalog.tags.vocabulary().weights(interests)
        catalog.viewers.put_interests(viewer, weights, now=time.time())
    click.echo(f"{len(interests)} interests kept")


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
def add_event(viewer: str, kind: str, video: str, share: float) -> None:
    """Keep that VIEWER did something with VIDEO (id, path, file name or title), just now."""
    now = time.time()
    with open_catalog(load_settings().catalog_path) as catalog:
        record = catalog.videos.find(video)
        event = Event(f"command-{now:.6f}", record.id, EventKind(kind), now, share)
        catalog.viewers.add_events(viewer, [event], now=now)
    click.echo(f"{viewer} {kind} {record.title}")


class _Line(StoredEventInput):
    """A line of a file of events."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    viewer: Id


@command.command("load")
@click.argument("file", type=click.File("rb"))
@json_option
def load(file: IO[bytes], *, as_json: bool) -> None:
    """Add the events of FILE, one a line as JSON; '-' reads standard input.

    \b
    {"viewer": "ann", "id": "7f3c", "video": "9d2c61b0f3a4e857", "kind": "watched", "share": 0.8}

    A line that cannot be read is named and left out. Loaded twice, a file changes nothing.
    """
    now = time.time()
    total = {"added": 0, "repeated": 0}
    wrong: list[_BadLine] = []
    unknown: set[str] = set()
    with open_catalog(load_settings().catalog_path) as catalog:
        viewers = catalog.viewers
        for viewer, events in _batches(_lines(file, now, wrong)):
            added = add_events(viewers, viewer, events, now=now)
            total["added"] += added.added
            total["repeated"] += added.repeated
            unknown.update(added.unknown_videos)
    if as_json:
        print_json({**total, "unknown_videos": sorted(unknown), "errors": wrong})
    else:
        click.echo(f"{total['added']} added, {total['repeated']} known already")
        for one in wrong:
            click.echo(f"line {one.line}: {one.reason}", err=True)
        if unknown:
            click.echo(f"{len(unknown)} videos are not in the catalog", err=True)


@dataclass(frozen=True, slots=True)
class _BadLine:
    """A line that is no event, numbered from 1, and the reason."""

    line: int
    reason: str


def _lines(file: IO[bytes], now: float, wrong: list[_BadLine]) -> Iterator[tuple[str, Event]]:
    for number, text in enumerate(file, start=1):
        if not text.strip():
            continue
        try:
            line = _Line.model_validate(json.loads(text.decode("utf-8")))
        except ValidationError as error:
            reason = "; ".join(
                f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()
            )
            wrong.append(_BadLine(number, reason))
        except UnicodeDecodeError:
            wrong.append(_BadLine(number, "this is no UTF-8 text"))
        except RecursionError:
            wrong.append(_BadLine(number, "nested too deeply"))
        except ValueError as error:
            wrong.append(_BadLine(number, f"no JSON: {error}"))
        else:
            yield line.viewer, line.event(line.id, now)


def _batches(lines: Iterator[tuple[str, Event]]) -> Iterator[tuple[str, list[Event]]]:
    """Yield events that follow each other and are of one viewer together."""
    whose, batch = "", list[Event]()
    for viewer, event in lines:
        if batch and (viewer != whose or len(batch) == MAX_EVENT_BATCH):
            yield whose, batch
            batch = []
        whose = viewer
        batch.append(event)
    if batch:
        yield whose, batch


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
        rules, now = settings.profile_rules, time.time()
        report = viewer_eligibility_of(
            live.catalog, live.snapshot, viewer, record.id, rules, now=now, where=where
        )
    if as_json:
        print_json(report)
        return
    click.echo(f"score {report.score:.3f}, place {report.rank or 'none'}")
    rows = [(one.rule, "kept" if one.passed else "broken", one.evidence) for one in report.rules]
    print_table(("rule", "", "evidence"), rows)


@command.command("forget")
@click.argument("viewer")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(viewer: str, *, yes: bool) -> None:
    """Delete all that is kept of VIEWER."""
    with open_catalog(load_settings().catalog_path) as catalog:
        viewers = catalog.viewers
        viewers.get(viewer)
        if not yes:
            click.confirm(f"Delete all that is kept of {viewer}?", abort=True, err=True)
        viewers.delete(viewer)
    click.echo(f"{viewer} deleted")
