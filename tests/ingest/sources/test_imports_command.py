"""``reelmatch import`` from outside."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.videos.importing import command
from engine.catalogs.sqlite.catalog import Catalog
from engine.errors import InvalidInput

DATA = Path(__file__).parents[2] / "data" / "imports"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELMATCH_HOME", str(tmp_path / "home"))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def titles(tmp_path: Path) -> list[str]:
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        return sorted(video.title for video in catalog.videos.page())


def test_json_tells_of_every_video_and_every_bad_line(tmp_path: Path) -> None:
    done = run(DATA / "google.json", "--json")
    answer: dict[str, Any] = json.loads(done.output)
    assert done.exit_code == 0
    assert [(one["source"], one["status"], one["seconds"]) for one in answer["videos"]] == [
        ("gs://films/cats.mp4", "added", 15),
        ("gs://films/dogs.mp4", "added", 4),
    ]
    assert set(answer["videos"][0]) == {"video", "source", "status", "reason", "seconds"}
    assert answer["errors"] == [
        {
            "line": 1,
            "reason": "error: this video could not be annotated: Video file cannot be decoded",
        }
    ]
    assert titles(tmp_path) == ["cats", "dogs"]


def test_a_table_for_people_and_complaints_on_stderr() -> None:
    done = run(DATA / "clarifai_2015.json")
    assert done.stdout.splitlines()[1].split()[1:4] == [
        "added",
        "3",
        "https://films.example/video.mp4",
    ]
    assert done.stderr == "line 1: status_code: CLIENT_ERROR: The video could not be fetched\n"


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    done = run(DATA / "ours.jsonl", "--dry-run", "--json")
    assert {one["reason"] for one in json.loads(done.output)["videos"]} == {
        "dry run: nothing was stored"
    }
    assert titles(tmp_path) == []


def test_a_file_of_nothing_usable_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("no json\n")
    assert run(path).exit_code == 1
    assert run(DATA / "ours.jsonl", "--format", "google").exit_code == 1
    path.write_text("\n")
    assert isinstance(run(path).exception, InvalidInput)


def test_a_thousand_bad_lines_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("no\n" * 1500 + (DATA / "ours.jsonl").read_text())
    answer = json.loads(run(path, "--json").output)
    assert len(answer["videos"]) == 3
    assert len(answer["errors"]) == 1001
    assert answer["errors"][-1] == {"line": 1000, "reason": "and 500 more after this line"}
