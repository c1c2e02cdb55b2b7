"""Brand risk of a video: the eleven topics of the IAB, four levels, second by second.

The topics are those of the IAB's content taxonomy 3.1 under *Sensitive Topics*, the levels those of
its brand suitability vector, after the framework of the GARM. That framework judges how a topic is
*treated* (taught, dramatised, glamorised, promoted). Tags only tell that something is *there*, how
surely and for how long; so levels are as far as that goes, and ``unknown`` where nobody looked.
What words about a video say raises its risk, and clears none (``engine.content.mentions``).
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.content.mentions import Mentions
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import DEFAULT_RULES, FLAG, LEVELS, TOPICS, Level, Rules
from engine.domain.assessments.suitability import (
    BRAND_TOPICS,
    N_TOPICS,
    RISKS,
    BrandTopic,
    Ladder,
    Risk,
    Risks,
    TopicRisk,
    risk_index,
    topic_index,
)
from engine.domain.tags import Tag
from engine.domain.tracks import NEW_CONTENT, Track, min_stored
from engine.system.caching import bounded_cache
from engine.words.vocabulary import Vocabulary

_NONE, _LOW, _MEDIUM, _HIGH, _FLOOR, _UNKNOWN, *_ = range(len(RISKS))
_SENSITIVE = {name: place for place, name in enumerate(TOPICS)}
_FLAG, _BLOCK = LEVELS.index(Level.FLAG), LEVELS.index(Level.BLOCK)


class SuitabilityClassifier:
    """Judges videos whose tags are numbered by one vocabulary.

    Args:
        vocabulary: of the tracks.
        rules: thresholds of the sensitive topics; others have the usual ones.
    """

    def __init__(self, vocabulary: Vocabulary, rules: Rules = DEFAULT_RULES) -> None:
        self._classifier = SensitivityClassifier(vocabulary, rules)
        sensitive_tags = frozenset().union(*TOPICS.values())
        # One place more: a track may have tags that came after the vocabulary was read.
        self._is_sensitive = np.array(
            [*(Tag.parse(label).name in sensitive_tags for label in vocabulary.names), False]
        )
        self._min_confidence = min_stored(min([FLAG, *(rule.flag for rule in rules)]))
        self._unsuspected = bounded_cache(self._risks_of_nothing, 64)

    def risks(self, track: Track, words: frozenset[str] | None) -> Risks:
        """Return the risk of each topic, the worst of its seconds; shape (11,).

        Of a topic that nobody looked for, words about the video may say more than ``unknown``.

        Args:
            track: the observations.
            words: every tag that its tagger can name; None when that is not known.
        """
        if words is None or track.n_seconds == 0 or self._is_suspected(track):
            mentioned = _mentioned(self._classifier.mentions(track).levels)
            worst = _worst(self._visual_risks(track, words))
            raised = np.maximum(worst, mentioned)
            risks: Risks = np.where(worst == _UNKNOWN, _UNKNOWN + mentioned, raised)
            return risks.astype(np.uint8)
        return self._unsuspected(words)

    def _is_suspected(self, track: Track) -> bool:
        is_sensitive = self._is_sensitive.take(track.tags, mode="clip")
        whole = self._is_sensitive.take(track.whole_tags, mode="clip")
        suspected = is_sensitive & (track.confidences >= self._min_confidence)
        return bool(np.any(suspected) or np.any(whole))

    def _risks_of_nothing(self, words: frozenset[str]) -> Risks:
        blank = Track.from_confidences(np.zeros((1, 0), np.float32), np.zeros(0, np.uint32))
        return _worst(self._visual_risks(blank, words))

    def second_risks(self, track: Track, words: frozenset[str] | None) -> Risks:
        """Return the risk of each topic at every second, shape (11, n_seconds).

        What is said of the video as a whole is said at no second of it.
        """
        visual = self._visual_risks(track, words)
        # ``unknown``, the worst, stays.
        return np.maximum(visual, _mentioned(self._classifier.mentions(track).seconds))

    def _visual_risks(self, track: Track, words: frozenset[str] | None) -> Risks:
        levels = self._classifier.visual_second_levels(track, words)
        risks = np.full((N_TOPICS, track.n_seconds), _UNKNOWN, np.uint8)
        for row, topic in enumerate(BRAND_TOPICS):
            for name, ladder in topic.ladders.items():
                # A topic of which a part was looked for is as risky as that part.
                own = _climbed(ladder, levels[name], track)
                known = risks[row] != _UNKNOWN
                better = np.where(own == _UNKNOWN, risks[row], np.maximum(risks[row], own))
                risks[row] = np.where(known, better, own)
        return risks

    def assessments(self, track: Track, words: frozenset[str] | None) -> list[TopicRisk]:
        """Return what is to be said of each topic, with the seconds that show it."""
        visual, mentions = self._visual_risks(track, words), self._classifier.mentions(track)
        levels = self._classifier.assessment(track, words).topics
        worst, mentioned = _worst(visual), _mentioned(mentions.levels)
        is_evidence = _is_present(visual) | _is_present(_mentioned(mentions.seconds))
        return [
            TopicRisk(
                topic,
                RISKS[max(worst[row], mentioned[row])],
                tuple(np.flatnonzero(is_evidence[row]).tolist()),
                tuple(name for name in topic.ladders if levels[name].level != Level.UNKNOWN),
                tuple(name for name in topic.ladders if levels[name].level == Level.UNKNOWN),
                RISKS[mentioned[row]],
                _mentioned_by(topic, mentions),
            )
            for row, topic in enumerate(BRAND_TOPICS)
        ]

    def risky_seconds(
        self, track: Track, words: frozenset[str] | None, tolerated: Mapping[str, str]
    ) -> NDArray[np.bool_]:
        """Return which seconds show more risk than is tolerated, shape (n_seconds,).

        All of them when a topic is ``floor``, or when what is said of the video as a whole is more
        than is tolerated. What nobody looked for is not seen, so it makes no
        second risky: whether that will do is decided per video
        (``engine.domain.metadata.RiskLimit``).

        Args:
            track: the observations.
            words: every tag that its tagger can name; None when that is not known.
            tolerated: topic, by name or IAB id -> the most risk that is; any for other topics.

        Raises:
            InvalidInput: naming a topic or level that there is not.
        """
        limits = np.full(N_TOPICS, _HIGH, np.uint8)
        for name, risk in tolerated.items():
            limits[topic_index(name)] = min(risk_index(risk), _HIGH)
        visual, mentions = self._visual_risks(track, words), self._classifier.mentions(track)
        whole, spoken = _mentioned(mentions.whole), _mentioned(mentions.seconds)
        if np.any(_worst(visual) == _FLOOR) or np.any(whole > limits):
            return np.ones(track.n_seconds, bool)
        is_risky = (_is_present(visual) & (visual > limits[:, None])) | (spoken > limits[:, None])
        return np.asarray(is_risky.any(axis=0))


def _mentioned(levels: NDArray[np.uint8]) -> Risks:
    """Return the risks that what is said of sensitive topics gives: those of one segment, no more.

    Args:
        levels: shape (n_sensitive_topics, ...), places in ``LEVELS``.

    Returns:
        shape (11, ...).
    """
    risks = np.zeros((N_TOPICS, *levels.shape[1:]), np.uint8)
    for row, topic in enumerate(BRAND_TOPICS):
        for name, ladder in topic.ladders.items():
            rungs = [_NONE] * len(LEVELS)
            rungs[_FLAG] = RISKS.index(ladder.suspected)
            rungs[_BLOCK] = RISKS.index(ladder.certain)
            own = np.array(rungs, np.uint8)[levels[_SENSITIVE[name]]]
            risks[row] = np.maximum(risks[row], own)
    return risks


def _mentioned_by(topic: BrandTopic, mentions: Mentions) -> tuple[str, ...]:
    parts = (mentions.sources.get(_SENSITIVE[name], ()) for name in topic.ladders)
    return tuple(sorted({source for part in parts for source in part}))


def _climbed(ladder: Ladder, levels: NDArray[np.uint8], track: Track) -> Risks:
    """Return the risk at every second that one sensitive topic says, shape (n_seconds,)."""
    is_certain = levels == _BLOCK
    is_present = is_certain | (levels == _FLAG)
    rungs = {Level.NONE: Risk.NONE, Level.FLAG: ladder.suspected, Level.BLOCK: ladder.certain}
    if _has_two_segments(is_present, track):
        rungs[Level.FLAG] = ladder.certain
    if _has_two_segments(is_certain, track) and is_certain.mean() >= ladder.share:
        rungs[Level.BLOCK] = ladder.often
    table = np.array([RISKS.index(rungs.get(level, Risk.UNKNOWN)) for level in LEVELS], np.uint8)
    risks: Risks = table[levels]
    return risks


def _has_two_segments(which: NDArray[np.bool_], track: Track) -> bool:
    if not which.any():
        return False
    segments = np.cumsum(track.changes.has(NEW_CONTENT))[which]
    return bool(segments[0] != segments[-1])


def _is_present(risks: Risks) -> NDArray[np.bool_]:
    present: NDArray[np.bool_] = (risks > _NONE) & (risks < _UNKNOWN)
    return present


def _worst(seconds: Risks) -> Risks:
    """Return the worst of the seconds, shape (n_topics,); unknown only when all of them are."""
    known = np.where(seconds == _UNKNOWN, _NONE, seconds).max(axis=1, initial=_NONE)
    blind = (seconds == _UNKNOWN).all(axis=1)
    worst: Risks = np.where(blind, _UNKNOWN, known).astype(np.uint8)
    return worst


def risk_categories(risks: Risks) -> Iterator[str]:
    """Yield the IAB ids of the topics that were seen."""
    for topic, risk in zip(BRAND_TOPICS, risks, strict=True):
        if _NONE < risk < _UNKNOWN:
            yield topic.category
