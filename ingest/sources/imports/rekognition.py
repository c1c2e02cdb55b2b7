"""Label detection of Amazon Rekognition: the pages that ``GetLabelDetection`` gives.

Times are milliseconds, confidences 0 to 100. One video is one page or several, which belong
together until one comes without a ``NextToken``.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ingest.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import MOST_BYTES, BadLine, Document
from ingest.sources.imports.fields import BadField, Fields
from ingest.sources.imports.videos import (
    ImportedVideo,
    id_of,
    seconds_touched,
    seen_on,
    tag_in,
    title_of,
)
from ingest.taggers.remote import Run

TAGGER: Final = "rekognition"

_LONGEST_MS: Final = LONGEST_SECONDS * 1000


class Pages(list[Any]):
    """All pages of one video."""


def is_page(value: Any) -> bool:
    """Whether a JSON value is a page."""
    return isinstance(value, dict) and ("Labels" in value or "JobStatus" in value)


def recognises(value: Any) -> bool:
    """Whether a value is what ``joined`` makes; no JSON is."""
    return isinstance(value, Pages)


def joined(documents: Iterator[Document | BadLine]) -> Iterator[Document | BadLine]:
    """Put the pages of each video together; what is no page passes through.

    A video of which a page is missing is refused: half of it would pass for the whole.
    """
    pages: list[Document] = []
    broken_at: int | None = None
    for document in documents:
        if isinstance(document, BadLine) or not is_page(document.value):
            if isinstance(document, BadLine) and broken_at is None:
                broken_at = document.line
            yield document
            continue
        pages.append(document)
        if document.value.get("NextToken") is None:
            yield _joined(pages, broken_at)
            pages, broken_at = [], None
        # All pages of a video together are bounded like one value.
        elif sum(page.size_bytes for page in pages) > MOST_BYTES:
            yield BadLine(pages[0].line, f"the pages of this video are over {MOST_BYTES} bytes")
            return
    if pages:
        yield BadLine(
            pages[-1].line,
            "NextToken: this is not the last page of the video, but no more follow;"
            " put all its pages into the file",
        )


def _joined(pages: list[Document], broken_at: int | None) -> Document | BadLine:
    if broken_at is not None:
        return BadLine(
            pages[-1].line, f"a page of this video may be missing: line {broken_at} cannot be used"
        )
    whole = Pages(page.value for page in pages)
    digest = "/".join(page.digest for page in pages)
    size = sum(page.size_bytes for page in pages)
    return replace(pages[0], value=whole, digest=digest, size_bytes=size)


def parts(document: Document) -> list[Document]:
    """Return what holds one video each."""
    return [document]


def video(document: Document) -> ImportedVideo:
    """Read the pages of one video, as ``joined`` gives them.

    Raises:
        BadField: naming the field.
    """
    if not recognises(document.value):
        raise BadField("Labels: there are none, so this is no page of GetLabelDetection")
    pages = [Fields(page) for page in document.value]
    for page in pages:
        if (status := page.text("JobStatus")) not in ("", "SUCCEEDED"):
            reason = page.text("StatusMessage") or "fetch it again when it has succeeded"
            raise BadField(f"JobStatus: {status}: {reason}")
    first = pages[0]
    source = _source(first)
    id_ = id_of(source, first.text("JobId") or document.digest)
    version = first.text("LabelModelVersion", longest=40)
    runs = [run for page in pages for label in page.each("Labels") for run in _runs(label)]
    return ImportedVideo(
        id=id_,
        title=title_of(source, first.text("JobTag") or id_),
        source=source,
        tagger=f"{TAGGER}@{version}" if version else TAGGER,
        seen=seen_on(runs, _duration(first)),
    )


def _source(page: Fields) -> str:
    place = page.inside("Video").inside("S3Object")
    bucket, name = place.text("Bucket"), place.text("Name")
    return f"s3://{bucket}/{name}" if bucket and name else ""


def _duration(page: Fields) -> float:
    # A video of several streams has a list of them.
    said = page.raw("VideoMetadata")
    streams = (
        page.each("VideoMetadata") if isinstance(said, list) else [page.inside("VideoMetadata")]
    )
    durations = (one.number("DurationMillis", most=_LONGEST_MS, default=0.0) for one in streams)
    return max(durations, default=0.0) / 1000


def _runs(said: Fields) -> Iterator[Run]:
    label = said.inside("Label")
    tag = tag_in(label.raw("Name"), label.name("Name"))
    confidence = label.number("Confidence", most=100) / 100
    if "StartTimestampMillis" in said:
        start = said.number("StartTimestampMillis", most=_LONGEST_MS)
        end = said.number("EndTimestampMillis", most=_LONGEST_MS)
        if end < start:
            raise BadField(f"{said.name('EndTimestampMillis')}: it ends before it starts")
    else:
        start = end = said.number("Timestamp", most=_LONGEST_MS - 1)
    yield Run(tag, *seconds_touched(start / 1000, end / 1000), confidence)
