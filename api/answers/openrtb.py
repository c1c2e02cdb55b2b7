"""A video for an exchange."""

from typing import Any

from api.answers.categories import category_json, scores_of
from api.answers.suitability import cats_with_suitability, verdicts_of
from api.answers.videos import shown_counts
from api.background.live import Live
from engine.content.openrtb import content_object
from engine.domain.index_config import IndexConfig
from engine.domain.videos import VideoRecord


def openrtb_json(live: Live, video: VideoRecord, recipe: IndexConfig) -> dict[str, Any]:
    """Return the ``content`` object of OpenRTB 2.6, with the evidence in ``ext``."""
    catalog = live.catalog
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    threshold = recipe.thresholds(vocabulary.sources)
    scores = scores_of(catalog, video, recipe)
    verdicts = verdicts_of(catalog, video, recipe.sensitive)
    evidence = {
        "tagger": video.tagger,
        "threshold": recipe.threshold,
        "kind": video.kind,
        "categories": [category_json(one, track, vocabulary, threshold) for one in scores],
        "catswithsuitability": cats_with_suitability(verdicts, [one.category for one in scores]),
        "unknown": [verdict.topic.category for verdict in verdicts if verdict.risk == "unknown"],
    }
    counts = shown_counts(live, video, recipe)
    return content_object(video, counts, scores, verdicts, evidence)
