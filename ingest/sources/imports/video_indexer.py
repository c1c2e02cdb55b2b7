"""Labels of Azure AI Video Indexer, as ``GetVideoIndex`` answers or the portal downloads them.

::

    {"id": "abc", "name": "Cats", "state": "Processed", "videos": [{"id": "abc", "insights": {
       "duration": "0:01:03.5", "labels": [{"name": "cat", "instances": [
         {"confidence": 0.98, "start": "0:00:00", "end": "0:00:06.1"}]}]}}]}

or, where ``videos`` hold no labels, ``summarizedInsights`` with ``appearances`` from ``startTime``
to ``endTime``. The ``insights`` alone are read, too.
"""

import re
from collections.abc import Iterator
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
    source_in,
    tag_in,
)
from ingest.taggers.tag_ranges import TagRange

TAGGER: Final = "azure-video-indexer"

_WHOLE: Final = "summarizedInsights"
_OTHERS: Final = (
    *("transcript", "ocr", "keywords", "topics", "faces", "brands", "scenes", "shots", "blocks"),
    *("emotions", "sentiments", "speakers", "namedLocations", "namedPeople", "audioEffects"),
    *("detectedObjects", "observedPeople", "visualContentModeration", "textualContentModeration"),
)
_TIME: Final = re.compile(
    r"(?:(\d{1,3})\.)?\s*(\d{1,3}):\s*(\d{1,2}):\s*(\d{1,2}(?:\.\d{1,12})?)", re.A
)


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    if not isinstance(value, dict):
        return False
    if _WHOLE in value or isinstance(value.get("insights"), dict):
        return True
    first = next(iter(value.get("videos") or ()), None) if "videos" in value else None
    return (isinstance(first, dict) and "insights" in first) or _are_insights(value)


def results(document: Document) -> Iterator[LabelResult | BadLine]:
    """Yield what an index says of its video, or of each of several.

    Raises:
        BadField: naming the field.
    """
    fields = Fields(document.value)
    _refuse_unfinished(fields)
    if "insights" in fields or _are_insights(document.value):
        yield _result(document, fields, fields, 0)
        return
    number = -1
    for number, video in enumerate(fields.each("videos")):
        if number == MAX_PARTS:
            raise BadField(f"videos: more than {MAX_PARTS}")
        try:
            _refuse_unfinished(video)
            yield _result(document, fields, video, number)
        except BadField as error:
            yield bad_part(document, str(error))
    if number < 0:
        yield _result(document, fields, fields, 0)


def _are_insights(value: dict[str, Any]) -> bool:
    labels = value.get("labels")
    first = labels[0] if isinstance(labels, list) and labels else None
    return isinstance(first, dict) and "name" in first and ("instances" in first)


def _refuse_unfinished(fields: Fields) -> None:
    state = fields.text("state")
    if state not in ("", "Processed"):
        reason = fields.text("failureMessage") or "fetch it again when it is Processed"
        raise BadField(f"{fields.name('state')}: {state}: {reason}")


def _result(document: Document, whole: Fields, video: Fields, number: int) -> LabelResult:
    insights = video if video is whole and "insights" not in video else video.inside("insights")
    summary = whole.inside(_WHOLE)
    # A summary is of all videos together, so that it is one video's only where there is one.
    is_summed_up = not insights.has("labels") and number == 0 and bool(summary.has("labels"))
    labels = summary if is_summed_up else insights
    if not labels.has("labels"):
        others = {name for name in _OTHERS for one in (insights, summary) if one.has(name)}
        about = f"; this is about {', '.join(sorted(others))}" if others else ""
        raise BadField(f"{insights.name('labels')}: there are none{about}")
    source = source_in(video, "externalUrl") or source_in(whole, "externalUrl")
    own = "/".join(one for one in (whole.text("accountId"), video.text("id")) if one)
    version = insights.text("version", longest=40)
    return LabelResult(
        line=document.line,
        id=id_of(source, f"videoindexer:{own}" if video.text("id") else document.digest),
        source=source,
        tagger=f"{TAGGER}@{version}" if version else TAGGER,
        tag_ranges=collected(_tag_ranges(labels)),
        duration=_duration(whole, video, insights) if number == 0 else _time(insights, "duration"),
        title=video.text("name") or whole.text("name"),
    )


def _duration(whole: Fields, video: Fields, insights: Fields) -> float:
    of_all = whole.inside(_WHOLE).inside("duration") if _WHOLE in whole else None
    maximum = float(LONGEST_SECONDS)
    if isinstance(insights.raw("duration"), str):
        return _time(insights, "duration")
    for fields, key in (
        (video, "durationInSeconds"),
        (whole, "durationInSeconds"),
        (of_all, "seconds"),
    ):
        if fields is not None and key in fields:
            return fields.number(key, maximum=maximum)
    return 0.0


def _tag_ranges(fields: Fields) -> Iterator[TagRange]:
    for label in fields.each("labels"):
        tag = tag_in(label.raw("name"), label.name("name"))
        for shown in label.each("instances"):
            yield _tag_range(tag, shown, _time(shown, "start"), _time(shown, "end"))
        for shown in label.each("appearances"):
            yield _tag_range(tag, shown, _time(shown, "startTime"), _time(shown, "endTime"))


def _tag_range(tag: str, shown: Fields, start: float, end: float) -> TagRange:
    if end < start:
        raise BadField(f"{shown.path}: it ends before it starts")
    return TagRange(tag, *seconds_touched(start, end), shown.number("confidence", maximum=1))


def _time(fields: Fields, key: str) -> float:
    """Return the seconds of ``0:00:01.5``; 0 where nothing is said."""
    text = fields.text(key)
    if not text:
        return 0.0
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadField(f"{fields.name(key)}: {text[:40]!r} is no time such as '0:00:01.5'")
    days, hours, minutes = (int(part or 0) for part in match.groups()[:3])
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + float(match[4])
    if seconds > LONGEST_SECONDS:
        raise BadField(f"{fields.name(key)}: {text[:40]} is over {LONGEST_SECONDS} s")
    return seconds
