"""Messages speak of no command, at every entry point but the command line's own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import _COMMANDS
from api.cli.output import with_hint
from engine.errors import InvalidInput, NothingIndexed, ReelmatchError

ROOT = Path(__file__).parent.parent
_OF_A_COMMAND = re.compile(rf"\breelmatch (?:{'|'.join(_COMMANDS)})\b|(?<![\w-])--[a-z]")
_PAGES = ROOT / "api" / "console" / "templates"


def modules() -> Iterator[Path]:
    for room in ("engine", "ingest", "api"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if not path.is_relative_to(ROOT / "api" / "cli"):
                yield path


def messages_of_entry_points(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines and texts of a module that are neither docstrings nor hints."""
    tree = ast.parse(source)
    left_out: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                left_out.add(node.value)
            case ast.keyword(arg="hint") | ast.Assign(targets=[ast.Name(id="hint")]):
                left_out.update(ast.walk(node.value))
    for node in ast.walk(tree):
        if node in left_out or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_message_names_a_command() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in modules()
        for line, text in messages_of_entry_points(path.read_text("utf-8"))
        if _OF_A_COMMAND.search(text)
    ]
    assert named == [], "name it in the hint of the error"


def test_no_page_names_a_command() -> None:
    # Properties of style sheets begin as flags do; no page has any.
    for path in sorted(_PAGES.glob("*.html")):
        assert not _OF_A_COMMAND.search(path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ("raise Error(f\"{x}: run 'reelmatch reindex'\")", ["reelmatch reindex"]),
        ("raise Error('look again', hint=f\"'reelmatch ingest {x}'\")", []),
        ("class Error:\n    '''About reelmatch work.'''\n    hint = 'reelmatch jobs'", []),
        ("x = 'taken by --force'", ["--f"]),
    ],
)
def test_commands_are_seen_where_they_are_said(source: str, commands: list[str]) -> None:
    result = [_OF_A_COMMAND.search(text) for _, text in messages_of_entry_points(source)]
    assert [match[0] for match in result if match] == commands


def test_only_the_command_line_tells_the_hint() -> None:
    error = InvalidInput("no tags are known yet", hint="run 'reelmatch ingest'")
    assert str(error) == "no tags are known yet"
    assert with_hint(error) == "no tags are known yet; run 'reelmatch ingest'"
    assert with_hint(ReelmatchError("the disk is full")) == "the disk is full"
    assert "reelmatch" not in str(NothingIndexed())
    assert "'reelmatch reindex'" in with_hint(NothingIndexed())
