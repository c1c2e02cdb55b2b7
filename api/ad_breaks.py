"""Best seconds for ads: the same for HTTP and the commands."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.answers.placements import breaks_json, pairs
from api.background.live import Live
from engine.content.ad_breaks import Breaks, Spacing, best_breaks, window_reasons, window_relevance
from engine.content.brand_suitability import SuitabilityClassifier
from engine.domain.campaigns import Campaign, tolerated_by
from engine.domain.sensitivity import Rules
from engine.domain.tracks import Track
from engine.domain.videos import VideoRecord
from engine.targeting.targeting import campaign_query


def breaks_of(
    live: Live, video: VideoRecord, campaign: Campaign | None, spacing: Spacing, rules: Rules
) -> Breaks:
    """Return the best seconds of a video for the ads of a campaign, or for anyone's.

    Args:
        live: the catalog; without a campaign, nothing needs to be indexed.
        video: where ads would be shown.
        campaign: whose; None for anyone's.
        spacing: how many breaks, how far apart.
        rules: thresholds of the sensitive topics.
    """
    track = live.catalog.tracks.get(video.id)
    relevance = None
    if campaign is not None:
        view = live.view
        recipe = view.config
        query = campaign_query(campaign, view)
        relevance = window_relevance(track, query, view.idf, recipe.tf, recipe.threshold)
    return best_breaks(
        track.looks, _suitable(live, video, campaign, track, rules), relevance, spacing
    )


def break_reasons(
    live: Live, video: VideoRecord, campaign: Campaign, breaks: Breaks
) -> list[list[dict[str, Any]]]:
    """Return, break by break, the tags that made its relevance and when they were seen."""
    view, track = live.view, live.catalog.tracks.get(video.id)
    recipe, names = view.config, view.vocabulary.names
    query = campaign_query(campaign, view)
    return [
        [
            {
                "tag": names[reason.tag],
                "share": reason.share,
                "seconds": pairs(reason.seconds),
            }
            for reason in window_reasons(
                track, query, view.idf, recipe.tf, recipe.threshold, each.second
            )
        ]
        for each in breaks.found
    ]


def breaks_told(
    live: Live, video: VideoRecord, campaign: Campaign | None, breaks: Breaks, *, explained: bool
) -> dict[str, Any]:
    """Return the breaks as an answer; ``explained``, with what made each relevant."""
    answer = breaks_json(video.id, campaign, breaks)
    if explained and campaign is not None:
        reasons = break_reasons(live, video, campaign, breaks)
        for each, why in zip(answer["breaks"], reasons, strict=True):
            each["why"] = why
    return answer


def _suitable(
    live: Live, video: VideoRecord, campaign: Campaign | None, track: Track, rules: Rules
) -> NDArray[np.bool_]:
    judge = SuitabilityClassifier(live.catalog.tags.vocabulary(), rules)
    words = live.catalog.taggers.words_of(video.tagger)
    return ~judge.risky_seconds(track, words, tolerated_by(campaign))
