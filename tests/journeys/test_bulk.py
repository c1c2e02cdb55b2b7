"""Everything in, everything out, everything elsewhere: real server, real commands."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.product import Run, Served, reelmatch, serve

GOOD = {"source": "https://films.example/cats", "tags": [{"tag": "cat", "seconds": [[0, 12, 0.9]]}]}


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """A server over an empty catalogue of its own."""
    yield from serve(tmp_path / "home")


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_are_taken_in_and_bad_ones_named(own_server: Served) -> None:
    body = "\n".join([json.dumps(GOOD), "{broken", json.dumps({"tags": "?"})]).encode()
    for sent, expected in ((body, "added"), (gzip.compress(body), "unchanged")):
        answer = own_server.client.post("/v1/videos:import", content=sent)
        good, broken, wrong, total = lines(answer.text)
        assert (good["line"], good["status"], good["seconds"]) == (1, expected, 12)
        assert (broken["line"], broken["status"]) == (2, "rejected")
        assert (wrong["line"], wrong["status"]) == (3, "rejected")
        assert total == {"accepted": 1, "rejected": 2, "dry_run": False}


def test_a_dry_run_stores_nothing(own_server: Served) -> None:
    answer = own_server.client.post(
        "/v1/videos:import", content=json.dumps(GOOD), params={"dry_run": True}
    )
    assert lines(answer.text)[-1] == {"accepted": 1, "rejected": 0, "dry_run": True}
    assert own_server.client.get("/v1/videos").json()["videos"] == []


def test_an_unknown_format_is_refused(own_server: Served) -> None:
    refused = own_server.client.post("/v1/videos:import", params={"format": "csv"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "query.format"


def test_what_is_exported_is_what_the_command_exports_and_can_be_imported(
    served: Served, ask: Run, own_server: Served, tmp_path: Path
) -> None:
    exported = served.client.get("/v1/videos:export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    assert ask("export", tmp_path / "all.jsonl").code == 0
    assert (tmp_path / "all.jsonl").read_text("utf-8") == exported.text
    answer = own_server.client.post("/v1/videos:import", content=exported.content)
    assert lines(answer.text)[-1]["rejected"] == 0
    again = own_server.client.get("/v1/videos:export")
    assert again.text == exported.text
    refused = ask("export", tmp_path / "all.jsonl")
    assert refused.code == 1
    assert "is there already" in refused.err


def test_a_dump_restored_elsewhere_gives_the_same_answers(
    stocked_home: Path, ask: Run, tmp_path: Path
) -> None:
    assert ask("dump", tmp_path / "all.tar", "--json").json["videos"] == 12
    other = tmp_path / "other"
    assert reelmatch(other, "restore", tmp_path / "all.tar").code == 0
    for question in (
        ["match", "--keyword", "cat", "--keyword", "food", "--json"],
        ["recommend", "--like", "animal=1", "--dislike", "car", "--json"],
        ["tags", "chelsea", "--json"],
        ["videos", "--json"],
    ):
        assert reelmatch(other, *question).out == ask(*question).out
    refused = reelmatch(other, "restore", tmp_path / "all.tar")
    assert refused.code == 1
    assert "REELMATCH_HOME" in refused.err
    assert stocked_home.exists()
