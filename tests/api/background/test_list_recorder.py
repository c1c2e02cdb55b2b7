"""Lists get their ids at once, and are written down together, whatever the catalog does."""

import time
from dataclasses import replace

import numpy as np
import pytest

from api.background import list_recorder
from api.background.list_recorder import ListRecorder
from api.background.list_settings import RequestOptions, settings_text
from api.settings import Settings
from engine.catalogs.sql.shown_lists import ShownLists
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.evaluations.shown_lists import EntryPoint, ListKind, ShownList
from engine.domain.matching.co_watching import ENOUGH_VIEWERS, LearnedMix
from engine.domain.matching.index_config import read_sources
from engine.domain.matching.results import MIN_RELEVANCE
from engine.domain.matching.source_weights import SourceWeights
from engine.errors import DiskFull
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.experiments import Arm, Experiment
from support.views import VIDEOS, snapshot_of

USUAL = Settings()
CONFIG = USUAL.index_config()
SNAPSHOT = LocalSnapshot.of(replace(snapshot_of(VIDEOS).generation, config=CONFIG))
RULES = USUAL.profile_rules
VARIED = replace(RULES, power=1.0)
EXPERIMENT = Experiment("mix", (Arm("a", {}, RULES), Arm("b", {}, VARIED)))


def note(recorder: ListRecorder, viewer: str | None = None, size: int = 10) -> str | None:
    rules = recorder.rules_of(viewer, RULES)
    kind = ListKind.RECOMMENDATIONS
    return recorder.note(kind, EntryPoint.HTTP, size, SNAPSHOT, rules=rules, viewer=viewer)


def lists_of(catalog: Catalog) -> dict[str, ShownList]:
    return {one.id: one for lists, _ in catalog.shown_lists.by_viewer(since=0) for one in lists}


def test_lists_are_written_when_it_stops_with_their_arms(catalog: Catalog) -> None:
    recorder = ListRecorder(catalog, 30, EXPERIMENT)
    viewers = [f"v{number}" for number in range(20)]
    ids = {note(recorder, viewer): EXPERIMENT.arm_of(viewer) for viewer in viewers}
    nobody = note(recorder)
    assert lists_of(catalog) == {}
    recorder.stop()
    lists = lists_of(catalog)
    assert len(lists) == len(ids) + 1
    assert nobody is not None
    assert (lists[nobody].experiment, lists[nobody].arm) == ("", "")
    for list_id, arm in ids.items():
        own = lists[list_id or ""]
        assert (own.experiment, own.arm) == ("mix", arm.name)
        assert own.settings == ("viewer_power=1" if arm.name == "b" else "")


def test_a_service_writes_them_within_moments(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_recorder, "FLUSH_SECONDS", 0.01)
    recorder = ListRecorder(catalog, 30)
    recorder.start()
    one = note(recorder)
    until = time.monotonic() + 20
    while one not in lists_of(catalog):
        assert time.monotonic() < until
        time.sleep(0.01)
    recorder.stop()


def test_without_days_or_videos_there_is_no_list(catalog: Catalog) -> None:
    assert note(ListRecorder(catalog, 0)) is None
    recorder = ListRecorder(catalog, 30)
    assert note(recorder, size=0) is None
    recorder.stop()
    assert lists_of(catalog) == {}


def test_what_cannot_be_written_now_is_written_later(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = ListRecorder(catalog, 30)
    one = note(recorder)

    def full(*_: object, **__: object) -> None:
        raise DiskFull("no room")

    with monkeypatch.context() as broken:
        broken.setattr(ShownLists, "put", full)
        recorder.flush()
    other = note(recorder)
    recorder.flush()
    assert set(lists_of(catalog)) == {one, other}  # two of one moment are in no order


def test_of_more_than_can_wait_the_oldest_are_lost(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_recorder, "MAX_WAITING", 3)
    recorder = ListRecorder(catalog, 30)
    ids = [note(recorder), note(recorder)]

    def full(*_: object, **__: object) -> None:
        ids.extend((note(recorder), note(recorder)))  # while it tries to write
        raise DiskFull("no room")

    with monkeypatch.context() as broken:
        broken.setattr(ShownLists, "put", full)
        recorder.flush()
    recorder.flush()
    assert set(lists_of(catalog)) == set(ids[1:])


def test_settings_are_told_where_they_differ() -> None:
    assert settings_text(CONFIG, RULES, 0.0) == settings_text(CONFIG, None, 0.0) == ""
    rooted = replace(CONFIG, tf="log", slope=0.75)
    assert settings_text(rooted, VARIED, 0.0) == "tf=log,slope=0.75,viewer_power=1"


def test_what_the_request_asked_for_is_told_where_it_differs() -> None:
    assert settings_text(CONFIG, RULES, 0.0, RequestOptions()) == ""
    usual = RequestOptions(variety=RULES.variety, min_relevance=MIN_RELEVANCE)
    assert settings_text(CONFIG, None, 0.0, usual) == ""
    own = RequestOptions(SourceWeights.of({"audio": 0.5, "metadata": 0}), 0, 0.2)
    text = "variety=0,min_relevance=0.2,asked_sources=audio=0.5;metadata=0"
    assert settings_text(CONFIG, None, 0.0, own) == text
    few = replace(RULES, variety=1)
    assert settings_text(CONFIG, few, 0.0) == "variety=1"
    assert settings_text(CONFIG, few, 0.0, RequestOptions(variety=RULES.variety)) == ""


def test_weights_of_sources_are_told_whatever_the_threshold() -> None:
    weighed = Settings(threshold=0.6, sources=read_sources("audio=0.8:0.5")).index_config()
    assert settings_text(weighed, None, 0.0) == "threshold=0.6,sources=audio=0.8:0.5"


def test_the_mix_that_was_learned_is_told_where_it_counts(catalog: Catalog) -> None:
    co_likes = CoLikes.of([np.array([0, 1])] * ENOUGH_VIEWERS, len(VIDEOS))
    learned = replace(co_likes, learned=LearnedMix(0.3, ENOUGH_VIEWERS))
    generation = replace(SNAPSHOT.generation, co_likes=learned)
    recorder = ListRecorder(catalog, 30)
    for rules in (RULES, replace(RULES, co_likes=0.5), None):
        kind, snapshot = ListKind.RECOMMENDATIONS, LocalSnapshot.of(generation)
        recorder.note(kind, EntryPoint.HTTP, 10, snapshot, rules=rules)
    recorder.stop()
    settings = {one.settings for one in lists_of(catalog).values()}
    assert settings == {"learned_mix=0.3", "viewer_co_likes=0.5", ""}
