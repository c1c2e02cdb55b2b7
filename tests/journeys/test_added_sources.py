"""Videos of before get the sources they lack, and are not seen again."""

import shutil
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.footage import bikes
from support.product import reelmatch
from support.sounds import Track, melody, write_film


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    write_film(folder / "guitar_song.mp4", 4, Track(melody(4)[None]))
    shutil.copy(bikes(), folder / "bikes.mp4")
    return folder


@pytest.fixture
def home(films: Path, tmp_path: Path) -> Path:
    """Two videos of before: what was heard, read and told of them is not known."""
    home = tmp_path / "home"
    assert reelmatch(home, "ingest", films, "--no-audio", "--no-text").code == 0
    with Catalog.open(home / "catalog.db") as catalog, catalog.change() as (db, _):
        db.execute("delete from tracks where source = 'metadata'")
        db.execute("delete from line_texts")
        db.execute("delete from lines")
    return home


def taggers(home: Path) -> dict[str, set[str]]:
    with Catalog.open(home / "catalog.db") as catalog:
        return {one.title: set(catalog.tracks.taggers(one.id)) for one in catalog.videos.page()}


def visual_tracks(home: Path) -> dict[str, bytes]:
    with Catalog.open(home / "catalog.db") as catalog:
        ids = [one.id for one in catalog.videos.page()]
        contents = catalog.content.of(ids, ["visual"])
        return {one.record.id: one.tracks[0].track.to_bytes() for one in contents}


def test_sound_text_and_metadata_are_added(home: Path) -> None:
    observed = visual_tracks(home)
    done = reelmatch(home, "ingest", "--add", "audio,text,metadata", "--json")
    assert done.code == 0, done.err
    assert "read the metadata of 2 videos" in done.err
    assert [(one["status"], one["reason"]) for one in done.json["videos"]] == [("ok", "")] * 2
    assert set(map(frozenset, taggers(home).values())) == {
        frozenset({"visual", "audio", "text", "metadata"})
    }
    assert visual_tracks(home) == observed
    listed = reelmatch(home, "tags", "guitar_song", "--json").json["tags"]
    names = {one["tag"] for one in listed}
    assert {"audio:music", "metadata:guitar"} <= names
    # Nothing lacks them any more.
    again = reelmatch(home, "ingest", "--add", "audio,text,metadata", "--json")
    assert again.code == 0
    assert again.json["videos"] == []
    assert "read the metadata of 0 videos" in again.err
    assert "no analyzed video lacks audio" in again.err


def test_what_is_not_there_any_more_is_named_and_metadata_needs_no_footage(
    home: Path, films: Path
) -> None:
    moved = films.rename(films.with_name("moved"))
    try:
        done = reelmatch(home, "ingest", "--add", "metadata,audio", "--json")
    finally:
        moved.rename(films)
    assert [one["status"] for one in done.json["videos"]] == ["missing"] * 2
    assert all(own == {"visual", "metadata"} for own in taggers(home).values())


def test_metadata_alone_is_a_success(home: Path) -> None:
    done = reelmatch(home, "ingest", "--add", "metadata")
    assert done.code == 0, done.err
    assert "read the metadata of 2 videos" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add", "smell"], "the source 'smell' cannot be added: choose from audio"),
        (["--add", ","], "names no source: choose from audio"),
        (["--add", "audio", "a.mp4"], "--add looks at what the catalog knows: give it alone"),
        (["--add", "audio", "--outdated"], "give it alone"),
    ],
)
def test_what_cannot_be_added_is_named(home: Path, arguments: list[str], message: str) -> None:
    done = reelmatch(home, "ingest", *arguments)
    assert done.code != 0
    assert message in done.err
