"""The members of records are those that HTTP documents, none more and none less."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

from api.http.schemas import (
    campaigns,
    categories,
    jobs,
    keywords,
    matches,
    placements,
    recommendations,
    reindexing,
    suitability,
    videos,
    viewers,
    webhooks,
)
from api.members import EARLIER_NAMES, MEMBERS
from engine.batch.index_reports import BuiltIndex, StoredIndex
from engine.content.ad_breaks import AdBreak
from engine.domain.advertising.placements import (
    CampaignEligibility,
    CampaignMatches,
    CampaignNewMatches,
    ObservedTag,
    Placement,
    Reach,
    RuleEvidence,
    ScoreBin,
    VideoPlacements,
    ViewerPlacements,
)
from engine.domain.assessments.sensitivity import SensitivityAssessment
from engine.domain.jobs import Job
from engine.domain.matching.keywords import IgnoredWord, KeywordMatch, TagCandidate
from engine.domain.matching.recommendations import (
    Reason,
    Recommendation,
    RecommendationPage,
    Source,
)
from engine.domain.matching.results import Contribution, Match, Matches, Move, TagCount
from engine.domain.videos import VideoRecord
from engine.domain.viewers import Event, Viewer
from engine.search.eligibility import RuleResult
from engine.services.ad_breaks import AdBreaks, LeftOut
from engine.services.advertising import (
    SuitableCategory,
    TopicSuitability,
    VideoCategories,
    VideoCategory,
    VideoSuitability,
)
from engine.services.campaigns import CampaignNow
from engine.services.recommendations import ViewerEligibility
from engine.services.videos import (
    SecondConfidence,
    TagAlong,
    TagConfidence,
    VideoSecond,
    VideoTags,
)
from engine.services.viewers import AddedEvents
from engine.services.webhooks import NewWebhook, WebhookStatus

DETAILS = {"external_id", "title", "poster", "url", "duration"}
"""Told of the videos of a list by ``api.http.details``."""


@pytest.mark.parametrize(
    ("record", "model"),
    [
        (AdBreak, placements.AdBreak),
        (AdBreaks, placements.AdBreakList),
        (AddedEvents, viewers.EventsResult),
        (ScoreBin, placements.ScoreBand),
        (BuiltIndex, reindexing.ReindexResult),
        (CampaignEligibility, placements.CampaignEligibility),
        (CampaignNow, campaigns.Campaign),
        (Contribution, matches.Contribution),
        (Event, viewers.ViewerEvent),
        (IgnoredWord, keywords.IgnoredKeyword),
        (Job, jobs.Job),
        (KeywordMatch, keywords.KeywordMatch),
        (LeftOut, placements.ExcludedSeconds),
        (Match, matches.VideoMatch),
        (Matches, matches.VideoMatchList),
        (Move, matches.RankChange),
        (NewWebhook, webhooks.NewWebhook),
        (ObservedTag, placements.ObservedTag),
        (Placement, placements.CampaignPlacement),
        (Reach, placements.Reach),
        (Reason, recommendations.ViewerContribution),
        (Recommendation, recommendations.Recommendation),
        (RecommendationPage, recommendations.RecommendationPage),
        (RuleEvidence, placements.CampaignRuleResult),
        (RuleResult, recommendations.ViewerRuleResult),
        (SecondConfidence, videos.SecondConfidence),
        (Source, recommendations.ContributingVideo),
        (StoredIndex, reindexing.IndexGeneration),
        (SuitableCategory, suitability.CategorySuitability),
        (TagAlong, videos.TagTimeline),
        (TagCandidate, keywords.TagCandidate),
        (TagConfidence, videos.TagConfidence),
        (TagCount, videos.TagCount),
        (TopicSuitability, suitability.TopicSuitability),
        (SensitivityAssessment, videos.SensitivityAssessment),
        (VideoCategories, categories.VideoCategories),
        (VideoCategory, categories.VideoCategory),
        (VideoRecord, videos.Video),
        (VideoSecond, videos.SecondObservations),
        (VideoSuitability, suitability.SuitabilityAssessment),
        (VideoTags, videos.VideoTagCounts),
        (Viewer, viewers.Viewer),
        (ViewerEligibility, recommendations.ViewerEligibility),
        (WebhookStatus, webhooks.WebhookStatus),
    ],
)
def test_a_record_tells_what_is_documented(record: type, model: type[BaseModel]) -> None:
    listed = DETAILS if model in (matches.VideoMatch, recommendations.Recommendation) else set()
    assert members_of(record) == documented(model) - listed
    earlier = EARLIER_NAMES.get(record, {}).values()
    deprecated = {name for name, one in model.model_fields.items() if one.deprecated}
    assert deprecated & members_of(record) == set(earlier)


@pytest.mark.parametrize(
    ("records", "model"),
    [
        ((CampaignNewMatches, CampaignMatches), placements.CampaignMatches),
        ((VideoPlacements, ViewerPlacements), placements.CampaignPlacementList),
    ],
)
def test_records_that_share_an_answer_tell_all_of_it(
    records: tuple[type, ...], model: type[BaseModel]
) -> None:
    assert set().union(*map(members_of, records)) == documented(model)


def members_of(record: type) -> set[str]:
    if record in MEMBERS:
        return set(MEMBERS[record])
    earlier = EARLIER_NAMES.get(record, {}).values()
    return {*(one.name.removesuffix("_") for one in fields(record)), *earlier}


def documented(model: type[BaseModel]) -> set[str]:
    return {one.alias or name for name, one in model.model_fields.items()}
