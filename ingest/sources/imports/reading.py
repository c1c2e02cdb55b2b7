"""A result file of any known form -> videos, one by one, and what cannot be used of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from ingest.sources.imports import (
    clarifai,
    clarifai_2015,
    google,
    jsonl,
    rekognition,
    video_indexer,
)
from ingest.sources.imports.documents import BadLine, Document, bad_part, documents
from ingest.sources.imports.fields import BadField
from ingest.sources.imports.merging import Merging
from ingest.sources.imports.shapes import shape_of
from ingest.sources.imports.unpacking import Check
from ingest.sources.imports.videos import ImportedVideo, LabelResult

MAX_BAD_LINES: Final = 100_000
"""Values that cannot be used; after so many of them the rest of a file is not read."""


@dataclass(frozen=True, slots=True)
class Form:
    """Reader of results of one kind.

    Attributes:
        recognises: whether a JSON value is of this form.
        results: reads a value; yields what it says of each video.
    """

    recognises: Callable[[Any], bool]
    results: Callable[[Document], Iterable[LabelResult | BadLine]]


FORMS: Final = {
    "jsonl": Form(jsonl.recognises, jsonl.results),
    "google": Form(google.recognises, google.results),
    "rekognition": Form(rekognition.recognises, rekognition.results),
    "clarifai": Form(clarifai.recognises, clarifai.results),
    "clarifai-2015": Form(clarifai_2015.recognises, clarifai_2015.results),
    "video-indexer": Form(video_indexer.recognises, video_indexer.results),
}
"""Forms that can be imported."""


@dataclass(frozen=True, slots=True)
class Read:
    """A video and the line it begins on."""

    line: int
    video: ImportedVideo


def read_videos(
    file: Path | IO[bytes], form: str | None = None, check: Check = lambda: None
) -> Iterator[Read | BadLine]:
    """Yield the videos of a file, and in between what cannot be used.

    Those of our own form come one by one in their order. Those of services come when no more of
    them can be expected, as their results of one video are put together.

    Args:
        file: JSON, plain or gzip; see ``documents``.
        form: one of ``FORMS``; None tells it from each value.
        check: called now and then; what it raises ends the reading.

    Raises:
        InvalidInput: the file cannot be read at all.
    """
    n_bad = 0
    for read in _read(documents(file, check), form):
        n_bad += isinstance(read, BadLine)
        if isinstance(read, Read) or read.reason:
            yield read
        if n_bad > MAX_BAD_LINES:
            yield BadLine(read.line, f"over {MAX_BAD_LINES} cannot be used: the rest is not read")
            return


def _read(documents: Iterator[Document | BadLine], form: str | None) -> Iterator[Read | BadLine]:
    merging = Merging()
    for result, is_whole in _results(documents, form):
        if isinstance(result, BadLine):
            merging.spoil(result)
            yield result
        elif is_whole:
            yield _laid_out(result)
        else:
            yield from map(_laid_out, merging.add(result))
    yield from map(_laid_out, merging.rest())


def _laid_out(result: LabelResult | BadLine) -> Read | BadLine:
    if isinstance(result, BadLine):
        return result
    try:
        return Read(result.line, result.video())
    except BadField as error:
        return BadLine(result.line, str(error))


def _results(
    documents: Iterator[Document | BadLine], form: str | None
) -> Iterator[tuple[LabelResult | BadLine, bool]]:
    """Yield results, and whether each is all that its file says of its video."""
    naming = _Naming()
    joined = rekognition.joined(documents) if form in (None, "rekognition") else documents
    for document in joined:
        if not isinstance(document, Document):
            yield document, False
            continue
        name = form or _form_of(document.value)
        if name is None:
            yield naming.bad_line(document), False
            continue
        try:
            for result in FORMS[name].results(document):
                yield result, name == "jsonl"
        except BadField as error:
            yield bad_part(document, str(error)), False


def _form_of(value: Any) -> str | None:
    return next((name for name, form in FORMS.items() if form.recognises(value)), None)


class _Naming:
    """Says what documents are that are of no known form; of a list of pieces, once."""

    def __init__(self) -> None:
        self._last: tuple[int, str] | None = None

    def bad_line(self, document: Document) -> BadLine:
        """Say why a document cannot be used, without a reason where it was given already."""
        shape = shape_of(document.value)
        if shape is None:
            return bad_part(document, f"this is none of {', '.join(FORMS)}; see docs/imports.md")
        reason = f"this is {shape.name}"
        if shape.is_fragment and document.number is not None:
            before, self._last = self._last, (document.line, reason)
            if before == self._last:
                return BadLine(document.line, "")
        return bad_part(document, reason)
