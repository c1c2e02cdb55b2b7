"""Campaigns as columns of numbers, row by row; rows can be taken and put under each other."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.domain.advertising.campaigns import Campaign
from engine.kernels.forward import Floats
from engine.kernels.targeting import BARRED, REQUIRED, Numbers, Rules, Starts
from engine.targeting.rule_types import CampaignRule, RangeRule, Token, VideoRule
from engine.words.vocabulary import Vocabulary

Named = TypeVar("Named", bound=Hashable)


class Numbering(Generic[Named]):
    """Numbers for words, each given once and for good."""

    def __init__(self) -> None:
        self._numbers: dict[Named, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def give(self, words: Iterable[Named]) -> list[int]:
        """Return the numbers of words; new words get new ones."""
        return [self._numbers.setdefault(word, len(self._numbers)) for word in words]

    def known(self, word: Named) -> int:
        """Return the number of a word, -1 if it has none."""
        return self._numbers.get(word, -1)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of what campaigns name.

    Attributes:
        vocabulary: of the tags.
        advertisers: of the advertisers.
        tokens: of all that their rules ask for.
    """

    vocabulary: Vocabulary
    advertisers: Numbering[str]
    tokens: Numbering[Token]


@dataclass(frozen=True, slots=True)
class Lists:
    """A list of numbers a row.

    Attributes:
        starts: shape (n + 1,); row r owns ``values[starts[r]:starts[r + 1]]``.
        values: the lists, one after the other.
    """

    starts: Starts
    values: NDArray[Any]

    @classmethod
    def of(cls, lists: Iterable[Sequence[float]], dtype: type = np.int64) -> Self:
        """Put lists one after the other."""
        rows = list(lists)
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        return cls(starts, np.array([value for row in rows for value in row], dtype))

    def take(self, rows: Numbers) -> "Lists":
        """Return some rows, in the order given."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        # The place of each value: its row's start, and how far it is into the row.
        positions = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return Lists(starts, self.values[positions])

    def above(self, below: "Lists") -> "Lists":
        """Return these rows and others below them."""
        starts = np.concatenate([self.starts, below.starts[1:] + self.starts[-1]])
        return Lists(starts, np.concatenate([self.values, below.values]))


@dataclass(frozen=True, slots=True)
class CampaignColumns:
    """Columns stored of campaigns; of the rules they are those of ``engine.kernels.targeting``.

    Attributes:
        advertiser: shape (n,), their numbers.
        tags: of the profile, rising, each once.
        weights: aligned with ``tags``.
        bounds: shape (n, n_ranges, 2), of each rule about a number.
        requirements: of the rules about videos.
    """

    advertiser: Numbers
    tags: Lists
    weights: Lists
    bounds: Floats
    requirements: Lists

    @classmethod
    def of(cls, campaigns: Sequence[Campaign], codes: Codes, rules: Sequence[CampaignRule]) -> Self:
        """Turn records into columns.

        Raises:
            UnknownTag: when a campaign was understood as a tag that the vocabulary lacks.
        """
        profiles = [_profile(campaign, codes.vocabulary) for campaign in campaigns]
        advertisers = codes.advertisers.give(one.advertiser for one in campaigns)
        ranges = [rule for rule in rules if isinstance(rule, RangeRule)]
        bounds = [[rule.bounds(campaign) for rule in ranges] for campaign in campaigns]
        return cls(
            advertiser=np.array(advertisers, np.int64),
            tags=Lists.of([tag for tag, _ in profile] for profile in profiles),
            weights=Lists.of(([weight for _, weight in profile] for profile in profiles), float),
            bounds=np.array(bounds, np.float64).reshape(len(campaigns), len(ranges), 2),
            requirements=Lists.of(map(_Requirements(codes, rules).of, campaigns), np.int32),
        )

    def take(self, rows: Numbers) -> "CampaignColumns":
        """Return some rows, in the order given."""

        def taken(name: str) -> Any:
            column = getattr(self, name)
            return column.take(rows) if isinstance(column, Lists) else column[rows]

        return _columns(taken)

    def above(self, below: "CampaignColumns") -> "CampaignColumns":
        """Return these rows and others below them."""

        def both(name: str) -> Any:
            upper, lower = getattr(self, name), getattr(below, name)
            if isinstance(upper, Lists):
                return upper.above(lower)
            return np.concatenate([upper, lower])

        return _columns(both)

    def rules(self, rules: Sequence[CampaignRule]) -> Rules:
        """Return the columns as the kernel takes them."""
        ranges = [at for at, rule in enumerate(rules) if isinstance(rule, RangeRule)]
        return Rules(
            self.bounds,
            np.array([1 << at for at in ranges], np.int64),
            self.requirements.starts,
            self.requirements.values,
        )


def _columns(make: Callable[[str], Any]) -> CampaignColumns:
    return CampaignColumns(**{field.name: make(field.name) for field in fields(CampaignColumns)})


def _profile(campaign: Campaign, vocabulary: Vocabulary) -> list[tuple[int, float]]:
    return sorted(vocabulary.weighted(campaign.profile).items())


class _Requirements:
    """Requirements of rules about videos, campaign by campaign, as the kernel reads them.

    Only what a rule has of its own is called: there may be 100,000 campaigns.
    """

    def __init__(self, codes: Codes, rules: Sequence[CampaignRule]) -> None:
        self._vocabulary, self._give = codes.vocabulary, codes.tokens.give
        about_videos = [
            (1 << at, one) for at, one in enumerate(rules) if isinstance(one, VideoRule)
        ]
        self._requires = [
            (bit, rule.requires)
            for bit, rule in about_videos
            if type(rule).requires is not VideoRule.requires
        ]
        self._bars = [
            (bit, rule.bars) for bit, rule in about_videos if type(rule).bars is not VideoRule.bars
        ]

    def of(self, campaign: Campaign) -> list[int]:
        vocabulary, give = self._vocabulary, self._give
        requirements: list[int] = []
        for bit, requires in self._requires:
            for tokens in requires(campaign, vocabulary):
                numbers = give(tokens)
                requirements += (bit, REQUIRED, len(numbers), *numbers)
        for bit, bars in self._bars:
            if barred := bars(campaign, vocabulary):
                requirements += (bit, BARRED, len(barred), *give(barred))
        return requirements
