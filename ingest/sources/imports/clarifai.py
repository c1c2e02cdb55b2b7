"""Saved answers of Clarifai's current API (v2) about videos."""

import re
from collections.abc import Iterator
from typing import Any, Final

from ingest.sources.imports.documents import BadLine, Document, bad_part
from ingest.sources.imports.fields import BadField, Fields
from ingest.sources.imports.videos import MAX_PARTS, LabelResult, collected, id_of, source_in
from ingest.taggers.remote.clarifai.wire import (
    AnswerUnreadable,
    n_seconds_of,
    status_of,
    tag_ranges_of,
)

# Words in the names of models that look for something else than what is there to see.
_OTHERS: Final = {
    "moderation": "moderation",
    "nsfw": "nudity",
    "celebrity": "celebrities",
    "face": "faces",
    "demographics": "people's looks",
    "ethnicity": "people's looks",
    "multicultural": "people's looks",
    "gender": "people's looks",
    "age": "people's age",
    "color": "colours",
    "ocr": "text",
    "text": "text",
    "embedding": "embeddings",
}
_OF_FRAMES: Final = ("concepts", "regions", "colors", "embeddings", "clusters", "text", "tracks")


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    return isinstance(value, dict) and "outputs" in value


def results(document: Document) -> Iterator[LabelResult | BadLine]:
    """Yield what each output of an answer says.

    Raises:
        BadField: the answer holds no output, or more than are taken.
    """
    fields = Fields(document.value)
    number = -1
    for number, output in enumerate(fields.items("outputs")):
        if number == MAX_PARTS:
            raise BadField(f"outputs: more than {MAX_PARTS}; put them in several answers")
        try:
            yield _result(document, {"status": fields.raw("status"), "outputs": [output]}, number)
        except BadField as error:
            yield bad_part(document, str(error))
    if number < 0:
        raise BadField("outputs: there are none")


def _result(document: Document, answer: dict[str, Any], number: int) -> LabelResult:
    try:
        status = status_of(answer)
        if not status.is_success:
            raise BadField(f"status: {status.message or 'failed'} (status {status.code})")
        output = Fields(answer["outputs"][0], "outputs[0]")
        _refuse_others(output)
        tag_ranges, n_seconds = collected(tag_ranges_of(answer, start=0)), n_seconds_of(answer)
    except AnswerUnreadable as error:
        raise BadField(str(error)) from error
    source = source_in(output.inside("input").inside("data").inside("video"), "url")
    model = output.inside("model")
    version = model.inside("model_version").text("id", longest=40)
    return LabelResult(
        line=document.line,
        id=id_of(source, f"{document.digest}/{number}"),
        source=source,
        tagger=f"clarifai/{model.text('id', longest=60)}@{version}",
        tag_ranges=tag_ranges,
        duration=float(n_seconds),
    )


def _refuse_others(output: Fields) -> None:
    """Refuse what models say that name no concepts of whole frames.

    Raises:
        BadField: saying what it is about.
    """
    name = output.inside("model").text("id", longest=60)
    words = re.split(r"[^a-z]+", name.lower())
    if other := next((what for word, what in _OTHERS.items() if word in words), ""):
        raise BadField(f"outputs[0].model: {name!r} is about {other}, not about labels")
    data = output.inside("data")
    if data.has(*_OF_FRAMES) and "frames" not in data:
        raise BadField("outputs[0].data: this is about a picture, not about the frames of a video")
    others: set[str] = set()
    for frame in data.each("frames"):
        inside = frame.inside("data")
        if "concepts" in inside:
            return
        others.update(inside.has(*_OF_FRAMES))
    if others:
        raise BadField(
            f"outputs[0].data.frames: {name or 'the model'!r} gives {', '.join(sorted(others))},"
            " not concepts of whole frames"
        )
