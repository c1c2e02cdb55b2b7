"""Fixtures that all tests share are defined once."""

import ast
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent
SHARED = sorted(TESTS.rglob("conftest.py"))


def test_no_fixture_of_a_conftest_is_defined_again() -> None:
    shared = Counter(name for file in SHARED for name in fixtures_of(file))
    assert set(shared.values()) == {1}
    # The suites make what they test.
    files = set(TESTS.rglob("*.py")) - set(SHARED) - set(TESTS.glob("support/conformance/*.py"))
    again = {str(file): both for file in files if (both := shared.keys() & fixtures_of(file))}
    assert again == {}


def fixtures_of(file: Path) -> set[str]:
    functions = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    return {
        one.name
        for one in functions
        if any("pytest.fixture" in ast.unparse(decorator) for decorator in one.decorator_list)
    }
