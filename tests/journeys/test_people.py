"""Somebody switches on that people are named, and advertisers find them; nobody else is touched."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from PIL import Image

from api.cli import cli
from api.http.app import create_app
from api.settings import Settings
from engine.domain.matching.results import DEFAULT_THRESHOLD
from support.footage import carphone, every_frame, photograph, write_video
from support.product import reelmatch

ON = {"REELMATCH_PEOPLE": "on"}
SIZE = 352, 288


def ask(home: Path, *arguments: str, people: str = "off") -> Any:
    environment = {"REELMATCH_HOME": str(home), "REELMATCH_PEOPLE": people}
    done = CliRunner().invoke(cli, [*arguments, "--json"], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def seconds_of(home: Path, tag: str) -> set[int]:
    """Seconds of the video at which a tag counts."""
    result = ask(home, "tags", "talk", "--tag", tag)["seconds"]
    return {one["second"] for one in result if one["confidence"] >= DEFAULT_THRESHOLD}


def man_and_cat(path: Path) -> Path:
    """Four seconds of a man who talks in a car, then four of a cat."""
    man = [
        one.to_ndarray(format="rgb24", width=SIZE[0], height=SIZE[1]).astype(np.uint8)
        for _, one in every_frame(carphone())
    ][::3]
    cat = np.asarray(Image.open(photograph("chelsea.png")).convert("RGB").resize(SIZE))
    return write_video(path, [*man, *[cat] * len(man)], rate=10)


@pytest.mark.slow
def test_people_are_named_over_a_shot_when_that_is_switched_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert reelmatch(home, "ingest", man_and_cat(tmp_path / "talk.mp4")).code == 0
    before = ask(home, "tags", "talk")["tags"]
    assert not {"woman", "man", "child", "smiling"} & {one["tag"] for one in before}
    assert "man" not in {one["name"] for one in ask(home, "tags", "--vocabulary")}

    again = reelmatch(home, "ingest", "--outdated", settings=ON)
    assert again.code == 0, again.err
    men, cats = seconds_of(home, "man"), seconds_of(home, "cat")
    assert men >= {1, 2, 3}
    assert len(cats) >= 3
    assert not men & cats
    assert men <= seconds_of(home, "person")
    assert not seconds_of(home, "cat") & seconds_of(home, "smiling")

    assert reelmatch(home, "reindex").code == 0
    for word in ("man", "gentleman"):
        assert len(ask(home, "match", "--keyword", word)["matches"]) == 1
    listed = {one["name"]: one for one in ask(home, "tags", "--vocabulary", people="on")}
    assert listed["man"]["general"] == ["person"]
    assert listed["man"]["right"] >= 0.9 * listed["man"]["said"] > 0

    app = create_app(Settings(home=home, processes=0))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        output = {
            one["tag"]: one for one in client.get("/v1/tags", params={"q": "man"}).json()["tags"]
        }
    assert output["man"]["videos"] == 1
    assert output["man"]["general"] == ["person"]
    assert output["man"]["said"] == listed["man"]["said"]


def test_what_is_neither_on_nor_off_is_refused(tmp_path: Path) -> None:
    environment = {"REELMATCH_HOME": str(tmp_path), "REELMATCH_PEOPLE": "yes"}
    done = CliRunner().invoke(cli, ["tags", "--vocabulary"], env=environment)
    assert done.exit_code != 0
    output = done.output or str(done.exception)
    assert "REELMATCH_PEOPLE='yes': it is one of on, off" in output
