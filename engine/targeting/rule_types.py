"""Forms of the rules that decide whether a campaign may run on a video, or for a viewer.

A rule says the same thing five times, and says it in one class: as what an advertiser writes for it
(``engine.targeting.criteria``), as columns that 100,000 campaigns
are asked by at once (``engine.kernels.targeting``), as the side of a video that these meet, as a
filter of the videos that a campaign may run on, and as a sentence about one campaign and one video.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, Final

from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.advertising.campaigns import Campaign
from engine.domain.content import VideoContent
from engine.domain.matching.filters import Field, Filter
from engine.domain.time_ranges import TimeRange
from engine.ports.index import IndexSnapshot
from engine.targeting.criteria import Choices, Criterion
from engine.words.vocabulary import Vocabulary

TagSeconds = Mapping[str, tuple[TimeRange, ...]]
"""Tag -> when it was seen."""

Evidence = tuple[str, TagSeconds]
"""A sentence, and the tags that decided with the seconds they were seen on."""

Token = tuple[Hashable, ...]
"""Something that a video has or has not, as a namespace and a word: ``("kind", "motion")``."""

Bounds = tuple[float, float]
"""The lowest number that passes, and the lowest above it that does not."""

EVERY_NUMBER: Final[Bounds] = (-inf, inf)
NO_NUMBER: Final[Bounds] = (inf, inf)


@dataclass(frozen=True, slots=True)
class VideoTraits:
    """A video as rules see it.

    Attributes:
        tags: numbers of those that were seen.
        metadata: columns of the index (``engine.domain.metadata.SCHEMA``), as rules name them.
    """

    tags: Sequence[int]
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EligibilityReport:
    """One campaign and one video.

    Attributes:
        campaign: the campaign.
        content: the video in the catalog, with all that was observed.
        snapshot: the index that scored it.
        score: how well the campaign fits it.
        tagger_words: tagger -> the tags it may say.
    """

    campaign: Campaign
    content: VideoContent
    snapshot: IndexSnapshot
    score: float
    tagger_words: Mapping[str, frozenset[str]]

    def observed(self, tags: Iterable[str]) -> TagSeconds:
        """Return when each of some tags was seen; those that were not are left out."""
        vocabulary = self.snapshot.vocabulary
        labels = {number: vocabulary.names[number] for number in vocabulary.meant(set(tags))}
        ranges = tag_time_ranges(self.content.track, list(labels), self.snapshot.thresholds)
        ranges_by_label = {
            label: ranges[number] for number, label in labels.items() if ranges[number]
        }
        return dict(sorted(ranges_by_label.items()))

    def counted(self, tags: Iterable[str]) -> list[str]:
        """Return those of some tags that count, as filters find them, seen or told of the whole."""
        vocabulary = self.snapshot.vocabulary
        counted = set(self.snapshot.counts(self.content.record.id)[0].tolist())
        return sorted(
            vocabulary.names[number]
            for number in set(vocabulary.meant(set(tags)))
            if number in counted
        )


class CampaignRule(ABC):
    """A rule; made of nothing, so that one instance serves all campaigns.

    Attributes:
        name: in answers.
        criteria: what an advertiser writes for it.
    """

    name: ClassVar[str]
    criteria: ClassVar[tuple[Criterion, ...]] = ()

    @abstractmethod
    def says(self, report: EligibilityReport) -> Evidence:
        """Return what speaks for or against a campaign on a video."""


class RangeRule(CampaignRule):
    """A rule about a number that no video has: it is asked of viewers, too.

    Attributes:
        is_about_score: whether the number is how well the campaign fits, not ``value``.
    """

    is_about_score: ClassVar[bool] = False

    @abstractmethod
    def bounds(self, campaign: Campaign) -> Bounds:
        """Return the numbers between which a campaign may run."""

    def value(self, now: int) -> float:
        """Return the number at a moment, seconds since 1970."""
        return float(now)


class VideoRule(CampaignRule):
    """A rule about what a video has: at least one token of each of some sets, and none of others.

    Attributes:
        columns: of the index, which ``tokens`` reads.
    """

    columns: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return what a video has of what campaigns may ask for."""

    def requires(
        self,
        campaign: Campaign,  # noqa: ARG002 - others ask it
        vocabulary: Vocabulary,  # noqa: ARG002
    ) -> Iterable[Iterable[Token]]:
        """Return sets of tokens, of each of which a video must have one."""
        return ()

    def bars(
        self,
        campaign: Campaign,  # noqa: ARG002 - others ask it
        vocabulary: Vocabulary,  # noqa: ARG002
    ) -> Sequence[Token]:
        """Return tokens that a video must not have."""
        return ()

    @abstractmethod
    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index: which videos a campaign may run on; None for all."""


class ChoiceRule(VideoRule):
    """A rule about one word that a video's metadata has: whether a campaign chose it.

    Attributes:
        columns: the one that has the word.
        choices: those of the campaign.
    """

    choices: ClassVar[Choices]

    def tokens(self, video: VideoTraits) -> Iterable[Token]:
        """Return the video's word."""
        (column,) = self.columns
        return [(column, video.metadata[column])]

    def requires(self, campaign: Campaign, _: Vocabulary) -> Iterable[Iterable[Token]]:
        """Return the words that were chosen, if any were."""
        (column,), words = self.columns, self.choices.of(campaign)
        return [[(column, word) for word in words]] if words else []

    def filter(self, campaign: Campaign) -> Filter | None:
        """Return the same for the index."""
        (column,), words = self.columns, self.choices.of(campaign)
        return Field(column, "in", words) if words else None
