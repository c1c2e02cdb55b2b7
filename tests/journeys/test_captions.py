"""Captions from files and sites to answers: read by default, with their seconds."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.captions import Text, srt, vtt, write_captioned_film
from support.footage import bikes
from support.product import Finished, reelmatch
from support.sounds import Track, talk, write_film
from support.webserver import Answer, Site, page, redirect, serving, video
from support.whisper import install_stand_in, write_model

GUITAR = (2.0, 4.0, "She plays the guitar on the beach.")
DOG = (4.2, 5.5, ">> A dog!")
VIOLIN = (1.0, 3.0, "Er spielt die Geige.")


def tags_of(home: Path, video: str, *arguments: str) -> Finished:
    return reelmatch(home, "tags", video, *arguments, "--json")


def seconds_of(home: Path, video: str) -> dict[str, int]:
    return {one["tag"]: one["seconds"] for one in tags_of(home, video).json["tags"]}


def ingest(home: Path, *arguments: str | Path, **settings: str) -> list[dict[str, Any]]:
    done = reelmatch(home, "ingest", *arguments, "--json", settings=settings)
    assert done.code == 0, done.err
    videos: list[dict[str, Any]] = done.json["videos"]
    return videos


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with captions in it, a real clip with some beside it, and one with spoilt ones."""
    folder = tmp_path_factory.mktemp("films")
    write_captioned_film(folder / "inside.mp4", 7, Text([GUITAR, DOG], language="eng"))
    shutil.copyfile(bikes(), folder / "beside.mp4")
    (folder / "beside.en.srt").write_bytes(srt([GUITAR, DOG]).encode("utf-16"))
    write_captioned_film(folder / "spoilt.mp4", 5)
    (folder / "spoilt.vtt").write_bytes(b"\0\1\2" * 1000)
    return folder


@pytest.fixture(scope="module")
def home(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog with the films of the folder, indexed."""
    home = tmp_path_factory.mktemp("home")
    reasons = {Path(one["source"]).name: one["reason"] for one in ingest(home, folder)}
    assert (reasons["inside.mp4"], reasons["beside.mp4"]) == ("", "")
    assert reasons["spoilt.mp4"].startswith("the captions could not be read: spoilt.vtt: ")
    assert reelmatch(home, "reindex").code == 0
    return home


@pytest.mark.parametrize("name", ["inside", "beside"])
def test_what_is_spoken_is_a_tag_on_its_seconds(home: Path, name: str) -> None:
    counts = seconds_of(home, name)
    assert counts["speech:guitar"] == 2
    assert counts["speech:dog"] == 2
    at = {
        second: {one["tag"] for one in tags_of(home, name, "--second", second).json["tags"]}
        for second in ("1", "3", "4")
    }
    assert "speech:guitar" in at["3"]
    assert "speech:dog" in at["4"]
    assert "speech:guitar" not in at["1"] | at["4"]


def test_a_video_is_found_by_what_is_spoken(home: Path) -> None:
    results = reelmatch(home, "match", "--keyword", "speech:guitar", "--json").json["matches"]
    videos = reelmatch(home, "videos", "--json").json["videos"]
    titles = {one["video"]: one["title"] for one in videos}
    assert {titles[one["video"]] for one in results} == {"inside", "beside"}


def test_captions_tell_the_language(home: Path) -> None:
    videos = reelmatch(home, "videos", "--json").json["videos"]
    languages = {one["title"]: one["language"] for one in videos}
    assert languages == {"inside": "en", "beside": "en", "spoilt": ""}


@pytest.mark.slow
def test_captions_that_come_later_are_added_without_another_look(tmp_path: Path) -> None:
    home, film = tmp_path / "home", write_captioned_film(tmp_path / "film.mp4", 7)
    (observed,) = ingest(home, film)
    with Catalog.open(home / "catalog.db") as catalog:
        before = catalog.content.of([observed["video"]])[0].of("visual")
    (tmp_path / "film.srt").write_text(srt([GUITAR, DOG]))
    ingest(home, "--add", "speech")
    with Catalog.open(home / "catalog.db") as catalog:
        (content,) = catalog.content.of([observed["video"]])
        assert catalog.tracks.lines(observed["video"])["speech"][0].text == GUITAR[2]
    assert {track.source for track in content.tracks} >= {"audio", "speech", "visual"}
    assert str(content.of("visual")) == str(before)


@pytest.mark.slow
def test_the_language_that_people_set_chooses_the_captions(tmp_path: Path) -> None:
    home, film = tmp_path / "home", write_captioned_film(tmp_path / "film.mp4", 5)
    (tmp_path / "film.de.srt").write_text(srt([VIOLIN]))
    (tmp_path / "film.en.srt").write_text(srt([GUITAR]))
    (first,) = ingest(home, film)
    with Catalog.open(home / "catalog.db") as catalog:
        assert catalog.tracks.lines(first["video"])["speech"][0].text == VIOLIN[2]
        catalog.videos.describe(first["video"], {"language": "en"})
    ingest(home, "--force", film)
    with Catalog.open(home / "catalog.db") as catalog:
        assert catalog.tracks.lines(first["video"])["speech"][0].text == GUITAR[2]


def write_page(site: Site) -> str:
    """Put a page with a video and its captions on a site, and return its address."""
    site.answers["/film.mp4"] = video(bikes())
    site.answers["/en.vtt"] = Answer(vtt([GUITAR]).encode(), "text/vtt")
    track = '<track kind="subtitles" srclang="en" src="/en.vtt">'
    site.answers["/page"] = page("<title>Street</title>", f'<video src="/film.mp4">{track}</video>')
    return site.address("/page")


@pytest.mark.slow
def test_captions_that_a_site_lists_are_fetched_and_read(site: Site, tmp_path: Path) -> None:
    address, home = write_page(site), tmp_path / "home"
    (done,) = ingest(home, address, REELMATCH_WEB_ALLOWED_NETWORKS=site.network)
    assert done["reason"] == ""
    assert seconds_of(home, done["video"])["speech:guitar"] == 2
    assert not list((home / "fetched").glob("*.vtt"))


@pytest.mark.slow
def test_captions_that_lead_where_they_must_not_do_not_cost_the_video(
    site: Site, tmp_path: Path
) -> None:
    address, home = write_page(site), tmp_path / "home"
    with serving("127.0.0.2") as inside:
        site.answers["/en.vtt"] = redirect(inside.address("/secret.vtt"))
        (done,) = ingest(home, address, REELMATCH_WEB_ALLOWED_NETWORKS=site.network)
        assert inside.connections == []
    assert done["status"] == "ok"
    assert "the captions could not be fetched: they lead where they must not" in done["reason"]


def test_a_recogniser_listens_where_there_are_no_captions(tmp_path: Path) -> None:
    install_stand_in(tmp_path / "site")
    model = write_model(tmp_path / "tiny")
    film = write_film(tmp_path / "film.mp4", 6, Track(talk(6)[None]))
    home, here = tmp_path / "home", {"PYTHONPATH": str(tmp_path / "site")}
    early = reelmatch(home, "ingest", "--speech", "whisper:nowhere", film, settings=here)
    assert early.code == 1
    assert "nowhere is no Whisper model for CTranslate2" in early.err
    (done,) = ingest(home, "--speech", f"whisper:{model}", film, **here)
    assert (done["status"], done["reason"]) == ("ok", "")
    counts = seconds_of(home, "film")
    assert 4 <= counts["speech:guitar"] <= 6
