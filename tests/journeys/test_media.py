"""Several hosts share a store of media: what one takes in, all show, and say where they cannot."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from api.cli.upkeep import doctor, move_media
from api.cli.videos import forget
from api.settings import Settings
from engine.batch.media import tidy
from engine.catalogs import open_catalog
from engine.domain.media import StoredUpload
from engine.domain.videos import Pictures, StoredPictures
from engine.object_stores import open_object_store
from support.catalogs import add_pictures, save
from support.product import Served, serve
from support.stores import away

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")

FILM: Final = bytes(range(256)) * 40
HTML: Final = {"accept": "text/html"}
PROBLEM: Final = {"accept": "text/x-fragment"}


@contextmanager
def host(folder: Path, name: str, *, media: bool = True) -> Iterator[Served]:
    """A host with a home of its own that watches nothing."""
    settings = Settings(
        home=folder / name,
        catalog=f"sqlite:///{folder}/catalog.db",
        processes=0,
        media=f"file://{folder}/media" if media else "",
    )
    yield from serve(settings.home, settings)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog, and a store with a film that was sent and watched, and its pictures."""
    folder = tmp_path_factory.mktemp("shared")
    with host(folder, "one") as one:
        sent = one.client.post("/v1/videos:upload", params={"name": "../A film.mp4"}, content=FILM)
        assert sent.status_code == 202, sent.text
    assert list((folder / "one/uploads").iterdir()) == []
    store = open_object_store(f"{folder}/media")
    with open_catalog(folder / "catalog.db") as catalog:
        (job,) = catalog.jobs.all()
        upload = StoredUpload.parse(job.source)
        assert upload is not None
        assert (upload.name, store.read(upload.object, max_bytes=1 << 20)) == ("A film.mp4", FILM)
        save(catalog, upload.video, {"cat": 3})
        catalog.videos.add_source(upload.source, upload.video)
        add_pictures(catalog, upload.video, Pictures(b"poster", b"strip", (0, 2)))
        tidy(catalog, store)
    return folder


@pytest.fixture(scope="module")
def other_host(shared: Path) -> Iterator[Served]:
    """Another host of the same catalog and store."""
    with host(shared, "two") as two:
        yield two


def video_of(served: Served) -> str:
    return str(served.client.get("/v1/videos").json()["videos"][0]["video"])


def test_another_host_shows_pictures_and_plays_the_file(other_host: Served) -> None:
    client, video = other_host.client, video_of(other_host)
    assert client.get(f"/v1/videos/{video}/poster").content == b"poster"
    strip = client.get(f"/v1/videos/{video}/strip")
    assert (strip.content, strip.headers["x-strip-seconds"]) == (b"strip", "0,2")
    assert client.get(f"/console/videos/{video}/poster/1").content == b"poster"
    page = client.get(f"/console/videos/{video}", headers=HTML).text
    assert f'src="/console/videos/{video}/media"' in page
    part = client.get(f"/console/videos/{video}/media", headers={"range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, FILM[100:300])
    assert (part.headers["content-type"], part.headers["content-range"]) == (
        "video/mp4",
        f"bytes 100-299/{len(FILM)}",
    )


def test_a_host_without_the_store_says_what_to_set(shared: Path, other_host: Served) -> None:
    video = video_of(other_host)
    with host(shared, "three", media=False) as three:
        page = three.client.get(f"/console/videos/{video}", headers=HTML).text
        assert "kept in a store that is not known here: set REELMATCH_MEDIA" in page
        assert "<video" not in page
        for path in (f"/v1/videos/{video}/poster", f"/console/videos/{video}/poster/1"):
            answer = three.client.get(path, headers=PROBLEM)
            assert answer.status_code == 503
            assert "set REELMATCH_MEDIA" in answer.json()["detail"]


@pytest.mark.parametrize(("content", "state"), [(b"poste", "damaged"), (None, "gone")])
def test_a_picture_that_the_store_has_lost_is_not_found_and_its_page_is_shown(
    shared: Path, other_host: Served, content: bytes | None, state: str
) -> None:
    client, video = other_host.client, video_of(other_host)
    (path,) = [
        one
        for one in (shared / "media").rglob("*")
        if one.is_file() and one.read_bytes() == b"poster"
    ]
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    try:
        for url in (f"/v1/videos/{video}/poster", f"/console/videos/{video}/poster/1"):
            answer = client.get(url, headers=PROBLEM)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert f"is {state}: look at its video again" in answer.json()["detail"]
        assert client.get(f"/v1/videos/{video}/strip").content == b"strip"
        assert client.get(f"/console/videos/{video}", headers=HTML).status_code == 200
    finally:
        path.write_bytes(b"poster")


def test_while_the_store_is_away_all_else_goes_on_and_nothing_is_half_taken_in(
    shared: Path, other_host: Served
) -> None:
    client, video = other_host.client, video_of(other_host)
    with away(shared / "media"):
        jobs = len(client.get("/v1/jobs").json()["jobs"])
        for path in ("media", "poster/1"):
            answer = client.get(f"/console/videos/{video}/{path}", headers=PROBLEM)
            assert answer.status_code == 503
            assert f"the store file://{shared}/media cannot be used" in answer.json()["detail"]
        sent = client.post("/v1/videos:upload", params={"name": "b.mp4"}, content=FILM)
        assert (sent.status_code, sent.json()["code"]) == (503, "unavailable")
        assert list((shared / "two/uploads").iterdir()) == []
        assert len(client.get("/v1/jobs").json()["jobs"]) == jobs
        assert client.get(f"/console/videos/{video}", headers=HTML).status_code == 200
    assert client.get(f"/console/videos/{video}/media").content == FILM


def test_doctor_says_whether_the_store_can_be_written(tmp_path: Path) -> None:
    settings = {"REELMATCH_HOME": f"{tmp_path}/home", "REELMATCH_MEDIA": f"{tmp_path}/media"}
    run = CliRunner(env=settings)

    def media_finding() -> tuple[str, str]:
        findings = json.loads(run.invoke(doctor.command, ["--json"]).output)["findings"]
        (media,) = [one for one in findings if one["what"] == "media"]
        return media["state"], media["detail"]

    state, detail = media_finding()
    assert (state, "/media can be written (REELMATCH_MEDIA)" in detail) == ("ok", True)
    assert [one for one in (tmp_path / "media").rglob("*") if one.is_file()] == []
    shutil.rmtree(tmp_path / "media")
    (tmp_path / "media").write_text("no folder")
    state, detail = media_finding()
    assert (state, f"the store file://{tmp_path}/media cannot be used" in detail) == (
        "broken",
        True,
    )


def test_the_file_of_another_video_is_never_played(shared: Path, other_host: Served) -> None:
    video, other = video_of(other_host), "ffffffffffffffff"
    with open_catalog(shared / "catalog.db") as catalog:
        save(catalog, other, {"cat": 1})
        catalog.videos.add_source(catalog.videos.named(video).source.replace("A ", "B "), other)
        assert other_host.client.get(f"/console/videos/{other}/media").status_code == 404
        catalog.videos.delete(other)


def test_a_deleted_video_is_gone_from_the_store(tmp_path: Path) -> None:
    store = open_object_store(f"{tmp_path}/media")
    settings = {"REELMATCH_HOME": f"{tmp_path}/home", "REELMATCH_MEDIA": f"{tmp_path}/media"}
    run = CliRunner(env=settings)
    path = tmp_path / "home/uploads/0123456789abcdef/a.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(FILM)
    with open_catalog(tmp_path / "home/catalog.db") as catalog:
        upload = StoredUpload.new("0" * 16, "a.mp4")
        save(catalog, upload.video, {"cat": 3})
        store.write(upload.object, FILM)
        catalog.videos.add_source(upload.source, upload.video)
        add_pictures(catalog, upload.video, Pictures(b"poster", b"strip", (0, 2)))
    moved = run.invoke(move_media.command, ["--json"])
    assert json.loads(moved.output) == {"thumbnails": 1, "files": 0}
    with open_catalog(tmp_path / "home/catalog.db") as catalog:
        pictures = catalog.thumbnails.get(upload.video)
    assert isinstance(pictures, StoredPictures)
    assert store.size(pictures.poster) == len(b"poster")
    done = run.invoke(forget.command, [upload.video, "--yes"])
    assert done.exit_code == 0, done.output
    assert store.size(upload.object) is None
    with open_catalog(tmp_path / "home/catalog.db") as catalog:
        due = catalog.unneeded_objects.due(now=time.time() + 120, limit=9)
    assert set(due) == {pictures.poster, pictures.strip}, "a moment later"


def test_without_a_store_the_command_says_what_to_set(tmp_path: Path) -> None:
    done = CliRunner(env={"REELMATCH_HOME": str(tmp_path)}).invoke(move_media.command)
    assert (done.exit_code, "set REELMATCH_MEDIA to a folder or a bucket" in done.output) == (
        2,
        True,
    )
