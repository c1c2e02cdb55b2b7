"""``reelmatch export``: what was seen, for others to read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import click

from api.catalogs import open_own_catalog
from api.settings import load_settings
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog
from engine.system.temporary_files import held_file


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    show_default=True,
    help="A video a line, as 'reelmatch import' reads it; or a table of tag counts.",
)
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Least confidence that counts; parquet only."
)
def command(file: Path, form: Literal["jsonl", "parquet"], threshold: float | None) -> None:
    """Write what was seen on every video to FILE, which must be new.

    jsonl holds every second with its confidences; parquet the tag counts, a row for each video
    and tag that counts as a reindex counts, in seconds, and needs pip install 'reelmatch[parquet]'.
    """
    settings = load_settings()
    if file.exists():
        raise InvalidInput(f"{file} is there already: name a new file")
    if threshold is not None and form != "parquet":
        raise InvalidInput("--threshold goes with --format parquet: jsonl has every confidence")
    with open_own_catalog(settings) as catalog, _beside(file) as aside:
        if form == "jsonl":
            videos = _write_lines(catalog, aside)
        else:
            from ingest.sources.parquet import write_tag_counts

            videos = write_tag_counts(catalog, aside, settings.counting(threshold))
        aside.replace(file)
    click.echo(f"{videos} videos are in {file}", err=True)


def _write_lines(catalog: Catalog, path: Path) -> int:
    from ingest.sources.exports import exported_lines

    videos = 0
    with path.open("w", encoding="utf-8") as written:
        for line in exported_lines(catalog):
            written.write(line)
            videos += 1
    return videos


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    with ExitStack() as held:
        try:
            aside = held.enter_context(held_file(file.parent))
        except OSError as error:
            raise InvalidInput(f"{file.parent} cannot be written to: {error.strerror}") from error
        yield aside
