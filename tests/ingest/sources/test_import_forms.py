"""Files of every form become videos: ours, Google's, Amazon's, Clarifai's of today and of 2015."""

import hashlib
import json
from pathlib import Path

import pytest

from ingest.sources.addresses import address_id
from ingest.sources.imports.videos import ImportedVideo
from support.imports import RESULTS, errors_of, line, videos_of, write_lines


def seconds_of(video: ImportedVideo) -> list[dict[str, float]]:
    return [
        {tag: round(sure, 4) for tag, sure in video.track.at(second).items()}
        for second in range(video.track.n_seconds)
    ]


def sha16(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_line_of_ours_says_everything_about_a_video() -> None:
    cats = videos_of(RESULTS / "ours.jsonl")[0]
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
    _, dogs, nothing = videos_of(RESULTS / "ours.jsonl")
    assert dogs.id == sha16("https://films.example/dogs.mp4")
    assert (dogs.title, dogs.tagger) == ("dogs", "import")
    last = (RESULTS / "ours.jsonl").read_text().splitlines()[-1]
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
    (video,) = videos_of(write_lines(tmp_path / "a.jsonl", line(source=source)))
    assert (video.source, video.id) == (stored, sha16(stored))
    if stored.startswith("http"):
        assert video.id == address_id(source)


@pytest.mark.parametrize("source", ["http://[::1", "https://ada:secret@films.example/a"])
def test_an_address_that_can_be_none_is_refused(tmp_path: Path, source: str) -> None:
    ((_, reason),) = errors_of(write_lines(tmp_path / "a.jsonl", line(source=source)))
    assert reason.startswith("source: ")
    assert "secret" not in reason


def test_google_results_are_read_at_their_finest_level() -> None:
    cats, dogs = videos_of(RESULTS / "google.json")
    assert cats.source == "gs://films/cats.mp4"
    assert (cats.title, cats.tagger) == ("cats", "google-video-intelligence")
    shown = seconds_of(cats)
    assert len(shown) == 15
    assert [second.get("cat") for second in shown] == [0.9, 0.9, 0.9, 0.7] + [None] * 11
    assert [second.get("train") for second in shown] == [None] * 13 + [0.6, 0.6]
    assert seconds_of(dogs) == [{"dog": 0.95}, {"dog": 0.82}, {}, {}]


def test_a_video_google_could_not_see_is_named_and_the_others_go_in() -> None:
    ((at, reason),) = errors_of(RESULTS / "google.json")
    assert at == 1
    assert reason == "error: this video could not be annotated: Video file cannot be decoded"


def test_google_results_from_a_bucket_are_in_snake_case() -> None:
    (birds,) = videos_of(RESULTS / "google_bucket.json")
    assert birds.source == "gs://films/birds.mp4"
    assert seconds_of(birds) == [{"bird": 0.77}, {"bird": 0.77}, {}]


def test_an_unfinished_operation_says_so(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.json", {"name": "projects/1/operations/2", "done": False})
    ((_, reason),) = errors_of(path)
    assert reason == "done: the operation is not finished; fetch it again when it is"
    path = write_lines(
        tmp_path / "b.json", {"name": "x", "done": True, "error": {"message": "quota"}}
    )
    assert errors_of(path) == [(1, "error: the operation failed: quota")]


def test_rekognition_pages_are_one_video() -> None:
    (cats,) = videos_of(RESULTS / "rekognition.json")
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
    pages = json.loads((RESULTS / "rekognition.json").read_text())
    (whole,) = videos_of(RESULTS / "rekognition.json")
    lines = write_lines(tmp_path / "lines.json", *pages)
    joined = tmp_path / "joined.json"
    joined.write_text("\n".join(json.dumps(page, indent=2) for page in pages))
    for path in (lines, joined):
        (video,) = videos_of(path)
        assert (video.id, seconds_of(video)) == (whole.id, seconds_of(whole))


def test_half_of_a_rekognition_video_is_not_taken(tmp_path: Path) -> None:
    first, last = json.loads((RESULTS / "rekognition.json").read_text())
    path = write_lines(tmp_path / "a.json", first)
    ((at, reason),) = errors_of(path)
    assert at == 1
    assert "not the last page" in reason
    assert not videos_of(path)
    path.write_text(f"{json.dumps(first)}\n{{cut\n{json.dumps(last)}\n")
    assert [at for at, _ in errors_of(path)] == [2, 3]
    assert not videos_of(path)


def test_a_rekognition_job_that_did_not_succeed_says_so(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.json", {"JobStatus": "FAILED", "StatusMessage": "no access"})
    assert errors_of(path) == [(1, "JobStatus: FAILED: no access")]


def test_saved_clarifai_answers_are_read() -> None:
    path = RESULTS / "clarifai.json"
    (beer,) = videos_of(path)
    assert beer.id == sha16("https://films.example/beer.mp4")
    assert beer.tagger == "clarifai/general-image-recognition@aa7f35c01e0642fda5cf400f543e7c40"
    assert seconds_of(beer) == [{"beer": 0.99}, {"glass": 0.75}, {}]
    assert errors_of(path) == [(1, "status: Download failed; check URL (status 30002)")]


def test_a_saved_failure_of_clarifai_says_so(tmp_path: Path) -> None:
    failed = {"status": {"code": 21200, "description": "Model does not exist"}, "outputs": [{}]}
    assert errors_of(write_lines(tmp_path / "a.json", failed)) == [
        (1, "status: Model does not exist (status 21200)")
    ]


def test_clarifai_answers_of_2015_are_read() -> None:
    path = RESULTS / "clarifai_2015.json"
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
    (sea,) = videos_of(write_lines(tmp_path / "a.json", bare))
    assert sea.id == sha16("clarifai:5")
    assert seconds_of(sea) == [{}, {"sea": 0.9}]


def test_clarifai_arrays_must_fit_together(tmp_path: Path) -> None:
    bare = {"timestamps": [0, 1], "classes": [["sea"], ["sky"]], "probs": [[0.9], [0.9, 0.8]]}
    assert errors_of(write_lines(tmp_path / "a.json", bare)) == [
        (1, "classes[1]: the lists are of different lengths: classes[1] 1, probs[1] 2")
    ]
