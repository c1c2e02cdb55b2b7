"""A rule is one class: what it says in one place holds in both directions, in reach and reasons."""

from collections.abc import Iterable
from typing import Final

import pytest

from engine.domain.advertising.campaigns import Campaign
from engine.domain.content import SourceTrack, VideoContent
from engine.domain.matching.filters import EVERY_VIDEO, And, Field, Filter
from engine.domain.tags import VISUAL
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.eligibility import rule_results
from engine.targeting.reach import rank_of, reach_of
from engine.targeting.rule_types import (
    EVERY_NUMBER,
    Bounds,
    CampaignRule,
    EligibilityReport,
    Evidence,
    RangeRule,
    Token,
    VideoRule,
    VideoTraits,
)
from engine.targeting.rules import RULES, rules_as_filters
from engine.targeting.targeting import Targeting, campaign_query
from engine.words.vocabulary import Vocabulary
from support.campaigns import TAGS, Shown, campaign, snapshot_of

HOUR: Final = 3_600
NIGHT: Final = 2 * HOUR
NOON: Final = 12 * HOUR


class LengthRule(VideoRule):
    """Campaigns called long run on films of a minute or more alone."""

    name = "length"
    columns = ("seconds",)

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        return [("length", "long")] if video.metadata["seconds"] >= 60 else []

    def requires(self, campaign: Campaign, _: Vocabulary) -> Iterable[Iterable[Token]]:
        return [[("length", "long")]] if campaign.id == "long" else []

    def filter(self, campaign: Campaign) -> Filter | None:
        return Field("seconds", "between", (60, None)) if campaign.id == "long" else None

    def says(self, report: EligibilityReport) -> Evidence:
        return f"the video lasts {report.content.record.seconds} seconds", {}


class NightRule(RangeRule):
    """Campaigns of the night run before six."""

    name = "night"

    def bounds(self, campaign: Campaign) -> Bounds:
        return (0, 6) if campaign.id == "nightly" else EVERY_NUMBER

    def value(self, now: int) -> float:
        return now // HOUR % 24

    def says(self, _: EligibilityReport) -> Evidence:
        return "it runs before six", {}


MORE: Final[tuple[CampaignRule, ...]] = (*RULES, LengthRule(), NightRule())
CAMPAIGNS: Final = [campaign(name, {"car": 1, "city": 1}) for name in ("any", "long", "nightly")]
VIDEOS: Final = [
    Shown("short", {"car": 3}, length=59),
    Shown("feature", {"car": 3, "city": 1}, length=60),
    Shown("other", {"cat": 3}, length=600),
]


@pytest.fixture
def targeting() -> Targeting:
    """Three campaigns and three videos, by two more rules than there are."""
    index = CampaignIndex.empty(MORE).changed(CAMPAIGNS, (), Vocabulary(TAGS), 1)
    return Targeting.of(index, snapshot_of(VIDEOS))


def from_videos(targeting: Targeting, now: int) -> set[tuple[str, str]]:
    return {
        (fit.campaign, video.id)
        for video in VIDEOS
        for fit in targeting.for_video(video.id, 10, now=now)
    }


def test_a_new_rule_about_videos_holds_in_both_directions(targeting: Targeting) -> None:
    everywhere = {(name, video) for name in ("any", "nightly") for video in ("short", "feature")}
    assert from_videos(targeting, NIGHT) == everywhere | {("long", "feature")}
    from_campaigns = {
        (one.id, hit.video)
        for one in CAMPAIGNS
        for hit in targeting.snapshot.search(
            campaign_query(one, targeting.snapshot),
            10,
            And(tuple(rules_as_filters(one, MORE).values())),
        )
    }
    assert from_campaigns == from_videos(targeting, NIGHT)


def test_a_new_rule_about_a_number_is_asked_of_viewers_too(targeting: Targeting) -> None:
    assert {name for name, _ in from_videos(targeting, NOON)} == {"any", "long"}
    query = targeting.snapshot.query([TAGS.index("car")], [1.0])
    for now, names in ((NIGHT, ["any", "long", "nightly"]), (NOON, ["any", "long"])):
        fits = targeting.for_viewer(query, 10, now=now)
        assert [fit.campaign for fit in fits] == names


def test_a_new_rule_narrows_the_reach(targeting: Targeting) -> None:
    snapshot, long = targeting.snapshot, CAMPAIGNS[1]
    query = campaign_query(long, snapshot)
    where = And(tuple(rules_as_filters(long, MORE).values()))
    reach = reach_of(snapshot, query, where, min_relevance=0.0)
    assert (reach.videos, reach.seconds) == (1, 60)
    assert reach_of(snapshot, query, EVERY_VIDEO, min_relevance=0.0).videos == 2
    score = float(snapshot.score(query, ["short"])[0])
    assert rank_of(snapshot, query, where, "short", score, min_relevance=0.0) == 2


@pytest.mark.parametrize(
    ("name", "now", "broken"),
    [
        ("any", NOON, ()),
        ("long", NIGHT, ("length",)),
        ("nightly", NOON, ("night",)),
        ("nightly", NIGHT, ()),
    ],
)
def test_a_new_rule_is_told_with_its_reason(
    targeting: Targeting, name: str, now: int, broken: tuple[str, ...]
) -> None:
    row = targeting.campaigns.row_of(name)
    assert row is not None
    assert targeting.broken_rules(row, 0.5, targeting.target("short", now=now)) == broken
    record = VideoRecord("short", "", "ok", "", 59, 0, 0, "", "t@1", "", "")
    one = next(each for each in CAMPAIGNS if each.id == name)
    content = VideoContent(record, [SourceTrack(VISUAL, "t@1", Track.empty())])
    report = EligibilityReport(one, content, targeting.snapshot, 0.5, {})
    results_of = {result.rule: result for result in rule_results(report, broken, MORE)}
    assert list(results_of) == [rule.name for rule in MORE]
    assert tuple(rule for rule, result in results_of.items() if not result.passed) == broken
    assert results_of["length"].says == "the video lasts 59 seconds"
    assert results_of["night"].says == "it runs before six"


def test_rules_are_told_apart() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
