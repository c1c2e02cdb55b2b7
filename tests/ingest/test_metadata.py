"""Metadata of a video lies beside what is observed on it, and needs no footage."""

from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.tags import METADATA
from ingest.described import Described
from ingest.metadata import reread_metadata
from ingest.pipeline import ingest_file
from ingest.taggers.lines.tagger import LineTagger
from support.catalogs import save, video_id
from support.shades import Shades
from support.sounds import Track, tone, write_film


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "guitar_lesson.mp4", 3, Track(tone(440, 3)[None]))


def told(catalog: Catalog, video: str | None) -> set[str]:
    names = catalog.tags.vocabulary().names
    return {names[number] for number in catalog.tracks.get(video or "").whole_tags}


def test_the_name_of_a_file_is_told(catalog: Catalog, film: Path) -> None:
    result = ingest_file(film, catalog, Shades())
    assert (result.status, result.reason) == ("ok", "")
    assert {"metadata:guitar", "metadata:string instrument"} <= told(catalog, result.video)
    line, *_ = catalog.tracks.lines(result.video or "")[METADATA]
    assert (line.field, line.text) == ("file", "guitar lesson")
    assert ("guitar", "guitar") in line.tags


def test_what_a_site_says_is_told_and_kept(catalog: Catalog, film: Path) -> None:
    described = Described(
        video_id(7),
        "https://example.org/7",
        "My kitten",
        description="At the lake",
        tags=("snow", "lakes"),
    )
    result = ingest_file(film, catalog, Shades(), described=described)
    assert {"metadata:kitten", "metadata:lake", "metadata:snow"} <= told(catalog, result.video)
    description = next(
        one for one in catalog.tracks.lines(video_id(7))[METADATA] if one.field == "description"
    )
    assert ("lake", "lake") in description.tags
    # Its file is not where it came from.
    assert "metadata:guitar" not in told(catalog, result.video)
    assert catalog.listing.titled("at the lake", limit=9) == [video_id(7)]


def test_what_people_set_counts_before_what_a_site_says(catalog: Catalog, film: Path) -> None:
    described = Described(video_id(7), "https://example.org/7", "My kitten", tags=("snow",))
    ingest_file(film, catalog, Shades(), described=described)
    catalog.videos.describe(video_id(7), {"title": "My puppy"})
    ingest_file(film, catalog, Shades(), described=described, force=True)
    assert "metadata:puppy" in told(catalog, video_id(7))
    assert "metadata:kitten" not in told(catalog, video_id(7))


def test_videos_of_before_are_told_without_their_footage(catalog: Catalog) -> None:
    for number in range(3):
        save(catalog, video_id(number), {"cat": 2}, categories=("Horse riding",))
    assert reread_metadata(catalog) == 3
    assert "metadata:horse riding" in told(catalog, video_id(2))
    revision = catalog.revision()
    assert reread_metadata(catalog) == 0
    assert catalog.revision() == revision


def test_what_was_kept_is_read_by_a_newer_version(
    catalog: Catalog, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = Described(
        video_id(7),
        "https://example.org/7",
        "Mine",
        description="At the lake\nat noon",
        tags=("snow",),
    )
    ingest_file(film, catalog, Shades(), described=described)
    before = catalog.tracks.lines(video_id(7))
    monkeypatch.setattr("ingest.taggers.lines.tagger.current_version", lambda: "newer")
    assert reread_metadata(catalog) == 1
    assert catalog.tracks.lines(video_id(7)) == before
    assert catalog.tracks.taggers(video_id(7))[METADATA] == "words@newer"


def test_a_known_video_is_told_without_another_look(catalog: Catalog, film: Path) -> None:
    shades = Shades()
    video = ingest_file(film, catalog, shades).video or ""
    requested = shades.n_tagged
    catalog.tracks.put(video, LineTagger("text").observe([], 3, catalog))
    with catalog.change() as (db, _):
        db.execute("delete from tracks where source = 'metadata'")
    assert ingest_file(film, catalog, shades).status == "ok"
    assert shades.n_tagged == requested
    assert "metadata:guitar" in told(catalog, video)


def test_metadata_that_cannot_be_read_is_said_and_the_pictures_go_in(
    catalog: Catalog, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("no such word")

    monkeypatch.setattr(LineTagger, "observe", fail)
    result = ingest_file(film, catalog, Shades())
    assert (result.status, result.seconds) == ("ok", 3)
    assert result.reason == "the metadata was not read: no such word"
    assert set(catalog.tracks.taggers(result.video or "")) == {"visual"}
