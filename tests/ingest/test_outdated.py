"""A video of an older tagger is analyzed again, wherever it is."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import SourceTrack
from engine.domain.tracks import Track
from ingest.outdated import find_lacking, find_outdated
from ingest.sources.addresses import address_id
from ingest.sources.files import content_id
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.registry import Identity
from ingest.taggers.text.reader import LocalTextReader
from support.catalogs import save

NOW_HERE = Identity("local", "2")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    return film


def outdate(catalog: Catalog, video: str, sources: Sequence[str | Path]) -> None:
    save(catalog, video, {"cat": 2}, tagger="local@1")
    for source in sources:
        catalog.videos.add_source(str(source), video)


def test_the_last_place_that_is_still_this_video_is_taken(
    catalog: Catalog, film: Path, tmp_path: Path
) -> None:
    first, changed, gone = (tmp_path / name for name in ("first.mp4", "changed.mp4", "gone.mp4"))
    shutil.copy(film, first)
    changed.write_bytes(b"another film")
    video = content_id(film)
    outdate(catalog, video, [first, film, changed, gone, tmp_path])
    result = find_outdated(catalog, NOW_HERE)
    assert (result.there, result.lost) == ({str(film): video}, [])


def test_an_address_is_taken_when_the_video_is_its_own(catalog: Catalog) -> None:
    own, foreign = "https://films.example/own", "https://films.example/foreign"
    outdate(catalog, address_id(own), [own])
    outdate(catalog, "00ff" * 4, [foreign, "https://[films.example/", "\0"])
    result = find_outdated(catalog, NOW_HERE)
    assert result.there == {own: address_id(own)}
    (lost,) = result.lost
    assert (lost.video, lost.status) == ("00ff" * 4, "missing")
    assert "what was seen of it before stays" in lost.reason


def test_what_is_nowhere_is_named_and_kept(catalog: Catalog, tmp_path: Path) -> None:
    outdate(catalog, "00ff" * 4, [tmp_path / "gone.mp4"])
    result = find_outdated(catalog, NOW_HERE)
    assert result.there == {}
    (lost,) = result.lost
    assert lost.source == str(tmp_path / "gone.mp4")
    assert lost.reason == "no file there any more; what was seen of it before stays"


@pytest.mark.parametrize(
    ("source", "tagger"), [("audio", LocalSoundTagger()), ("text", LocalTextReader())]
)
def test_what_a_source_has_yet_to_observe_is_found(
    catalog: Catalog, film: Path, source: str, tagger: LocalSoundTagger | LocalTextReader
) -> None:
    video = content_id(film)
    outdate(catalog, video, [film])
    assert find_lacking(catalog, source).there == {str(film): video}
    # Another tagger's stays; that of an older version does not.
    for who, lacks in {
        f"{tagger.name}@{tagger.version}": False,
        f"{tagger.name}@older": True,
        f"{tagger.name}s@older": False,
        "import": False,
    }.items():
        catalog.tracks.put(video, SourceTrack(source, who, Track.empty()))
        assert bool(find_lacking(catalog, source).there) is lacks, who
    assert find_lacking(catalog, "speech").there == {str(film): video}
