"""Tagged elsewhere: a service that speaks Clarifai's wire format, and our own server as host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from support.clarifai_server import KEY, Clarifai, serving_clarifai
from support.product import Served, reelmatch, serve


@pytest.fixture
def clarifai() -> Iterator[Clarifai]:
    with serving_clarifai() as state:
        yield state


@pytest.fixture
def server_without_worker(tmp_path: Path) -> Iterator[Served]:
    home = tmp_path / "home"
    # It serves copies and leaves the queue to the command, which has the key.
    yield from serve(home, Settings(home=home, processes=0))


@pytest.mark.parametrize("hosting", ["none", pytest.param("local", marks=pytest.mark.slow)])
def test_a_service_tags_what_it_is_sent_or_fetches(
    clarifai: Clarifai, server_without_worker: Served, carphone: Path, hosting: str
) -> None:
    home = server_without_worker.home
    settings = {
        "REELMATCH_CLARIFAI_URL": clarifai.base_url,
        "REELMATCH_CLARIFAI_KEY": KEY,
        "REELMATCH_HOSTING": hosting,
        "REELMATCH_PUBLIC_URL": str(server_without_worker.client.base_url),
    }
    done = reelmatch(home, "ingest", "--tagger", "clarifai", carphone, "--json", settings=settings)
    (video,) = done.json["videos"]
    assert (video["status"], video["reason"]) == ("ok", "")
    assert video["seconds"] == 4
    (listed,) = reelmatch(home, "videos", "--json").json["videos"]
    assert listed["tagger"].startswith("clarifai/general-image-recognition@")
    assert reelmatch(home, "tags", video["video"], "--json").json["tags"]
    assert not list((home / "hosted").glob("*.mp4")), "the copy goes once it was tagged"
    assert KEY not in done.out + done.err


def test_without_a_key_nothing_is_queued(tmp_path: Path, carphone: Path) -> None:
    done = reelmatch(tmp_path / "home", "ingest", "--tagger", "clarifai", carphone)
    assert done.code == 1
    assert "REELMATCH_CLARIFAI_KEY" in done.err
    assert reelmatch(tmp_path / "home", "jobs", "--json").json == {"jobs": []}
