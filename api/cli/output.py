"""How commands print: one JSON object, or columns for people."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from engine.domain import Match
from engine.errors import InvalidInput

if TYPE_CHECKING:
    # What searches compiles kernels: half a second, for commands that search only.
    from engine.filters import Filter
    from engine.keywords import Reading
    from engine.store.catalog import Catalog
    from engine.store.generations import Generation

MOST_REASONS: Final = 4
"""How many tags a line of reasons names; --json gives all."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)

count_option = click.option(
    "-k",
    "--count",
    "k",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many videos.",
)


def _read_where(_context: Any, _parameter: Any, text: str | None) -> "Filter":
    from api.wheres import filter_of_text
    from engine.view import EVERY_VIDEO

    try:
        return EVERY_VIDEO if text is None else filter_of_text(text)
    except InvalidInput as error:
        raise click.BadParameter(str(error)) from None


where_option = click.option(
    "--where",
    metavar="JSON",
    callback=_read_where,
    help="""Only these videos, as '{"duration": {"at_least": 30}}'; see docs/filters.md.""",
)

no_sensitive_option = click.option(
    "--no-sensitive",
    is_flag=True,
    help="Only videos that were judged and show nothing sensitive; see docs/sensitive.md.",
)


def print_json(value: Any) -> None:
    """Print one object."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a head, each column as wide as it must be."""
    lines = [tuple(head), *(tuple(_printable(cell) for cell in row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _printable(text: str) -> str:
    # Titles are other people's words: no control characters reach the terminal.
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def print_matches(
    generation: "Generation",
    matches: Sequence[Match],
    catalog: "Catalog",
    *,
    as_json: bool,
    understood: Sequence["Reading"] = (),
) -> None:
    """Print ranked matches with the tags that made each score."""
    from api.answers.matches import matches_json

    if as_json:
        print_json(matches_json(generation, matches, understood))
        return
    for reading in understood:
        tags = ", ".join(f"{meaning.tag} {meaning.confidence:.2f}" for meaning in reading.used)
        click.echo(f"{reading.word!r} is understood as {tags}", err=True)
    if not matches:
        click.echo("no video fits", err=True)
        return
    rows = (
        (str(rank), f"{match.score:.3f}", match.video, _title(catalog, match.video), why(match))
        for rank, match in enumerate(matches, start=1)
    )
    print_table(("rank", "score", "video", "title", "why"), rows)


def why(match: Match) -> str:
    """Return the largest shares in words."""
    named = [f"{part.tag} {part.share:+.2f}" for part in match.why[:MOST_REASONS]]
    left = len(match.why) - len(named)
    return ", ".join([*named, f"{left} more"] if left else named)


def _title(catalog: "Catalog", video: str) -> str:
    record = catalog.get(video)
    return record.title if record else ""


def weighted(
    option: str, default: float
) -> Callable[[Any, Any, tuple[str, ...]], dict[str, float]]:
    """Return a click callback that reads ``TAG`` or ``TAG=WEIGHT``."""

    def parse(_context: Any, _parameter: Any, values: tuple[str, ...]) -> dict[str, float]:
        weights: dict[str, float] = {}
        for value in values:
            tag, equals, number = value.partition("=")
            try:
                weights[tag.strip()] = float(number) if equals else default
            except ValueError:
                raise click.BadParameter(
                    f"{value!r}: write {option} TAG or {option} TAG=WEIGHT, as {option} animal=0.5"
                ) from None
        return weights

    return parse
