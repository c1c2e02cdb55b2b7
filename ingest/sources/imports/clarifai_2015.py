"""Saved answers of Clarifai as of 2015 (v1): per video, arrays of timestamps, classes and probs.

::

    {"status_code": "OK", "meta": {"tag": {"model": "default"}}, "results": [
      {"docid": 15512461224882631443, "docid_str": "...", "url": "https://...",
       "status_code": "OK", "result": {"tag": {
         "timestamps": [0.0, 1.0], "classes": [["train"], ["train", "snow"]],
         "probs": [[0.98], [0.97, 0.91]]}}}]}

The inner ``tag`` object, or a result, may stand alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import BadLine, Document, bad_part
from ingest.sources.imports.fields import (
    BadField,
    Fields,
    as_items,
    as_number,
    as_text,
    of_one_length,
)
from ingest.sources.imports.videos import (
    MAX_PARTS,
    LabelResult,
    collected,
    id_of,
    source_in,
    tag_in,
)
from ingest.taggers.tag_ranges import TagRange

TAGGER: Final = "clarifai@2015"


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    if not isinstance(value, dict):
        return False
    several = value.get("results")
    if isinstance(several, Sequence) and not isinstance(several, str):
        return True
    return isinstance(value.get("result"), dict) or {"classes", "probs"} <= value.keys()


def results(document: Document) -> Iterator[LabelResult | BadLine]:
    """Yield what each of ``results`` says.

    Raises:
        BadField: it is about something else, or there are more than are taken.
    """
    fields = Fields(document.value)
    model = fields.inside("meta").inside("tag").text("model", longest=60)
    if "nsfw" in model.lower():
        raise BadField(f"meta.tag.model: {model!r} is about nudity, not about labels")
    if "results" not in fields:
        yield _result(document, document.value, document.digest)
        return
    for number, result in enumerate(fields.items("results")):
        if number == MAX_PARTS:
            raise BadField(f"results: more than {MAX_PARTS}; put them in several answers")
        try:
            yield _result(document, result, f"{document.digest}/{number}")
        except BadField as error:
            yield bad_part(document, str(error))


def _result(document: Document, value: Any, digest: str) -> LabelResult:
    fields = Fields(value)
    if (status := fields.text("status_code") or "OK") != "OK":
        raise BadField(
            f"status_code: {status}: {fields.text('status_msg') or 'no reason is given'}"
        )
    source, docid = source_in(fields, "url"), _docid(fields)
    tag = fields
    if "result" in fields:
        inside = fields.inside("result")
        if "tag" not in inside and inside.keys():
            raise BadField(f"result: this is about {inside.keys()[0][:40]!r}, not about 'tag'")
        tag = inside.inside("tag")
    return LabelResult(
        line=document.line,
        id=id_of(source, f"clarifai:{docid}" if docid else digest),
        source=source,
        tagger=TAGGER,
        tag_ranges=collected(_tag_ranges(tag)),
    )


def _docid(fields: Fields) -> str:
    # The number has more digits than JavaScript keeps, hence the text beside it.
    number = fields.raw("docid")
    if docid := fields.text("docid_str", longest=100):
        return docid
    return str(number) if isinstance(number, int) else as_text(number or "", fields.name("docid"))


def _tag_ranges(fields: Fields) -> Iterator[TagRange]:
    names = [fields.name(key) for key in ("timestamps", "classes", "probs")]
    times, classes, probs = (
        as_items(fields.raw(key), fields.name(key)) for key in ("timestamps", "classes", "probs")
    )
    of_one_length([times, classes, probs], names)
    for number, (time, tags, confidences) in enumerate(zip(times, classes, probs, strict=True)):
        at = [f"{name}[{number}]" for name in names]
        second = int(as_number(time, at[0], LONGEST_SECONDS - 1))
        of_one_length([as_items(tags, at[1]), as_items(confidences, at[2])], at[1:])
        for tag, confidence in zip(tags, confidences, strict=True):
            yield TagRange(tag_in(tag, at[1]), second, second + 1, as_number(confidence, at[2], 1))
