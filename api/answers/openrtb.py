"""A video for an exchange."""

from typing import Any

from api.answers.categories import category_json, scores_of
from api.answers.suitability import cats_with_suitability, verdicts_of
from engine.counting import tag_counts
from engine.openrtb import content_object
from engine.sensitive import Rules
from engine.store.catalog import Catalog, VideoRecord


def openrtb_json(
    catalog: Catalog, video: VideoRecord, rules: Rules, threshold: float
) -> dict[str, Any]:
    """Return the ``content`` object of OpenRTB 2.6, with the evidence in ``ext``."""
    track, vocabulary = catalog.track(video.id), catalog.vocabulary()
    scores = scores_of(catalog, video, threshold)
    verdicts = verdicts_of(catalog, video, rules)
    evidence = {
        "tagger": video.tagger,
        "threshold": threshold,
        "kind": video.kind,
        "categories": [category_json(one, track, vocabulary, threshold) for one in scores],
        "catswithsuitability": cats_with_suitability(verdicts, [one.category for one in scores]),
        "unknown": [verdict.topic.category for verdict in verdicts if verdict.risk == "unknown"],
    }
    return content_object(
        video, tag_counts(track, threshold, vocabulary), scores, verdicts, evidence
    )
