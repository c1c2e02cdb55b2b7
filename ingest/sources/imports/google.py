"""Label detection of Google's Video Intelligence, as its API answers or its buckets keep it.

``AnnotateVideoResponse``, bare or wrapped in a finished ``Operation``; names in camel case (REST)
or snake case (what ``outputUri`` writes). Label by label, not second by second.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ingest.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import Document
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

TAGGER: Final = "google-video-intelligence"

# From fine to coarse; what is coarser than the finest there is would only blur it.
_LEVELS: Final = (
    ("frameLabelAnnotations",),
    ("shotLabelAnnotations", "shotPresenceLabelAnnotations"),
    ("segmentLabelAnnotations", "segmentPresenceLabelAnnotations"),
)


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    if not isinstance(value, dict):
        return False
    known = {"annotationResults", "annotation_results"}
    return bool(known & value.keys()) or {"done", "name"} <= value.keys() or "response" in value


def parts(document: Document) -> list[Document]:
    """Return what holds one video each.

    Raises:
        BadField: the operation failed or is not finished.
    """
    said = Fields(document.value)
    if "error" in said:
        raise BadField(f"error: the operation failed: {_status(said)}")
    if "response" in said:
        said = said.inside("response")
    elif said.raw("done") is not True and not _present(said, "annotationResults"):
        raise BadField("done: the operation is not finished; fetch it again when it is")
    results = said.items(_key(said, "annotationResults"))
    if not results:
        raise BadField("annotationResults: there are no results")
    return [
        replace(document, value=result, digest=f"{document.digest}/{place}")
        for place, result in enumerate(results)
    ]


def video(document: Document) -> ImportedVideo:
    """Read one of ``annotationResults``.

    Raises:
        BadField: naming the field.
    """
    said = Fields(document.value)
    if "error" in said:
        raise BadField(f"error: this video could not be annotated: {_status(said)}")
    path = said.text(_key(said, "inputUri"))
    # As "/bucket/object" in what the service says of a bucket's video.
    source = f"gs:/{path}" if path.startswith("/") else path
    id_ = id_of(source, document.digest)
    return ImportedVideo(
        id=id_,
        title=title_of(source, id_),
        source=source,
        tagger=TAGGER,
        seen=seen_on(list(_runs(said)), _duration(said)),
    )


def _runs(said: Fields) -> Iterator[Run]:
    for level in _LEVELS:
        there = [key for key in level if said.items(_key(said, key))]
        for key in there:
            for label in said.each(_key(said, key)):
                yield from _label_runs(label)
        if there:
            return


def _label_runs(label: Fields) -> Iterator[Run]:
    entity = label.inside("entity")
    tag = tag_in(entity.raw("description"), entity.name("description"))
    for frame in label.each("frames"):
        start = _offset(frame, "timeOffset")
        yield _run(tag, start, start, frame)
    for shown in label.each("segments"):
        segment = shown.inside("segment")
        start, end = _offset(segment, "startTimeOffset"), _offset(segment, "endTimeOffset")
        if end < start:
            raise BadField(f"{segment.path}: it ends before it starts")
        yield _run(tag, start, end, shown)


def _run(tag: str, start: float, end: float, said: Fields) -> Run:
    # A zero is left out of the JSON of a protocol buffer.
    return Run(tag, *seconds_touched(start, end), said.number("confidence", most=1, default=0.0))


def _duration(said: Fields) -> float:
    ends = [_offset(said.inside("segment"), "endTimeOffset")]
    for key in ("shotAnnotations", "segmentLabelAnnotations"):
        for item in said.each(_key(said, key)):
            shown = list(item.each("segments")) or [item]
            ends += [
                _offset(one.inside("segment") if "segment" in one else one, "endTimeOffset")
                for one in shown
            ]
    return max(ends)


def _offset(said: Fields, key: str) -> float:
    """Return seconds from ``"1.5s"`` or ``{"seconds": 1, "nanos": 500000000}``; 0 if not there."""
    key = _key(said, key)
    value = said.raw(key)
    if isinstance(value, dict):
        both = said.inside(key)
        whole = both.number("seconds", most=LONGEST_SECONDS, default=0.0)
        return whole + both.number("nanos", most=1e9, default=0.0) / 1e9
    text = said.text(key) or "0s"
    digits = text.removesuffix("s")
    if digits == text or not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        raise BadField(f"{said.name(key)}: {text[:40]!r} is no time such as '1.500s'")
    seconds = float(digits)
    if seconds > LONGEST_SECONDS:
        raise BadField(f"{said.name(key)}: {text[:40]} is over {LONGEST_SECONDS} s")
    return seconds


def _status(said: Fields) -> str:
    error = said.inside("error")
    return error.text("message") or "no reason is given"


def _present(said: Fields, key: str) -> bool:
    return _key(said, key) in said


def _key(said: Fields, camel: str) -> str:
    """Return the name under which a field is there."""
    if camel in said:
        return camel
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in camel)
    return snake if snake in said else camel
