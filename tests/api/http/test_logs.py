"""The log for people: what others wrote makes no line, no colour and no sound of its own."""

import logging
import sys
from pathlib import Path
from types import TracebackType

import pytest

from api.http.middleware.logs import TextLines
from support.product import reelmatch, serve

FORGED = "x\n2026-11-28 INFO forged\x1b[31m\r\x07\x9b2J\u2028\u202e\x85\ud800"


def formatted(
    message: str, *values: object, failure: BaseException | None = None, stack: str | None = None
) -> str:
    info: tuple[type[BaseException], BaseException, TracebackType | None] | None = (
        (type(failure), failure, failure.__traceback__) if failure else None
    )
    record = logging.LogRecord("some", logging.INFO, "", 0, message, values, info, sinfo=stack)
    return TextLines().format(record)


def test_a_message_is_one_printable_line() -> None:
    line = formatted("GET %s", FORGED)
    assert line.isprintable()
    assert r"x\n2026-11-28 INFO forged\x1b[31m\r\x07\x9b2J\u2028\u202e\x85\ud800" in line


def test_what_is_printable_is_left_alone() -> None:
    assert formatted("GET %s", "/videos/東京 café").endswith("GET /videos/東京 café")


def test_the_lines_of_a_traceback_are_indented_and_printable() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        lines = formatted("it failed", failure=error, stack=f"Stack\n{FORGED}").split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert "Traceback" in lines[1]


def test_a_path_makes_no_line_of_its_own_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    for served in serve(tmp_path / "home"):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(TextLines())
        root.handlers = [handler]
        root.setLevel(logging.INFO)
        served.client.get("/x%0a2026-11-28%20INFO%20forged%1b%5b31m%c2%9b%e2%80%a8")
    root.handlers = before
    root.setLevel(level)
    output = capsys.readouterr().err
    assert "forged" in output
    assert all(line.isprintable() for line in output.split("\n"))
    assert not any(line.startswith("2026-11-28 INFO forged") for line in output.split("\n"))


def test_a_name_makes_no_line_of_its_own_on_stderr(tmp_path: Path) -> None:
    output = reelmatch(tmp_path / "home", "ingest", "/nowhere/a\x1b[31m\nreelmatch: forged")
    assert output.code != 0
    assert "\x1b" not in output.err
    assert not any(line.startswith("reelmatch: forged") for line in output.err.splitlines())
