"""Saved answers of Clarifai as of 2015 (v1): per video, arrays of timestamps, classes and probs.

::

    {"status_code": "OK", "meta": {"tag": {"model": "default"}}, "results": [
      {"docid": 15512461224882631443, "docid_str": "...", "url": "https://...",
       "status_code": "OK", "result": {"tag": {
         "timestamps": [0.0, 1.0], "classes": [["train"], ["train", "snow"]],
         "probs": [[0.98], [0.97, 0.91]]}}}]}

The inner ``tag`` object, or a result, may stand alone.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ingest.frames import LONGEST_SECONDS
from ingest.sources.imports.documents import Document
from ingest.sources.imports.fields import (
    BadField,
    Fields,
    as_items,
    as_number,
    as_text,
    of_one_length,
)
from ingest.sources.imports.videos import ImportedVideo, id_of, seen_on, source_in, tag_in, title_of
from ingest.taggers.remote import Run

TAGGER: Final = "clarifai@2015"


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    if not isinstance(value, dict):
        return False
    return "results" in value or "result" in value or {"classes", "probs"} <= value.keys()


def parts(document: Document) -> list[Document]:
    """Return what holds one video each."""
    said = Fields(document.value)
    if "results" not in said:
        return [document]
    return [
        replace(document, value=result, digest=f"{document.digest}/{place}")
        for place, result in enumerate(said.items("results"))
    ]


def video(document: Document) -> ImportedVideo:
    """Read one of ``results``.

    Raises:
        BadField: naming the field.
    """
    said = Fields(document.value)
    if (status := said.text("status_code") or "OK") != "OK":
        raise BadField(f"status_code: {status}: {said.text('status_msg') or 'no reason is given'}")
    source, docid = source_in(said, "url"), _docid(said)
    tag = said.inside("result").inside("tag") if "result" in said else said
    id_ = id_of(source, f"clarifai:{docid}" if docid else document.digest)
    return ImportedVideo(
        id=id_,
        title=title_of(source, id_),
        source=source,
        tagger=TAGGER,
        seen=seen_on(list(_runs(tag)), 0.0),
    )


def _docid(said: Fields) -> str:
    # The number has more digits than JavaScript keeps, hence the text beside it.
    number = said.raw("docid")
    if docid := said.text("docid_str", longest=100):
        return docid
    return str(number) if isinstance(number, int) else as_text(number or "", said.name("docid"))


def _runs(said: Fields) -> Iterator[Run]:
    names = [said.name(key) for key in ("timestamps", "classes", "probs")]
    times, classes, probs = (
        as_items(said.raw(key), said.name(key)) for key in ("timestamps", "classes", "probs")
    )
    of_one_length([times, classes, probs], names)
    for place, (time, tags, confidences) in enumerate(zip(times, classes, probs, strict=True)):
        at = [f"{name}[{place}]" for name in names]
        second = int(as_number(time, at[0], LONGEST_SECONDS - 1))
        of_one_length([as_items(tags, at[1]), as_items(confidences, at[2])], at[1:])
        for tag, confidence in zip(tags, confidences, strict=True):
            yield Run(tag_in(tag, at[1]), second, second + 1, as_number(confidence, at[2], 1))
