"""Why a campaign may run on a video, or why not: every rule, with the evidence."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

from engine.content.categories import CategoryScore
from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.campaigns import ALWAYS, FOREVER, Campaign
from engine.domain.iab.taxonomy import content_taxonomy
from engine.domain.suitability import Risk, TopicRisk
from engine.domain.time_ranges import SecondRange, second_ranges
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.ports.index import IndexSnapshot
from engine.targeting.targeting import Rule

SeenAt = Mapping[str, tuple[SecondRange, ...]]
"""Tag -> when it was seen."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule.

    Attributes:
        rule: which.
        passed: whether the campaign may run, as far as this rule goes.
        says: why, in a sentence.
        seen: the tags that decided, and when they were seen.
    """

    rule: Rule
    passed: bool
    says: str
    seen: SeenAt = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class EligibilityReport:
    """One campaign and one video.

    Attributes:
        campaign: the campaign.
        record: what the catalog knows of the video.
        track: what was seen on it.
        view: where it was scored.
        score: how well the campaign fits it.
        filed: the categories that the video's tags say.
        risks: of each suitability topic.
    """

    campaign: Campaign
    record: VideoRecord
    track: Track
    view: IndexSnapshot
    score: float
    filed: Sequence[CategoryScore]
    risks: Sequence[TopicRisk]

    def seen(self, tags: Iterable[str]) -> SeenAt:
        """Return when each of some tags was seen; those that were not are left out."""
        vocabulary = self.view.vocabulary
        labels = {number: vocabulary.names[number] for number in vocabulary.meant(set(tags))}
        ranges = tag_time_ranges(self.track, list(labels), self.view.thresholds)
        found = {label: ranges[number] for number, label in labels.items() if ranges[number]}
        return dict(sorted(found.items()))


def rulings(case: EligibilityReport, broken: Collection[Rule]) -> tuple[RuleResult, ...]:
    """Return every rule, each with what speaks for or against it.

    Args:
        case: the campaign and the video.
        broken: as ``Targeting.broken_rules`` tells.
    """
    return tuple(
        RuleResult(rule, rule not in broken, *say(case)) for rule, say in _EVIDENCE.items()
    )


_Said = tuple[str, SeenAt]


def _state(case: EligibilityReport) -> _Said:
    return f"the campaign is {case.campaign.state}", {}


def _flight(case: EligibilityReport) -> _Said:
    begins, ends = case.campaign.begins, case.campaign.ends
    since = "has always been on" if begins == ALWAYS else f"begins {_moment(begins)}"
    until = "has no end" if ends == FOREVER else f"is over {_moment(ends)}"
    return f"the flight {since} and {until}", {}


def _language(case: EligibilityReport) -> _Said:
    if not case.campaign.languages:
        return "it asks for no language", {}
    wanted = ", ".join(word or "unknown" for word in case.campaign.languages)
    return f"the video's language is {case.record.language or 'unknown'}; it takes {wanted}", {}


def _kind(case: EligibilityReport) -> _Said:
    if not case.campaign.kinds:
        return "it asks for no kind", {}
    return f"the video is of kind {case.record.kind}; it takes {', '.join(case.campaign.kinds)}", {}


def _exclusions(case: EligibilityReport) -> _Said:
    tags = case.campaign.excluded_tags
    if not tags:
        return "it excludes nothing", {}
    seen = case.seen(tags)
    if not seen:
        return f"it excludes {', '.join(tags)}: none was seen", {}
    return f"it excludes {', '.join(seen)}, seen at the seconds given", seen


def _groups(case: EligibilityReport) -> _Said:
    needs = case.campaign.needs
    if not needs:
        return "it requires no tags", {}
    missing = [" or ".join(tags) for tags in needs if not case.seen(tags)]
    seen = case.seen(tag for tags in needs for tag in tags)
    if not missing:
        return "all that it requires was seen", seen
    return f"it requires {', and '.join(missing)}: not seen", seen


def _categories(case: EligibilityReport) -> _Said:
    wanted, unwanted = case.campaign.categories, case.campaign.exclude_categories
    if not wanted and not unwanted:
        return "it asks for no category", {}
    tags = {one.category: one.tags for one in case.filed}
    own = [*tags, *(one.topic.category for one in case.risks if one.seconds)]
    below = content_taxonomy().with_all_below((*wanted, *unwanted))
    seen = case.seen(tag for category in own if category in below for tag in tags.get(category, ()))
    asks = f"it takes {_named(wanted) or 'all'}, but not {_named(unwanted) or 'none'}"
    return f"the video is about {_named(own) or 'no category'}; {asks}", seen


def _suitability(case: EligibilityReport) -> _Said:
    floor = [one for one in case.risks if one.risk is Risk.FLOOR]
    if not floor:
        return "no topic is at the floor; what is risky counts second by second, at breaks", {}
    seen = {one.topic.name: second_ranges(np.array(one.seconds)) for one in floor}
    return f"{', '.join(seen)} is at the floor: nothing runs on this video", seen


def _relevance(case: EligibilityReport) -> _Said:
    return f"the score is {case.score:.4f}; it asks for {case.campaign.min_relevance:g}", {}


_EVIDENCE: Final[Mapping[Rule, Callable[[EligibilityReport], _Said]]] = {
    Rule.STATE: _state,
    Rule.FLIGHT: _flight,
    Rule.LANGUAGE: _language,
    Rule.KIND: _kind,
    Rule.EXCLUSIONS: _exclusions,
    Rule.GROUPS: _groups,
    Rule.CATEGORIES: _categories,
    Rule.SUITABILITY: _suitability,
    Rule.RELEVANCE: _relevance,
}


def _named(categories: Iterable[str]) -> str:
    known = content_taxonomy().categories
    return ", ".join(f"{category} ({known[category].name})" for category in categories)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
