"""Label detection of Google's Video Intelligence, as its API answers or its buckets keep it.

``AnnotateVideoResponse``, bare or wrapped in a finished ``Operation``; names in camel case (REST)
or snake case (what ``outputUri`` writes). Label by label, not second by second.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import BadLine, Document, bad_part
from ingest.sources.imports.fields import BadField, Fields
from ingest.sources.imports.videos import (
    MAX_PARTS,
    LabelResult,
    collected,
    id_of,
    seconds_touched,
    tag_in,
)
from ingest.taggers.tag_ranges import TagRange, TagRanges

TAGGER: Final = "google-video-intelligence"

# From fine to coarse; what is coarser than the finest there is would only blur it.
_LEVELS: Final = (
    ("frameLabelAnnotations",),
    ("shotLabelAnnotations", "shotPresenceLabelAnnotations"),
    ("segmentLabelAnnotations", "segmentPresenceLabelAnnotations"),
)
_OTHERS: Final = {
    "explicitAnnotation": "explicit content",
    "shotAnnotations": "shot changes",
    "speechTranscriptions": "speech",
    "textAnnotations": "text",
    "objectAnnotations": "objects",
    "logoRecognitionAnnotations": "logos",
    "faceDetectionAnnotations": "faces",
    "faceAnnotations": "faces",
    "personDetectionAnnotations": "persons",
    "celebrityRecognitionAnnotations": "celebrities",
}
_OF_V1BETA1: Final = "labelAnnotations"


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    if not isinstance(value, dict):
        return False
    known = {"annotationResults", "annotation_results"}
    return bool(known & value.keys()) or {"done", "name"} <= value.keys() or "response" in value


def results(document: Document) -> Iterator[LabelResult | BadLine]:
    """Yield what an answer says of each video: its results of one video belong together.

    Raises:
        BadField: the operation failed or is not finished, or holds more than is taken.
    """
    videos: dict[str, _Video] = {}
    for number, result in enumerate(_results(document)):
        if number == MAX_PARTS:
            raise BadField(f"annotationResults: more than {MAX_PARTS}; put them in several answers")
        try:
            fields = Fields(result)
            if "error" in fields:
                raise BadField(f"error: this video could not be annotated: {_status(fields)}")
            source = _source(fields)
        except BadField as error:
            yield bad_part(document, str(error))
            continue
        id_ = id_of(source, f"{document.digest}/{number}")
        video = videos.setdefault(id_, _Video(source))
        try:
            video.add(fields)
        except BadField as error:
            video.trouble = video.trouble or str(error)
    for id_, video in videos.items():
        if trouble := video.trouble or video.why_no_labels():
            yield bad_part(document, trouble, spoils=id_ if video.trouble else "")
        else:
            yield LabelResult(
                document.line, id_, video.source, TAGGER, video.tag_ranges, video.duration
            )


class _Video:
    """Results of one answer for one video."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.trouble = ""
        self.tag_ranges = TagRanges()
        self.duration = 0.0
        self._level = len(_LEVELS)
        self._others: set[str] = set()
        self._has_labels = False

    def add(self, fields: Fields) -> None:
        if _present(fields, _OF_V1BETA1):
            raise BadField(
                f"{_OF_V1BETA1}: this is an answer of v1beta1, which is not read: ask v1 again"
            )
        self._others |= {what for key, what in _OTHERS.items() if fields.has(key, _snake(key))}
        self.duration = max(self.duration, _duration(fields))
        for level, keys in enumerate(_LEVELS):
            self._has_labels |= any(fields.has(key, _snake(key)) for key in keys)
            there = [key for key in keys if fields.items(_key(fields, key))]
            if not there:
                continue
            if level < self._level:
                self._level, self.tag_ranges = level, TagRanges()
            if level == self._level:
                for key in there:
                    for label in fields.each(_key(fields, key)):
                        collected(_label_ranges(label), self.tag_ranges)
            return

    def why_no_labels(self) -> str:
        # One that says nothing at all is of a video without anything to see: nothing is left out.
        if self._has_labels or not self._others:
            return ""
        return f"this is about {', '.join(sorted(self._others))}, not about labels"


def _results(document: Document) -> Sequence[Any]:
    fields = Fields(document.value)
    if "error" in fields:
        raise BadField(f"error: the operation failed: {_status(fields)}")
    if "response" in fields:
        fields = fields.inside("response")
        kind = fields.text("@type")
        if kind and not kind.endswith("AnnotateVideoResponse"):
            raise BadField(f"@type: this is {kind.rpartition('.')[2]}, not AnnotateVideoResponse")
    elif fields.raw("done") is not True and not _present(fields, "annotationResults"):
        raise BadField("done: the operation is not finished; fetch it again when it is")
    results = fields.items(_key(fields, "annotationResults"))
    if not results:
        raise BadField("annotationResults: there are no results")
    return results


def _source(fields: Fields) -> str:
    path = fields.text(_key(fields, "inputUri"))
    # As "/bucket/object" in what the service says of a bucket's video.
    return f"gs:/{path}" if path.startswith("/") else path


def _label_ranges(label: Fields) -> Iterator[TagRange]:
    entity = label.inside("entity")
    tag = tag_in(entity.raw("description"), entity.name("description"))
    for frame in label.each("frames"):
        start = _offset(frame, "timeOffset")
        yield _tag_range(tag, start, start, frame)
    for shown in label.each("segments"):
        segment = shown.inside("segment")
        start, end = _offset(segment, "startTimeOffset"), _offset(segment, "endTimeOffset")
        if end < start:
            raise BadField(f"{segment.path}: it ends before it starts")
        yield _tag_range(tag, start, end, shown)


def _tag_range(tag: str, start: float, end: float, fields: Fields) -> TagRange:
    # A zero is left out of the JSON of a protocol buffer.
    return TagRange(
        tag, *seconds_touched(start, end), fields.number("confidence", maximum=1, default=0.0)
    )


def _duration(fields: Fields) -> float:
    ends = [_offset(fields.inside("segment"), "endTimeOffset")]
    for key in ("shotAnnotations", "segmentLabelAnnotations"):
        for item in fields.each(_key(fields, key)):
            shown = list(item.each("segments")) or [item]
            ends += [
                _offset(one.inside("segment") if "segment" in one else one, "endTimeOffset")
                for one in shown
            ]
    return max(ends)


def _offset(fields: Fields, key: str) -> float:
    """Return seconds from ``"1.5s"`` or ``{"seconds": 1, "nanos": 500000000}``; 0 if not there."""
    key = _key(fields, key)
    value = fields.raw(key)
    if isinstance(value, dict):
        both = fields.inside(key)
        whole = _whole_seconds(both)
        return whole + both.number("nanos", maximum=1e9, default=0.0) / 1e9
    text = fields.text(key) or "0s"
    digits = text.removesuffix("s")
    if digits == text or not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        raise BadField(f"{fields.name(key)}: {text[:40]!r} is no time such as '1.500s'")
    seconds = float(digits)
    if seconds > LONGEST_SECONDS:
        raise BadField(f"{fields.name(key)}: {text[:40]} is over {LONGEST_SECONDS} s")
    return seconds


def _whole_seconds(both: Fields) -> float:
    # How JavaScript's protocol buffers write a number of 64 bits.
    if isinstance(both.raw("seconds"), dict):
        halves = both.inside("seconds")
        if halves.raw("high") == 0:
            return halves.number("low", maximum=LONGEST_SECONDS)
    return both.number("seconds", maximum=LONGEST_SECONDS, default=0.0)


def _status(fields: Fields) -> str:
    error = fields.inside("error")
    return error.text("message") or "no reason is given"


def _present(fields: Fields, key: str) -> bool:
    return _key(fields, key) in fields


def _key(fields: Fields, camel: str) -> str:
    """Return the name under which a field is there."""
    snake = _snake(camel)
    return snake if camel not in fields and snake in fields else camel


def _snake(camel: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel)
