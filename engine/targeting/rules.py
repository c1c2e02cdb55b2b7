"""The rules of campaigns, a class each.

A new rule is a class here and its name in ``RULES``: the rest goes by them: plans, answers,
forms. ``docs/campaigns.md`` says of each what it asks.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from math import inf
from types import MappingProxyType
from typing import Final

import numpy as np

from engine.content.brand_suitability import SuitabilityClassifier
from engine.content.categories import Categories
from engine.content.counting import count_steady
from engine.content.performance import PerformanceClassifier
from engine.domain.advertising.campaigns import ALWAYS, FOREVER, Campaign, CampaignState
from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.performance import PERFORMANCE_LABELS
from engine.domain.assessments.suitability import VECTORS, Risk, TopicRisk
from engine.domain.matching.filters import And, Field, Filter, HasTag, Not, Or
from engine.domain.metadata import RiskLimit
from engine.domain.time_ranges import time_ranges
from engine.domain.videos import KINDS
from engine.targeting.criteria import Choices, Criterion, Number, Words
from engine.targeting.iab_codes import IAB_CATEGORIES
from engine.targeting.rule_types import (
    EVERY_NUMBER,
    NO_NUMBER,
    Bounds,
    CampaignRule,
    ChoiceRule,
    EligibilityReport,
    Evidence,
    RangeRule,
    TagSeconds,
    Token,
    VideoRule,
    VideoTraits,
)
from engine.words.languages import ranges_that_take, requested_ranges
from engine.words.vocabulary import Vocabulary

MIN_RELEVANCE: Final = Number(
    "min_relevance", "Minimum relevance", "The least score, 0.0 to 1.0.", highest=1.0
)

_NOTHING: Final[TagSeconds] = MappingProxyType({})


class StateRule(RangeRule):
    """Whether the campaign is active, not paused."""

    name = "state"

    def bounds(self, campaign: Campaign) -> Bounds:
        """Return every moment, or none."""
        return EVERY_NUMBER if campaign.state is CampaignState.ACTIVE else NO_NUMBER

    def says(self, report: EligibilityReport) -> Evidence:
        """Return the state."""
        return f"the campaign is {report.campaign.state}", _NOTHING


class FlightRule(RangeRule):
    """Whether the campaign has begun and is not over."""

    name = "flight"

    def bounds(self, campaign: Campaign) -> Bounds:
        """Return the moments of the flight."""
        return campaign.begins, campaign.ends

    def says(self, report: EligibilityReport) -> Evidence:
        """Return when it begins and ends."""
        begins, ends = report.campaign.begins, report.campaign.ends
        since = "has always been on" if begins == ALWAYS else f"begins {_moment(begins)}"
        until = "has no end" if ends == FOREVER else f"is over {_moment(ends)}"
        return f"the flight {since} and {until}", _NOTHING


class LanguageRule(VideoRule):
    """Whether the campaign takes the video's language, as RFC 4647 says."""

    name = "language"
    columns = ("language",)
    languages: Final = Words(
        "languages",
        "Languages",
        'Of the videos; ``""`` is unknown; none for all.',
        hint="none: all",
        placeholder="en, de",
        max_length=35,
        unknown_label="and videos whose language is not known",
    )
    criteria = (languages,)

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return all that may be asked for to find the video's language."""
        return [("language", code) for code in ranges_that_take(video.metadata["language"])]

    def requires(self, campaign: Campaign, _: Vocabulary) -> Iterable[Iterable[Token]]:
        """Return the languages, if any are asked for."""
        languages = self.languages.of(campaign)
        return [[("language", code) for code in requested_ranges(languages)]] if languages else []

    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index."""
        languages = self.languages.of(campaign)
        return Field("language", "in", languages) if languages else None

    def says(self, report: EligibilityReport) -> Evidence:
        """Return the video's language and those that are asked for."""
        languages = self.languages.of(report.campaign)
        if not languages:
            return "it asks for no language", _NOTHING
        takes = ", ".join(word or "unknown" for word in languages)
        own = report.content.record.language or "unknown"
        return f"the video's language is {own}; it takes {takes}", _NOTHING


class KindRule(ChoiceRule):
    """Whether the campaign takes the video's kind."""

    name = "kind"
    columns = ("kind",)
    choices = Choices(
        "kinds", "Kinds", "Of the videos; none for all.", {kind: kind for kind in KINDS}
    )
    criteria = (choices,)

    def says(self, report: EligibilityReport) -> Evidence:
        """Return the video's kind and those that are asked for."""
        kinds = self.choices.of(report.campaign)
        if not kinds:
            return "it asks for no kind", _NOTHING
        own, takes = report.content.record.kind, ", ".join(kinds)
        return f"the video is of kind {own}; it takes {takes}", _NOTHING


class PerformanceRule(ChoiceRule):
    """Whether the campaign takes what the video is by both senses."""

    name = "performance"
    columns = ("performance",)
    choices = Choices(
        "performance",
        "Performance",
        "Of the videos, by what is seen and heard; none for all.",
        PERFORMANCE_LABELS,
    )
    criteria = (choices,)

    def says(self, report: EligibilityReport) -> Evidence:
        """Return what the video is, by what, and what is asked for."""
        performances = self.choices.of(report.campaign)
        if not performances:
            return "it asks for no performance", _NOTHING
        vocabulary, thresholds = report.snapshot.vocabulary, report.snapshot.thresholds
        classifier = PerformanceClassifier(vocabulary, thresholds, report.tagger_words)
        own, takes = classifier.assessment(report.content), ", ".join(performances)
        observed = report.observed(one.tag for one in (*own.heard, *own.seen))
        return f"the video is {own.verdict} ({own.reason}); it takes {takes}", observed


class ExclusionsRule(VideoRule):
    """Whether nothing counts on the video that the campaign excludes."""

    name = "exclusions"

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return the tags that were seen."""
        return _tag_tokens(video.tags)

    def bars(self, campaign: Campaign, vocabulary: Vocabulary) -> Sequence[Token]:
        """Return the excluded tags."""
        return _tag_tokens(vocabulary.meant(campaign.excluded_tags))

    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index."""
        tags = campaign.excluded_tags
        return Not(_has_any(tags)) if tags else None

    def says(self, report: EligibilityReport) -> Evidence:
        """Return what is excluded, and when it was seen."""
        tags = report.campaign.excluded_tags
        if not tags:
            return "it excludes nothing", _NOTHING
        observed, counted = report.observed(tags), report.counted(tags)
        if counted:
            ranges = {tag: observed[tag] for tag in counted if tag in observed}
            whole = [tag for tag in counted if tag not in ranges]
            states = {"seen at the seconds given": [*ranges], "told of the video as a whole": whole}
            parts = (f"{', '.join(own)}, {state}" for state, own in states.items() if own)
            return f"it excludes {'; '.join(parts)}", ranges
        if observed:
            uncounted = "seen at the seconds given, but does not count"
            return f"it excludes {', '.join(observed)}, {uncounted}", observed
        return f"it excludes {', '.join(tags)}: none was seen", _NOTHING


class GroupsRule(VideoRule):
    """Whether all was seen that the campaign requires."""

    name = "groups"

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return the tags that were seen."""
        return _tag_tokens(video.tags)

    def requires(self, campaign: Campaign, vocabulary: Vocabulary) -> Iterable[Iterable[Token]]:
        """Return the sets of tags."""
        return [_tag_tokens(vocabulary.meant(tags)) for tags in campaign.needs]

    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index."""
        needs = campaign.needs
        return And(tuple(_has_any(tags) for tags in needs)) if needs else None

    def says(self, report: EligibilityReport) -> Evidence:
        """Return what is missing, and what was seen."""
        needs = report.campaign.needs
        if not needs:
            return "it requires no tags", _NOTHING
        missing = [tags for tags in needs if not report.counted(tags)]
        observed = report.observed(tag for tags in needs for tag in tags)
        if not missing:
            return "all that it requires was seen", observed
        whys = (f"{' or '.join(tags)}: {self._why(report, tags)}" for tags in missing)
        return f"it requires {'; '.join(whys)}", observed

    def _why(self, report: EligibilityReport, tags: Collection[str]) -> str:
        """Return why none of some tags counts."""
        observed = ", ".join(report.observed(tags))
        names = f"{observed} " if len(tags) > 1 else ""
        return f"{names}seen, but does not count" if observed else "not seen"


class CategoriesRule(VideoRule):
    """Whether the video is about the categories that the campaign takes, and no others it bars."""

    name = "categories"
    columns = ("iab",)
    takes: Final = Words(
        "categories",
        "Categories",
        "IAB Content Taxonomy 3.1; a video must have one of them.",
        hint="of the IAB, one of them; none: all",
        placeholder="422, 483",
        codes=IAB_CATEGORIES,
    )
    excludes: Final = Words(
        "exclude_categories",
        "Not in these categories",
        "Those that rule a video out.",
        codes=IAB_CATEGORIES,
    )
    criteria = (takes, excludes)

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return the video's categories and all above them."""
        path = content_taxonomy().path
        return [("iab", one.id) for own in video.metadata["iab"] for one in path(own)]

    def requires(self, campaign: Campaign, _: Vocabulary) -> Iterable[Iterable[Token]]:
        """Return the categories, if any are asked for."""
        categories = self.takes.of(campaign)
        return [[("iab", category) for category in categories]] if categories else []

    def bars(self, campaign: Campaign, _: Vocabulary) -> Sequence[Token]:
        """Return the excluded categories."""
        return [("iab", category) for category in self.excludes.of(campaign)]

    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index."""
        takes, bars = self.takes.of(campaign), self.excludes.of(campaign)
        if not takes and not bars:
            return None
        return And((Field("iab", "in", takes) if takes else And(()), Not(Field("iab", "in", bars))))

    def says(self, report: EligibilityReport) -> Evidence:
        """Return what the video is about, by which tags, and what is asked for."""
        takes, bars = self.takes.of(report.campaign), self.excludes.of(report.campaign)
        if not takes and not bars:
            return "it asks for no category", _NOTHING
        track, snapshot = report.content.track, report.snapshot
        counts = count_steady(track, snapshot.thresholds, snapshot.config.least_seconds)
        scores = Categories(snapshot.vocabulary).scores(
            counts.tags, counts.seconds, track.n_seconds
        )
        tags = {one.category: one.tags for one in scores}
        own = [*tags, *(one.topic.category for one in _risks(report) if one.risk in VECTORS)]
        below = content_taxonomy().with_all_below((*takes, *bars))
        observed = report.observed(
            tag for category in own if category in below for tag in tags.get(category, ())
        )
        asks = f"it takes {_named(takes) or 'all'}, but not {_named(bars) or 'none'}"
        return f"the video is about {_named(own) or 'no category'}; {asks}", observed


class SuitabilityRule(VideoRule):
    """Whether no suitability topic is at the floor, beside which nothing runs.

    What is risky below the floor counts second by second, at breaks.
    """

    name = "suitability"
    columns = ("risk",)

    _FLOOR: Final = [("risk", "floor")]

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return whether a topic is at the floor."""
        return self._FLOOR if Risk.FLOOR in video.metadata["risk"] else []

    def bars(self, _campaign: Campaign, _: Vocabulary) -> Sequence[Token]:
        """Return the floor."""
        return self._FLOOR

    def filter(self, _: Campaign) -> Filter | None:
        """Return the same for the index."""
        return Field("risk", "at_most", RiskLimit(Risk.HIGH, unknown=True))

    def says(self, report: EligibilityReport) -> Evidence:
        """Return the topics at the floor, and their seconds."""
        floor = [one for one in _risks(report) if one.risk is Risk.FLOOR]
        if not floor:
            says = "no topic is at the floor; what is risky counts second by second, at breaks"
            return says, _NOTHING
        observed = {one.topic.name: time_ranges(np.array(one.seconds)) for one in floor}
        return f"{', '.join(observed)} is at the floor: nothing runs on this video", observed


class RelevanceRule(RangeRule):
    """Whether the campaign fits as well as it asks to."""

    name = "relevance"
    is_about_score = True
    criteria = (MIN_RELEVANCE,)

    def bounds(self, campaign: Campaign) -> Bounds:
        """Return the scores from the least one on."""
        return MIN_RELEVANCE.of(campaign), inf

    def says(self, report: EligibilityReport) -> Evidence:
        """Return the score and the least one."""
        minimum = MIN_RELEVANCE.of(report.campaign)
        return f"the score is {report.score:.4f}; it asks for {minimum:g}", _NOTHING


RULES: Final[tuple[CampaignRule, ...]] = (
    StateRule(),
    FlightRule(),
    LanguageRule(),
    KindRule(),
    PerformanceRule(),
    ExclusionsRule(),
    GroupsRule(),
    CategoriesRule(),
    SuitabilityRule(),
    RelevanceRule(),
)
"""All rules, in the order in which they are told."""


CRITERIA: Final[tuple[Criterion, ...]] = tuple(one for rule in RULES for one in rule.criteria)
"""All that advertisers write for rules."""


def rules_as_filters(
    campaign: Campaign, rules: Sequence[CampaignRule] = RULES
) -> dict[str, Filter]:
    """Return a campaign's rules that ask about the video, as filters; only those it has."""
    filters = {rule.name: rule.filter(campaign) for rule in rules if isinstance(rule, VideoRule)}
    return {name: where for name, where in filters.items() if where is not None}


def _risks(report: EligibilityReport) -> Sequence[TopicRisk]:
    classifier = SuitabilityClassifier(report.snapshot.vocabulary, report.snapshot.config.sensitive)
    words = report.tagger_words.get(report.content.record.tagger)
    return classifier.assessments(report.content.track, words)


def _tag_tokens(numbers: Iterable[int]) -> list[Token]:
    return [("tag", number) for number in numbers]


def _has_any(tags: Sequence[str]) -> Filter:
    return Or(tuple(HasTag(tag) for tag in tags))


def _named(categories: Iterable[str]) -> str:
    known = content_taxonomy().categories
    return ", ".join(f"{category} ({known[category].name})" for category in categories)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
