"""Categories of a video, in the words of the IAB's content taxonomy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.categories import Categories, CategoryScore
from engine.content.counting import count_steady
from engine.domain.iab.taxonomy import CATTAX, content_taxonomy
from engine.domain.index_config import IndexConfig
from engine.domain.time_ranges import second_ranges
from engine.domain.tracks import Threshold, Track
from engine.domain.videos import VideoRecord
from engine.vocabulary import Vocabulary


def scores_of(catalog: Catalog, video: VideoRecord, recipe: IndexConfig) -> list[CategoryScore]:
    """File a video of the catalog."""
    track = catalog.tracks.get(video.id)
    return _scores(track, catalog.tags.vocabulary(), recipe)


def categories_json(catalog: Catalog, video: VideoRecord, recipe: IndexConfig) -> dict[str, Any]:
    """Return the categories of a video with the tags and seconds that say so."""
    track, vocabulary = catalog.tracks.get(video.id), catalog.tags.vocabulary()
    threshold = recipe.thresholds(vocabulary.sources)
    scores = _scores(track, vocabulary, recipe)
    return {
        "video": video.id,
        "title": video.title,
        "threshold": recipe.threshold,
        "cattax": CATTAX,
        "categories": [category_json(one, track, vocabulary, threshold) for one in scores],
    }


def category_json(
    one: CategoryScore, track: Track, vocabulary: Vocabulary, threshold: Threshold
) -> dict[str, Any]:
    """Return one category with its evidence."""
    numbers = vocabulary.numbers(one.tags)
    is_seen = np.isin(track.tags, numbers) & track.passing(threshold)
    seconds = np.searchsorted(track.starts, np.flatnonzero(is_seen), side="right") - 1
    return {
        "id": one.category,
        "path": [category.name for category in content_taxonomy().path(one.category)],
        "score": round(one.score, 4),
        "tags": list(one.tags),
        "ranges": ranges_json(np.unique(seconds)),
    }


def ranges_json(seconds: NDArray[np.int64]) -> list[list[int]]:
    """Return rising seconds as runs: first and last of each."""
    return [[run.first, run.last] for run in second_ranges(seconds)]


def _scores(track: Track, vocabulary: Vocabulary, recipe: IndexConfig) -> list[CategoryScore]:
    counts = count_steady(track, recipe.thresholds(vocabulary.sources), recipe.least_seconds)
    return Categories(vocabulary).scores(counts.tags, counts.seconds, track.n_seconds)
