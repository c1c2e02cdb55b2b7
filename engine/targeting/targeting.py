"""Campaigns and videos: who may run where, and how well it fits. Both ways, the same score.

Whether a campaign may run is decided before anything is ranked. From a campaign's side its rules
are a filter over the videos; from a video's side they are columns over the campaigns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.campaigns import Campaign
from engine.domain.filters import EVERY_VIDEO, And, Field, Filter, HasTag, Not, Or
from engine.domain.iab.taxonomy import content_taxonomy
from engine.domain.metadata import RiskLimit
from engine.domain.suitability import Risk
from engine.kernels import targeting as kernel
from engine.kernels.best import rows_of_keys
from engine.kernels.targeting import Target
from engine.languages import ranges_that_take
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.targeting.campaign_index import CampaignIndex, Postings
from engine.targeting.columns import kind_bits


class Rule(StrEnum):
    """A rule that decides whether a campaign may run on a video."""

    STATE = "state"
    FLIGHT = "flight"
    LANGUAGE = "language"
    KIND = "kind"
    EXCLUSIONS = "exclusions"
    GROUPS = "groups"
    CATEGORIES = "categories"
    SUITABILITY = "suitability"
    RELEVANCE = "relevance"


_BITS: Final[Mapping[Rule, int]] = {
    Rule.STATE: kernel.STATE,
    Rule.FLIGHT: kernel.FLIGHT,
    Rule.LANGUAGE: kernel.LANGUAGE,
    Rule.KIND: kernel.KIND,
    Rule.EXCLUSIONS: kernel.EXCLUSIONS,
    Rule.GROUPS: kernel.GROUPS,
    Rule.CATEGORIES: kernel.CATEGORIES,
    Rule.SUITABILITY: kernel.SUITABILITY,
    Rule.RELEVANCE: kernel.RELEVANCE,
}

OF_THE_VIDEO: Final = (
    Rule.LANGUAGE,
    Rule.KIND,
    Rule.EXCLUSIONS,
    Rule.GROUPS,
    Rule.CATEGORIES,
    Rule.SUITABILITY,
)
"""Rules that ask about the video; a viewer is not asked them."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One campaign of an answer: its id, its row in the index, and its score."""

    campaign: str
    row: int
    score: float


@dataclass(frozen=True, slots=True)
class Targeting:
    """All campaigns, ready to meet the videos of a view.

    Attributes:
        campaigns: the campaigns.
        view: the videos.
        postings: the campaigns' profiles, weighed with the view's idf.
    """

    campaigns: CampaignIndex
    view: IndexSnapshot
    postings: Postings

    @classmethod
    def of(cls, campaigns: CampaignIndex, view: IndexSnapshot) -> Self:
        """Weigh the campaigns with a view's idf."""
        return cls(campaigns, view, Postings.of(campaigns.columns, view.idf))

    def advanced(self, campaigns: CampaignIndex, view: IndexSnapshot) -> "Targeting":
        """Return the targeting for newer campaigns and a newer view; itself if they are not."""
        if campaigns is self.campaigns and view is self.view:
            return self
        if campaigns is self.campaigns and _weighs_alike(view, self.view):
            return replace(self, view=view)
        return Targeting.of(campaigns, view)

    def warm_up(self) -> None:
        """Compile, or fetch from the disk, what meeting a video needs; no request compiles."""
        nobody = [Campaign("nobody", "nobody", "nobody", ())]
        index = CampaignIndex.empty().changed(nobody, (), self.view.vocabulary, 0)
        alone = Targeting.of(index, self.view)
        for video in self.view.newest(EVERY_VIDEO, k=1):
            alone.for_video(video, 1, now=0)

    def for_video(
        self,
        video: str,
        k: int,
        *,
        now: int,
        among: NDArray[np.bool_] | None = None,
    ) -> list[Fit]:
        """Return the ``k`` campaigns that fit a video best, of those that may run on it.

        Args:
            video: one that is there.
            k: at least 1.
            now: seconds since 1970.
            among: shape (n_campaigns,), which campaigns count; None for all.
        """
        tags, _ = self.view.counts(video)
        return self._best(self.target(video, now=now), tags, k, among)

    def rank_of(self, campaign: str, video: str, *, now: int) -> int | None:
        """Return the rank of a campaign among all that may run on a video, 1 for the best.

        None when it is not among them, as when it was stored just now.
        """
        found = self.for_video(video, len(self.campaigns), now=now)
        return next((rank for rank, fit in enumerate(found, 1) if fit.campaign == campaign), None)

    def for_viewer(
        self,
        query: Query,
        k: int,
        *,
        now: int,
        among: NDArray[np.bool_] | None = None,
    ) -> list[Fit]:
        """Return the ``k`` campaigns that fit a viewer best, of those that run.

        Args:
            query: what the viewer likes, made for the view.
            k: at least 1.
            now: seconds since 1970.
            among: shape (n_campaigns,), which campaigns count; None for all.
        """
        idf = self.view.idf
        frequencies = np.zeros(len(idf))
        frequencies[query.tags] = query.units / idf[query.tags]
        rules = kernel.EVERY_RULE - sum(_BITS[rule] for rule in OF_THE_VIDEO)
        target = Target(
            frequencies=frequencies,
            divisor=1.0,
            has_language=np.zeros(0, bool),
            kind=0,
            has_category=np.zeros(0, bool),
            safe=True,
            now=now,
            rules=rules,
        )
        return self._best(target, query.tags, k, among)

    def broken_rules(self, row: int, score: float, target: Target) -> tuple[Rule, ...]:
        """Return every rule that keeps a campaign from running somewhere.

        Args:
            row: the campaign's.
            score: how well it fits.
            target: where it would run.
        """
        rules = self.campaigns.rules
        broken = kernel.failing_columns(rules, row, score, target)
        broken += kernel.failing_lists(rules, row, target)
        return tuple(rule for rule, bit in _BITS.items() if broken & bit)

    def query_of(self, row: int) -> Query:
        """Return what a campaign looks for."""
        tags, weights = self.campaigns.columns.tags, self.campaigns.columns.weights
        own = slice(int(tags.starts[row]), int(tags.starts[row + 1]))
        return self.view.query(tags.values[own], weights.values[own].tolist())

    def target(self, video: str, *, now: int) -> Target:
        """Return a video as campaigns see it."""
        frequencies = np.zeros(len(self.view.idf))
        own = self.view.term_frequencies(video)
        frequencies[own.tags] = own.values
        columns = self.view.columns([video], ("language", "kind", "iab", "risk"))
        (language,), (kind,), (categories,), (risks,) = columns.values()
        return Target(
            frequencies=frequencies,
            divisor=own.divisor or 1.0,
            has_language=self._languages(language),
            kind=kind_bits([kind]),
            has_category=self._categories(categories),
            safe=Risk.FLOOR not in risks,
            now=now,
            rules=kernel.EVERY_RULE,
        )

    def _languages(self, language: str) -> NDArray[np.bool_]:
        """Return which of the languages that campaigns name take a video."""
        numbers = self.campaigns.codes.languages
        has = np.zeros(len(numbers), bool)
        for code in ranges_that_take(language):
            number = numbers.known(code)
            if number >= 0:
                has[number] = True
        return has

    def _categories(self, categories: Iterable[str]) -> NDArray[np.bool_]:
        """Return which of the categories that campaigns name a video has, or one below them."""
        numbers = self.campaigns.codes.categories
        has = np.zeros(len(numbers), bool)
        for own in categories:
            for category in content_taxonomy().path(own):
                number = numbers.known(category.id)
                if number >= 0:
                    has[number] = True
        return has

    def _best(
        self, target: Target, tags: NDArray[np.int64], k: int, among: NDArray[np.bool_] | None
    ) -> list[Fit]:
        n = len(self.campaigns)
        k = min(k, n)
        if not k:
            return []
        keys, scores, sums = np.empty(k, np.int64), np.empty(k), np.zeros(n)
        postings = self.postings
        kernel.add_up(
            postings.starts, postings.rows, postings.impacts, tags, target.frequencies, sums
        )
        asked = np.empty(0, bool) if among is None else among
        size = kernel.choose(self.campaigns.rules, target, sums, asked, keys, scores)
        rows = rows_of_keys(keys[:size])
        found = zip(self.campaigns.ids.at(rows), rows.tolist(), scores[:size].tolist(), strict=True)
        return [Fit(*each) for each in found]


def _weighs_alike(view: IndexSnapshot, other: IndexSnapshot) -> bool:
    return view.generation_id == other.generation_id and len(view.idf) == len(other.idf)


def rules_as_filters(campaign: Campaign) -> dict[Rule, Filter]:
    """Return a campaign's rules that ask about the video, as filters; only those it has.

    No campaign runs on a video that is at the floor of a suitability topic.
    """
    limit = RiskLimit(Risk.HIGH, unknown=True)
    rules: dict[Rule, Filter] = {Rule.SUITABILITY: Field("risk", "at_most", limit)}
    if campaign.languages:
        rules[Rule.LANGUAGE] = Field("language", "in", campaign.languages)
    if campaign.kinds:
        rules[Rule.KIND] = Field("kind", "in", campaign.kinds)
    if campaign.excluded_tags:
        rules[Rule.EXCLUSIONS] = Not(_seen_any(campaign.excluded_tags))
    if campaign.needs:
        rules[Rule.GROUPS] = And(tuple(_seen_any(tags) for tags in campaign.needs))
    if campaign.categories or campaign.exclude_categories:
        rules[Rule.CATEGORIES] = And(
            (
                Field("iab", "in", campaign.categories) if campaign.categories else And(()),
                Not(Field("iab", "in", campaign.exclude_categories)),
            )
        )
    return rules


def _seen_any(tags: Sequence[str]) -> Filter:
    return Or(tuple(HasTag(tag) for tag in tags))


def campaign_query(campaign: Campaign, view: IndexSnapshot) -> Query:
    """Return what a campaign looks for."""
    weights = view.vocabulary.weighted(campaign.profile)
    return view.query(list(weights), list(weights.values()))
