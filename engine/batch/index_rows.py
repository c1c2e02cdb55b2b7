"""One observed video -> its row of an index: tag counts, and the metadata that filters ask for."""

import numpy as np

from engine.content.brand_suitability import SuitabilityClassifier, risk_categories
from engine.content.categories import Categories
from engine.content.counting import count_distinct_seconds, count_steady, count_tags, steady
from engine.content.performance import PerformanceClassifier
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import ASSESSED_TAGS, Level
from engine.domain.assessments.suitability import RISKS
from engine.domain.content import VideoContent
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import AssessedVideo, metadata_of
from engine.domain.tracks import Track
from engine.indexes.local.rows.video_row import VideoRow
from engine.ports.catalog import Catalog
from engine.words.vocabulary import Vocabulary


class RowBuilder:
    """Counts videos' tags and gathers their metadata, by one configuration.

    Args:
        catalog: of the videos; its taggers' words are read now.
        config: options of counting.
        vocabulary: of the catalog.
    """

    def __init__(self, catalog: Catalog, config: IndexConfig, vocabulary: Vocabulary) -> None:
        self._index_config = config
        self._n_tags = len(vocabulary)
        self._threshold = config.thresholds(vocabulary.sources)
        self._sensitivity = SensitivityClassifier(vocabulary, config.sensitive)
        self._suitability = SuitabilityClassifier(vocabulary, config.sensitive)
        self._categories = Categories(vocabulary)
        assessed = sorted(tag for tag in ASSESSED_TAGS if tag in vocabulary)
        self._assessed = dict(zip(vocabulary.numbers(assessed), assessed, strict=True))
        self._words = catalog.taggers.words()
        self._performances = PerformanceClassifier(vocabulary, self._threshold, self._words)

    def row(self, content: VideoContent) -> VideoRow:
        """Return the row of one video.

        Tags that came after the vocabulary was read are left out: a video that has them changed
        since then, so it is counted anew as a later change.
        """
        record, track = content.record, content.track
        words = self._words.get(record.tagger)
        risks = self._suitability.risks(track, words)
        video = AssessedVideo(
            record,
            n_seconds=track.n_seconds,
            sensitive=self._sensitivity.level(track, words),
            risks=tuple(RISKS[risk] for risk in risks),
            iab=(*self._filed_under(track), *risk_categories(risks)),
            performance=self._performances.performance_of(content),
        )
        counts = self._without_unfounded(self._counts(track), track, words)
        known = counts.tags < self._n_tags
        return VideoRow(
            record.id, Counts(counts.tags[known], counts.seconds[known]), metadata_of(video)
        )

    def _counts(self, track: Track) -> Counts:
        config = self._index_config
        seconds = counts = count_tags(track, self._threshold)
        if config.seconds == "effective":
            counts = count_distinct_seconds(track, self._threshold)
        return steady(counts, seconds, track.n_seconds, config.least_seconds)

    def _without_unfounded(
        self, counts: Counts, track: Track, words: frozenset[str] | None
    ) -> Counts:
        # What filters find by such a tag is what the assessment says of it.
        if self._assessed.keys().isdisjoint(counts.tags.tolist()):
            return counts
        topics = self._sensitivity.assessment(track, words).topics
        unfounded = [
            number for number, tag in self._assessed.items() if topics[tag].level is Level.NONE
        ]
        founded = ~np.isin(counts.tags, unfounded)
        return Counts(counts.tags[founded], counts.seconds[founded])

    def _filed_under(self, track: Track) -> list[str]:
        # By seconds whatever the index counts: what is shown for long is what a video is about.
        counts = count_steady(track, self._threshold, self._index_config.least_seconds)
        scores = self._categories.scores(counts.tags, counts.seconds, track.n_seconds)
        return [one.category for one in scores]
