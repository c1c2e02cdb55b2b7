"""Campaigns as columns of numbers, row by row; rows can be taken and put under each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.campaigns import Campaign, CampaignState
from engine.kernels.forward import Floats
from engine.kernels.targeting import Numbers, Rules, Starts
from engine.languages import asked_ranges
from engine.vocabulary import Vocabulary

KINDS: Final = ("motion", "slideshow", "overlay", "static", "unknown")
"""The kinds of videos; the bit of each is 1 << its place."""


class Numbering:
    """Numbers for words, each given once and for good."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def give(self, words: Iterable[str]) -> list[int]:
        """Return the numbers of words; new words get new ones."""
        return [self._numbers.setdefault(word, len(self._numbers)) for word in words]

    def known(self, word: str) -> int:
        """Return the number of a word, -1 if it has none."""
        return self._numbers.get(word, -1)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of the words of campaigns.

    Attributes:
        vocabulary: of the tags.
        advertisers: of the advertisers.
        languages: of the languages that any campaign named.
        categories: of the categories that any campaign named.
    """

    vocabulary: Vocabulary
    advertisers: Numbering
    languages: Numbering
    categories: Numbering


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
        places = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return Lists(starts, self.values[places])

    def above(self, below: "Lists") -> "Lists":
        """Return these rows and others below them."""
        starts = np.concatenate([self.starts, below.starts[1:] + self.starts[-1]])
        return Lists(starts, np.concatenate([self.values, below.values]))


@dataclass(frozen=True, slots=True)
class CampaignColumns:
    """Columns stored of campaigns; the meaning is that of ``engine.kernels.targeting.Rules``.

    Attributes:
        advertiser: shape (n,), their numbers.
        active: shape (n,).
        begins: shape (n,).
        ends: shape (n,).
        least: shape (n,).
        kinds: shape (n,).
        tags: of the profile, rising, each once.
        weights: aligned with ``tags``.
        languages: their numbers.
        excluded: tags.
        needs: for each set of tags its size, then the tags.
        wanted: the numbers of categories.
        unwanted: likewise.
    """

    advertiser: Numbers
    active: NDArray[np.bool_]
    begins: Numbers
    ends: Numbers
    least: Floats
    kinds: Numbers
    tags: Lists
    weights: Lists
    languages: Lists
    excluded: Lists
    needs: Lists
    wanted: Lists
    unwanted: Lists

    @classmethod
    def of(cls, campaigns: Sequence[Campaign], codes: Codes) -> Self:
        """Turn records into columns.

        Raises:
            UnknownTag: when a campaign was understood as a tag that the vocabulary lacks.
        """
        vocabulary = codes.vocabulary
        profiles = [_profile(campaign, vocabulary) for campaign in campaigns]
        advertisers = codes.advertisers.give(one.advertiser for one in campaigns)
        languages = [asked_ranges(one.languages) for one in campaigns]
        return cls(
            advertiser=np.array(advertisers, np.int64),
            active=np.array([one.state is CampaignState.ACTIVE for one in campaigns], bool),
            begins=np.array([one.begins for one in campaigns], np.int64),
            ends=np.array([one.ends for one in campaigns], np.int64),
            least=np.array([one.min_relevance for one in campaigns], np.float64),
            kinds=np.array([kind_bits(one.kinds) for one in campaigns], np.int64),
            tags=Lists.of([tag for tag, _ in profile] for profile in profiles),
            weights=Lists.of(([weight for _, weight in profile] for profile in profiles), float),
            languages=Lists.of(map(codes.languages.give, languages)),
            excluded=Lists.of(vocabulary.meant(one.excluded_tags) for one in campaigns),
            needs=Lists.of(_needs(campaign, vocabulary) for campaign in campaigns),
            wanted=Lists.of(codes.categories.give(one.categories) for one in campaigns),
            unwanted=Lists.of(codes.categories.give(one.exclude_categories) for one in campaigns),
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

    def rules(self) -> Rules:
        """Return the columns as the kernel takes them."""
        return Rules(
            self.active,
            self.begins,
            self.ends,
            self.least,
            self.kinds,
            self.languages.starts,
            self.languages.values,
            self.excluded.starts,
            self.excluded.values,
            self.needs.starts,
            self.needs.values,
            self.wanted.starts,
            self.wanted.values,
            self.unwanted.starts,
            self.unwanted.values,
        )


def kind_bits(kinds: Iterable[str]) -> int:
    """Return the bits of some kinds as a sum."""
    return sum(1 << KINDS.index(kind) for kind in set(kinds))


def _columns(make: Callable[[str], Any]) -> CampaignColumns:
    return CampaignColumns(**{field.name: make(field.name) for field in fields(CampaignColumns)})


def _profile(campaign: Campaign, vocabulary: Vocabulary) -> list[tuple[int, float]]:
    return sorted(vocabulary.weighted(campaign.profile).items())


def _needs(campaign: Campaign, vocabulary: Vocabulary) -> list[int]:
    needs: list[int] = []
    for tags in campaign.needs:
        numbers = vocabulary.meant(tags)
        needs += [len(numbers), *numbers]
    return needs
