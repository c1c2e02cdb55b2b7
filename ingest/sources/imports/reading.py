"""A result file of any known form -> videos, one by one, and what cannot be used of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.sources.imports import clarifai, clarifai_2015, google, jsonl, rekognition
from ingest.sources.imports.documents import BadLine, Document, documents
from ingest.sources.imports.fields import BadField
from ingest.sources.imports.videos import ImportedVideo


@dataclass(frozen=True, slots=True)
class Form:
    """How results of one kind are read.

    Attributes:
        recognises: whether a JSON value is of this form.
        parts: cuts a value into values of one video each.
        video: reads one of these.
    """

    recognises: Callable[[Any], bool]
    parts: Callable[[Document], list[Document]]
    video: Callable[[Document], ImportedVideo]


FORMS: Final = {
    "jsonl": Form(jsonl.recognises, jsonl.parts, jsonl.video),
    "google": Form(google.recognises, google.parts, google.video),
    "rekognition": Form(rekognition.recognises, rekognition.parts, rekognition.video),
    "clarifai": Form(clarifai.recognises, clarifai.parts, clarifai.video),
    "clarifai-2015": Form(clarifai_2015.recognises, clarifai_2015.parts, clarifai_2015.video),
}
"""What can be imported."""


@dataclass(frozen=True, slots=True)
class Read:
    """A video and the line it begins on."""

    line: int
    video: ImportedVideo


def read_videos(path: Path, form: str | None = None) -> Iterator[Read | BadLine]:
    """Yield the videos of a file in their order, and in between what cannot be used.

    Args:
        path: JSON, plain or gzip; see ``documents``.
        form: one of ``FORMS``; None tells it from each value.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    found = documents(path)
    for document in rekognition.joined(found) if form in (None, "rekognition") else found:
        if isinstance(document, BadLine):
            yield document
        else:
            yield from _read(document, form)


def _read(document: Document, name: str | None) -> Iterator[Read | BadLine]:
    form = FORMS[name] if name else _form_of(document.value)
    if form is None:
        yield _bad(document, f"this is none of {', '.join(FORMS)}; see docs/imports.md")
        return
    try:
        parts = form.parts(document)
    except BadField as error:
        yield _bad(document, str(error))
        return
    for part in parts:
        try:
            yield Read(part.line, form.video(part))
        except BadField as error:
            yield _bad(part, str(error))


def _form_of(value: Any) -> Form | None:
    return next((form for form in FORMS.values() if form.recognises(value)), None)


def _bad(document: Document, reason: str) -> BadLine:
    where = "" if document.place is None else f"item {document.place}: "
    return BadLine(document.line, where + reason)
