"""Result files of other services for tests: written, read, and what came of them."""

import json
from pathlib import Path
from typing import Any

from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.reading import Read, read_videos
from ingest.sources.imports.videos import ImportedVideo

RESULTS = Path(__file__).parents[1] / "data" / "imports"
"""Saved results, a file a form."""


def write_lines(path: Path, *values: Any) -> Path:
    """One JSON value a line."""
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    return path


def read_all(path: Path, form: str | None = None) -> tuple[list[ImportedVideo], list[str]]:
    """The videos of a file, and the reasons why something in it cannot be used."""
    videos: list[ImportedVideo] = []
    reasons: list[str] = []
    for read in read_videos(path, form):
        if isinstance(read, Read):
            videos.append(read.video)
        else:
            assert isinstance(read, BadLine)
            reasons.append(read.reason)
    return videos, reasons


def videos_of(path: Path, form: str | None = None) -> list[ImportedVideo]:
    """The videos of a file."""
    return [read.video for read in read_videos(path, form) if isinstance(read, Read)]


def errors_of(path: Path, form: str | None = None) -> list[tuple[int, str]]:
    """The lines of a file that cannot be used, and the reasons."""
    return [
        (read.line, read.reason) for read in read_videos(path, form) if isinstance(read, BadLine)
    ]


def line(**fields: Any) -> dict[str, Any]:
    """A line of ours: a cat on two seconds, and whatever else is said."""
    return {"tags": [{"tag": "cat", "seconds": [[0, 2, 0.9]]}], **fields}


def tags_of(video: ImportedVideo) -> dict[str, list[int]]:
    """The seconds that each tag is seen on."""
    seconds: dict[str, list[int]] = {}
    for second in range(video.track.n_seconds):
        for tag in video.track.at(second):
            seconds.setdefault(tag, []).append(second)
    return seconds


def page(
    *labels: tuple[str, int], more: str = "", job: str = "", name: str = "", **rest: Any
) -> dict[str, Any]:
    """A page of Rekognition's label detection: labels with their milliseconds."""
    made: dict[str, Any] = {
        "JobStatus": "SUCCEEDED",
        "VideoMetadata": {"DurationMillis": 9000},
        "Labels": [
            {"Timestamp": at, "Label": {"Name": tag, "Confidence": 90}} for tag, at in labels
        ],
        **rest,
    }
    if more:
        made["NextToken"] = more
    if job:
        made["JobId"] = job
    if name:
        made["Video"] = {"S3Object": {"Bucket": "films", "Name": name}}
    return made


def google(*results: dict[str, Any]) -> dict[str, Any]:
    """An answer of Google's Video Intelligence."""
    return {"annotationResults": list(results)}


def google_labels(uri: str, tag: str, *, end: Any = "4s", level: str = "segment") -> dict[str, Any]:
    """One result with a label from the start to the end."""
    segment = {"startTimeOffset": "0s", "endTimeOffset": end}
    label = {
        "entity": {"description": tag},
        "segments": [{"segment": segment, "confidence": 0.9}],
    }
    return {"inputUri": uri, "segment": segment, f"{level}LabelAnnotations": [label]}
