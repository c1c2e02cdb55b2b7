"""What records tell is what HTTP documents: the same members, none more and none less."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

from api.http.schemas.campaigns import CampaignAnswer
from api.http.schemas.categories import CategoriesAnswer, CategoryAnswer
from api.http.schemas.jobs import JobAnswer
from api.http.schemas.keywords import IgnoredAnswer, MeaningAnswer, ReadingAnswer
from api.http.schemas.matches import MatchAnswer, MatchesAnswer, ShareAnswer
from api.http.schemas.placements import (
    BandAnswer,
    BreakAnswer,
    BreaksAnswer,
    CampaignMatchesAnswer,
    CaseAnswer,
    LeftOutAnswer,
    PlacementAnswer,
    PlacementsAnswer,
    ReachAnswer,
    RulingAnswer,
    SeenAnswer,
)
from api.http.schemas.recommendations import (
    MoveAnswer,
    ReasonAnswer,
    RecommendationAnswer,
    RecommendationsAnswer,
    SourceAnswer,
    ViewerCaseAnswer,
    ViewerRulingAnswer,
)
from api.http.schemas.reindexing import GenerationAnswer, ReindexAnswer
from api.http.schemas.suitability import (
    SuitabilityAnswer,
    SuitableCategoryAnswer,
    TopicRiskAnswer,
)
from api.http.schemas.videos import (
    SecondAnswer,
    SecondConfidenceAnswer,
    SensitiveAnswer,
    TagConfidenceAnswer,
    TagCountAnswer,
    TagsAnswer,
    TagSecondsAnswer,
    VideoAnswer,
)
from api.http.schemas.viewers import EventAnswer, EventsAnswer, ViewerAnswer
from api.http.schemas.webhooks import NewWebhookAnswer, WebhookAnswer
from api.members import EARLIER_NAMES, MEMBERS
from engine.batch.index_reports import BuiltIndex, StoredIndex
from engine.content.ad_breaks import AdBreak
from engine.domain.jobs import Job
from engine.domain.keywords import IgnoredWord, KeywordMatch, TagCandidate
from engine.domain.placements import (
    Band,
    CampaignEligibility,
    CampaignMatches,
    CampaignNewMatches,
    ObservedTag,
    Placement,
    Reach,
    RuleEvidence,
    VideoPlacements,
    ViewerPlacements,
)
from engine.domain.recommendations import (
    Move,
    Reason,
    Recommendation,
    RecommendationPage,
    Source,
)
from engine.domain.results import Contribution, Match, Matches, TagCount
from engine.domain.sensitivity import SensitivityAssessment
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
        (AdBreak, BreakAnswer),
        (AdBreaks, BreaksAnswer),
        (AddedEvents, EventsAnswer),
        (Band, BandAnswer),
        (BuiltIndex, ReindexAnswer),
        (CampaignEligibility, CaseAnswer),
        (CampaignNow, CampaignAnswer),
        (Contribution, ShareAnswer),
        (Event, EventAnswer),
        (IgnoredWord, IgnoredAnswer),
        (Job, JobAnswer),
        (KeywordMatch, ReadingAnswer),
        (LeftOut, LeftOutAnswer),
        (Match, MatchAnswer),
        (Matches, MatchesAnswer),
        (Move, MoveAnswer),
        (NewWebhook, NewWebhookAnswer),
        (ObservedTag, SeenAnswer),
        (Placement, PlacementAnswer),
        (Reach, ReachAnswer),
        (Reason, ReasonAnswer),
        (Recommendation, RecommendationAnswer),
        (RecommendationPage, RecommendationsAnswer),
        (RuleEvidence, RulingAnswer),
        (RuleResult, ViewerRulingAnswer),
        (SecondConfidence, SecondConfidenceAnswer),
        (Source, SourceAnswer),
        (StoredIndex, GenerationAnswer),
        (SuitableCategory, SuitableCategoryAnswer),
        (TagAlong, TagSecondsAnswer),
        (TagCandidate, MeaningAnswer),
        (TagConfidence, TagConfidenceAnswer),
        (TagCount, TagCountAnswer),
        (TopicSuitability, TopicRiskAnswer),
        (SensitivityAssessment, SensitiveAnswer),
        (VideoCategories, CategoriesAnswer),
        (VideoCategory, CategoryAnswer),
        (VideoRecord, VideoAnswer),
        (VideoSecond, SecondAnswer),
        (VideoSuitability, SuitabilityAnswer),
        (VideoTags, TagsAnswer),
        (Viewer, ViewerAnswer),
        (ViewerEligibility, ViewerCaseAnswer),
        (WebhookStatus, WebhookAnswer),
    ],
)
def test_a_record_tells_what_is_documented(record: type, model: type[BaseModel]) -> None:
    listed = DETAILS if model in (MatchAnswer, RecommendationAnswer) else set()
    assert members_of(record) == documented(model) - listed
    earlier = EARLIER_NAMES.get(record, {}).values()
    deprecated = {name for name, one in model.model_fields.items() if one.deprecated}
    assert deprecated & members_of(record) == set(earlier)


@pytest.mark.parametrize(
    ("records", "model"),
    [
        ((CampaignNewMatches, CampaignMatches), CampaignMatchesAnswer),
        ((VideoPlacements, ViewerPlacements), PlacementsAnswer),
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
