"""Output of commands: one JSON object, or columns for people."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from engine.domain.matching.variety import MAX_VARIETY
from engine.domain.text import shown
from engine.errors import InvalidInput, ReelmatchError, denial, read_in

if TYPE_CHECKING:
    # What searches compiles kernels: half a second, for commands that search only.
    from engine.domain.matching.filters import Filter
    from engine.domain.matching.keywords import IgnoredWord
    from engine.domain.matching.source_weights import SourceWeights
    from engine.ports.catalog import Catalog

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)

strict_option = click.option(
    "--strict", is_flag=True, help="Refuse words that mean no tag, instead of naming them."
)

language_option = click.option(
    "--language",
    default="",
    metavar="CODE",
    help="The language of the words, as de or pt-BR; unless given, their letters tell.",
)

count_option = click.option(
    "-k",
    "--count",
    "k",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many at most.",
)


def _read_where(_context: Any, _parameter: Any, text: str | None) -> "Filter":
    from api.filter_parser import filter_of_text
    from engine.domain.matching.filters import EVERY_VIDEO

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


def _read_sources(_context: Any, _parameter: Any, text: str) -> "SourceWeights":
    from engine.domain.matching.source_weights import SourceWeights

    try:
        return SourceWeights.read(text)
    except InvalidInput as error:
        raise click.BadParameter(str(error)) from None


sources_option = click.option(
    "--sources",
    metavar="SOURCE=WEIGHT,...",
    default="",
    callback=_read_sources,
    help="What the tags of a source count for here, as visual=1,audio=0.5; 0 leaves them out.",
)

variety_option = click.option(
    "--variety",
    type=click.IntRange(0, MAX_VARIETY),
    help="How many of one series among ten in a row, 0 for any; that of the settings unless given.",
)

no_sensitive_option = click.option(
    "--no-sensitive",
    is_flag=True,
    help="Only videos that were judged and show nothing sensitive; see docs/sensitive.md.",
)


def with_hint(error: ReelmatchError) -> str:
    """Return what a failure says, and what to do about it on the command line."""
    return f"{error}; {error.hint}" if error.hint else str(error)


def print_json(value: Any) -> None:
    """Print one object, or a record as one."""
    # Brings the records, and numpy with them: the list of commands prints none.
    from api.encoding import encoded

    click.echo(json.dumps(encoded(value), indent=2, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a head, each column as wide as it must be.

    Titles are other people's words: no control characters reach the terminal.
    """
    lines = [tuple(head), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def print_ignored(ignored: "Iterable[IgnoredWord]") -> None:
    """Tell which words did not count."""
    for one in ignored:
        # Brought when somebody needs it: most words are tags.
        from engine.keywords.weights import only_denies

        if only_denies(one.word, one.nearest):
            click.echo(denial(shown(one.word)), err=True)
            continue
        near = f"; did you mean {', '.join(one.nearest)}?" if one.nearest else ""
        tried = "" if one.languages is None else read_in(one.languages)
        click.echo(f"{shown(one.word)!r} means no tag and does not count{tried}{near}", err=True)


def title_of(catalog: "Catalog", video: str) -> str:
    """Return the title of a video, empty when it was forgotten meanwhile."""
    record = catalog.videos.get(video)
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


like_option = click.option(
    "--like",
    "likes",
    multiple=True,
    metavar="TAG[=WEIGHT]",
    callback=weighted("--like", 1.0),
    help="A tag the viewer likes; may be given again.",
)

liked_option = click.option(
    "--liked",
    multiple=True,
    metavar="VIDEO",
    help="A video the viewer liked (id, path, file name or title).",
)
