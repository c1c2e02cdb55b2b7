"""The files that deploy the service name only what exists."""

import re
from pathlib import Path

import pytest

from api.cli import _COMMANDS
from api.settings import Settings

ROOT = Path(__file__).parent.parent
FILES = ("Dockerfile", "compose.yaml", "docs/operations.md")


@pytest.mark.parametrize("name", FILES)
def test_commands_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    commands = re.findall(r"(?:bin/|api |^ {4})reelmatch ([a-z]+)", text, re.M)
    commands += re.findall(r'\["reelmatch", "([a-z]+)"', text)
    assert commands
    assert set(commands) <= set(_COMMANDS)


@pytest.mark.parametrize("name", FILES)
def test_settings_exist(name: str) -> None:
    output = re.findall(r"REELMATCH_([A-Z_]+)", (ROOT / name).read_text())
    assert output
    assert {setting.lower() for setting in output} <= set(Settings.__struct_fields__)


def test_the_image_copies_what_is_there_and_listens_where_it_says() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "/src/constraints.txt" in text
    assert (ROOT / "constraints.txt").is_file()
    port = Settings().port
    assert f"EXPOSE {port}" in text
    assert f"127.0.0.1:{port}/health/live" in text
    assert f"127.0.0.1:{port}:{port}" in (ROOT / "compose.yaml").read_text()


def test_no_secret_is_in_what_is_deployed() -> None:
    for name in FILES:
        assert not re.search(r"rm_[\w-]{20,}|password|secret_key", (ROOT / name).read_text())


def test_the_image_leaves_out_what_does_not_run() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "tests", "benchmarks"} <= set(ignored)
    assert not {"api", "engine", "ingest", "models", "reelmatch"} & set(ignored)
