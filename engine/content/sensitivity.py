"""Sensitive content of a video: topic by topic, second by second, with the evidence."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.content.agreement import agreement
from engine.content.mentions import NO_TOPIC, MentionReader, Mentions
from engine.domain.assessments.sensitivity import (
    AGREEING_TOPICS,
    DEFAULT_RULES,
    LEVELS,
    TOPICS,
    Level,
    Rules,
    SensitivityAssessment,
    TopicAssessment,
    usual_rule,
)
from engine.domain.tracks import NEW_CONTENT, Track, min_stored
from engine.words.vocabulary import Vocabulary

_NAMES: Final = tuple(TOPICS)


class _Suspected(NamedTuple):
    """Observations that are at least suspected, each shape (n,)."""

    topics: NDArray[np.int8]  # places in _NAMES
    seconds: NDArray[np.int64]  # rising
    confidences: NDArray[np.uint16]
    certain: NDArray[np.bool_]


class SensitivityClassifier:
    """Judges videos whose tags are numbered by one vocabulary.

    A second is suspected (``flag``) or certain (``block``) by its surest tag of a topic. A video
    is ``flag`` when one segment is suspected, ``block`` when two are or when a second is certain.
    A picture that stands still is one segment however long it is shown.

    Of nudity, as networks say it of each second by itself, only what several segments in
    a row agree on counts (``engine.content.agreement``), unless its rule is strict. What a service
    or an import says of it was looked for there, and counts as that of other topics.

    What is said about a topic (``engine.content.mentions``) raises the level of one that was looked
    for on the picture; that of another stays ``unknown``, which is worse than any.

    What a tagger has no words for is ``unknown``. Of a tagger whose words are not known (a
    service, an import) only what it said counts: its silence says nothing.

    Args:
        vocabulary: of the tracks.
        rules: which topics count, and thresholds; other topics have the usual ones.
    """

    def __init__(self, vocabulary: Vocabulary, rules: Rules = DEFAULT_RULES) -> None:
        rule_of = {rule.topic: rule for rule in rules}
        thresholds = [rule_of.get(topic) or usual_rule(topic) for topic in TOPICS]
        self._agreeing = [
            index
            for index, rule in enumerate(thresholds)
            if rule.topic in AGREEING_TOPICS and not rule.strict
        ]
        self._flag = np.array([min_stored(rule.flag) for rule in thresholds], np.uint16)
        self._block = np.array([min_stored(rule.block) for rule in thresholds], np.uint16)
        self._counting = np.array([topic in rule_of for topic in TOPICS])
        self._reader = MentionReader(vocabulary, self._flag, self._block)
        self._topic_of_tag = self._reader.visual

    def level(self, track: Track, words: frozenset[str] | None) -> Level:
        """Return the level of a video; as ``assessment``, without its evidence."""
        levels = self._levels(track, words, self._suspected(track, words))
        return self._worst(np.maximum(levels, self.mentions(track).levels))

    def assessment(self, track: Track, words: frozenset[str] | None) -> SensitivityAssessment:
        """Judge a video.

        Args:
            track: its observations.
            words: every tag that its tagger can name; None when that is not known.
        """
        suspected, mentions = self._suspected(track, words), self.mentions(track)
        levels = np.maximum(self._levels(track, words, suspected), mentions.levels)
        is_evidence = mentions.seconds > _AT_NONE
        is_evidence[suspected.topics, suspected.seconds] = True
        topics = {
            name: TopicAssessment(
                LEVELS[levels[index]],
                tuple(np.flatnonzero(is_evidence[index]).tolist()),
                mentions.sources.get(index, ()),
            )
            for index, name in enumerate(_NAMES)
        }
        seconds = tuple(np.flatnonzero(is_evidence[self._counting].any(axis=0)).tolist())
        return SensitivityAssessment(self._worst(levels), seconds, topics)

    def mentions(self, track: Track) -> Mentions:
        """Return what is said about the topics, and not seen."""
        return self._reader.mentions(track)

    def second_levels(
        self, track: Track, words: frozenset[str] | None
    ) -> dict[str, NDArray[np.uint8]]:
        """Return, per topic, the place in ``LEVELS`` of every second, shape (n_seconds,).

        What is said of the video as a whole is said at no second of it.
        """
        # The worse of two levels each; ``unknown``, the worst, stays.
        visual = self.visual_second_levels(track, words)
        levels = self.mentions(track).seconds
        return {
            name: np.maximum(visual[name], own) for name, own in zip(_NAMES, levels, strict=True)
        }

    def visual_second_levels(
        self, track: Track, words: frozenset[str] | None
    ) -> dict[str, NDArray[np.uint8]]:
        """Return the same of what is seen alone."""
        suspected = self._suspected(track, words)
        levels = np.zeros((len(_NAMES), track.n_seconds), np.uint8)
        own = np.where(suspected.certain, _AT_BLOCK, _AT_FLAG).astype(np.uint8)
        np.maximum.at(levels, (suspected.topics, suspected.seconds), own)
        # What was seen was seen, whoever is known to look for it.
        levels[(levels == _AT_NONE) & ~self._assessable(track, words)[:, None]] = _AT_UNKNOWN
        return dict(zip(_NAMES, levels, strict=True))

    def _suspected(self, track: Track, words: frozenset[str] | None) -> _Suspected:
        topics = self._topics(track)
        positions = np.flatnonzero((topics != NO_TOPIC) & (track.confidences >= self._flag[topics]))
        topics = topics[positions]
        seconds = np.searchsorted(track.starts, positions, side="right") - 1
        confidences = track.confidences[positions]
        certain = confidences >= self._block[topics]
        suspected = _Suspected(topics, seconds, confidences, certain)
        for topic in self._agreeing_of(words):
            if np.any(suspected.topics == topic):
                suspected = self._agreed(track, suspected, topic)
        return suspected

    def _agreeing_of(self, words: frozenset[str] | None) -> Sequence[int]:
        return () if words is None else self._agreeing

    def _agreed(self, track: Track, suspected: _Suspected, topic: int) -> _Suspected:
        """Leave out what is suspected on segments that their neighbours disagree with."""
        segment_of_second = np.cumsum(track.changes.has(NEW_CONTENT)) - 1
        segments = segment_of_second[suspected.seconds]
        own = suspected.topics == topic
        best = np.zeros(segment_of_second[-1] + 1, np.uint16)
        np.maximum.at(best, segments[own], suspected.confidences[own])
        agreed = agreement(best, self._flag[topic], self._block[topic])
        certain = np.where(own, agreed.certain[segments], suspected.certain)
        stays = ~own | agreed.suspected[segments]
        return _Suspected(
            *(column[stays] for column in suspected._replace(certain=certain)),
        )

    def _topics(self, track: Track) -> NDArray[np.int8]:
        """Return the topic of each observation, shape (n_observations,); ``NO_TOPIC`` of most."""
        topics: NDArray[np.int8] = self._topic_of_tag.take(track.tags, mode="clip")
        return topics

    def _levels(
        self, track: Track, words: frozenset[str] | None, suspected: _Suspected
    ) -> NDArray[np.uint8]:
        """Return the place in ``LEVELS`` of each topic, shape (n_topics,)."""
        levels = np.where(self._assessable(track, words), _AT_NONE, _AT_UNKNOWN).astype(np.uint8)
        if len(suspected.topics):
            segment_of_second = np.cumsum(track.changes.has(NEW_CONTENT))
            for topic in np.unique(suspected.topics):
                is_topic = suspected.topics == topic
                certain = suspected.certain[is_topic].any()
                if topic not in self._agreeing_of(words):
                    segments = np.unique(segment_of_second[suspected.seconds[is_topic]])
                    certain |= len(segments) > 1
                levels[topic] = _AT_BLOCK if certain else _AT_FLAG
        return levels

    def _assessable(self, track: Track, words: frozenset[str] | None) -> NDArray[np.bool_]:
        if track.n_seconds == 0:
            return np.zeros(len(_NAMES), bool)
        if words is not None:
            return _topics_of(words)
        present = np.zeros(len(_NAMES) + 1, bool)
        present[self._topics(track)] = True
        return present[:-1]

    def _worst(self, levels: NDArray[np.uint8]) -> Level:
        return LEVELS[int(levels[self._counting].max(initial=_AT_NONE))]


_AT_NONE, _AT_FLAG, _AT_BLOCK, _AT_UNKNOWN = range(len(LEVELS))


@lru_cache(maxsize=64)
def _topics_of(words: frozenset[str]) -> NDArray[np.bool_]:
    assessable = np.array([not tags.isdisjoint(words) for tags in TOPICS.values()])
    assessable.flags.writeable = False
    return assessable
