"""Every rule says why, and what was seen of it, in words that name what decided."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import Group
from engine.domain.content import SourceTrack
from engine.domain.matching.filters import HasTag
from engine.domain.matching.index_config import IndexConfig
from engine.domain.tags import AUDIO, METADATA, VISUAL
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.targeting.eligibility import RuleResult, rule_results
from engine.targeting.rule_types import EligibilityReport
from engine.targeting.rules import RULES
from support.campaigns import campaign, changed, keyword_match
from support.catalogs import save, video_id

VIDEO = video_id(1)


@contextmanager
def reported(
    folder: Path, config: IndexConfig, source_of: Callable[[Catalog], SourceTrack] | None = None
) -> Iterator[EligibilityReport]:
    """Ten seconds of a cat, three of them with beer and something not for everyone."""
    with Catalog.open(folder / "catalog.db") as catalog:
        save(catalog, VIDEO, {"cat": 10, "beer": 3, "nudity": 3}, language="de", kind="motion")
        catalog.tags.number(["speech"], source=AUDIO)
        if source_of is not None:
            catalog.tracks.put(VIDEO, source_of(catalog))
        generations = Generations(folder / "generations")
        reindex(catalog, generations, config)
        snapshot = LocalSnapshot.of(generations.load_current())
        (content,) = catalog.content.of([VIDEO])
        yield EligibilityReport(campaign("c", {"cat": 1}), content, snapshot, 0.5, {})


def titled(catalog: Catalog) -> SourceTrack:
    """A title that says there is a car."""
    numbers = np.array(catalog.tags.number(["car"], source=METADATA))
    return SourceTrack(METADATA, "title@1", Track.of_whole(np.array([0.9]), numbers, 10))


def glimpsed(catalog: Catalog) -> SourceTrack:
    """Nudity on two lone seconds, hardly over the threshold, by who can name it."""
    catalog.taggers.remember("test@1", ["nudity"])
    confidences = np.zeros((10, 1), np.float32)
    confidences[[3, 8]] = 0.72
    numbers = np.array(catalog.tags.number(["nudity"]))
    return SourceTrack(VISUAL, "test@1", Track.from_confidences(confidences, numbers))


@pytest.fixture
def report(tmp_path: Path) -> Iterator[EligibilityReport]:
    """A report of an index that counts every second."""
    with reported(tmp_path, IndexConfig(0.7, "raw")) as one:
        yield one


def result_of(report: EligibilityReport, rule: str, **plan: Any) -> RuleResult:
    report = replace(report, campaign=changed(report.campaign, **plan))
    result = {one.rule: one for one in rule_results(report, [rule])}
    assert list(result) == [one.name for one in RULES]
    assert [one.rule for one in result.values() if not one.passed] == [rule]
    return result[rule]


def test_an_exclusion_names_the_seconds(report: EligibilityReport) -> None:
    excluded = (keyword_match("booze", beer=0.9), keyword_match("car"))
    result = result_of(report, "exclusions", exclude=excluded)
    assert result.says == "it excludes beer, seen at the seconds given"
    assert result.observed == {"beer": (TimeRange(0, 3),)}
    assert "none was seen" in result_of(report, "exclusions", exclude=(keyword_match("car"),)).says


def test_what_is_on_too_few_seconds_neither_rules_out_nor_counts(tmp_path: Path) -> None:
    beer = keyword_match("beer")
    with reported(tmp_path, IndexConfig(0.7, "raw", least_seconds=4)) as report:
        excluded = result_of(report, "exclusions", exclude=(beer,))
        grouped = result_of(report, "groups", groups=(Group("all", (beer,)),))
    assert excluded.says == "it excludes beer, seen at the seconds given, but does not count"
    assert excluded.observed == {"beer": (TimeRange(0, 3),)}
    assert grouped.says == "it requires beer: seen, but does not count"


def test_what_the_assessment_denies_does_not_count(tmp_path: Path) -> None:
    with reported(tmp_path, IndexConfig(0.7, "raw"), glimpsed) as report:
        assert not report.snapshot.passes([VIDEO], HasTag("nudity")).any()
        excluded = result_of(report, "exclusions", exclude=(keyword_match("nudity"),))
    assert excluded.says == "it excludes nudity, seen at the seconds given, but does not count"
    assert excluded.observed == {"nudity": (TimeRange(3, 4), TimeRange(8, 9))}


def test_what_is_told_of_the_whole_video_counts_on_no_second(tmp_path: Path) -> None:
    car = keyword_match("car")
    with reported(tmp_path, IndexConfig(0.7, "raw"), titled) as report:
        assert report.snapshot.passes([VIDEO], HasTag("car")).all()
        excluded = result_of(report, "exclusions", exclude=(car,))
        grouped = result_of(report, "groups", groups=(Group("all", (car,)),))
    assert excluded.says == "it excludes metadata:car, told of the video as a whole"
    assert excluded.observed == {}
    assert grouped.says == "all that it requires was seen"


def test_of_several_tags_each_state_names_its_own(tmp_path: Path) -> None:
    cat, beer, car, nudity = map(keyword_match, ("cat", "beer", "car", "nudity"))
    train = keyword_match("train")
    with reported(tmp_path, IndexConfig(0.7, "raw", least_seconds=4), titled) as report:
        excluded = result_of(report, "exclusions", exclude=(cat, beer, car))
        groups = (Group("all", (beer, train)), Group("any", (train, nudity)))
        grouped = result_of(report, "groups", groups=groups)
    assert excluded.says == (
        "it excludes cat, seen at the seconds given; metadata:car, told of the video as a whole"
    )
    assert excluded.observed == {"cat": (TimeRange(0, 10),)}
    assert grouped.says == (
        "it requires beer: seen, but does not count; train: not seen;"
        " nudity or train: nudity seen, but does not count"
    )


def test_a_performance_names_what_was_seen_and_heard(report: EligibilityReport) -> None:
    number = report.snapshot.vocabulary.names.index("audio:speech")
    spoken = Track.from_confidences(np.full((9, 1), 0.9, np.float32), np.array([number]))
    audible = SourceTrack(AUDIO, "ear@1", spoken)
    content = replace(report.content, tracks=[*report.content.tracks, audible])
    report = replace(report, content=content)
    result = result_of(report, "performance", performance=("performance", "static_visual"))
    assert result.says == (
        "the video is talk (speech on 9 of 9 seconds with sound);"
        " it takes performance, static_visual"
    )
    assert result.observed == {"audio:speech": (TimeRange(0, 9),)}


def test_a_group_names_what_is_missing_and_what_was_seen(report: EligibilityReport) -> None:
    groups = (
        Group("any", (keyword_match("cat"), keyword_match("car"))),
        Group("all", (keyword_match("beer"), keyword_match("ride", car=1.0, train=0.95))),
    )
    result = result_of(report, "groups", groups=groups)
    assert result.says == "it requires car or train: not seen"
    assert result.observed == {"cat": (TimeRange(0, 10),), "beer": (TimeRange(0, 3),)}


def test_categories_are_named_with_the_tags_that_say_them(report: EligibilityReport) -> None:
    result = result_of(report, "categories", exclude_categories=("422",))
    assert "422 (Pets)" in result.says
    assert result.observed == {"cat": (TimeRange(0, 10),)}


def test_the_floor_names_the_topic_and_its_seconds(report: EligibilityReport) -> None:
    result = result_of(report, "suitability")
    assert result.says == "adult is at the floor: nothing runs on this video"
    assert result.observed == {"adult": (TimeRange(0, 3),)}


@pytest.mark.parametrize(
    ("rule", "plan", "says"),
    [
        ("state", {}, "the campaign is active"),
        ("flight", {}, "the flight has always been on and has no end"),
        (
            "flight",
            {"begins": 0, "ends": 86_400},
            "begins 1970-01-01T00:00:00+00:00 and is over 1970-01-02T00:00:00+00:00",
        ),
        ("language", {"languages": ("en", "")}, "language is de; it takes en, unknown"),
        ("kind", {"kinds": ("static",)}, "of kind motion; it takes static"),
        ("relevance", {"min_relevance": 0.75}, "the score is 0.5000; it asks for 0.75"),
        ("categories", {}, "it asks for no category"),
        ("performance", {}, "it asks for no performance"),
        ("groups", {}, "it requires no tags"),
        ("exclusions", {}, "it excludes nothing"),
    ],
)
def test_a_rule_says(report: EligibilityReport, rule: str, plan: dict[str, Any], says: str) -> None:
    assert says in result_of(report, rule, **plan).says
