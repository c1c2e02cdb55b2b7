"""Matches of keywords: what was meant first, what lies near it where it is seen, broader last."""

from functools import partial
from pathlib import Path

import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.domain.matching.results import Matches
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.services.matches import keyword_matches
from support.catalogs import save, video_id
from support.views import snapshot_of

GLASS, WINE, DRINK, EMPTY_GLASS, FOOD = (video_id(number) for number in range(1, 6))
CRAFT_BEER = KeywordMatch(
    "craft beer",
    Status.USED,
    (
        TagCandidate("alcohol", 0.8, MatchMethod.BROADER, "beer"),
        TagCandidate("beer glass", 0.65, MatchMethod.EMBEDDING, "craft beer"),
    ),
)


@pytest.fixture
def snapshot_of_drinks(catalog: Catalog, tmp_path: Path) -> LocalSnapshot:
    """Five videos: beer, wine, something to drink, an empty glass, and food."""
    save(catalog, GLASS, {"alcohol": 5, "beer glass": 5})
    save(catalog, WINE, {"alcohol": 5, "table": 5})
    save(catalog, DRINK, {"drink": 9})
    save(catalog, EMPTY_GLASS, {"beer glass": 9})
    save(catalog, FOOD, {"food": 9, "drink": 1})
    return LocalSnapshot.of(
        reindex(catalog, Generations(tmp_path / "generations"), IndexConfig(0.7, "raw"))
    )


def asked(catalog: Catalog, snapshot: LocalSnapshot, k: int = 10, least: float = 0.0) -> Matches:
    return keyword_matches(
        catalog.tracks,
        snapshot,
        {"alcohol": 0.8},
        [CRAFT_BEER],
        words={"craft beer": 1.0},
        k=k,
        min_relevance=least,
    )


def test_craft_beer_finds_beer_first_and_drinks_apart(
    catalog: Catalog, snapshot_of_drinks: LocalSnapshot
) -> None:
    answer = asked(catalog, snapshot_of_drinks)
    assert [one.video for one in answer.matches] == [GLASS, WINE]
    assert [one.video for one in answer.nearest] == [DRINK, FOOD]
    assert answer.nearest[0].score > answer.matches[1].score  # and yet it comes after
    for one in (*answer.matches, *answer.nearest):
        assert sum(part.share for part in one.why) == pytest.approx(one.score)


def test_there_are_no_nearest_where_enough_fit_and_no_more_than_asked_for(
    catalog: Catalog, snapshot_of_drinks: LocalSnapshot
) -> None:
    assert asked(catalog, snapshot_of_drinks, k=2).nearest == ()
    assert [one.video for one in asked(catalog, snapshot_of_drinks, k=3).nearest] == [DRINK]


def test_what_is_near_a_word_lifts_only_what_shows_that_word(catalog: Catalog) -> None:
    lunches = {f"lunch-{number}": {"food": 2, "beer glass": 9} for number in range(9)}
    snapshot = snapshot_of(
        {"bar": {"alcohol": 9, "beer glass": 1}, **lunches, "meal": {"food": 9, "plate": 3}}
    )
    words = {"craft beer": 1.0, "food": 0.7}
    ask = partial(
        keyword_matches,
        catalog.tracks,
        snapshot,
        {"alcohol": 0.8, "food": 0.7},
        [CRAFT_BEER],
        words=words,
        min_relevance=0.0,
    )
    answer = ask(k=20).matches
    assert {one.video for one in answer[:2]} == {"bar", "meal"}
    assert len(answer) == 11
    for one in answer:
        shares = {part.tag: part.share for part in one.why}
        assert shares.get("beer glass", 0.0) <= 0.5 * shares.get("alcohol", 0.0) + 1e-12
        assert sum(shares.values()) == pytest.approx(one.score)
    for k in (1, 2, 3):
        assert ask(k=k).matches == answer[:k]


def test_a_word_that_is_not_wanted_lifts_nothing_that_is_near_it(
    catalog: Catalog, snapshot_of_drinks: LocalSnapshot
) -> None:
    answer = keyword_matches(
        catalog.tracks,
        snapshot_of_drinks,
        {"alcohol": 1.0 - 0.5 * 0.8},
        [CRAFT_BEER],
        words={"alcohol": 1.0, "craft beer": -0.5},
        k=10,
    )
    assert {part.tag for one in answer.matches for part in one.why} == {"alcohol"}


def test_the_only_videos_that_fit_are_found_however_low_they_score(catalog: Catalog) -> None:
    others = {f"other {number}": 3600 for number in range(100)}
    snapshot = snapshot_of({"long": {"guitar": 40, **others}, "dog": {"dog": 9}})
    answer = keyword_matches(catalog.tracks, snapshot, {"guitar": 1.0}, [], words={}, k=10)
    assert [one.video for one in answer.matches] == ["long"]
    assert answer.matches[0].score < 0.01


def test_what_is_below_the_least_relevance_is_left_out(
    catalog: Catalog, snapshot_of_drinks: LocalSnapshot
) -> None:
    all_ = asked(catalog, snapshot_of_drinks)
    between = (1 + all_.matches[1].score / all_.matches[0].score) / 2
    some = asked(catalog, snapshot_of_drinks, least=between)
    assert some.matches == all_.matches[:1]
    assert all(one.score >= between * some.nearest[0].score for one in some.nearest)
    assert asked(catalog, snapshot_of_drinks, least=1.0).matches == all_.matches[:1]
