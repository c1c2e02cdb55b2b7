"""A command starts with what it needs: those that look nothing up compile and decode nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import module_of
from support.product import reelmatch

HEAVY = (
    *("asyncio", "av", "email", "fastapi", "numba", "onnxruntime", "pydantic", "scipy"),
    *("sqlite_utils", "yt_dlp"),
)


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("jobs", ()),
        ("sensitive", ()),
        ("tags", ()),
        ("videos", ()),
        ("campaigns", ("email",)),
        ("ingest", ("av", "email")),
        ("match", ()),
        ("recommend", ()),
        ("similar", ()),
    ],
)
def test_a_command_imports_no_more_than_it_needs(command: str, needed: tuple[str, ...]) -> None:
    script = (
        f"import sys, {module_of(command)};"
        f" print(*sorted(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) <= set(needed)


def test_the_list_of_commands_imports_none(tmp_path: Path) -> None:
    assert imported(tmp_path, "-h") & {"numpy", *HEAVY} == set()
    assert "api.cli.matching.match" not in imported(tmp_path, "-h")


def test_a_question_about_a_few_videos_loads_no_compiler(tmp_path: Path) -> None:
    home = tmp_path / "home"
    line = {"source": "https://films.example/a", "tags": [{"tag": "cat", "seconds": [[0, 3, 1]]}]}
    (tmp_path / "films.jsonl").write_text(json.dumps(line))
    for made in (("import", tmp_path / "films.jsonl"), ("reindex",)):
        assert reelmatch(home, *made).code == 0
    for script in (
        ("match", "--keyword", "cat"),
        ("match", "--keyword", "cat", "--explain"),
        ("recommend", "--like", "cat=1"),
        ("similar", "https://films.example/a"),
        ("tags", "https://films.example/a"),
        ("videos",),
        ("jobs",),
    ):
        assert imported(home, *script) & set(HEAVY) == set(), script


def imported(home: Path, *arguments: str) -> set[str]:
    """Return the modules that a command has imported when it is done."""
    script = (
        "import atexit, sys; from api.cli import main;"
        " atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        " sys.argv[0] = 'reelmatch'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "REELMATCH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split("\n")[-2].split())
