"""Lines that cannot be used are refused with their number and the reason; the others go in."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidInput
from ingest.sources.imports import documents
from ingest.sources.imports.reading import read_videos
from support.imports import RESULTS, errors_of, line, videos_of, write_lines


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"titel": "x"}, "'titel': there is no such field; did you mean 'title'?"),
        ({"title": 7}, "title: text is needed, not 7"),
        (
            {"title": "a\u202eb"},
            "title: 'a\\u202eb' holds characters that cannot be printed (U+202E)",
        ),
        ({"title": "\ud800"}, "title: '\\ud800' holds characters that cannot be printed (U+D800)"),
        (
            {"source": "/a\u2066b"},
            "source: '/a\\u2066b' holds characters that cannot be printed (U+2066):"
            " rename the file",
        ),
        ({"title": "x" * 2001}, "title: 2001 characters; at most 2000 are taken"),
        ({"video": "CAFE"}, "video: 'CAFE' is no id: 16 digits of 0-9 and a-f, or leave it out"),
        ({"language": "../x"}, "language: '../x' is no code such as en or pt-BR"),
        ({"width": 1.5}, "width: 1.5 is no whole number of pixels"),
        ({"kind": "film"}, "kind: 'film' is none of motion, slideshow, overlay, static, unknown"),
        ({"categories": ["a", {}]}, "categories[1]: text is needed, not an object"),
        ({"duration": -1}, "duration: -1 is not from 0 to 43200"),
        ({"duration": 1e9}, "duration: 1000000000.0 is not from 0 to 43200"),
        ({"duration": 10**400}, "duration: a number of more than 64 bits is not from 0 to 43200"),
        ({"duration": 1}, "duration: 1 s, but a tag is on second 1"),
        ({"duration": True}, "duration: a number is needed, not true or false"),
        ({"tags": {}}, "tags: a list is needed, not an object"),
        ({"tags": []}, "nothing was seen and no duration is given"),
        ({"tags": ["cat"]}, "tags[0]: an object is needed, not text"),
        ({"tags": [{"seconds": []}]}, "tags[0].tag: text is needed, not nothing"),
        ({"tags": [{"tag": "cat"}]}, "tags[0].seconds: a list is needed, not nothing"),
        ({"tags": [{"tag": " ", "seconds": []}]}, "tags[0].tag: a tag without a name"),
        (
            {"tags": [{"tag": "a" * 101, "seconds": []}]},
            f"tags[0].tag: the tag '{'a' * 20}'... has 101 characters: at most 100 are taken",
        ),
        (
            {"tags": [{"tag": "a\x1bb", "seconds": []}]},
            "tags[0].tag: 'a\\x1bb' holds characters that cannot be printed (U+001B)",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[0, 0.9]]}]},
            "tags[0].seconds[0]: write [start, end, confidence], with the end not included",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[1, 1, 0.9]]}]},
            "tags[0].seconds[0]: the end, which is not included, is not after the start",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[0, 1, 0.9], [0.5, 1, 0.9]]}]},
            "tags[0].seconds[1]: 0.5 is no whole second",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[0, 43201, 0.9]]}]},
            "tags[0].seconds[0]: 43201 is not from 0 to 43200",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[0, 1, 93]]}]},
            "tags[0].seconds[0]: 93 is not from 0 to 1",
        ),
        (
            {"tags": [{"tag": f"t{n}", "seconds": [[0, 1, 1]]} for n in range(201)]},
            "201 tags on second 0: at most 200 are taken",
        ),
        (
            {"tags": [{"tag": "cat", "seconds": [[0, 43200, 1]] * 201}]},
            "more than 4320000 observations of one video",
        ),
    ],
)
def test_a_refusal_names_the_field(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    path = tmp_path / "a.jsonl"
    payload = line(**fields)
    # Written by hand: a number of 400 digits is JSON, too.
    path.write_text(json.dumps(line()) + "\n" + json.dumps(payload) + "\n")
    assert errors_of(path) == [(2, reason)]
    assert len(videos_of(path)) == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"tags": [], "duration": NaN}', "no JSON that can be used: NaN is no number"),
        (b'{"tags": [], "duration": 1e999}', "duration: inf is not from 0 to 43200"),
        (b'{"tags": [], "tags": []}', "no JSON that can be used: the field 'tags' is there twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"title": "\xff"}', "this is no UTF-8 text"),
        (
            b"7",
            "this is none of jsonl, google, rekognition, clarifai, clarifai-2015, video-indexer",
        ),
        (b'"text"', "this is text alone"),
        (b'[1, {"tags": 1}]', "item 0: this is none of jsonl, google, rekognition"),
        (b"9" * 5000, "no JSON that can be used"),
    ],
)
def test_what_is_no_usable_json_is_refused(tmp_path: Path, raw: bytes, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw + b"\n" + json.dumps(line()).encode())
    (at, message), *_ = errors_of(path)
    assert at == 1
    assert message.startswith(reason)
    assert len(videos_of(path)) == 1


def test_a_line_that_is_too_long_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 500)
    path = write_lines(tmp_path / "a.jsonl", line(), line(title="x" * 200_000), line(title="y"))
    assert errors_of(path) == [(2, "longer than 500 bytes")]
    assert len(videos_of(path)) == 2
    path.write_text("{\n" + json.dumps(line(title="x" * 1000))[1:])
    ((at, reason),) = errors_of(path)
    assert (at, reason[:42]) == (1, "one value over several lines and longer th")


def test_gzip_is_read_and_a_cut_off_file_gives_what_came(tmp_path: Path) -> None:
    whole = gzip.compress((RESULTS / "ours.jsonl").read_bytes())
    path = tmp_path / "ours.jsonl.gz"
    path.write_bytes(whole)
    assert videos_of(path)[0].title == "Cats on a train"
    assert len(videos_of(path)) == 3
    path.write_bytes(whole[:-12])
    *_, (_, reason) = errors_of(path)
    assert reason == "the gzip file is damaged or cut off here"


def test_a_byte_order_mark_and_dos_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = json.dumps(line(title="one")) + "\r\n" + json.dumps(line(title="two")) + "\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [video.title for video in videos_of(path)] == ["one", "two"]


def test_a_forced_form_is_the_only_one_tried(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.json", line())
    ((_, reason),) = errors_of(path, "rekognition")
    assert reason == "Labels: there are none, so this is no page of GetLabelDetection"
    assert len(videos_of(path, "jsonl")) == 1


def test_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such file"):
        list(read_videos(tmp_path / "none.jsonl"))
