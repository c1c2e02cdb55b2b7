"""How risky a video is for a brand: the eleven topics of the IAB, four levels, second by second.

The topics are those of the IAB's content taxonomy 3.1 under *Sensitive Topics*, the levels those of
its brand suitability vector, after the framework of the GARM. That framework judges how a topic is
*treated* (taught, dramatised, glamorised, promoted). Tags only tell that something is *there*, how
surely and for how long; so levels are as far as that goes, and ``unknown`` where nobody looked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.caching import kept_answers
from engine.content.sensitivity import (
    DEFAULT_RULES,
    FLAG,
    LEVELS,
    TOPICS,
    Level,
    Rules,
    SensitiveJudge,
)
from engine.domain.tracks import NEW_LOOK, Track, least_stored
from engine.domain.vocabulary import Vocabulary
from engine.errors import InvalidInput


class Risk(StrEnum):
    """How risky, the least first; ``unknown`` is after the worst: nobody looked for it.

    ``floor`` is not for any advertiser: it rules out the whole video. The others say something of
    the seconds they are seen on.
    """

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    FLOOR = "floor"
    UNKNOWN = "unknown"


RISKS: Final = tuple(Risk)

VECTORS: Final[Mapping[Risk, str]] = MappingProxyType(
    {Risk.FLOOR: "bsr001", Risk.HIGH: "bsr002", Risk.MEDIUM: "bsr003", Risk.LOW: "bsr004"}
)
"""The ids of the IAB's vector *Brand Suitability and Risk*."""

_NONE, _LOW, _MEDIUM, _HIGH, _FLOOR, _UNKNOWN = range(len(RISKS))
_FLAG, _BLOCK = LEVELS.index(Level.FLAG), LEVELS.index(Level.BLOCK)


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a sensitive topic (``engine.content.sensitivity``) says of the risk.

    Attributes:
        suspected: of a second that is ``flag``, when no other look is.
        certain: of a second that is ``block``, or ``flag`` when another look is, too.
        often: of seconds that are ``block`` when there are two looks of them and they fill
            ``share``.
        share: of the video's seconds, 0.0 to 1.0.
    """

    suspected: Risk
    certain: Risk
    often: Risk
    share: float = 0.2


@dataclass(frozen=True, slots=True)
class BrandTopic:
    """One of the eleven.

    Attributes:
        name: the short one, for filters.
        category: its id in the content taxonomy.
        ladders: sensitive topic -> what it says; none when no tag can say anything.
    """

    name: str
    category: str
    ladders: Mapping[str, Ladder] = field(default_factory=dict, hash=False)


BRAND_TOPICS: Final = (
    BrandTopic(
        "adult",
        "Rm3SiT",
        # Two looks that are certain are no accident, however short.
        {"nudity": Ladder(Risk.MEDIUM, Risk.HIGH, Risk.FLOOR, share=0.0)},
    ),
    BrandTopic("arms", "avbNf2", {"weapons": Ladder(Risk.LOW, Risk.MEDIUM, Risk.HIGH)}),
    BrandTopic("crime", "XtODT3"),
    BrandTopic(
        "death",
        "I4GWl6",
        {
            "violence": Ladder(Risk.MEDIUM, Risk.HIGH, Risk.HIGH),
            "military": Ladder(Risk.LOW, Risk.LOW, Risk.MEDIUM),
        },
    ),
    BrandTopic("debated", "Z7rJBM"),
    BrandTopic("hate", "HxqYV1"),
    BrandTopic(
        "drugs",
        "pg0WhF",
        {
            "alcohol": Ladder(Risk.LOW, Risk.MEDIUM, Risk.HIGH),
            "tobacco": Ladder(Risk.LOW, Risk.MEDIUM, Risk.HIGH),
            "drugs": Ladder(Risk.MEDIUM, Risk.HIGH, Risk.HIGH),
        },
    ),
    BrandTopic("obscenity", "j9PaO9"),
    BrandTopic("piracy", "mm3UXx"),
    BrandTopic("spam", "6i4dB6"),
    BrandTopic("terrorism", "8FD8nI"),
)

N_TOPICS: Final = len(BRAND_TOPICS)

NOBODY_LOOKED: Final = (Risk.UNKNOWN,) * N_TOPICS
"""The risks of a video of which nothing is known."""

_PLACES: Final = {
    name: place for place, topic in enumerate(BRAND_TOPICS) for name in (topic.name, topic.category)
}

Risks = NDArray[np.uint8]
"""Places in ``RISKS``."""


def topic_place(name: str) -> int:
    """Return the place of a topic, by its short name or its IAB id.

    Raises:
        InvalidInput: naming those there are.
    """
    if name not in _PLACES:
        names = ", ".join(topic.name for topic in BRAND_TOPICS)
        raise InvalidInput(f"no brand suitability topic {name!r}: choose from {names}")
    return _PLACES[name]


def tolerated_place(risk: str) -> int:
    """Return the place of a level that can be tolerated: any but ``unknown``.

    Raises:
        InvalidInput: naming those there are.
    """
    if risk not in RISKS[:_UNKNOWN]:
        names = ", ".join(RISKS[:_UNKNOWN])
        raise InvalidInput(f"no risk level {risk!r}: choose from {names}")
    return RISKS.index(Risk(risk))


@dataclass(frozen=True, slots=True)
class TopicRisk:
    """What is to be said of one topic of a video.

    Attributes:
        topic: which.
        risk: the worst of its seconds.
        seconds: those that are not ``none``, rising.
        looked_for: sensitive topics that its tagger has words for.
        not_looked_for: those of this topic that it has no words for; what is said of the topic
            says nothing of these.
    """

    topic: BrandTopic
    risk: Risk
    seconds: tuple[int, ...]
    looked_for: tuple[str, ...]
    not_looked_for: tuple[str, ...]


class BrandJudge:
    """Judges videos whose tags are numbered by one vocabulary.

    Args:
        vocabulary: of the tracks.
        rules: thresholds of the sensitive topics; others have the usual ones.
    """

    def __init__(self, vocabulary: Vocabulary, rules: Rules = DEFAULT_RULES) -> None:
        self._judge = SensitiveJudge(vocabulary, rules)
        told = frozenset().union(*TOPICS.values())
        # One place more: a track may have tags that came after the vocabulary was read.
        self._tells = np.array([*(name in told for name in vocabulary.names), False])
        self._least = least_stored(min([FLAG, *(rule.flag for rule in rules)]))
        self._unsuspected = kept_answers(self._risks_of_nothing, 64)

    def risks(self, track: Track, words: frozenset[str] | None) -> Risks:
        """Return the risk of each topic, the worst of its seconds; shape (11,).

        Args:
            track: what was seen.
            words: every tag that its tagger can name; None when that is not known.
        """
        if words is None or track.n_seconds == 0 or self._is_suspected(track):
            return _worst(self.second_risks(track, words))
        return self._unsuspected(words)

    def _is_suspected(self, track: Track) -> bool:
        tells = self._tells.take(track.tags, mode="clip")
        return bool(np.any(tells & (track.confidences >= self._least)))

    def _risks_of_nothing(self, words: frozenset[str]) -> Risks:
        blank = Track.from_confidences(np.zeros((1, 0), np.float32), np.zeros(0, np.uint32))
        return _worst(self.second_risks(blank, words))

    def second_risks(self, track: Track, words: frozenset[str] | None) -> Risks:
        """Return the risk of each topic at every second, shape (11, n_seconds)."""
        levels = self._judge.second_levels(track, words)
        found = np.full((N_TOPICS, track.n_seconds), _UNKNOWN, np.uint8)
        for place, topic in enumerate(BRAND_TOPICS):
            for name, ladder in topic.ladders.items():
                # A topic of which a part was looked for is as risky as that part.
                own = _climbed(ladder, levels[name], track)
                known = found[place] != _UNKNOWN
                better = np.where(own == _UNKNOWN, found[place], np.maximum(found[place], own))
                found[place] = np.where(known, better, own)
        return found

    def verdicts(self, track: Track, words: frozenset[str] | None) -> list[TopicRisk]:
        """Return what is to be said of each topic, with the seconds that show it."""
        found = self.second_risks(track, words)
        levels = self._judge.verdict(track, words).topics
        worst = _worst(found)
        return [
            TopicRisk(
                topic,
                RISKS[worst[place]],
                tuple(np.flatnonzero(_is_seen(found[place])).tolist()),
                tuple(name for name in topic.ladders if levels[name].level != Level.UNKNOWN),
                tuple(name for name in topic.ladders if levels[name].level == Level.UNKNOWN),
            )
            for place, topic in enumerate(BRAND_TOPICS)
        ]

    def risky_seconds(
        self, track: Track, words: frozenset[str] | None, tolerated: Mapping[str, str]
    ) -> NDArray[np.bool_]:
        """Return which seconds show more risk than is tolerated, shape (n_seconds,).

        All of them when a topic is ``floor``. What nobody looked for is not seen, so it makes no
        second risky: whether that will do is decided per video
        (``engine.indexes.local.filters.RiskAtMost``).

        Args:
            track: what was seen.
            words: every tag that its tagger can name; None when that is not known.
            tolerated: topic, by name or IAB id -> the most risk that is; any for other topics.

        Raises:
            InvalidInput: naming a topic or level that there is not.
        """
        most = np.full(N_TOPICS, _HIGH, np.uint8)
        for name, risk in tolerated.items():
            most[topic_place(name)] = min(tolerated_place(risk), _HIGH)
        found = self.second_risks(track, words)
        if np.any(_worst(found) == _FLOOR):
            return np.ones(track.n_seconds, bool)
        return np.asarray((_is_seen(found) & (found > most[:, None])).any(axis=0))


def _climbed(ladder: Ladder, levels: NDArray[np.uint8], track: Track) -> Risks:
    """Return the risk at every second that one sensitive topic says, shape (n_seconds,)."""
    is_certain = levels == _BLOCK
    is_seen = is_certain | (levels == _FLAG)
    rungs = {Level.NONE: Risk.NONE, Level.FLAG: ladder.suspected, Level.BLOCK: ladder.certain}
    if _has_two_looks(is_seen, track):
        rungs[Level.FLAG] = ladder.certain
    if _has_two_looks(is_certain, track) and is_certain.mean() >= ladder.share:
        rungs[Level.BLOCK] = ladder.often
    table = np.array([RISKS.index(rungs.get(level, Risk.UNKNOWN)) for level in LEVELS], np.uint8)
    risks: Risks = table[levels]
    return risks


def _has_two_looks(which: NDArray[np.bool_], track: Track) -> bool:
    if not which.any():
        return False
    looks = np.cumsum(track.looks.has(NEW_LOOK))[which]
    return bool(looks[0] != looks[-1])


def _is_seen(risks: Risks) -> NDArray[np.bool_]:
    seen: NDArray[np.bool_] = (risks > _NONE) & (risks < _UNKNOWN)
    return seen


def _worst(seconds: Risks) -> Risks:
    """Return the worst of the seconds, shape (n_topics,); unknown only when all of them are."""
    known = np.where(seconds == _UNKNOWN, _NONE, seconds).max(axis=1, initial=_NONE)
    blind = (seconds == _UNKNOWN).all(axis=1)
    worst: Risks = np.where(blind, _UNKNOWN, known).astype(np.uint8)
    return worst


def seen_categories(risks: Risks) -> Iterator[str]:
    """Yield the IAB ids of the topics that were seen."""
    for topic, risk in zip(BRAND_TOPICS, risks, strict=True):
        if _NONE < risk < _UNKNOWN:
            yield topic.category
