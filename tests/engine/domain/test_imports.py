"""Nouns stand by themselves: numpy and the standard library are all that they import."""

import ast
import sys
from pathlib import Path

DOMAIN = Path(__file__).parents[3] / "engine" / "domain"
# Before Python 3.14, what is in its standard library since.
ALLOWED = {*sys.stdlib_module_names, "numpy", "backports", "compression"}


def test_nouns_import_numpy_and_the_standard_library_alone() -> None:
    files = sorted(DOMAIN.rglob("*.py"))
    assert files
    others = {
        (file.name, name)
        for file in files
        for name in imported(file)
        if name.split(".")[0] not in ALLOWED
        and not name.startswith(("engine.domain", "engine.errors"))
    }
    assert others == set()


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
