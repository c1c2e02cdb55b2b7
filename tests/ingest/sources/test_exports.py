"""An export comes back in as it was."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.counting import count_steady
from engine.domain.content import SourceTrack, VideoContent
from engine.domain.lines import Line
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tags import VISUAL
from engine.domain.text import UnusableText, cleaned_line, is_blank, refuse_controls
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.words.vocabulary import Vocabulary
from ingest.sources.exports import exported_lines, video_line
from ingest.sources.imports.documents import BadLine, documents
from ingest.sources.imports.importing import Change, Imported, import_file
from ingest.sources.imports.jsonl import results
from ingest.sources.parquet import write_tag_counts
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.tag_names import tidy_tag
from support.catalogs import save, video_id

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NAMES = ("cat", "dog", "r\u00eave", "wide area")

tables = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.just(len(NAMES))),
    elements=st.sampled_from([0.0, 0.03, 0.05, 0.123456, 0.7, 0.70001, 1.0]),
)


def record(title: str = "") -> VideoRecord:
    return VideoRecord(
        id=video_id(7),
        title=title,
        status="ok",
        reason="",
        seconds=0,
        width=0,
        height=0,
        codec="",
        tagger="",
        added_at="",
        source="",
    )


def content(of: VideoRecord, track: Track) -> VideoContent:
    return VideoContent(of, (SourceTrack(VISUAL, of.tagger, track),))


@given(tables)
def test_every_confidence_of_every_second_comes_back(
    tmp_path_factory: pytest.TempPathFactory, confidences: NDArray[np.float32]
) -> None:
    track = Track.from_confidences(confidences, np.arange(len(NAMES)))
    line = json.dumps(video_line(content(record(title="t"), track), Vocabulary(NAMES)))
    file = tmp_path_factory.mktemp("line") / "a.jsonl"
    file.write_text(line)
    (document,) = documents(file)
    assert not isinstance(document, BadLine)
    (result,) = results(document)
    read = result.video()
    back = read.track.to_track({name: number for number, name in enumerate(NAMES)})
    np.testing.assert_array_equal(back.starts, track.starts)
    np.testing.assert_array_equal(back.tags, track.tags)
    np.testing.assert_array_equal(back.confidences, track.confidences)
    assert read.title == "t"


def test_runs_are_as_long_as_they_can_be() -> None:
    confidences = np.array([[0.9], [0.9], [0.5], [0.0], [0.5]], np.float32)
    track = Track.from_confidences(confidences, np.array([0]))
    payload = video_line(content(record(), track), Vocabulary(("cat",)))
    assert payload["tags"] == [
        {"tag": "cat", "seconds": [[0, 2, 0.89999], [2, 3, 0.50001], [4, 5, 0.50001]]}
    ]


def test_a_whole_catalog_comes_back_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    with Catalog.open(tmp_path / "a.db") as one:
        for number in range(1203):  # more than two pages
            save(one, video_id(number), {"cat": number % 7, "train": 3}, language="en", length=9)
        file.write_text("".join(exported_lines(one)), "utf-8")
        with Catalog.open(tmp_path / "b.db") as other:
            changes = [import_file(file, other, now=NOW) for _ in range(2)]
            for expected, imported in zip((Change.ADDED, Change.UNCHANGED), changes, strict=True):
                ended = list(imported)
                assert len(ended) == 1203
                assert all(isinstance(end, Imported) and end.change is expected for end in ended)
            assert "".join(exported_lines(other)) == file.read_text("utf-8")


def test_parquet_holds_what_a_reindex_counts(tmp_path: Path) -> None:
    config = IndexConfig(0.7, "raw", least_seconds=2)
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs: pip install -e '.[parquet]'")
    with Catalog.open(tmp_path / "a.db") as catalog:
        save(catalog, video_id(1), {"cat": 5, "train": 3, "dog": 1})
        save(catalog, video_id(2), {"dog": 1}, length=4)
        save(catalog, video_id(3), {"beer": 2})
        assert write_tag_counts(catalog, tmp_path / "counts.parquet", config) == 3
        names = catalog.tags.vocabulary().names
        expected = [
            {"video": one, "tag": names[tag], "seconds": int(seconds)}
            for one in (video_id(1), video_id(3))
            for counts in [count_steady(catalog.tracks.get(one), 0.7, 2)]
            for tag, seconds in zip(counts.tags, counts.seconds, strict=True)
        ]
    table = parquet.read_table(tmp_path / "counts.parquet")
    assert table.to_pylist() == expected
    assert {row["tag"] for row in expected} == {"cat", "train", "beer"}
    assert table.schema.metadata == {b"threshold": b"0.7", b"least_seconds": b"2"}


def is_name(text: str) -> bool:
    """Whether a file may be called so."""
    try:
        refuse_controls(text)
    except UnusableText:
        return False
    return True


lines = st.text(max_size=60).map(cleaned_line)
words = lines.map(lambda text: text[:20])
source_names = st.text(max_size=60).map(lambda text: "/videos/" + text).filter(is_name)


@given(
    lines, lines, source_names, st.lists(lines, max_size=3), st.lists(words, min_size=1, max_size=4)
)
def test_texts_in_every_script_come_back_as_they_were(
    title: str, uploader: str, source: str, categories: list[str], names: list[str]
) -> None:
    tags = list(dict.fromkeys(tidy_tag(name) for name in names if not is_blank(name)))
    track = Track.from_confidences(np.full((2, len(tags)), 0.9), np.arange(len(tags)))
    out = replace(
        record(title=title),
        uploader=uploader,
        uploader_id=title,
        width=len(title),
        height=len(uploader),
        source=source,
        categories=tuple(dict.fromkeys(one for one in categories if one)),
        tagger="import",
    )
    with TemporaryDirectory() as folder:
        file = Path(folder, "a.jsonl")
        line = json.dumps(
            video_line(content(out, track), Vocabulary(tuple(tags))), ensure_ascii=False
        )
        file.write_text(line, "utf-8")
        with Catalog.open(Path(folder, "catalog.db")) as catalog:
            (imported,) = import_file(file, catalog, now=NOW)
            assert isinstance(imported, Imported), imported
            (back,) = catalog.videos.page()
            assert catalog.tags.vocabulary().names == tuple(sorted(tags))
            (again,) = exported_lines(catalog)
            (twice,) = import_file(file, catalog, now=NOW)
            assert isinstance(twice, Imported)
            assert twice.change is Change.UNCHANGED
    assert back.source == source
    assert back.title == title or not title
    assert (back.uploader, back.categories) == (uploader, out.categories)
    assert back.uploader_id == out.uploader_id
    assert (back.width, back.height) == (out.width, out.height)
    assert json.loads(again) | {"title": ""} == json.loads(line) | {"title": ""}


def test_lines_and_tags_of_the_whole_come_back(catalog: Catalog, tmp_path: Path) -> None:
    save(catalog, video_id(1), {"cat": 2})
    spoken = LineTagger("speech").observe([Line("a guitar!", TimeRange(0, 1))], 2, catalog)
    title = Line('My "kitten" \u2013 at the caf\u00e9', field="title")
    metadata = LineTagger("metadata").observe([title], 2, catalog)
    for track in (spoken, metadata):
        catalog.tracks.put(video_id(1), track)
    file = tmp_path / "all.jsonl"
    file.write_text("".join(exported_lines(catalog)))
    # Into the catalog it is from nothing changes; into an empty one all of it goes.
    assert [one.change for one in imported(file, catalog)] == [Change.UNCHANGED]
    with Catalog.open(tmp_path / "other.db") as other:
        assert [one.change for one in imported(file, other)] == [Change.ADDED]
        assert [one.change for one in imported(file, other)] == [Change.UNCHANGED]
        assert other.tracks.lines(video_id(1)) == catalog.tracks.lines(video_id(1))
        assert other.tracks.taggers(video_id(1)) == catalog.tracks.taggers(video_id(1))
        assert "".join(exported_lines(other)) == file.read_text()
        other.tracks.put(video_id(1), replace(metadata, lines=()))
        assert [one.change for one in imported(file, other)] == [Change.UPDATED]
        assert other.listing.titled("kitten", limit=3) == [video_id(1)]


def imported(file: Path, catalog: Catalog) -> list[Imported]:
    results = list(import_file(file, catalog, now=NOW))
    assert all(isinstance(one, Imported) for one in results), results
    return [one for one in results if isinstance(one, Imported)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"lines": {"smell": []}}, "lines.smell: no source of tags"),
        ({"lines": {"text": [{}]}}, r"lines.text\[0\].text: text is needed"),
        ({"lines": {"text": ["a"]}}, r"lines.text\[0\]: an object is needed"),
        ({"lines": {"text": [{"text": "a" * 501}]}}, "501 characters; at most 500"),
        ({"lines": {"text": [{"text": "a", "at": 1}]}}, "there is no such field; known are text"),
        ({"lines": {"text": [{"text": "a", "seconds": [1, 1]}]}}, r"write \[start, end\]"),
        ({"lines": {"text": [{"text": "a", "seconds": [0.5, 1]}]}}, r"write \[start, end\]"),
        ({"lines": {"text": [{"text": "a", "tags": {"x": 1}}]}}, r"tags.x: text is needed"),
        ({"lines": {"text": [{"text": "a"}] * 20_001}}, "at most 20000 lines"),
        ({"tags": [{"tag": "cat", "confidence": 2}]}, "2 is not from 0 to 1"),
        ({"tags": [{"tag": "cat", "confidence": 1, "seconds": []}]}, "write one of both"),
    ],
)
def test_lines_that_cannot_be_used_are_named(
    catalog: Catalog, tmp_path: Path, line: dict[str, object], message: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps({"video": video_id(1), "duration": 2, "tags": [], **line}))
    (result,) = import_file(file, catalog, now=NOW)
    assert isinstance(result, BadLine)
    assert re.search(message, result.reason), result.reason
    assert catalog.videos.count() == 0
