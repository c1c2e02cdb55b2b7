"""Mentions of sensitive topics: what is heard, read, spoken or told of them, on no picture.

A word says that something is spoken of, not that it is there. So mentions raise what the pictures
show, up to what one certain segment would, and their absence clears nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import LEVELS, TOPICS, Level
from engine.domain.tags import VISUAL, Tag
from engine.domain.tracks import NEW_CONTENT, Track
from engine.words.vocabulary import Vocabulary

NO_TOPIC = -1
"""Place of the topic of tags that speak of none."""

_FLAG, _BLOCK = LEVELS.index(Level.FLAG), LEVELS.index(Level.BLOCK)

Topics = NDArray[np.int8]
"""Places in ``TOPICS``, or ``NO_TOPIC``."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """Levels that words about a video give, by topic: places in ``LEVELS``.

    Attributes:
        whole: shape (n_topics,), of what is said of the video as a whole.
        seconds: shape (n_topics, n_seconds), of what is said at each second.
        levels: shape (n_topics,), of both together: two segments that are suspected are certain.
        sources: place of a topic -> the sources that mention it, by name.
    """

    whole: NDArray[np.uint8]
    seconds: NDArray[np.uint8]
    levels: NDArray[np.uint8]
    sources: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def nothing(cls, n_seconds: int) -> "Mentions":
        """Return those of a video that nothing is said about."""
        none = np.zeros(len(TOPICS), np.uint8)
        return cls(none, np.zeros((len(TOPICS), n_seconds), np.uint8), none)


class MentionReader:
    """Reads mentions from tracks whose tags are numbered by one vocabulary.

    Args:
        vocabulary: of the tracks.
        flag: shape (n_topics,), least stored confidence that is suspected.
        block: likewise, that is certain.
    """

    def __init__(
        self, vocabulary: Vocabulary, flag: NDArray[np.uint16], block: NDArray[np.uint16]
    ) -> None:
        self._flag, self._block = flag, block
        self._names = vocabulary.names
        topic_of = {tag: index for index, tags in enumerate(TOPICS.values()) for tag in tags}
        # One place more: a track may have tags that came after the vocabulary was read.
        topics = np.full(len(vocabulary) + 1, NO_TOPIC, np.int8)
        visual = topics.copy()
        for number, label in enumerate(vocabulary.names):
            source, name = Tag.parse(label) if ":" in label else (VISUAL, label)
            topics[number] = topic_of.get(name, NO_TOPIC)
            if source == VISUAL:
                visual[number] = topics[number]
        self.visual: Topics = visual
        """Topic of each tag that is seen."""
        self._whole: Topics = topics
        self._mentioned: Topics = np.where(visual == topics, NO_TOPIC, topics).astype(np.int8)
        self._anything = bool(np.any(self._mentioned != NO_TOPIC))

    def mentions(self, track: Track) -> Mentions:
        """Return what is said about a video."""
        if not self._anything and not len(track.whole_tags):
            return Mentions.nothing(track.n_seconds)
        at, topics = self._suspected(self._mentioned, track.tags, track.confidences)
        whole_at, whole_topics = self._suspected(
            self._whole, track.whole_tags, track.whole_confidences
        )
        if not len(at) and not len(whole_at):
            return Mentions.nothing(track.n_seconds)
        second = np.searchsorted(track.starts, at, side="right") - 1
        own = self._levels(topics, track.confidences[at])
        whole_own = self._levels(whole_topics, track.whole_confidences[whole_at])
        seconds = np.zeros((len(TOPICS), track.n_seconds), np.uint8)
        np.maximum.at(seconds, (topics, second), own)
        whole = np.zeros(len(TOPICS), np.uint8)
        np.maximum.at(whole, whole_topics, whole_own)
        levels = np.maximum(whole, seconds.max(axis=1, initial=0))
        segments = np.cumsum(track.changes.has(NEW_CONTENT))[second]
        sources: dict[int, tuple[str, ...]] = {}
        for topic in np.unique([*topics, *whole_topics]).tolist():
            n_segments = len(np.unique(segments[topics == topic])) + int(whole[topic] > 0)
            if n_segments > 1:
                levels[topic] = _BLOCK
            tags = [
                *track.tags[at[topics == topic]].tolist(),
                *track.whole_tags[whole_at[whole_topics == topic]].tolist(),
            ]
            named = {Tag.parse(self._names[tag]).source for tag in set(tags)}
            sources[topic] = tuple(sorted(named))
        return Mentions(whole, seconds, levels, sources)

    def _suspected(
        self, table: Topics, tags: NDArray[np.uint32], confidences: NDArray[np.uint16]
    ) -> tuple[NDArray[np.int64], Topics]:
        topics = table.take(tags, mode="clip")
        at = np.flatnonzero((topics != NO_TOPIC) & (confidences >= self._flag[topics]))
        return at, topics[at]

    def _levels(self, topics: Topics, confidences: NDArray[np.uint16]) -> NDArray[np.uint8]:
        certain = confidences >= self._block[topics]
        return np.where(certain, _BLOCK, _FLAG).astype(np.uint8)
