"""Campaigns for which nothing fits are told what is nearest, of what they do not rule out."""

from typing import Any

from engine.catalogs.sqlite.catalog import Catalog
from engine.services.targeting import matches_of
from support.campaigns import campaign, keyword_match
from support.views import NOW, snapshot_of

SNAPSHOT = snapshot_of(
    {
        "a-juice": {"drink": 9},
        "b-juice with a dog": {"drink": 9, "dog": 9},
        "c-lunch": {"food": 9},
        "d-guests": {"food": 1, "drink": 1, "chair": 30},
        "e-train": {"train": 9},
        "f-dog": {"dog": 5},
        "g-bar on a train": {"alcohol": 9, "train": 1},
    }
)


def nearest(catalog: Catalog, keywords: dict[str, float], **rest: Any) -> dict[str, float]:
    one = campaign("drinks", keywords, exclude=(keyword_match("train"),), **rest)
    answer = matches_of(catalog, SNAPSHOT, one, 10, now=int(NOW), explained=False)
    assert not answer.matches
    return {each.video: each.score for each in answer.nearest}


def test_what_a_campaign_does_not_want_is_not_near_either(catalog: Catalog) -> None:
    assert "b-juice with a dog" in nearest(catalog, {"alcohol": 1})
    assert "b-juice with a dog" not in nearest(catalog, {"alcohol": 1, "dog": -1})


def test_what_is_near_has_the_least_score_that_the_campaign_asks_for(catalog: Catalog) -> None:
    every = nearest(catalog, {"alcohol": 1})
    least = sorted(every.values())[len(every) // 2]
    some = nearest(catalog, {"alcohol": 1}, min_relevance=least)
    assert some == {video: score for video, score in every.items() if score >= least}
    assert len(some) < len(every)
