"""``reelmatch import``: take over what other taggers saw."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import click

from api.catalogs import open_own_catalog
from api.cli.output import json_option, print_json, print_table
from api.settings import load_settings
from engine.errors import InvalidInput
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import Change, Imported, import_file
from ingest.sources.imports.reading import FORMS

MAX_ERRORS: Final = 1000
"""Bad lines that are named; the rest is counted."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMS)),
    help="What FILE is, if its content is not to tell.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
@click.option(
    "--force", is_flag=True, help="Let a result without a tag replace what was seen before."
)
@json_option
def command(file: Path, *, form: str | None, dry_run: bool, force: bool, as_json: bool) -> None:
    """Take over the tags in FILE: the results of another tagger, without any footage.

    FILE is JSON, plain or gzip: one video a line (see docs/imports.md), or label detection of
    Google Video Intelligence, of Amazon Rekognition or of Azure Video Indexer, or answers of
    Clarifai, today's or those of 2015. A line that cannot be used is reported with its number, and
    the others go in. Exit code 1 when nothing could be used. 'reelmatch reindex' then makes the
    videos searchable.
    """
    with open_own_catalog(load_settings()) as catalog:
        now = datetime.now(UTC)
        imported = import_file(file, catalog, now=now, form=form, dry_run=dry_run, force=force)
        videos, errors = _sorted_out(imported)
    results = [_Result.of(video, dry_run=dry_run) for video in videos]
    if as_json:
        print_json(
            {
                "videos": results,
                "errors": [{"line": error.line, "reason": error.reason} for error in errors],
            }
        )
    else:
        _print_results(results)
        for error in errors:
            click.echo(f"line {error.line}: {error.reason}", err=True)
    if not videos:
        if not errors:
            raise InvalidInput(f"{file}: there is nothing in this file")
        sys.exit(1)


def _sorted_out(
    results: Iterable[Imported | BadLine],
) -> tuple[list[Imported], list[BadLine]]:
    videos: list[Imported] = []
    errors: list[BadLine] = []
    left_out = 0
    for result in results:
        if isinstance(result, Imported):
            videos.append(result)
        elif len(errors) < MAX_ERRORS:
            errors.append(result)
        else:
            left_out += 1
    if left_out:
        errors.append(BadLine(errors[-1].line, f"and {left_out} more after this line"))
    return videos, errors


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of a video, with the members that ``ingest`` tells, too."""

    video: str
    source: str
    status: Change
    reason: str
    seconds: int

    @classmethod
    def of(cls, one: Imported, *, dry_run: bool) -> Self:
        reason = ""
        if one.change is Change.UNCHANGED:
            reason = "the catalog has it just so"
        elif dry_run:
            reason = "dry run: nothing was stored"
        return cls(one.video, one.source, one.change, reason, one.seconds)


def _print_results(results: list[_Result]) -> None:
    if results:
        rows = (
            (one.video, one.status, str(one.seconds), one.source, one.reason) for one in results
        )
        print_table(("video", "status", "seconds", "source", "reason"), rows)
