"""Matches of keywords: what was meant first, what lies near it where it is seen, broader last."""

from pathlib import Path

import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.index_config import IndexConfig
from engine.domain.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.domain.results import Matches
from engine.indexes.local.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.services.matches import keyword_matches
from support.catalogs import save, video_id

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
        catalog.tracks, snapshot, {"alcohol": 0.8}, [CRAFT_BEER], k=k, min_relevance=least
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


def test_what_is_below_the_least_relevance_is_left_out(
    catalog: Catalog, snapshot_of_drinks: LocalSnapshot
) -> None:
    all_ = asked(catalog, snapshot_of_drinks)
    between = (all_.matches[0].score + all_.matches[1].score) / 2
    some = asked(catalog, snapshot_of_drinks, least=between)
    assert some.matches == all_.matches[:1]
    assert all(one.score >= between for one in some.nearest)
    assert asked(catalog, snapshot_of_drinks, least=1.0).matches == ()
