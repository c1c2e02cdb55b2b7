"""Imported videos are videos of the catalog like any other."""

import json
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.counting import observations_at, tag_counts
from engine.domain.media import StoredUpload
from engine.domain.tracks import FULL_SCALE
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.importing import Change, Imported, import_file
from support.catalogs import NOW
from support.imports import RESULTS, line, write_lines


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


def test_imported_videos_are_videos_like_any_other(catalog: Catalog) -> None:
    results = list(import_file(RESULTS / "ours.jsonl", catalog, now=NOW))
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


@pytest.mark.parametrize("name", sorted(path.name for path in RESULTS.iterdir()))
def test_importing_twice_does_nothing_twice(catalog: Catalog, name: str) -> None:
    first = list(import_file(RESULTS / name, catalog, now=NOW))
    revision = catalog.revision()
    again = list(import_file(RESULTS / name, catalog, now=NOW))
    assert {one.change for one in first if isinstance(one, Imported)} == {Change.ADDED}
    assert {one.change for one in again if isinstance(one, Imported)} == {Change.UNCHANGED}
    assert catalog.revision() == revision


def test_another_confidence_is_an_update(tmp_path: Path, catalog: Catalog) -> None:
    path = write_lines(tmp_path / "a.jsonl", line(video="0" * 16))
    list(import_file(path, catalog, now=NOW))
    write_lines(path, line(video="0" * 16, tags=[{"tag": "cat", "seconds": [[0, 2, 0.91]]}]))
    (result,) = import_file(path, catalog, now=NOW)
    assert isinstance(result, Imported)
    assert result.change is Change.UPDATED
    assert catalog.tracks.get("0" * 16).confidences.tolist() == [round(0.91 * FULL_SCALE)] * 2


def test_a_video_twice_in_a_file_is_refused_the_second_time(
    tmp_path: Path, catalog: Catalog
) -> None:
    path = write_lines(
        tmp_path / "a.jsonl", line(video="a" * 16), line(video="a" * 16, title="other")
    )
    _, second = import_file(path, catalog, now=NOW)
    assert isinstance(second, BadLine)
    assert second.line == 2
    assert "is on line 1 already" in second.reason


def test_a_dry_run_says_what_would_be_done_and_does_nothing(catalog: Catalog) -> None:
    dry = list(import_file(RESULTS / "ours.jsonl", catalog, now=NOW, dry_run=True))
    assert catalog.revision() == 0
    assert catalog.videos.count() == 0
    assert len(catalog.tags.vocabulary()) == 0
    assert dry == list(import_file(RESULTS / "ours.jsonl", catalog, now=NOW))


def test_the_file_of_a_video_stays_its_own(tmp_path: Path, catalog: Catalog) -> None:
    own, other = (StoredUpload.new(video, "a.mp4") for video in ("a" * 16, "b" * 16))
    path = write_lines(
        tmp_path / "a.jsonl", line(video="a" * 16, source=own.source), line(source=other.source)
    )
    first, second = import_file(path, catalog, now=NOW)
    assert isinstance(first, Imported)
    assert isinstance(second, BadLine)
    assert f"is the file of video {'b' * 16}: name that as 'video'" in second.reason
    assert catalog.videos.count() == 1
