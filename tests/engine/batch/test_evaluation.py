"""Evaluation: a better way wins, chance does not, and nothing is learned from what came later."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.batch import count_chunks
from engine.batch.evaluation.evaluation import (
    MAX_COMPARED,
    PRESENT,
    Candidate,
    EvaluationOptions,
    evaluate,
)
from engine.batch.evaluation.history import ViewersBefore, before, foreseeable
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.evaluations.evaluation import EvaluatedSettings, Measure
from engine.domain.matching.index_config import IndexConfig
from engine.domain.viewers import Event, EventKind, Viewer
from engine.errors import InvalidInput
from engine.indexes.local.disk.generations import COUNTS, Generations
from engine.ports.catalog import Catalog
from engine.search.profiles import VIEWER_RULES
from engine.system.homes import GENERATIONS
from support.catalogs import save, video_id

NOW = 2_000_000_000.0
SPLIT = 1_000.0
CONFIG = IndexConfig(0.5, "raw")
DEAF = replace(VIEWER_RULES, watched=0.0, co_likes=0.0)
"""Rules that make nothing of what was watched."""

TOPICS, EACH, VIEWERS = 8, 15, 60


def candidates(*more: Candidate) -> list[Candidate]:
    return [Candidate(PRESENT, {}, CONFIG, DEAF), *more]


HEARING = Candidate("watched=0.5", {"watched": "0.5"}, CONFIG, replace(DEAF, watched=0.5))
BY_ROOTS = Candidate("tf=sqrt", {"tf": "sqrt"}, replace(CONFIG, tf="sqrt"), DEAF)


def watched(number: int, video: int, at: float) -> Event:
    return Event(str(number), video_id(video), EventKind.WATCHED, at, 0.9)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A catalog of some topics."""
    rng = np.random.default_rng(0)
    with open_catalog(tmp_path_factory.mktemp("films") / "catalog.db") as catalog:
        for video in range(TOPICS * EACH):
            tags = {f"topic {video % TOPICS}": 9, f"side {rng.integers(20)}": 4}
            save(catalog, video_id(video), tags)
        yield catalog


@pytest.fixture
def of_films(films: Catalog) -> Iterator[Catalog]:
    yield films
    for viewer in films.viewers.ids():
        films.viewers.delete(viewer)


def load(catalog: Catalog, viewings: Sequence[Sequence[int]]) -> None:
    """Let each viewer watch videos, the first half before the split."""
    events = [
        (f"v{viewer:03d}", watched(at, video, SPLIT - 500 + 100 * at))
        for viewer, videos in enumerate(viewings)
        for at, video in enumerate(videos)
    ]
    catalog.viewers.load_events(events, now=NOW)


def of_one_topic_each() -> list[list[int]]:
    rng = np.random.default_rng(3)
    return [
        (rng.choice(EACH, 10, replace=False) * TOPICS + viewer % TOPICS).tolist()
        for viewer in range(VIEWERS)
    ]


def shuffled(viewings: Sequence[Sequence[int]]) -> list[list[int]]:
    rng = np.random.default_rng(4)
    return [rng.choice(TOPICS * EACH, len(videos), replace=False).tolist() for videos in viewings]


def test_settings_that_understand_viewers_win_and_are_said_to(
    of_films: Catalog, tmp_path: Path
) -> None:
    load(of_films, of_one_topic_each())
    done: list[tuple[int, int]] = []
    evaluation = evaluate(
        of_films,
        tmp_path,
        candidates(BY_ROOTS, HEARING),
        EvaluationOptions(SPLIT),
        on_viewers=lambda *progress: done.append(progress),
    )
    assert evaluation.winner == HEARING.name
    assert [one.name for one in evaluation.compared] == [PRESENT, "tf=sqrt", HEARING.name]
    present, by_roots, hearing = evaluation.compared
    gain = hearing.differences[Measure.NDCG]
    assert gain.is_real
    assert gain.value == pytest.approx(
        hearing.measures[Measure.NDCG].value - present.measures[Measure.NDCG].value
    )
    assert gain.low > 0
    # Five of the ten that are left of a topic fill the list, whatever else it holds.
    assert hearing.measures[Measure.NDCG].value > 0.6
    assert hearing.measures[Measure.COVERAGE].value == 1.0
    assert present.measures[Measure.COVERAGE].value == 0.0, "nothing to go by"
    assert not by_roots.differences[Measure.NDCG].is_real, "of nothing, roots are nothing"
    assert hearing.measures[Measure.SHOWN].value > present.measures[Measure.SHOWN].value
    assert (evaluation.viewers, evaluation.left_out) == (VIEWERS, 0)
    assert (evaluation.training_events, evaluation.test_events) == (5 * VIEWERS, 5 * VIEWERS)
    assert done[-1] == (3 * VIEWERS, 3 * VIEWERS)
    assert list(tmp_path.iterdir()) == [], "the indexes are gone"


def test_of_shuffled_events_nothing_wins(of_films: Catalog, tmp_path: Path) -> None:
    load(of_films, shuffled(of_one_topic_each()))
    half = Candidate("power=1", {}, CONFIG, replace(DEAF, watched=0.5, power=1.0))
    evaluation = evaluate(
        of_films,
        tmp_path,
        candidates(HEARING, half),
        EvaluationOptions(SPLIT),
    )
    assert evaluation.winner is None
    assert not any(one.differences[Measure.NDCG].is_real for one in evaluation.compared[1:])


def test_what_happens_while_it_runs_changes_nothing(of_films: Catalog, tmp_path: Path) -> None:
    load(of_films, of_one_topic_each())
    again = replace(HEARING, name="again")
    changes = candidates(HEARING, BY_ROOTS, again)
    undisturbed = evaluate(of_films, tmp_path, changes, EvaluationOptions(SPLIT))
    happened: list[int] = []

    def live_on(done: int, _total: int) -> None:
        if not happened:
            of_films.viewers.delete("v001")
            load(of_films, shuffled(of_one_topic_each()))
        happened.append(done)

    disturbed = evaluate(of_films, tmp_path, changes, EvaluationOptions(SPLIT), on_viewers=live_on)
    assert len(happened) == len(changes)
    assert disturbed == undisturbed


def test_lists_are_those_of_the_moment(of_films: Catalog, tmp_path: Path) -> None:
    """Neither what goes together nor how new a video is may be learned from what came later."""

    def evaluated(topics_on: int) -> EvaluatedSettings:
        for viewer in of_films.viewers.ids():
            of_films.viewers.delete(viewer)
        known = of_one_topic_each()
        load(of_films, [[*one[:5], *(video + topics_on for video in one[5:])] for one in known])
        both = Candidate("both", {}, CONFIG, replace(DEAF, watched=0.5, co_likes=0.9))
        results = evaluate(of_films, tmp_path, candidates(both), EvaluationOptions(SPLIT))
        assert results.viewers == VIEWERS
        return results.compared[1]

    # Within a topic, and from each topic to the next, which only later events link.
    same, next_one = evaluated(0), evaluated(1)
    assert same.measures[Measure.NDCG].value > 0.5
    assert next_one.measures[Measure.NDCG].value < 0.1
    for measure in (Measure.NOVELTY, Measure.DIVERSITY, Measure.COVERAGE, Measure.SHOWN):
        assert same.measures[measure] == next_one.measures[measure]


def test_what_was_done_is_as_old_as_it_was_at_the_moment(of_films: Catalog, tmp_path: Path) -> None:
    load(of_films, of_one_topic_each())
    # By the clock of today nothing is left of it.
    forgetful = replace(HEARING, rules=replace(HEARING.rules, half_life_days=1.0))
    evaluation = evaluate(of_films, tmp_path, candidates(forgetful), EvaluationOptions(SPLIT))
    assert evaluation.compared[1].measures[Measure.COVERAGE].value == 1.0


@pytest.mark.slow
def test_processes_measure_what_one_does(of_films: Catalog, tmp_path: Path) -> None:
    load(of_films, of_one_topic_each() * 5)
    options = EvaluationOptions(SPLIT, max_viewers=270)
    one = evaluate(of_films, tmp_path, candidates(HEARING), options)
    assert one.viewers == 270
    assert one.later_viewers == 5 * VIEWERS
    shared = replace(options, executor="local:2")
    assert evaluate(of_films, tmp_path, candidates(HEARING), shared) == one


events = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "cid"]),
        st.integers(0, 5),
        st.sampled_from(EventKind),
        st.integers(int(SPLIT) - 3, int(SPLIT) + 3),
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events)
def test_nothing_is_learned_from_what_came_later(
    films: Catalog, some: list[tuple[str, int, EventKind, int]]
) -> None:
    made = [
        (viewer, Event(str(number), video_id(video), kind, float(at)))
        for number, (viewer, video, kind, at) in enumerate(some)
    ]
    known = [(viewer, event) for viewer, event in made if event.at < SPLIT]

    def learned(given_events: Sequence[tuple[str, Event]], moment: float) -> object:
        films.viewers.load_events(given_events, now=NOW)
        audiences = films.viewers.audiences(before=moment)
        likes = list(ViewersBefore(films.viewers, moment).likes())
        some = films.viewers.some(["ann", "bob", "cid"])
        result = (likes, [before(viewer, moment) for viewer in some], audiences)
        for viewer in films.viewers.ids():
            films.viewers.delete(viewer)
        return result

    assert learned(made, SPLIT) == learned(known, float("inf"))


def test_only_what_could_be_shown_is_to_be_foreseen() -> None:
    def did(kind: EventKind, video: str, at: float, share: float = 1.0) -> Event:
        return Event(f"{video}{at}", video, kind, at, share)

    viewer = Viewer(
        "ann",
        {},
        (
            did(EventKind.WATCHED, "known", 1, 0.1),
            did(EventKind.LIKED, "known", 11),
            did(EventKind.LIKED, "liked", 10),
            did(EventKind.WATCHED, "half", 12, 0.5),
            did(EventKind.WATCHED, "less", 12, 0.4),
            did(EventKind.LIKED, "regretted", 12),
            did(EventKind.DISLIKED, "regretted", 13),
            did(EventKind.HIDDEN, "hidden", 13),
        ),
    )
    assert foreseeable(viewer, 10.0) == {"liked", "half"}


def test_what_was_counted_for_the_live_index_is_not_counted_again(
    of_films: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(of_films, of_one_topic_each())
    counted_anew = evaluate(of_films, tmp_path, candidates(BY_ROOTS), EvaluationOptions(SPLIT))
    live = Generations(tmp_path / GENERATIONS)
    reindex(of_films, live, CONFIG)
    before = {file: file.read_bytes() for file in (live.folder / COUNTS).rglob("*.counts")}
    monkeypatch.delattr(count_chunks, "_count")
    again = evaluate(of_films, tmp_path, candidates(BY_ROOTS), EvaluationOptions(SPLIT))
    assert again == counted_anew
    assert {file: file.read_bytes() for file in before} == before


def test_what_cannot_be_measured_says_why(of_films: Catalog, tmp_path: Path) -> None:
    def refusal(*more: Candidate, split_at: float | None = None) -> str:
        with pytest.raises(InvalidInput) as refused:
            evaluate(of_films, tmp_path, candidates(*more), EvaluationOptions(split_at))
        return str(refused.value)

    assert "there are no events" in refusal()
    load(of_films, [[1, 2, 3]])
    assert "name a moment with events before and after" in refusal(split_at=5e9)
    assert f"up to {MAX_COMPARED}" in refusal(*[HEARING] * (MAX_COMPARED + 1))
    load(of_films, [[1, 2, 3]])
    of_films.viewers.delete("v000")
    of_films.viewers.load_events(
        [("ann", watched(1, 1, 1.0)), ("ann", watched(2, 1, 2.0))], now=NOW
    )
    assert "nobody who had done something" in refusal(split_at=2.0)
