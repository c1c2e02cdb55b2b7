"""What on a video is not for everyone: topic by topic, second by second, with the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.content.agreement import agreement
from engine.domain.tracks import NEW_LOOK, Track, least_stored
from engine.domain.vocabulary import Vocabulary
from engine.errors import InvalidInput

_WORDS: Final = {
    "nudity": "nudity, nude, naked, nsfw, explicit, explicit nudity, pornography, sexual activity",
    "weapons": "weapon, weapons, gun, handgun, pistol, revolver, rifle, assault rifle, shotgun,"
    " machine gun, firearm, ammunition, grenade, dagger",
    "alcohol": "alcohol, alcoholic beverage, beer, beer bottle, beer glass, wine, red wine,"
    " white wine, wine bottle, wine glass, champagne, cocktail, liquor, whisky, whiskey, vodka",
    "military": "military, army, soldier, troops, war, warfare, missile",
    "violence": "violence, gore, blood, fight, fighting, wound, murder, corpse, terrorism",
    "drugs": "drug, drugs, cannabis, marijuana, cocaine, heroin",
    "tobacco": "tobacco, cigarette, cigar, smoking, hookah",
    "gambling": "gambling, casino, poker, roulette, slot machine",
}

TOPICS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {topic: frozenset(words.split(", ")) for topic, words in _WORDS.items()}
)
"""Topic -> the tags that speak of it, whichever tagger says them. A tag belongs to one topic."""

FLAG: Final = 0.5
BLOCK: Final = 0.8
BLOCK_OF_AGREEING: Final = 0.9

AGREEING_TOPICS: Final = frozenset({"nudity"})
"""Topics of which a look alone proves little, unless a rule is strict."""

VERDICTS: Final = frozenset({"nudity"})
"""Tags that are not listed as what is on a video: they are a verdict, with its seconds."""

_NAMES: Final = tuple(TOPICS)
_NO_TOPIC: Final = -1


class Level(StrEnum):
    """How sensitive a video is; ``unknown`` when nobody looked for it. In order, worst last.

    ``unknown`` is after the worst, so that nothing is let through that nobody has judged.
    """

    NONE = "none"
    FLAG = "flag"
    BLOCK = "block"
    UNKNOWN = "unknown"


LEVELS: Final = tuple(Level)


@dataclass(frozen=True, slots=True)
class Rule:
    """From which confidence on a topic is suspected, and from which it is certain.

    Attributes:
        topic: one of ``TOPICS``.
        flag: a second with a tag of the topic at least so sure is worth a look.
        block: one that is at least so sure needs no second one to agree.
        strict: whether looks are judged one by one where usually several must agree.
    """

    topic: str
    flag: float = FLAG
    block: float = BLOCK
    strict: bool = False

    def __post_init__(self) -> None:
        """Refuse what would judge nothing, or everything."""
        if self.topic not in TOPICS:
            raise InvalidInput(
                f"no sensitive topic {self.topic!r}: choose from {', '.join(TOPICS)}"
            )
        if not 0.05 <= self.flag <= self.block <= 1.0:
            raise InvalidInput(
                f"{self.topic}={self.flag}:{self.block}: the thresholds of a sensitive topic are"
                " two numbers from 0.05 to 1.0, the second not below the first"
            )


Rules = tuple[Rule, ...]
"""The topics that count for a video's level, each once, and their thresholds."""

_STRICT: Final = "strict"


def usual_rule(topic: str, *, strict: bool = False) -> Rule:
    """Return the rule with the usual thresholds of a topic."""
    agreeing = topic in AGREEING_TOPICS and not strict
    return Rule(topic, FLAG, BLOCK_OF_AGREEING if agreeing else BLOCK, strict)


DEFAULT_RULES: Final[Rules] = tuple(map(usual_rule, ("nudity", "weapons", "alcohol")))


def read_rules(text: str) -> Rules:
    """Read ``nudity=0.5:0.8,weapons,alcohol=0.6:0.9``; a topic alone has the usual thresholds.

    ``nudity=strict`` and ``nudity=0.5:0.8:strict`` judge look by look.

    Raises:
        InvalidInput: naming the topic or threshold that cannot be used.
    """
    rules = [_read_rule(part.strip()) for part in text.split(",") if part.strip()]
    if len({rule.topic for rule in rules}) < len(rules):
        raise InvalidInput(f"{text!r} names a sensitive topic twice: keep one of them")
    return tuple(rules)


def _read_rule(text: str) -> Rule:
    topic, equals, said = text.partition("=")
    if not equals:
        return usual_rule(topic)
    *thresholds, last = said.split(":")
    if last != _STRICT:
        thresholds.append(last)
    elif not thresholds:
        return usual_rule(topic, strict=True)
    try:
        flag, block = map(float, thresholds)
    except ValueError:
        raise InvalidInput(
            f"{text!r}: write a sensitive topic as {topic}={FLAG}:{BLOCK}, as {topic} alone, or as"
            f" {topic}={_STRICT}"
        ) from None
    return Rule(topic, flag, block, last == _STRICT)


@dataclass(frozen=True, slots=True)
class TopicVerdict:
    """The level of one topic, and the seconds that are not ``none`` as evidence, rising."""

    level: Level
    seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a video.

    Attributes:
        level: the worst of the topics that count.
        seconds: the evidence of all topics that count, rising.
        topics: every topic, whether it counts or not.
    """

    level: Level
    seconds: tuple[int, ...]
    topics: Mapping[str, TopicVerdict]


class _Suspected(NamedTuple):
    """Observations that are at least suspected, each shape (n,)."""

    topics: NDArray[np.int8]  # places in _NAMES
    seconds: NDArray[np.int64]  # rising
    confidences: NDArray[np.uint16]
    certain: NDArray[np.bool_]


class SensitiveJudge:
    """Judges videos whose tags are numbered by one vocabulary.

    A second is suspected (``flag``) or certain (``block``) by its surest tag of a topic. A video
    is ``flag`` when one look is suspected, ``block`` when two are or when a second is certain. A
    picture that stands still is one look however long it is shown.

    Of nudity, as networks say it that look at each second by itself, only what several looks in
    a row agree on counts (``engine.content.agreement``), unless its rule is strict. What a service
    or an import says of it was judged there, and counts as that of other topics.

    What a tagger has no words for is ``unknown``. Of a tagger whose words are not known (a
    service, an import) only what it said counts: its silence says nothing.

    Args:
        vocabulary: of the tracks.
        rules: which topics count, and thresholds; other topics have the usual ones.
    """

    def __init__(self, vocabulary: Vocabulary, rules: Rules = DEFAULT_RULES) -> None:
        said = {rule.topic: rule for rule in rules}
        thresholds = [said.get(topic) or usual_rule(topic) for topic in TOPICS]
        self._agreeing = [
            place
            for place, rule in enumerate(thresholds)
            if rule.topic in AGREEING_TOPICS and not rule.strict
        ]
        self._flag = np.array([least_stored(rule.flag) for rule in thresholds], np.uint16)
        self._block = np.array([least_stored(rule.block) for rule in thresholds], np.uint16)
        self._counting = np.array([topic in said for topic in TOPICS])
        topic_of = {tag: place for place, tags in enumerate(TOPICS.values()) for tag in tags}
        # One place more: a track may have tags that came after the vocabulary was read.
        places = [*(topic_of.get(tag, _NO_TOPIC) for tag in vocabulary.names), _NO_TOPIC]
        self._topic_of_tag = np.array(places, np.int8)

    def level(self, track: Track, words: frozenset[str] | None) -> Level:
        """Return the level of a video; as ``verdict``, without its evidence."""
        return self._worst(self._levels(track, words, self._suspected(track, words)))

    def verdict(self, track: Track, words: frozenset[str] | None) -> Verdict:
        """Judge a video.

        Args:
            track: what was seen on it.
            words: every tag that its tagger can name; None when that is not known.
        """
        suspected = self._suspected(track, words)
        levels = self._levels(track, words, suspected)
        topics = {
            name: TopicVerdict(LEVELS[levels[place]], _rising(suspected, suspected.topics == place))
            for place, name in enumerate(_NAMES)
        }
        seconds = _rising(suspected, self._counting[suspected.topics])
        return Verdict(self._worst(levels), seconds, topics)

    def second_levels(
        self, track: Track, words: frozenset[str] | None
    ) -> dict[str, NDArray[np.uint8]]:
        """Return, per topic, the place in ``LEVELS`` of every second, shape (n_seconds,)."""
        suspected = self._suspected(track, words)
        levels = np.zeros((len(_NAMES), track.n_seconds), np.uint8)
        found = np.where(suspected.certain, _AT_BLOCK, _AT_FLAG).astype(np.uint8)
        np.maximum.at(levels, (suspected.topics, suspected.seconds), found)
        # What was seen was seen, whoever is known to look for it.
        levels[(levels == _AT_NONE) & ~self._judged(track, words)[:, None]] = _AT_UNKNOWN
        return dict(zip(_NAMES, levels, strict=True))

    def _suspected(self, track: Track, words: frozenset[str] | None) -> _Suspected:
        topics = self._topics(track)
        places = np.flatnonzero((topics != _NO_TOPIC) & (track.confidences >= self._flag[topics]))
        topics = topics[places]
        seconds = np.searchsorted(track.starts, places, side="right") - 1
        confidences = track.confidences[places]
        certain = confidences >= self._block[topics]
        suspected = _Suspected(topics, seconds, confidences, certain)
        for topic in self._agreeing_of(words):
            if np.any(suspected.topics == topic):
                suspected = self._agreed(track, suspected, topic)
        return suspected

    def _agreeing_of(self, words: frozenset[str] | None) -> Sequence[int]:
        return () if words is None else self._agreeing

    def _agreed(self, track: Track, suspected: _Suspected, topic: int) -> _Suspected:
        """Leave out what is suspected of a topic on looks that their neighbours disagree with."""
        look_of_second = np.cumsum(track.looks.has(NEW_LOOK)) - 1
        looks = look_of_second[suspected.seconds]
        own = suspected.topics == topic
        best = np.zeros(look_of_second[-1] + 1, np.uint16)
        np.maximum.at(best, looks[own], suspected.confidences[own])
        agreed = agreement(best, self._flag[topic], self._block[topic])
        certain = np.where(own, agreed.certain[looks], suspected.certain)
        kept = ~own | agreed.suspected[looks]
        return _Suspected(
            *(column[kept] for column in suspected._replace(certain=certain)),
        )

    def _topics(self, track: Track) -> NDArray[np.int8]:
        """Return the topic of each observation, shape (n_observations,); ``_NO_TOPIC`` of most."""
        topics: NDArray[np.int8] = self._topic_of_tag.take(track.tags, mode="clip")
        return topics

    def _levels(
        self, track: Track, words: frozenset[str] | None, suspected: _Suspected
    ) -> NDArray[np.uint8]:
        """Return the place in ``LEVELS`` of each topic, shape (n_topics,)."""
        levels = np.where(self._judged(track, words), _AT_NONE, _AT_UNKNOWN).astype(np.uint8)
        if len(suspected.topics):
            look_of_second = np.cumsum(track.looks.has(NEW_LOOK))
            for topic in np.unique(suspected.topics):
                is_topic = suspected.topics == topic
                certain = suspected.certain[is_topic].any()
                if topic not in self._agreeing_of(words):
                    looks = np.unique(look_of_second[suspected.seconds[is_topic]])
                    certain |= len(looks) > 1
                levels[topic] = _AT_BLOCK if certain else _AT_FLAG
        return levels

    def _judged(self, track: Track, words: frozenset[str] | None) -> NDArray[np.bool_]:
        if track.n_seconds == 0:
            return np.zeros(len(_NAMES), bool)
        if words is not None:
            return _topics_of(words)
        said = np.zeros(len(_NAMES) + 1, bool)
        said[self._topics(track)] = True
        return said[:-1]

    def _worst(self, levels: NDArray[np.uint8]) -> Level:
        return LEVELS[int(levels[self._counting].max(initial=_AT_NONE))]


_AT_NONE, _AT_FLAG, _AT_BLOCK, _AT_UNKNOWN = range(len(LEVELS))


@lru_cache(maxsize=64)
def _topics_of(words: frozenset[str]) -> NDArray[np.bool_]:
    judged = np.array([not tags.isdisjoint(words) for tags in TOPICS.values()])
    judged.flags.writeable = False
    return judged


def _rising(suspected: _Suspected, which: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.unique(suspected.seconds[which]).tolist())
