"""One watched video -> its row of an index: tag counts, and the facts that filters ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.counting import CountMatrix, Counts, count_looks, count_tags
from engine.facts import Facts, VideoFacts, seconds_since_1970
from engine.recipe import Recipe
from engine.store.catalog import VideoRecord
from engine.store.tracks import Track
from engine.suitability import nudity_verdict
from engine.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class VideoRow:
    """What an index keeps of a video."""

    id: str
    counts: Counts
    facts: VideoFacts


def video_row(
    record: VideoRecord, track: Track, recipe: Recipe, vocabulary: Vocabulary
) -> VideoRow:
    """Count a video's tags and gather its facts."""
    facts = VideoFacts(
        seconds=track.n_seconds,
        added_at=seconds_since_1970(record.added_at),
        sensitive=nudity_verdict(track, vocabulary, judged=record.judges_nudity).level,
        language=record.language,
        kind=record.kind,
        uploader=record.uploader,
        categories=record.categories,
    )
    count = count_looks if recipe.seconds == "effective" else count_tags
    return VideoRow(record.id, count(track, recipe.threshold), facts)


def counts_of(rows: Sequence[VideoRow], n_tags: int) -> CountMatrix:
    """Stack the counts of rows."""
    return CountMatrix.from_rows([row.counts for row in rows], n_tags)


def facts_of(rows: Sequence[VideoRow]) -> Facts:
    """Stack the facts of rows."""
    return Facts.of([row.facts for row in rows])
