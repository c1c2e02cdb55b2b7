"""Observations on a video as a line of our own form, which ``imports.jsonl`` reads back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.domain.content import VideoContent
from engine.domain.lines import Line
from engine.domain.tags import VISUAL
from engine.domain.tracks import FULL_SCALE, Track
from engine.ports.catalog import Catalog
from engine.words.vocabulary import Vocabulary
from ingest.sources.imports.lines import line_json

# Few, as each may be half a day long.
_PAGE_VIDEOS = 20
_DIGITS = 5
"""Number of digits of a confidence that bring back exactly what is stored."""


def exported_lines(catalog: Catalog) -> Iterator[str]:
    """Yield a line an observed video, by rising id, each ending in a line feed.

    Read page by page: how many videos there are does not matter, and what changes meanwhile is
    seen as it is when its page is read.
    """
    after = ""
    while page := catalog.content.page(after=after, limit=_PAGE_VIDEOS):
        vocabulary = catalog.tags.vocabulary()
        for content in page:
            fields = video_line(content, vocabulary, catalog.tracks.lines(content.record.id))
            yield json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
        after = page[-1].record.id


def video_line(
    content: VideoContent,
    vocabulary: Vocabulary,
    lines: Mapping[str, Sequence[Line]] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return one video in the form of ``docs/imports.md``; what is unknown is left out.

    Args:
        content: of the video.
        vocabulary: of its tags.
        lines: source -> its lines of text.
    """
    record, track = content.record, content.track
    fields = {
        "video": record.id,
        "external_id": record.external_id,
        "title": record.title,
        "source": record.source,
        "duration": track.n_seconds,
        "width": record.width,
        "height": record.height,
        "language": record.language,
        "uploader": record.uploader,
        "uploader_id": record.uploader_id,
        "kind": record.kind,
        "categories": list(record.categories),
        "tagger": record.tagger,
        "taggers": {one.source: one.tagger for one in content.tracks if one.source != VISUAL},
        "lines": {source: list(map(line_json, own)) for source, own in sorted(lines.items())},
    }
    known: dict[str, Any] = {name: value for name, value in fields.items() if value}
    return known | {"tags": _tags(track, vocabulary)}


def _tags(track: Track, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    seconds = np.repeat(np.arange(track.n_seconds), np.diff(track.starts))
    # Tag by tag, second by second; a run ends where the tag, the confidence or the row changes.
    order = np.lexsort((seconds, track.tags))
    tags, seconds, stored = track.tags[order], seconds[order], track.confidences[order]
    if not len(tags):
        return _whole(track, vocabulary)
    breaks = (np.diff(tags) != 0) | (np.diff(seconds) != 1) | (np.diff(stored.astype(int)) != 0)
    firsts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    lasts = np.concatenate([firsts[1:], [len(tags)]]) - 1
    runs: dict[int, list[list[float]]] = {}
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        confidence = round(int(stored[first]) / FULL_SCALE, _DIGITS)
        run = [int(seconds[first]), int(seconds[last]) + 1, confidence]
        runs.setdefault(int(tags[first]), []).append(run)
    # By name: numbers differ from catalog to catalog, what was seen does not.
    named = sorted((vocabulary.names[tag], own) for tag, own in runs.items())
    on_seconds = [{"tag": tag, "seconds": own} for tag, own in named]
    return on_seconds + _whole(track, vocabulary)


def _whole(track: Track, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    named = sorted(
        (vocabulary.names[tag], round(int(stored) / FULL_SCALE, _DIGITS))
        for tag, stored in zip(track.whole_tags, track.whole_confidences, strict=True)
    )
    return [{"tag": tag, "confidence": confidence} for tag, confidence in named]
