"""Saved answers of Clarifai's current API (v2) about videos."""

from dataclasses import replace
from typing import Any

from ingest.sources.imports.documents import Document
from ingest.sources.imports.fields import BadField, Fields
from ingest.sources.imports.videos import ImportedVideo, id_of, seen_on, source_in, title_of
from ingest.taggers.clarifai_wire import AnswerUnreadable, n_seconds_of, runs_of, status_of


def recognises(value: Any) -> bool:
    """Whether a JSON value is of this form."""
    return isinstance(value, dict) and "outputs" in value


def parts(document: Document) -> list[Document]:
    """Return what holds one video each.

    Raises:
        BadField: the answer says that nothing was done.
    """
    said = Fields(document.value)
    outputs = said.items("outputs")
    if not outputs:
        raise BadField("outputs: there are none")
    return [
        replace(
            document,
            value={"status": said.raw("status"), "outputs": [output]},
            digest=f"{document.digest}/{place}",
        )
        for place, output in enumerate(outputs)
    ]


def video(document: Document) -> ImportedVideo:
    """Read an answer with one output.

    Raises:
        BadField: saying what is wrong.
    """
    answer = document.value
    try:
        status = status_of(answer)
        if not status.is_success:
            raise BadField(f"status: {status.said or 'failed'} (status {status.code})")
        runs, n_seconds = list(runs_of(answer, start=0)), n_seconds_of(answer)
    except AnswerUnreadable as error:
        raise BadField(str(error)) from error
    output = Fields(Fields(answer).items("outputs")[0], "outputs[0]")
    source = source_in(output.inside("input").inside("data").inside("video"), "url")
    model = output.inside("model")
    version = model.inside("model_version").text("id", longest=40)
    id_ = id_of(source, document.digest)
    return ImportedVideo(
        id=id_,
        title=title_of(source, id_),
        source=source,
        tagger=f"clarifai/{model.text('id', longest=60)}@{version}",
        seen=seen_on(runs, float(n_seconds)),
    )
