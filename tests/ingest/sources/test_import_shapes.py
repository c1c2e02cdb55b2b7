"""Files that are no result of labels are refused, and named for what they are."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.sources.imports.reading import FORMS
from support.imports import google, page, read_all, tags_of, write_lines

DATA = Path(__file__).parents[2] / "data" / "imports"
OBJECT = {"S3Object": {"Bucket": "films", "Name": "a.mp4"}}
VIDEO = {"JobStatus": "SUCCEEDED", "VideoMetadata": {"DurationMillis": 9000}, "Video": OBJECT}


def clarifai(model: str, data: dict[str, Any]) -> dict[str, Any]:
    status = {"code": 10000, "description": "Ok"}
    media = {"data": {"video": {"url": "https://films.example/a.mp4"}}}
    output = {"status": status, "model": {"id": model}, "input": media, "data": data}
    return {"status": status, "outputs": [output]}


def frames(**data: Any) -> dict[str, Any]:
    return {"frames": [{"frame_info": {"time": 500}, "data": data}]}


CONCEPT = {"id": "ai_1", "name": "cat", "value": 0.9}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (VIDEO | {"ModerationLabels": []}, "about content moderation"),
        (VIDEO | {"Faces": [{"Timestamp": 0, "Face": {}}]}, "about faces"),
        (VIDEO | {"Celebrities": []}, "about celebrities"),
        (VIDEO | {"Persons": []}, "about persons"),
        (VIDEO | {"Segments": [], "AudioMetadata": []}, "about segments"),
        (VIDEO | {"TextDetections": []}, "about text"),
        ({"ModerationLabels": [], "ModerationModelVersion": "7"}, "about content moderation"),
        (VIDEO, "Labels: there are none"),
        (VIDEO | {"JobStatus": "IN_PROGRESS"}, "JobStatus: IN_PROGRESS: fetch it again"),
        ({"Labels": [{"Name": "Cat", "Confidence": 90}], "LabelModelVersion": "3"}, "DetectLabels"),
        (
            {"JobId": "1", "Status": "SUCCEEDED", "API": "StartLabelDetection"},
            "a notice that a job",
        ),
        ({"JobId": "1"}, "the number of a job"),
        (google({"inputUri": "/b/a", "explicitAnnotation": {}}), "about explicit content"),
        (google({"inputUri": "/b/a", "shotAnnotations": []}), "about shot changes"),
        (google({"inputUri": "/b/a", "textAnnotations": []}), "about text"),
        (google({"inputUri": "/b/a", "objectAnnotations": []}), "about objects"),
        (google({"inputUri": "/b/a", "speechTranscriptions": []}), "about speech"),
        (google({"inputUri": "/b/a", "faceDetectionAnnotations": []}), "about faces"),
        (google({"inputUri": "/b/a", "logoRecognitionAnnotations": []}), "about logos"),
        (
            {"annotation_results": [{"input_uri": "/b/a", "explicit_annotation": {}}]},
            "about explicit content",
        ),
        (google({"inputUri": "/b/a", "labelAnnotations": []}), "an answer of v1beta1"),
        (
            {"done": True, "response": {"@type": "x/google.vision.AsyncBatchResponse"}},
            "not AnnotateVideoResponse",
        ),
        ({"responses": [{"labelAnnotations": []}]}, "Google Cloud Vision"),
        ({"inputUri": "/b/a", "segmentLabelAnnotations": []}, "an item of annotationResults"),
        ([{"Timestamp": 0, "Label": {"Name": "Cat"}}], "an entry of Labels alone"),
        ([{"Name": "Cat", "Confidence": 9.0}], "a label without a time"),
        ([{"name": "cat", "instances": []}], "a label alone"),
        (["cat", "dog"], "text alone"),
        ({"id": "x", "breakdowns": []}, "an answer of Video Indexer v1"),
        ({"videos": [{"insights": {"faces": [], "ocr": []}}]}, "about faces, ocr"),
        ({"state": "Processing", "videos": [], "summarizedInsights": {}}, "state: Processing"),
        (clarifai("face-detection", frames(regions=[{}])), "about faces"),
        (clarifai("moderation-recognition", frames(concepts=[CONCEPT])), "about moderation"),
        (clarifai("nsfw-v1.0", frames(concepts=[CONCEPT])), "about nudity"),
        (clarifai("age-demographics-recognition", frames(concepts=[CONCEPT])), "about people's"),
        (clarifai("general-detector", frames(regions=[{}])), "gives regions"),
        (clarifai("general", {"concepts": [CONCEPT]}), "about a picture"),
        (
            {"results": [{"url": "https://a.example/", "result": {"embed": {}}}]},
            "about 'embed'",
        ),
        ({"jobName": "x", "results": {"transcripts": []}}, "Amazon Transcribe"),
    ],
)
def test_what_is_about_something_else_is_named(tmp_path: Path, value: Any, says: str) -> None:
    videos, reasons = read_all(write_lines(tmp_path / "a.json", value))
    assert videos == []
    assert len(reasons) == 1
    assert says in reasons[0]


def test_a_long_list_of_pieces_is_named_once(tmp_path: Path) -> None:
    pieces = [{"Timestamp": at, "Label": {"Name": "Cat"}} for at in range(500)]
    videos, reasons = read_all(write_lines(tmp_path / "a.json", pieces))
    assert (videos, len(reasons)) == ([], 1)


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"PK\x03\x04\x14", "a ZIP archive"),
        (b"\x28\xb5\x2f\xfd\x04", "packed with zstd"),
        (b"BZh91AY", "packed with bzip2"),
        (b"\xff\xfe{\x00", "text in UTF-16"),
        (b"\x00\x00\x00\x20ftypisom\n\n", "this is no text: JSON is taken"),
    ],
)
def test_a_file_that_is_no_json_is_named(tmp_path: Path, start: bytes, says: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(start + b"rest")
    videos, (reason,) = read_all(path)
    assert videos == []
    assert says in reason


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_asked_for_refuses_every_other(tmp_path: Path, form: str) -> None:
    values = [VIDEO | {"Faces": []}, google({"explicitAnnotation": {}}), ["cat"], 7, {"x": []}]
    videos, reasons = read_all(write_lines(tmp_path / "a.json", *values), form)
    assert videos == []
    assert len(reasons) >= len(values)


def index(**video: Any) -> dict[str, Any]:
    return {"accountId": "1", "id": "2", "name": "Sea", "videos": [{"id": "2", **video}]}


def test_labels_of_video_indexer_are_read() -> None:
    (harbour,), reasons = read_all(DATA / "video_indexer.json")
    assert reasons == []
    assert (harbour.title, harbour.tagger) == ("Harbour", "azure-video-indexer@1.0.0.0")
    assert harbour.track.n_seconds == 7
    assert tags_of(harbour) == {"boat": [1, 2, 3, 5, 6], "water": [0, 1]}
    assert harbour.track.at(1) == pytest.approx({"boat": 0.96, "water": 0.9925}, abs=1e-4)


def test_the_summary_of_video_indexer_is_read_where_there_are_no_insights(tmp_path: Path) -> None:
    whole = json.loads((DATA / "video_indexer.json").read_text())
    for videos in ([], [{"id": whole["id"], "insights": {}}]):
        path = write_lines(tmp_path / "a.json", whole | {"videos": videos})
        (harbour,), reasons = read_all(path)
        assert reasons == []
        assert harbour.track.n_seconds == 7
        assert tags_of(harbour) == {"boat": [1, 2, 3]}


def test_insights_of_video_indexer_may_stand_alone(tmp_path: Path) -> None:
    whole = json.loads((DATA / "video_indexer.json").read_text())
    insights = whole["videos"][0]["insights"]
    for value in (insights, {"insights": insights}):
        (harbour,), reasons = read_all(write_lines(tmp_path / "a.json", value))
        assert (reasons, harbour.track.n_seconds) == ([], 7)


def test_several_videos_of_an_index_are_videos_of_their_own(tmp_path: Path) -> None:
    shown = {"confidence": 0.9, "start": "0:00:00", "end": "0:00:02"}
    videos = [
        {"id": str(number), "insights": {"labels": [{"name": tag, "instances": [shown]}]}}
        for number, tag in enumerate(("cat", "dog"))
    ]
    path = write_lines(tmp_path / "a.json", {"accountId": "1", "id": "p", "videos": videos})
    (cat, dog), reasons = read_all(path)
    assert reasons == []
    assert (tags_of(cat), tags_of(dog)) == ({"cat": [0, 1]}, {"dog": [0, 1]})
    assert cat.id != dog.id


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("0:00:01.5", 2), ("00:00:01.5000000", 2), ("1:00:00", 3600), ("0.01:00:00", 3600)],
)
def test_times_of_video_indexer(tmp_path: Path, time: str, seconds: int) -> None:
    shown = {"confidence": "0.9", "start": "0:00:00", "end": time}
    labels = [{"name": "sea", "instances": [shown]}]
    path = write_lines(tmp_path / "a.json", index(insights={"labels": labels}))
    (video,), reasons = read_all(path)
    assert (reasons, video.track.n_seconds) == ([], seconds)


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        ({"confidence": 0.9, "start": "0:00:00", "end": "soon"}, "is no time such as"),
        ({"confidence": 0.9, "start": "0:00:05", "end": "0:00:01"}, "it ends before it starts"),
        ({"confidence": 0.9, "start": "0:00:05", "end": "99:00:01"}, "is over 43200 s"),
        ({"start": "0:00:00", "end": "0:00:01"}, "confidence: a number is needed"),
        ({"confidence": 90, "start": "0:00:00", "end": "0:00:01"}, "is not from 0 to 1"),
    ],
)
def test_a_bad_instance_of_video_indexer_is_named(
    tmp_path: Path, shown: dict[str, Any], says: str
) -> None:
    labels = [{"name": "sea", "instances": [shown]}]
    path = write_lines(tmp_path / "a.json", index(insights={"labels": labels}))
    videos, (reason,) = read_all(path)
    assert videos == []
    assert says in reason


def test_numbers_written_as_text_are_numbers(tmp_path: Path) -> None:
    end = {"seconds": "3", "nanos": "500000000"}
    long = {"seconds": {"low": 3, "high": 0, "unsigned": False}, "nanos": 500000000}
    label = {"entity": {"description": "sea"}}
    for offset in (end, long):
        shown = {"segment": {"endTimeOffset": offset}, "confidence": "0.9"}
        result = {"inputUri": "/b/a", "segmentLabelAnnotations": [label | {"segments": [shown]}]}
        (video,), reasons = read_all(write_lines(tmp_path / "a.json", google(result)))
        assert (reasons, tags_of(video)) == ([], {"sea": [0, 1, 2, 3]})
    payload = page()
    payload["VideoMetadata"] = {"DurationMillis": "4000"}
    payload["Labels"] = [{"Timestamp": "1000", "Label": {"Name": "Sea", "Confidence": "99.5"}}]
    (video,), reasons = read_all(write_lines(tmp_path / "a.json", payload))
    assert (reasons, video.track.n_seconds, tags_of(video)) == ([], 4, {"sea": [1]})
    ours = {"duration": "4", "tags": [{"tag": "sea", "seconds": [["0", "2", "9e-1"]]}]}
    (video,), reasons = read_all(write_lines(tmp_path / "a.json", ours))
    assert (reasons, tags_of(video)) == ([], {"sea": [0, 1]})


@pytest.mark.parametrize(
    "text", ["", " ", "1,5", "NaN", "Infinity", "1e999", "0x1", "\uff11", "1_0"]
)
def test_text_that_is_no_number_is_none(tmp_path: Path, text: str) -> None:
    ours = {"tags": [{"tag": "sea", "seconds": [[0, text, 0.9]]}]}
    videos, reasons = read_all(write_lines(tmp_path / "a.json", ours))
    assert (videos, len(reasons)) == ([], 1)
