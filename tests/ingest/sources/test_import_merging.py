"""Parts of one video in several places come together, and nothing takes away what was."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.videos import Pictures
from ingest.sources.imports import merging
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import Change, Imported, import_file
from support.catalogs import NOW, add_pictures, save
from support.imports import google, google_labels, page, read_all, tags_of, write_lines

CAT = {"cat": [0], "dog": [1], "sea": [2]}


def three_pages(**names: str) -> list[dict[str, Any]]:
    return [
        page(("Cat", 0), more="1", **names),
        page(("Dog", 1000), more="2", **names),
        page(("Sea", 2000), **names),
    ]


@pytest.mark.parametrize("names", [{"job": "j"}, {"name": "a.mp4"}, {"job": "j", "name": "a.mp4"}])
def test_pages_come_together_in_any_order_and_twice(tmp_path: Path, names: dict[str, str]) -> None:
    pages = three_pages(**names)
    for order in itertools.permutations(pages):
        for again in (*pages, None):
            output = [*order, *([again] if again else [])]
            (video,), reasons = read_all(write_lines(tmp_path / "a.json", *output))
            assert (reasons, tags_of(video)) == ([], CAT)


def test_pages_of_several_jobs_may_be_mixed(tmp_path: Path) -> None:
    pages = [*three_pages(job="a", name="a.mp4"), *three_pages(job="b", name="b.mp4")]
    mixed = [pages[number] for number in (0, 3, 5, 1, 4, 2)]
    for output in (mixed, [mixed]):
        videos, reasons = read_all(write_lines(tmp_path / "a.json", *output))
        assert reasons == []
        assert [video.source for video in videos] == ["s3://films/a.mp4", "s3://films/b.mp4"]
        assert [tags_of(video) for video in videos] == [CAT, CAT]


def test_two_jobs_about_one_object_are_one_video(tmp_path: Path) -> None:
    first, second = page(("Cat", 0), job="a", name="a.mp4"), page(("Dog", 0), job="b", name="a.mp4")
    (video,), reasons = read_all(write_lines(tmp_path / "a.json", first, second))
    assert (reasons, tags_of(video)) == ([], {"cat": [0], "dog": [0]})


def test_a_last_page_without_names_twice_makes_no_video_of_its_own(tmp_path: Path) -> None:
    pages = three_pages()
    (video,), (reason,) = read_all(write_lines(tmp_path / "a.json", *pages, pages[-1]))
    assert tags_of(video) == CAT
    assert "in the file already" in reason


def test_names_may_be_missing_on_some_pages(tmp_path: Path) -> None:
    named, plain = three_pages(job="j", name="a.mp4"), three_pages()
    for which in itertools.product((0, 1), repeat=3):
        output = [(plain, named)[one][number] for number, one in enumerate(which)]
        (video,), reasons = read_all(write_lines(tmp_path / "a.json", *output))
        assert (reasons, tags_of(video)) == ([], CAT)


@pytest.mark.parametrize("missing", [[2], [1, 2], [0, 2]])
def test_a_video_without_its_last_page_is_refused(tmp_path: Path, missing: list[int]) -> None:
    for names in ({}, {"job": "j"}):
        output = [one for number, one in enumerate(three_pages(**names)) if number not in missing]
        videos, (reason,) = read_all(write_lines(tmp_path / "a.json", *output))
        assert videos == []
        assert "not the last page" in reason


def test_a_last_page_that_comes_first_without_names_is_no_whole_video(tmp_path: Path) -> None:
    first, second, last = three_pages()
    videos, reasons = read_all(write_lines(tmp_path / "a.json", last, first, second))
    assert videos == []
    assert len(reasons) == 2


def test_a_page_that_cannot_be_used_spoils_its_video_and_no_other(tmp_path: Path) -> None:
    bad = page(("Dog", -5), more="2", job="a")
    output = [page(("Cat", 0), more="1", job="a"), bad, page(job="a"), page(("Sea", 0), job="b")]
    (video,), reasons = read_all(write_lines(tmp_path / "a.json", *output))
    assert tags_of(video) == {"sea": [0]}
    assert "Timestamp" in reasons[0]


def test_an_answer_about_another_feature_between_pages_spoils_nothing(tmp_path: Path) -> None:
    other = page(job="m", name="a.mp4")
    other["ModerationLabels"] = other.pop("Labels")
    pages = three_pages(job="j", name="a.mp4")
    (video,), (reason,) = read_all(write_lines(tmp_path / "a.json", pages[0], other, *pages[1:]))
    assert tags_of(video) == CAT
    assert "content moderation" in reason


def test_results_of_one_video_are_merged_whatever_their_order(tmp_path: Path) -> None:
    shots = {"inputUri": "/b/a", "shotAnnotations": [{"endTimeOffset": "9s"}]}
    results = [shots, google_labels("/b/a", "cat"), google_labels("/b/a", "dog")]
    for order in itertools.permutations(results):
        (video,), reasons = read_all(write_lines(tmp_path / "a.json", google(*order)))
        assert reasons == []
        assert video.track.n_seconds == 9
        assert tags_of(video) == {"cat": [0, 1, 2, 3], "dog": [0, 1, 2, 3]}


def test_results_of_one_video_in_several_answers_are_merged(tmp_path: Path) -> None:
    output = [google(google_labels("/b/a", tag)) for tag in ("cat", "dog")]
    other = google(google_labels("/b/b", "sea"))
    (a, b), reasons = read_all(write_lines(tmp_path / "a.json", output[0], other, output[1]))
    assert reasons == []
    assert tags_of(a) == {"cat": [0, 1, 2, 3], "dog": [0, 1, 2, 3]}
    assert tags_of(b) == {"sea": [0, 1, 2, 3]}


def test_the_finest_level_of_all_results_counts(tmp_path: Path) -> None:
    coarse = google_labels("/b/a", "cat", end="9s")
    fine = google_labels("/b/a", "dog", end="2s", level="shot")
    for order in ([coarse, fine], [fine, coarse]):
        (video,), reasons = read_all(write_lines(tmp_path / "a.json", google(*order)))
        assert (reasons, tags_of(video)) == ([], {"dog": [0, 1]})
        assert video.track.n_seconds == 9


def test_half_of_what_is_said_of_a_video_does_not_pass_for_the_whole(tmp_path: Path) -> None:
    bad = google_labels("/b/a", "dog", end="soon")
    output = google(google_labels("/b/a", "cat"), bad, google_labels("/b/b", "sea"))
    (video,), (reason,) = read_all(write_lines(tmp_path / "a.json", output))
    assert video.source == "gs://b/b"
    assert "is no time" in reason
    lines = [google(google_labels("/b/a", "cat")), google(bad)]
    videos, (reason,) = read_all(write_lines(tmp_path / "b.json", *lines))
    assert videos == []


def test_another_taggers_result_is_not_mixed_in(tmp_path: Path) -> None:
    first = page(("Cat", 0), name="a.mp4", LabelModelVersion="2")
    second = page(("Dog", 0), job="b", name="a.mp4", LabelModelVersion="3")
    first["JobId"] = "a"
    (video,), (reason,) = read_all(write_lines(tmp_path / "a.json", first, second))
    assert tags_of(video) == {"cat": [0]}
    assert "rekognition@2" in reason


def test_more_than_can_wait_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MAX_PARTS", 3)
    output = [google(google_labels(f"/b/{number}", "cat")) for number in range(9)]
    videos, reasons = read_all(write_lines(tmp_path / "a.json", *output))
    assert reasons == []
    assert [video.source for video in videos] == [f"gs://b/{number}" for number in range(9)]


def imported(
    path: Path, catalog: Catalog, *, dry_run: bool = False, force: bool = False
) -> list[Imported | BadLine]:
    return list(import_file(path, catalog, now=NOW, dry_run=dry_run, force=force))


NOTHING = {
    "ours": {"source": "gs://b/a", "duration": 4, "tags": []},
    "unsure": {"source": "gs://b/a", "tags": [{"tag": "cat", "seconds": [[0, 4, 0.01]]}]},
    "google": google({"inputUri": "/b/a", "segment": {"endTimeOffset": "4s"}}),
    "empty": google(
        {"inputUri": "/b/a", "segment": {"endTimeOffset": "4s"}, "shotLabelAnnotations": []}
    ),
}


@pytest.mark.parametrize("what", NOTHING)
def test_tags_are_not_replaced_by_none(tmp_path: Path, catalog: Catalog, what: str) -> None:
    imported(write_lines(tmp_path / "a.json", google(google_labels("/b/a", "cat"))), catalog)
    before, nothing = catalog.revision(), write_lines(tmp_path / "b.json", NOTHING[what])
    for dry_run in (True, False):
        (result,) = imported(nothing, catalog, dry_run=dry_run)
        assert isinstance(result, BadLine)
        assert "google-video-intelligence: they stay" in result.reason
    assert catalog.revision() == before
    (result,) = imported(nothing, catalog, force=True)
    assert isinstance(result, Imported)
    assert result.change is Change.UPDATED
    assert not len(catalog.tracks.get(result.video).tags)


def test_a_video_without_tags_is_added_where_there_is_none(
    tmp_path: Path, catalog: Catalog
) -> None:
    path = write_lines(tmp_path / "a.json", NOTHING["ours"])
    for change in (Change.ADDED, Change.UNCHANGED):
        (result,) = imported(path, catalog)
        assert isinstance(result, Imported)
        assert result.change is change


@pytest.mark.parametrize("key", ["ModerationLabels", "Faces", "Persons", "TextDetections"])
def test_another_feature_never_replaces_labels(tmp_path: Path, catalog: Catalog, key: str) -> None:
    labels = page(("Beach", 1000), name="f.mp4")
    imported(write_lines(tmp_path / "l.json", labels), catalog)
    other = {name: value for name, value in labels.items() if name != "Labels"} | {key: []}
    for output in ([other], [labels, other], [other, labels]):
        imported(write_lines(tmp_path / "m.json", *output), catalog)
        record = catalog.videos.find("s3://films/f.mp4")
        assert len(catalog.tracks.get(record.id).tags) == 1


def test_what_a_result_does_not_tell_stays(tmp_path: Path, catalog: Catalog) -> None:
    video = "00c0ffee00c0ffee"
    who: Any = {"uploader": "Ada", "uploader_id": "UC1"}
    save(catalog, video, {"cat": 3}, length=4, language="en", kind="motion", **who)
    record = catalog.videos.get(video)
    assert record is not None
    pictures = Pictures(b"poster", b"strip", (0,))
    add_pictures(catalog, video, pictures)
    line = {"video": video, "tags": [{"tag": "dog", "seconds": [[0, 2, 0.9]]}]}
    (result,) = imported(write_lines(tmp_path / "a.jsonl", line), catalog)
    assert isinstance(result, Imported)
    after = catalog.videos.get(video)
    assert after is not None
    assert (after.title, after.language, after.kind) == (record.title, "en", "motion")
    assert (after.uploader, after.uploader_id) == ("Ada", "UC1")
    assert after.source == record.source
    assert catalog.thumbnails.get(video) == pictures


def test_a_list_of_pages_is_the_same_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(three_pages(job="j"), indent=1))
    (video,), reasons = read_all(path)
    assert (reasons, tags_of(video)) == ([], CAT)
