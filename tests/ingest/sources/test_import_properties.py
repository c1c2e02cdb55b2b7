"""Imports of any content: the highest confidence counts, and nothing brings the reader down."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.tracks import FULL_SCALE, MIN_CONFIDENCE, quantise
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.imports import jsonl
from ingest.sources.imports.documents import BadLine, Document
from ingest.sources.imports.reading import FORMS, read_videos

_runs = st.tuples(
    st.sampled_from(["cat", "dog", "Cat "]),
    st.integers(0, 30),
    st.integers(1, 10),
    st.floats(0, 1),
)


@given(runs=st.lists(_runs, min_size=1, max_size=40))
def test_every_second_has_the_highest_confidence_said_of_it(
    runs: list[tuple[str, int, int, float]],
) -> None:
    expected: dict[int, dict[str, int]] = {}
    for tag, start, length, confidence in runs:
        for second in range(start, start + length):
            observed = expected.setdefault(second, {})
            tidy = tag.strip().lower()
            if confidence >= MIN_CONFIDENCE:
                observed[tidy] = max(quantise(confidence), observed.get(tidy, 0))
    tags = [{"tag": tag, "seconds": [[at, at + n, sure]]} for tag, at, n, sure in runs]
    (result,) = jsonl.results(Document(1, None, {"tags": tags}, "digest"))
    video = result.video()
    assert video.track.n_seconds == max(expected) + 1
    names = list(video.track.names)
    track = video.track.to_track({name: 70_000 - at for at, name in enumerate(names)})
    remaining = [
        (second, 70_000 - names.index(tag), stored)
        for second in sorted(expected)
        for tag, stored in expected[second].items()
    ]
    at_second = np.repeat(np.arange(track.n_seconds), np.diff(track.starts))
    stored = zip(at_second, track.tags, track.confidences, strict=True)
    assert [(int(a), int(b), int(c)) for a, b, c in stored] == sorted(remaining)


_words = st.sampled_from(
    [
        *("tags", "tag", "seconds", "duration", "annotationResults", "inputUri", "entity", "done"),
        *("shotLabelAnnotations", "frames", "segments", "segment", "description", "timeOffset"),
        *("Labels", "Label", "Name", "Confidence", "Timestamp", "NextToken", "VideoMetadata"),
        *("outputs", "status", "code", "data", "concepts", "name", "value", "frame_info", "time"),
        *("results", "result", "docid", "timestamps", "classes", "probs", "response", "url"),
    ]
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 10**20)
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["1s", "cat", "OK", "SUCCEEDED"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=6),
    max_leaves=20,
)


@given(values=st.lists(_json, max_size=4), form=st.sampled_from([None, *FORMS]))
def test_whatever_is_in_a_file_nothing_but_videos_and_refusals_come_out(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], form: str | None
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    for read in read_videos(path, form):
        if isinstance(read, BadLine):
            assert 1 <= read.line <= len(values)
            assert read.reason.isprintable()
        else:
            assert 1 <= read.video.track.n_seconds <= LONGEST_SECONDS
            assert all(name.isprintable() for name in read.video.track.names)


@given(st.binary(max_size=200))
def test_no_bytes_bring_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "any"
    for head in (b"", b"\x1f\x8b", b"{", b"{\n"):
        path.write_bytes(head + content)
        list(read_videos(path))


@given(stored=st.integers(0, FULL_SCALE))
def test_five_digits_bring_back_every_stored_confidence(stored: int) -> None:
    assert round(round(stored / FULL_SCALE, 5) * FULL_SCALE) == stored
