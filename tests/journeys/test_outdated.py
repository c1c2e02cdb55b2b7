"""After an upgrade: another look at what an older tagger saw, as a batch that can be stopped."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from api.cli import cli
from api.cli.upkeep import doctor
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import State
from ingest.sources.addresses import address_id
from support.catalogs import save
from support.footage import carphone, write_video
from support.processes import soon
from support.product import Finished, reelmatch


@pytest.fixture
def empty_home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def ingested(home: Path, clips: Iterable[Path]) -> list[str]:
    """Return the ids of clips once these were analyzed."""
    done = reelmatch(home, "ingest", *clips, "--json")
    assert done.code == 0, done.err
    return [one["video"] for one in done.json["videos"]]


def clips(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    shades = [np.full((48, 64, 3), 20 + 40 * one, np.uint8) for one in range(count)]
    return [write_video(folder / f"{at}.mp4", [one] * 20, rate=10) for at, one in enumerate(shades)]


def outdate(home: Path, videos: Iterable[str]) -> None:
    """Make it so that an older tagger saw these, each a day later than the one before."""
    with sqlite3.connect(home / "catalog.db") as db:
        for day, video in enumerate(videos, 1):
            added = f"2025-01-{day:02}T00:00:00+00:00"
            db.execute("update videos set added_at = ? where id = ?", (added, video))
            db.execute("update tracks set tagger = 'local@older' where video = ?", (video,))
    db.close()


def taggers(home: Path) -> dict[str, str]:
    with Catalog.open(home / "catalog.db") as catalog:
        return {one.id: one.tagger for one in catalog.videos.page()}


def doctor_output(home: Path) -> dict[str, Any]:
    done = CliRunner().invoke(doctor.command, ["--json"], env={"REELMATCH_HOME": str(home)})
    findings = json.loads(done.output)["findings"]
    (output,) = [one for one in findings if one["what"] == "tagger local"]
    return dict(output)


def again(home: Path, *arguments: str) -> Finished:
    return reelmatch(home, "ingest", "--outdated", *arguments)


def test_who_ingests_what_is_known_is_told_what_an_older_version_analyzed(
    empty_home: Path, tmp_path: Path
) -> None:
    (clip,) = clips(tmp_path / "clips", 1)
    (video,) = ingested(empty_home, [clip])
    assert "older version" not in reelmatch(empty_home, "ingest", clip).err
    outdate(empty_home, [video])
    known = reelmatch(empty_home, "ingest", clip)
    assert "already analyzed" in known.out
    assert "1 video was analyzed by an older version: --outdated looks again" in known.err


@pytest.mark.slow
def test_what_an_older_tagger_saw_is_seen_again_and_what_cannot_be_is_named(
    empty_home: Path, tmp_path: Path
) -> None:
    gone, changed = clips(tmp_path / "clips", 2)
    real, was_gone, was_changed = ingested(empty_home, [carphone(), gone, changed])
    current = taggers(empty_home)[real]
    assert doctor_output(empty_home)["state"] == "ok"
    nothing = again(empty_home)
    assert (nothing.code, "nothing is outdated" in nothing.err) == (0, True)

    # An address whose fetch is refused: that look fails. And what somebody else saw.
    address = "http://127.0.0.1:9/film.mp4"
    with Catalog.open(empty_home / "catalog.db") as catalog:
        save(catalog, address_id(address), {"cat": 3}, tagger="local@older")
        catalog.videos.add_source(address, address_id(address))
    output = {"source": "https://films.example/a", "tagger": "local@older", "width": 640}
    tags = [{"tag": "cat", "seconds": [[0, 3, 1]]}]
    (tmp_path / "imported.jsonl").write_text(json.dumps({**output, "tags": tags}))
    assert reelmatch(empty_home, "import", tmp_path / "imported.jsonl").code == 0
    gone.unlink()
    changed.write_bytes(carphone().read_bytes() + b"another")
    outdate(empty_home, [was_gone, was_changed, real])
    first_finding = doctor_output(empty_home)
    assert first_finding["state"] == "stale"
    assert "; 4 of 5 videos were seen by an older tagger: " in first_finding["detail"]
    assert "'reelmatch ingest --outdated'" in first_finding["detail"]

    done = again(empty_home, "--json")
    assert done.code == 0, done.err
    result = {one["video"]: one for one in done.json["videos"]}
    assert [one["video"] for one in done.json["videos"]][-1] == was_gone
    assert (result[real]["status"], result[real]["reason"]) == ("ok", "")
    assert result[address_id(address)]["status"] == "unsafe"
    for video, why in ((was_gone, "no file there"), (was_changed, "another video is there")):
        assert result[video]["status"] == "missing"
        assert result[video]["reason"].startswith(why)
        assert result[video]["reason"].endswith("stays")
    assert len(result) == 4

    observed = taggers(empty_home)
    assert observed[real] == current
    others = {video for video, tagger in observed.items() if tagger == "local@older"}
    assert len(observed) == 5, "nothing else was analyzed"
    assert {was_gone, was_changed, address_id(address)} < others
    with Catalog.open(empty_home / "catalog.db") as catalog:
        assert all(catalog.tracks.get(video).n_seconds for video in others)
        assert catalog.tracks.get(address_id(address)).n_seconds == 3
        attempt = catalog.videos.named(address_id(address)).last_attempt
        assert attempt is not None
        assert attempt.status == "unsafe"
    assert "3 of 5 videos" in doctor_output(empty_home)["detail"]
    assert again(empty_home).code == 1, "nothing that is left could be looked at"


@pytest.mark.slow
def test_the_newest_come_first_and_what_was_stopped_goes_on(
    empty_home: Path, tmp_path: Path
) -> None:
    videos = ingested(empty_home, clips(tmp_path / "clips", 4))
    current = taggers(empty_home)[videos[0]]
    outdate(empty_home, videos)
    stopped = subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "ingest", "--outdated", "--processes", "1"],
        env={**os.environ, "REELMATCH_HOME": str(empty_home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    with Catalog.open(empty_home / "catalog.db") as catalog:
        jobs = catalog.jobs
        soon(lambda: jobs.counts()[State.DONE] > len(videos))
        stopped.send_signal(signal.SIGINT)
        _, errors = stopped.communicate(timeout=60)
        assert stopped.returncode == 130, errors
        assert "'reelmatch ingest' goes on" in errors
        assert jobs.open_count()
        requests = [job.source for job in jobs.all()[len(videos) :]]
    assert [Path(source).name for source in requests] == [f"{at}.mp4" for at in (3, 2, 1, 0)]
    observed = taggers(empty_home)
    assert observed[videos[3]] == current
    assert observed[videos[0]] == "local@older"

    done = again(empty_home, "--json")
    assert done.code == 0, done.err
    assert set(taggers(empty_home).values()) == {current}
    assert len(reelmatch(empty_home, "jobs", "--json").json["jobs"]) == 2 * len(videos)
    assert again(empty_home, "--json").json["videos"] == []


def test_it_is_given_alone_and_for_taggers_that_look_at_frames(
    empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELMATCH_HOME", str(empty_home))
    monkeypatch.setenv("REELMATCH_CLARIFAI_KEY", "a key")

    def ingest(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["ingest", "--outdated", *arguments])
        return done.exit_code, f"{done.output}{done.exception}"

    for other in (str(carphone()), "--force", "--playlist", "https://films.example/a"):
        code, errors = ingest(other)
        assert (code, "give it alone" in errors) == (2, True)
    code, errors = ingest("--tagger", "clarifai")
    assert (code, "is a service" in errors) == (1, True)
    # What waits for somebody else is left alone when nothing is outdated.
    with Catalog.open(empty_home / "catalog.db") as catalog:
        catalog.jobs.add([str(tmp_path / "nowhere.mp4")], {}, now=0)
        assert ingest()[0] == 0
        assert catalog.jobs.open_count() == 1
