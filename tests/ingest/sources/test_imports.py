"""Results of other taggers become videos of the catalog."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.counting import observations_at, tag_counts
from engine.domain.tracks import FULL_SCALE, MIN_CONFIDENCE, quantise
from engine.errors import InvalidInput
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.sources.addresses import address_id
from ingest.sources.imports import documents, jsonl
from ingest.sources.imports.documents import BadLine, Document
from ingest.sources.imports.importing import Change, Imported, import_file
from ingest.sources.imports.reading import FORMS, Read, read_videos
from ingest.sources.imports.videos import ImportedVideo
from support.catalogs import NOW

DATA = Path(__file__).parents[2] / "data" / "imports"


def videos_of(path: Path, form: str | None = None) -> list[ImportedVideo]:
    return [read.video for read in read_videos(path, form) if isinstance(read, Read)]


def errors_of(path: Path, form: str | None = None) -> list[tuple[int, str]]:
    return [
        (read.line, read.reason) for read in read_videos(path, form) if isinstance(read, BadLine)
    ]


def seconds_of(video: ImportedVideo) -> list[dict[str, float]]:
    return [
        {tag: round(sure, 4) for tag, sure in video.track.at(second).items()}
        for second in range(video.track.n_seconds)
    ]


def write(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def line(**fields: Any) -> dict[str, Any]:
    return {"tags": [{"tag": "cat", "seconds": [[0, 2, 0.9]]}], **fields}


def sha16(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_line_of_ours_says_everything_about_a_video() -> None:
    cats = videos_of(DATA / "ours.jsonl")[0]
    assert cats.id == "00c0ffee00c0ffee"
    assert (cats.title, cats.source) == ("Cats on a train", "https://films.example/cats")
    assert (cats.language, cats.uploader, cats.kind) == ("en", "Ada", "motion")
    assert (cats.categories, cats.tagger) == (("pets", "travel"), "eyes@3")
    seconds = seconds_of(cats)
    assert len(seconds) == 13
    assert seconds[0] == {"cat": 0.93}
    assert [second.get("steam train") for second in seconds] == (
        [None] * 3 + [0.5, 0.8, 0.8] + [None] * 7
    )
    assert seconds[12] == {}


def test_what_a_line_leaves_out_comes_from_its_source_or_itself() -> None:
    _, dogs, nothing = videos_of(DATA / "ours.jsonl")
    assert dogs.id == sha16("https://films.example/dogs.mp4")
    assert (dogs.title, dogs.tagger) == ("dogs", "import")
    last = (DATA / "ours.jsonl").read_text().splitlines()[-1]
    assert nothing.id == sha16(hashlib.sha256(last.encode()).hexdigest())
    assert seconds_of(nothing) == [{}, {}, {}]


@pytest.mark.parametrize(
    ("source", "stored"),
    [
        ("HTTP://Films.Example:80/A?b=1#c", "http://films.example/A?b=1"),
        ("https://films.example", "https://films.example/"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("gs://Bucket/a", "gs://Bucket/a"),
        ("/films/a b.mp4", "/films/a b.mp4"),
    ],
)
def test_results_about_an_address_are_about_the_video_fetched_from_it(
    tmp_path: Path, source: str, stored: str
) -> None:
    (video,) = videos_of(write(tmp_path / "a.jsonl", line(source=source)))
    assert (video.source, video.id) == (stored, sha16(stored))
    if stored.startswith("http"):
        assert video.id == address_id(source)


@pytest.mark.parametrize("source", ["http://[::1", "https://ada:secret@films.example/a"])
def test_an_address_that_can_be_none_is_refused(tmp_path: Path, source: str) -> None:
    ((_, reason),) = errors_of(write(tmp_path / "a.jsonl", line(source=source)))
    assert reason.startswith("source: ")
    assert "secret" not in reason


def test_google_results_are_read_at_their_finest_level() -> None:
    cats, dogs = videos_of(DATA / "google.json")
    assert cats.source == "gs://films/cats.mp4"
    assert (cats.title, cats.tagger) == ("cats", "google-video-intelligence")
    shown = seconds_of(cats)
    assert len(shown) == 15
    assert [second.get("cat") for second in shown] == [0.9, 0.9, 0.9, 0.7] + [None] * 11
    assert [second.get("train") for second in shown] == [None] * 13 + [0.6, 0.6]
    assert seconds_of(dogs) == [{"dog": 0.95}, {"dog": 0.82}, {}, {}]


def test_a_video_google_could_not_see_is_named_and_the_others_go_in() -> None:
    ((at, reason),) = errors_of(DATA / "google.json")
    assert at == 1
    assert reason == "error: this video could not be annotated: Video file cannot be decoded"


def test_google_results_from_a_bucket_are_in_snake_case() -> None:
    (birds,) = videos_of(DATA / "google_bucket.json")
    assert birds.source == "gs://films/birds.mp4"
    assert seconds_of(birds) == [{"bird": 0.77}, {"bird": 0.77}, {}]


def test_an_unfinished_operation_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"name": "projects/1/operations/2", "done": False})
    ((_, reason),) = errors_of(path)
    assert reason == "done: the operation is not finished; fetch it again when it is"
    path = write(tmp_path / "b.json", {"name": "x", "done": True, "error": {"message": "quota"}})
    assert errors_of(path) == [(1, "error: the operation failed: quota")]


def test_rekognition_pages_are_one_video() -> None:
    (cats,) = videos_of(DATA / "rekognition.json")
    assert cats.id == sha16("s3://films/spring/cats.mp4")
    assert (cats.title, cats.tagger) == ("cats", "rekognition@3.0")
    assert seconds_of(cats) == [
        {"cat": 0.9725},
        {"cat": 0.6, "snow": 0.7},
        {"snow": 0.7},
        {},
        {"steam train": 0.88},
        {},
    ]


def test_rekognition_pages_may_be_lines_or_follow_each_other(tmp_path: Path) -> None:
    pages = json.loads((DATA / "rekognition.json").read_text())
    (whole,) = videos_of(DATA / "rekognition.json")
    lines = write(tmp_path / "lines.json", *pages)
    joined = tmp_path / "joined.json"
    joined.write_text("\n".join(json.dumps(page, indent=2) for page in pages))
    for path in (lines, joined):
        (video,) = videos_of(path)
        assert (video.id, seconds_of(video)) == (whole.id, seconds_of(whole))


def test_half_of_a_rekognition_video_is_not_taken(tmp_path: Path) -> None:
    first, last = json.loads((DATA / "rekognition.json").read_text())
    path = write(tmp_path / "a.json", first)
    ((at, reason),) = errors_of(path)
    assert at == 1
    assert "not the last page" in reason
    assert not videos_of(path)
    path.write_text(f"{json.dumps(first)}\n{{cut\n{json.dumps(last)}\n")
    assert [at for at, _ in errors_of(path)] == [2, 3]
    assert not videos_of(path)


def test_a_rekognition_job_that_did_not_succeed_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"JobStatus": "FAILED", "StatusMessage": "no access"})
    assert errors_of(path) == [(1, "JobStatus: FAILED: no access")]


def test_saved_clarifai_answers_are_read() -> None:
    path = DATA / "clarifai.json"
    (beer,) = videos_of(path)
    assert beer.id == sha16("https://films.example/beer.mp4")
    assert beer.tagger == "clarifai/general-image-recognition@aa7f35c01e0642fda5cf400f543e7c40"
    assert seconds_of(beer) == [{"beer": 0.99}, {"glass": 0.75}, {}]
    assert errors_of(path) == [(1, "status: Download failed; check URL (status 30002)")]


def test_a_saved_failure_of_clarifai_says_so(tmp_path: Path) -> None:
    failed = {"status": {"code": 21200, "description": "Model does not exist"}, "outputs": [{}]}
    assert errors_of(write(tmp_path / "a.json", failed)) == [
        (1, "status: Model does not exist (status 21200)")
    ]


def test_clarifai_answers_of_2015_are_read() -> None:
    path = DATA / "clarifai_2015.json"
    (train,) = videos_of(path)
    assert (train.source, train.tagger) == ("https://films.example/video.mp4", "clarifai@2015")
    assert seconds_of(train) == [
        {"train": 0.9989, "railway": 0.9975},
        {"train": 0.998},
        {"snow": 0.91, "train": 0.7},
    ]
    assert errors_of(path) == [(1, "status_code: CLIENT_ERROR: The video could not be fetched")]


def test_clarifai_arrays_may_stand_alone(tmp_path: Path) -> None:
    bare = {"docid": 5, "timestamps": [1.5], "classes": [["sea"]], "probs": [[0.9]]}
    (sea,) = videos_of(write(tmp_path / "a.json", bare))
    assert sea.id == sha16("clarifai:5")
    assert seconds_of(sea) == [{}, {"sea": 0.9}]


def test_clarifai_arrays_must_fit_together(tmp_path: Path) -> None:
    bare = {"timestamps": [0, 1], "classes": [["sea"], ["sky"]], "probs": [[0.9], [0.9, 0.8]]}
    assert errors_of(write(tmp_path / "a.json", bare)) == [
        (1, "classes[1]: the lists are of different lengths: classes[1] 1, probs[1] 2")
    ]


def test_a_bad_line_is_reported_and_the_good_ones_go_in(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "a.jsonl"
    good = [json.dumps(line(title=title)) for title in ("one", "two")]
    path.write_text(f"{good[0]}\n\n{{oops\n{good[1]}\n")
    results = list(import_file(path, catalog, now=NOW))
    assert [result.line for result in results] == [1, 3, 4]
    assert results[1] == BadLine(
        3, "no JSON: Expecting property name enclosed in double quotes at column 2"
    )
    assert sorted(video.title for video in catalog.videos.page()) == ["one", "two"]


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
            "source: '/a\\u2066b' holds characters that cannot be printed (U+2066)",
        ),
        ({"title": "x" * 2001}, "title: 2001 characters; at most 2000 are taken"),
        ({"video": "CAFE"}, "video: 'CAFE' is no id: 16 digits of 0-9 and a-f, or leave it out"),
        ({"language": "../x"}, "language: '../x' is no code such as en or pt-BR"),
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
    path = write(tmp_path / "a.jsonl", line(), line(title="x" * 200_000), line(title="y"))
    assert errors_of(path) == [(2, "longer than 500 bytes")]
    assert len(videos_of(path)) == 2
    path.write_text("{\n" + json.dumps(line(title="x" * 1000))[1:])
    ((at, reason),) = errors_of(path)
    assert (at, reason[:42]) == (1, "one value over several lines and longer th")


def test_gzip_is_read_and_a_cut_off_file_gives_what_came(tmp_path: Path) -> None:
    whole = gzip.compress((DATA / "ours.jsonl").read_bytes())
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
    path = write(tmp_path / "a.json", line())
    ((_, reason),) = errors_of(path, "rekognition")
    assert reason == "Labels: there are none, so this is no page of GetLabelDetection"
    assert len(videos_of(path, "jsonl")) == 1


def test_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such file"):
        list(read_videos(tmp_path / "none.jsonl"))


def test_imported_videos_are_videos_like_any_other(catalog: Catalog) -> None:
    results = list(import_file(DATA / "ours.jsonl", catalog, now=NOW))
    assert [one.change for one in results if isinstance(one, Imported)] == [Change.ADDED] * 3
    record = catalog.videos.find("Cats on a train")
    assert (record.status, record.seconds, record.tagger) == ("ok", 13, "eyes@3")
    assert record.added_at == "2026-01-02T12:00:00+00:00"
    assert catalog.videos.find("https://films.example/cats").id == record.id
    counts = tag_counts(catalog.tracks.get(record.id), 0.7, catalog.tags.vocabulary())
    assert {count.tag: count.seconds for count in counts} == {"cat": 12, "steam train": 2}
    observed = observations_at(catalog.tracks.get(record.id), 4, catalog.tags.vocabulary())
    assert {one.tag: pytest.approx(one.confidence, abs=1e-5) for one in observed} == {
        "cat": 0.93,
        "steam train": 0.8,
    }


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir()))
def test_importing_twice_does_nothing_twice(catalog: Catalog, name: str) -> None:
    first = list(import_file(DATA / name, catalog, now=NOW))
    revision = catalog.revision()
    again = list(import_file(DATA / name, catalog, now=NOW))
    assert {one.change for one in first if isinstance(one, Imported)} == {Change.ADDED}
    assert {one.change for one in again if isinstance(one, Imported)} == {Change.UNCHANGED}
    assert catalog.revision() == revision


def test_another_confidence_is_an_update(tmp_path: Path, catalog: Catalog) -> None:
    path = write(tmp_path / "a.jsonl", line(video="0" * 16))
    list(import_file(path, catalog, now=NOW))
    write(path, line(video="0" * 16, tags=[{"tag": "cat", "seconds": [[0, 2, 0.91]]}]))
    (result,) = import_file(path, catalog, now=NOW)
    assert isinstance(result, Imported)
    assert result.change is Change.UPDATED
    assert catalog.tracks.get("0" * 16).confidences.tolist() == [round(0.91 * FULL_SCALE)] * 2


def test_a_video_twice_in_a_file_is_refused_the_second_time(
    tmp_path: Path, catalog: Catalog
) -> None:
    path = write(tmp_path / "a.jsonl", line(video="a" * 16), line(video="a" * 16, title="other"))
    _, second = import_file(path, catalog, now=NOW)
    assert isinstance(second, BadLine)
    assert second.line == 2
    assert "is on line 1 already" in second.reason


def test_a_dry_run_says_what_would_be_done_and_does_nothing(catalog: Catalog) -> None:
    dry = list(import_file(DATA / "ours.jsonl", catalog, now=NOW, dry_run=True))
    assert catalog.revision() == 0
    assert catalog.videos.count() == 0
    assert len(catalog.tags.vocabulary()) == 0
    assert dry == list(import_file(DATA / "ours.jsonl", catalog, now=NOW))


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
