"""Best seconds of a video for ads, and what made each relevant to a campaign."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.content.ad_breaks import (
    AdBreak,
    Breaks,
    Spacing,
    best_breaks,
    window_reasons,
    window_relevance,
)
from engine.content.brand_suitability import SuitabilityClassifier
from engine.domain.advertising.campaigns import Campaign, tolerated_by
from engine.domain.assessments.sensitivity import Rules
from engine.domain.matching.results import Contribution
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.targeting.targeting import campaign_query


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Seconds that could not be a break."""

    near_the_edges: int
    unsuitable: int


@dataclass(frozen=True, slots=True)
class AdBreaks:
    """The best seconds of a video for ads, the best first.

    Attributes:
        video: the id.
        campaign: the id of whose ads; None for anyone's.
        breaks: in order.
        left_out: how many seconds could not be one.
    """

    video: str
    campaign: str | None
    breaks: tuple[AdBreak, ...]
    left_out: LeftOut

    @classmethod
    def of(cls, video: VideoRecord, campaign: Campaign | None, breaks: Breaks) -> "AdBreaks":
        """Name what breaks are of."""
        left_out = LeftOut(breaks.near_the_edges, breaks.unsuitable)
        return cls(video.id, None if campaign is None else campaign.id, breaks.best, left_out)


def breaks_for_anyone(
    catalog: Catalog, video: VideoRecord, spacing: Spacing, rules: Rules
) -> Breaks:
    """Return the best seconds of a video for anyone's ads; nothing needs to be indexed.

    Args:
        catalog: the video's track.
        video: where ads would be shown.
        spacing: how many breaks, how far apart.
        rules: thresholds of the sensitive topics.
    """
    track = catalog.tracks.get(video.id)
    suitable = _suitable(catalog, video, None, track, rules)
    return best_breaks(track.changes, suitable, None, spacing)


def breaks_for_campaign(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    video: VideoRecord,
    campaign: Campaign,
    spacing: Spacing,
    rules: Rules,
) -> Breaks:
    """Return the best seconds of a video for a campaign's ads; ``snapshot`` weighs its words."""
    track, config = catalog.tracks.get(video.id), snapshot.config
    query = campaign_query(campaign, snapshot)
    relevance = window_relevance(track, query, snapshot.idf, config.tf, snapshot.thresholds)
    suitable = _suitable(catalog, video, campaign, track, rules)
    return best_breaks(track.changes, suitable, relevance, spacing)


def explained_breaks(
    catalog: Catalog,
    snapshot: IndexSnapshot,
    video: VideoRecord,
    campaign: Campaign,
    breaks: Breaks,
) -> Breaks:
    """Return breaks with the tags that made each relevant and when those were observed."""
    track, query = catalog.tracks.get(video.id), campaign_query(campaign, snapshot)
    explained = tuple(
        replace(each, why=tuple(_reasons(track, snapshot, query, each.second)))
        for each in breaks.best
    )
    return replace(breaks, best=explained)


def _reasons(
    track: Track, snapshot: IndexSnapshot, query: Query, second: int
) -> Iterator[Contribution]:
    config = snapshot.config
    for reason in window_reasons(
        track, query, snapshot.idf, config.tf, snapshot.thresholds, second
    ):
        yield Contribution(snapshot.vocabulary.names[reason.tag], reason.share, reason.seconds)


def _suitable(
    catalog: Catalog, video: VideoRecord, campaign: Campaign | None, track: Track, rules: Rules
) -> NDArray[np.bool_]:
    classifier = SuitabilityClassifier(catalog.tags.vocabulary(), rules)
    words = catalog.taggers.words_of(video.tagger)
    return ~classifier.risky_seconds(track, words, tolerated_by(campaign))
