"""The documentation covers what can be done, and what it covers can be done."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from api.cli import _COMMANDS
from api.cli.upkeep.doctor import _EXTRAS
from api.filter_parser import _KINDS, filter_of
from api.http.app import create_app
from api.settings import Settings
from api.settings_page import descriptions, settings_page
from engine.targeting.rules import RULES
from ingest.taggers.visual.tagger import LocalTagger

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"`reelmatch {command}" in (ROOT / "docs" / "commands.md").read_text()


def test_the_page_of_settings_is_made_from_them() -> None:
    assert set(Settings.__struct_fields__) == {
        name for name, text in descriptions().items() if text
    }
    written = (ROOT / "docs" / "settings.md").read_text()
    assert written == settings_page(), "run 'make docs'"


def test_every_route_is_documented_and_every_documented_route_exists(tmp_path: Path) -> None:
    documented = set(
        re.findall(
            r"^\| `((?:GET|POST|PUT|PATCH|DELETE) \S+)`",
            (ROOT / "docs" / "http.md").read_text(),
            re.M,
        )
    )
    paths = create_app(Settings(home=tmp_path)).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert routes == documented


def test_doctor_names_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(_EXTRAS) == set(project["optional-dependencies"])


def test_every_filter_is_documented_with_an_example_that_can_be_read() -> None:
    text = (ROOT / "docs" / "filters.md").read_text()
    rows = re.findall(r"^\| `(\{.*?\})` \|", text, re.M)
    examples = [row.replace("FILTER, ...", '{"kind": []}').replace(", ...", "") for row in rows]
    read = [json.loads(row.replace("FILTER", '{"kind": []}')) for row in examples]
    for payload in read:
        filter_of(payload)
    assert {next(iter(payload)) for payload in read} == set(_KINDS)


def test_every_rule_of_campaigns_is_documented() -> None:
    text = (ROOT / "docs" / "campaigns.md").read_text()
    assert [rule.name for rule in RULES if f"`{rule.name}`" not in text] == []


def test_the_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"^ {4}reelmatch (\w+)", (ROOT / "README.md").read_text(), re.M))
    assert named
    assert named <= set(_COMMANDS)


def test_the_two_commands_of_the_readme_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^ {4}make (\w+)", (ROOT / "README.md").read_text(), re.M):
        assert re.search(rf"^{target}:", makefile, re.M)


def test_every_tag_is_documented() -> None:
    text = (ROOT / "docs" / "tags.md").read_text()
    tags = LocalTagger.load().tags
    assert f"can say {len(tags)} words" in text
    assert [tag for tag in tags if f"`{tag}`" not in text] == []
    readme = (ROOT / "README.md").read_text()
    assert f"[{len(tags)} tags](docs/tags.md)" in readme
    assert f"tags videos | {len(tags)} tags a second" in readme


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    for requirement in project["dependencies"]:
        name = re.split(r"[><=; \[]", requirement)[0].lower()
        assert name in pinned, f"{name} is not in constraints.txt"


def test_decisions_are_numbered_without_gaps_and_say_their_number() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    for number, page in enumerate(pages, start=1):
        assert page.name.startswith(f"{number:04d}-")
        assert page.read_text().startswith(f"# {number}. ")


@pytest.mark.parametrize(
    "package", ["api", "benchmarks", "engine", "ingest", "models", "reelmatch"]
)
def test_docstrings_begin_with_a_noun_or_a_verb(package: str) -> None:
    questions = re.compile(r"\s*(What|How|Who|Which|Whose)\b")
    questions_of_modules = re.compile(r"\s*(Why|Where|When)\b")
    files = list((ROOT / package).rglob("*.py"))
    assert files
    # Every text that stands by itself: also those under constants and fields.
    assert [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value.value.strip().splitlines()[0]}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and (
            questions.match(node.value.value)
            or (node.lineno == 1 and questions_of_modules.match(node.value.value))
        )
    ] == []
