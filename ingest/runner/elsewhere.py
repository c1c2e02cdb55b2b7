"""Ingest by the workers of a cluster: they look, the process that has the job stores."""

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, wait
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from engine.catalogs import open_catalog
from engine.domain.content import SourceTrack
from engine.domain.media import StoredUpload
from engine.domain.tags import METADATA, Tag
from engine.domain.tracks import renumbered
from engine.domain.videos import ANALYZED, Pictures
from engine.errors import CatalogUnusable, CorruptData, ReelmatchError, UnknownVideo
from engine.executors import open_executor
from engine.ports.catalog import Catalog
from engine.system.os_errors import translated_os_errors
from engine.system.temporary_files import held_folder
from ingest.changes.video_kind import KIND_RULES
from ingest.cpu_costs import CpuCosts
from ingest.decoding.probe import Status
from ingest.described import Described
from ingest.described_sources import describe_source
from ingest.metadata import described_as_stored
from ingest.patience import patiently
from ingest.pipeline import (
    IngestResult,
    Observed,
    Progress,
    missing_result,
    store_failure,
    store_observed,
)
from ingest.runner.observation import KnownVideo, ObserveTask, observe
from ingest.runner.worker_process import JobSpec
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile
from ingest.taggers.registry import Identity, find_factory, identity_of

_FORMAT: Final = 1
_BEAT_SECONDS: Final = 1.0
_LEFT_SECONDS: Final = 7 * 24 * 60 * 60.0
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9.@_-]+")

log = logging.getLogger(__name__)


def ingest_elsewhere(
    executor: str, spec: JobSpec, catalog: Catalog, report: Callable[[Progress], object]
) -> IngestResult:
    """Have a source observed by an executor, by its URL, and store what it brings.

    What was observed lies in a file of the home, which the workers reach by the same path, until it
    is stored; one that is there already is not made again, unless it cannot be read.
    """
    try:
        described = describe_source(spec.source)
    except NoVideoFile as error:
        return missing_result(Path(spec.source), error)
    known = _known(described.id, catalog, force=spec.force)
    folder = spec.home / "observed"
    folder.mkdir(parents=True, exist_ok=True)
    _drop_left_behind(folder)
    path = folder / checkpoint_name(spec, described.id, known)
    cost: Mapping[str, float] = {}
    with held_folder(Path(tempfile.gettempdir()), hidden=False) as own:
        # Nothing is opened where it is shared: SQLite must not lie on a network's file system.
        copy = own / path.name
        taken = copy_whole(path, copy, described.id)
        if taken is None:
            result = _observe(executor, spec, known, path, report)
            if result.status in (Status.CRASHED, Status.STALLED):
                return store_failure(described, catalog, result.status, result.reason)
            if result.video is None:
                return result
            if result.video != described.id:
                path.unlink(missing_ok=True)
                why = "the file changed while it was looked at: try again once it is whole"
                return IngestResult(None, spec.source, Status.FAILED, why, 0)
            taken = copy_whole(path, copy, described.id)
            if taken is None:
                why = (
                    f"what a worker of the cluster observed did not come into {path.parent}: mount"
                    " the folder at the same path there, and try again"
                )
                return IngestResult(None, spec.source, Status.FAILED, why, 0)
            cost = result.cost
        with open_catalog(copy, create=False) as observed:
            result = take_over(described, observed, catalog, known)
    with suppress(FileNotFoundError):
        # Another job may look at the same video: what came meanwhile is its own.
        if _is_same(path.stat(), taken):
            path.unlink()
    return replace(result, cost=cost)


def checkpoint_name(spec: JobSpec, video: str, known: KnownVideo | None) -> str:
    """Return the name of the file with what is observed of a video: by whom and how, too."""
    # Of a service nobody here can tell the version.
    is_service = find_factory(spec.tagger).takes_whole_videos
    tagger = Identity(spec.tagger, "") if is_service else identity_of(spec.tagger, spec.context)
    settings = {
        "format": _FORMAT,
        "reelmatch": version("reelmatch"),
        "kinds": KIND_RULES,
        "tagger": [spec.tagger, tagger.name, tagger.version],
        "options": [spec.every, spec.audio, spec.text, spec.add, spec.speech, spec.force],
        "known": known and [known.taggers, known.record.language],
    }
    text = json.dumps(settings, sort_keys=True, default=str)
    by = _NO_NAME.sub("_", f"{tagger.name}@{tagger.version}")[:60]
    return f"{video}-{by}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.db"


def copy_whole(path: Path, copy: Path, video: str) -> os.stat_result | None:
    """Copy a file with what was observed of a video; return its status, None when there is none.

    One that cannot be read, after a fault of a disk, say, is deleted: it is observed anew.
    """
    try:
        with path.open("rb") as file, copy.open("wb") as own:
            taken = os.fstat(file.fileno())
            shutil.copyfileobj(file, own)
    except FileNotFoundError:
        return None
    try:
        with translated_os_errors(), open_catalog(copy, create=False) as observed:
            observed.check(tracks=True)
            observed.videos.named(video)
    except (CatalogUnusable, CorruptData, UnknownVideo) as error:
        log.warning("%s is deleted, its video is watched again: %s", path, error)
        path.unlink(missing_ok=True)
        return None
    return taken


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    return os.path.samestat(one, other) and one.st_mtime_ns == other.st_mtime_ns


def take_over(
    video: Described, observed: Catalog, catalog: Catalog, known: KnownVideo | None
) -> IngestResult:
    """Store what another catalog observed of a video beside what this one knows, as a look here.

    Args:
        video: as it is described here.
        observed: a catalog with this video alone.
        catalog: that it is stored in.
        known: what ``observed`` knew before.
    """
    record = replace(observed.videos.named(video.id), source=video.source)
    described = described_as_stored(record, observed)
    failure = record.last_attempt
    if failure is not None:
        return store_failure(described, catalog, failure.status, failure.reason)
    if record.status not in ANALYZED:
        return store_failure(described, catalog, record.status, record.reason)
    before = known.taggers if known is not None else {}
    tracks = [
        one for one in _tracks(video.id, observed, catalog) if before.get(one.source) != one.tagger
    ]
    pictures = observed.thumbnails.get(video.id)
    content = Observed(record, tracks, pictures if isinstance(pictures, Pictures) else None)
    return patiently(lambda: store_observed(described, content, catalog, CpuCosts()))


def _tracks(video: str, observed: Catalog, catalog: Catalog) -> list[SourceTrack]:
    (content,) = observed.content.of([video])
    tags = [Tag.parse(label) for label in observed.tags.vocabulary().names]
    numbers = np.zeros(len(tags), np.uint32)
    for source in dict.fromkeys(tag.source for tag in tags):
        own = [number for number, tag in enumerate(tags) if tag.source == source]
        numbers[own] = catalog.tags.number([tags[number].name for number in own], source)
    for tagger, words in observed.taggers.words().items():
        catalog.taggers.remember(tagger, words)
    lines = observed.tracks.lines(video)
    return [
        SourceTrack(
            one.source, one.tagger, renumbered(one.track, numbers), lines.get(one.source, ())
        )
        for one in content.tracks
        # What the title says is read anew: people may have set it here.
        if one.source != METADATA
    ]


def _known(video: str, catalog: Catalog, *, force: bool) -> KnownVideo | None:
    record = catalog.videos.get(video)
    if record is None or record.status not in ANALYZED:
        return None
    return KnownVideo(record, {} if force else dict(catalog.tracks.taggers(video)))


def _observe(
    url: str,
    spec: JobSpec,
    known: KnownVideo | None,
    path: Path,
    report: Callable[[Progress], object],
) -> IngestResult:
    task = ObserveTask(replace(spec, catalog=""), known, path, spec.limits.patience(spec.tagger))
    try:
        with open_executor(url) as executor:
            future = executor.submit(observe, task)
            while not wait([future], timeout=_BEAT_SECONDS).done:
                # It may wait for others there: that it is not stalled is told by who looks.
                report(Progress(0, None))
            result = future.result()
    except (ReelmatchError, BrokenExecutor) as error:
        # Of the cluster, not of the video.
        return IngestResult(None, spec.source, Status.FAILED, str(error), 0)
    if result.status == Status.MISSING and not is_address(spec.source):
        # It was there a moment ago, here: nothing of that is stored with the video.
        path.unlink(missing_ok=True)
        return replace(result, video=None, status=Status.FAILED, reason=_unreached(spec, result))
    return result


def _unreached(spec: JobSpec, result: IngestResult) -> str:
    if StoredUpload.parse(spec.source) is None:
        return f"{result.reason}; the workers of the cluster must reach it by this path"
    return f"{result.reason}; or the workers of the cluster do not reach the store by this URL"


def _drop_left_behind(folder: Path) -> None:
    oldest = time.time() - _LEFT_SECONDS
    for path in folder.iterdir():
        # Others store and delete theirs meanwhile.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
