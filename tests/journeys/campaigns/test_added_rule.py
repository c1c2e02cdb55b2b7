"""A rule more is a class more, in one file: all entry points take it, store it and tell it."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import added_rule
from support.added_rule import PLAN
from support.catalogs import video_id

WRITTEN = {name: PLAN[name] for name in ("topics", "sizes", "min_length")}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Answers of each entry point about a campaign that uses the added rule."""
    home = tmp_path_factory.mktemp("added") / "home"
    done = subprocess.run(
        [sys.executable, "-m", "support.added_rule", home],
        env={
            **os.environ,
            "REELMATCH_HOME": str(home),
            "PYTHONPATH": str(Path(added_rule.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("entry_point", ["file", "put", "get", "shown"])
def test_it_is_stored_and_answered_as_it_was_written(answers: Any, entry_point: str) -> None:
    assert {name: answers[entry_point][name] for name in WRITTEN} == WRITTEN


def test_it_is_documented_and_checked(answers: Any) -> None:
    documented = answers["documented"]
    assert documented["topics"]["description"] == "As the platform files videos."
    assert documented["sizes"]["items"]["const"] == "small"
    assert documented["min_length"]["maximum"] == 600
    assert "body.sizes.0" in answers["refused"]["detail"]


def test_it_decides_in_both_directions(answers: Any) -> None:
    assert [one["video"] for one in answers["matches"]] == [video_id(1)]
    assert set(answers["campaigns of 1"]) == {"filed", "put"}
    assert answers["campaigns of 2"] == []


def test_it_says_why_not(answers: Any) -> None:
    broken = [(one["rule"], one["says"]) for one in answers["explained"] if not one["passed"]]
    assert broken == [("topic", "filed under News, takes Pets, Music, live")]


def test_the_console_shows_it_and_has_fields_for_it(answers: Any) -> None:
    page, form = html.unescape(answers["page"]), html.unescape(answers["form"])
    assert "<dt>Topics</dt><dd>Pets, Music, live</dd>" in page
    assert "<dt>Sizes</dt><dd>Up to 720 rows</dd>" in page
    assert 'name="topics" value="Pets, "Music, live""' in form
    assert 'name="sizes.small" checked' in form
    assert 'name="min_length" min="0" max="600" step="any" value="2.5"' in form
