"""Sensitive content: judged by topic, shown with its seconds, kept out of every query."""

import json
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.catalogs import TAGS, save, video_id
from support.product import Run, Served, reelmatch, serve

HARMLESS, BEER, NUDE, UNSEEN = map(video_id, range(4))
LEVELS = {HARMLESS: "none", BEER: "block", NUDE: "block", UNSEEN: "unknown"}


@pytest.fixture(scope="module")
def sensitive_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four videos of animals: one is harmless, two are not, one was seen by who knows whom."""
    home = tmp_path_factory.mktemp("sensitive")
    with Catalog.open(home / "catalog.db") as catalog:
        catalog.taggers.remember("test@1", (*TAGS, "weapon"))
        save(catalog, HARMLESS, {"animal": 9, "cat": 2})
        save(catalog, BEER, {"animal": 9, "beer": 3})
        save(catalog, NUDE, {"animal": 9, "nudity": 4})
        save(catalog, UNSEEN, {"animal": 9}, tagger="service@1")
    assert reelmatch(home, "reindex").code == 0
    return home


def matches(home: Path, *arguments: str, sensitive: str | None = None) -> set[str]:
    settings = {"REELMATCH_SENSITIVE": sensitive} if sensitive else {}
    done = reelmatch(home, *arguments, "--json", settings=settings)
    assert done.code == 0, done.err
    return {match["video"] for match in done.json["matches"]}


@pytest.mark.parametrize(
    "question", [("recommend", "--like", "animal"), ("match", "--keyword", "animal")]
)
def test_every_query_can_leave_out_what_is_sensitive_or_not_judged(
    sensitive_home: Path, question: tuple[str, ...]
) -> None:
    assert matches(sensitive_home, *question) == set(LEVELS)
    assert matches(sensitive_home, *question, "--no-sensitive") == {HARMLESS}
    up_to_block = json.dumps({"sensitive": {"at_most": "block"}})
    assert matches(sensitive_home, *question, "--where", up_to_block) == {HARMLESS, BEER, NUDE}


def test_similar_leaves_it_out_as_well_as_command_and_over_http(sensitive_home: Path) -> None:
    assert matches(sensitive_home, "similar", BEER, "--no-sensitive") == {HARMLESS}
    served: Served
    for served in serve(sensitive_home):
        where = json.dumps({"sensitive": {"at_most": "none"}})
        path = f"/v1/videos/{BEER}/similar"
        answer = served.client.get(path, params={"where": where})
        assert {match["video"] for match in answer.json()["matches"]} == {HARMLESS}
        assert len(served.client.get(path).json()["matches"]) == 3
        wrong = served.client.get(path, params={"where": "{"})
        assert wrong.status_code == 422
        assert "no JSON" in wrong.json()["detail"]


def test_a_reindex_judges_by_the_topics_that_are_set(sensitive_home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    copy.mkdir()
    (copy / "catalog.db").write_bytes((sensitive_home / "catalog.db").read_bytes())
    settings = {"REELMATCH_SENSITIVE": "nudity"}
    assert reelmatch(copy, "reindex", settings=settings).code == 0
    assert matches(copy, "match", "--keyword", "animal", "--no-sensitive") == {HARMLESS, BEER}
    # What comes after the reindex is judged as the generation was.
    with Catalog.open(copy / "catalog.db") as catalog:
        save(catalog, video_id(9), {"animal": 9, "beer": 3})
    beers = {BEER, video_id(9)}
    assert matches(copy, "match", "--keyword", "animal", "--no-sensitive") == {HARMLESS, *beers}


def test_the_verdict_names_the_seconds_of_each_topic(sensitive_home: Path) -> None:
    done = reelmatch(sensitive_home, "sensitive", BEER, "--json").json
    assert (done["level"], done["seconds"]) == ("block", [0, 1, 2])
    assert done["topics"]["alcohol"] == {"level": "block", "seconds": [0, 1, 2]}
    assert done["topics"]["weapons"] == {"level": "none", "seconds": []}
    assert done["topics"]["violence"] == {"level": "unknown", "seconds": []}
    table = reelmatch(sensitive_home, "sensitive", BEER).out
    assert "alcohol         block    yes     0-2" in table.splitlines()
    at_second = reelmatch(sensitive_home, "tags", BEER, "--second", "1", "--json").json["sensitive"]
    assert (at_second["alcohol"], at_second["nudity"]) == ("block", "none")


def test_a_topic_that_does_not_exist_is_named(sensitive_home: Path) -> None:
    done = reelmatch(sensitive_home, "videos", settings={"REELMATCH_SENSITIVE": "nudity,gunz"})
    assert done.code == 1
    assert "REELMATCH_SENSITIVE" in done.err
    assert "no sensitive topic 'gunz'" in done.err


def test_real_footage_is_judged_by_what_the_tagger_has_words_for(ask: Run) -> None:
    topics = ask("sensitive", "chelsea", "--json").json["topics"]
    assert {topic: own["level"] for topic, own in topics.items()} == {
        **dict.fromkeys(["nudity", "weapons", "alcohol", "military"], "none"),
        **dict.fromkeys(["violence", "drugs", "tobacco", "gambling"], "unknown"),
    }
