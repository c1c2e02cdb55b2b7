"""Campaigns and videos: who may run where, and how well it fits. Both ways, the same score.

Whether a campaign may run is decided before anything is ranked. From a campaign's side its rules
are a filter over the videos; from a video's side they are columns over the campaigns.
"""

from dataclasses import dataclass, replace
from math import nan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.advertising.campaigns import Campaign
from engine.domain.matching.filters import EVERY_VIDEO
from engine.kernels import targeting as kernel
from engine.kernels.targeting import Target
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.targeting.campaign_index import CampaignIndex, Postings
from engine.targeting.rule_types import RangeRule, VideoRule, VideoTraits


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
        snapshot: the videos.
        postings: the campaigns' profiles, weighed with the view's idf.
    """

    campaigns: CampaignIndex
    snapshot: IndexSnapshot
    postings: Postings

    @classmethod
    def of(cls, campaigns: CampaignIndex, snapshot: IndexSnapshot) -> Self:
        """Weigh the campaigns with a view's idf."""
        return cls(campaigns, snapshot, Postings.of(campaigns.columns, snapshot.idf))

    def advanced(self, campaigns: CampaignIndex, snapshot: IndexSnapshot) -> "Targeting":
        """Return the targeting for newer campaigns and a newer view; itself if they are not."""
        if campaigns is self.campaigns and snapshot is self.snapshot:
            return self
        if campaigns is self.campaigns and _weighs_alike(snapshot, self.snapshot):
            return replace(self, snapshot=snapshot)
        return Targeting.of(campaigns, snapshot)

    def warm_up(self) -> None:
        """Compile, or fetch from the disk, what meeting a video needs; no request compiles."""
        nobody = [Campaign("nobody", "nobody", "nobody", ())]
        index = CampaignIndex.empty().changed(nobody, (), self.snapshot.vocabulary, 0)
        empty_index = Targeting.of(index, self.snapshot)
        for video in self.snapshot.newest(EVERY_VIDEO, k=1):
            empty_index.for_video(video, 1, now=0)

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
        tags, _ = self.snapshot.counts(video)
        return self._best(self.target(video, now=now), tags, k, among)

    def rank_of(self, campaign: str, video: str, *, now: int) -> int | None:
        """Return the rank of a campaign among all that may run on a video, 1 for the best.

        None when it is not among them, as when it was stored just now.
        """
        fits = self.for_video(video, len(self.campaigns), now=now)
        return next((rank for rank, fit in enumerate(fits, 1) if fit.campaign == campaign), None)

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
        idf = self.snapshot.idf
        frequencies = np.zeros(len(idf))
        frequencies[query.tags] = query.units / idf[query.tags]
        target = Target(
            frequencies=frequencies,
            divisor=1.0,
            values=self._values(now),
            has=np.zeros(0, bool),
            is_video=False,
        )
        return self._best(target, query.tags, k, among)

    def broken_rules(self, row: int, score: float, target: Target) -> tuple[str, ...]:
        """Return the names of all rules that keep a campaign from running somewhere.

        Args:
            row: the campaign's.
            score: how well it fits.
            target: where it would run.
        """
        columns = self.campaigns.columns_of_rules
        broken = kernel.failing_ranges(columns, row, score, target)
        broken |= kernel.failing_requirements(columns, row, target)
        rules = enumerate(self.campaigns.rules)
        return tuple(rule.name for at, rule in rules if broken & 1 << at)

    def query_of(self, row: int) -> Query:
        """Return what a campaign looks for."""
        tags, weights = self.campaigns.columns.tags, self.campaigns.columns.weights
        own = slice(int(tags.starts[row]), int(tags.starts[row + 1]))
        return self.snapshot.query(tags.values[own], weights.values[own].tolist())

    def target(self, video: str, *, now: int) -> Target:
        """Return a video as campaigns see it."""
        frequencies = np.zeros(len(self.snapshot.idf))
        own = self.snapshot.term_frequencies(video)
        frequencies[own.tags] = own.values
        return Target(
            frequencies=frequencies,
            divisor=own.divisor or 1.0,
            values=self._values(now),
            has=self._tokens(video, own.tags.tolist()),
            is_video=True,
        )

    def _values(self, now: int) -> NDArray[np.float64]:
        """Return the number that each rule about one asks, shape (n_ranges,)."""
        ranges = (rule for rule in self.campaigns.rules if isinstance(rule, RangeRule))
        return np.array([nan if rule.is_about_score else rule.value(now) for rule in ranges])

    def _tokens(self, video: str, tags: list[int]) -> NDArray[np.bool_]:
        """Return which of the tokens that campaigns name a video has, shape (n_tokens,)."""
        rules = [rule for rule in self.campaigns.rules if isinstance(rule, VideoRule)]
        names = sorted({name for rule in rules for name in rule.columns})
        columns = self.snapshot.columns([video], names)
        traits = VideoTraits(tags, {name: value for name, (value,) in columns.items()})
        numbers = self.campaigns.codes.tokens
        has = np.zeros(len(numbers), bool)
        known = [numbers.known(token) for rule in rules for token in rule.tokens(traits)]
        # A token that got its number just now is asked for by none of these campaigns.
        has[[number for number in known if 0 <= number < len(has)]] = True
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
        allowed = np.empty(0, bool) if among is None else among
        size = kernel.choose(self.campaigns.columns_of_rules, target, sums, allowed, keys, scores)
        rows = keys[:size]
        best = zip(self.campaigns.ids.at(rows), rows.tolist(), scores[:size].tolist(), strict=True)
        return [Fit(*each) for each in best]


def _weighs_alike(snapshot: IndexSnapshot, other: IndexSnapshot) -> bool:
    return snapshot.generation_id == other.generation_id and len(snapshot.idf) == len(other.idf)


def campaign_query(campaign: Campaign, snapshot: IndexSnapshot) -> Query:
    """Return what a campaign looks for."""
    weights = snapshot.vocabulary.weighted(campaign.profile)
    return snapshot.query(list(weights), list(weights.values()))
