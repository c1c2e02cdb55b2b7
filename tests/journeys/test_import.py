"""Videos without footage: what another tagger saw is matched like everything else."""

import json
from pathlib import Path

import pytest

from support.openrtb import check_content
from support.product import Run

GOOD = {
    "source": "https://example.com/zoo",
    "title": "Zoo",
    "language": "en",
    "tags": [
        {"tag": "elephant", "seconds": [[0, 30, 0.95]]},
        {"tag": "zeppelin", "seconds": [[10, 20, 0.8]]},
    ],
}


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "tags.jsonl"
    bad = {"source": "https://example.com/x", "tags": [{"tag": "cat", "seconds": [[5, 1, 0.9]]}]}
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(bad)}\nnonsense\n")
    return path


def test_good_lines_go_in_and_bad_ones_are_named(run: Run, lines: Path) -> None:
    done = run("import", lines, "--json").json
    (video,) = done["videos"]
    assert video["seconds"] == 30
    assert [error["line"] for error in done["errors"]] == [2, 3]
    assert run("tags", "Zoo").out == "elephant, 30\nzeppelin, 10\n"

    content = run("categories", "Zoo", "--openrtb").json
    check_content(content)
    assert content["url"] == "https://example.com/zoo"
    assert content["language"] == "en"
    assert content["cat"][0] == "VKIV56"  # Nature
    assert content["len"] == 30

    assert run("reindex").code == 0
    output = run("match", "--keyword", "zeppelin", "--json").json["matches"]
    assert [match["video"] for match in output] == [video["video"]]
    careful = json.dumps({"sensitive": {"at_most": "block"}})
    assert run("match", "--keyword", "zeppelin", "--where", careful, "--json").json["matches"] == []


def test_a_dry_run_imports_nothing(run: Run, lines: Path) -> None:
    assert run("import", lines, "--dry-run", "--json").json["videos"]
    assert run("videos", "--json").json == {"videos": []}
