"""Sensitive topics, the rules that judge them, and assessments: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

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
"""Topics of which a segment alone proves little, unless a rule is strict."""

ASSESSED_TAGS: Final = frozenset({"nudity"})
"""Tags that are not listed as what is on a video: they are an assessment, with its seconds."""


class Level(StrEnum):
    """Sensitivity of a video; ``unknown`` when nobody looked for it. In order, worst last.

    ``unknown`` is after the worst, so that nothing is let through that nobody has judged.
    """

    NONE = "none"
    FLAG = "flag"
    BLOCK = "block"
    UNKNOWN = "unknown"


LEVELS: Final = tuple(Level)


def level_index(name: str) -> int:
    """Return the place of a sensitive level.

    Raises:
        InvalidInput: naming those there are.
    """
    if name not in LEVELS:
        raise InvalidInput(f"no sensitive level {name!r}: choose from {', '.join(LEVELS)}")
    return LEVELS.index(name)


@dataclass(frozen=True, slots=True)
class Rule:
    """From which confidence on a topic is suspected, and from which it is certain.

    Attributes:
        topic: one of ``TOPICS``.
        flag: a second with a tag of the topic at least so sure is worth a look.
        block: one that is at least so sure needs no second one to agree.
        strict: whether segments are judged one by one where usually several must agree.
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

    ``nudity=strict`` and ``nudity=0.5:0.8:strict`` judge segment by segment.

    Raises:
        InvalidInput: naming the topic or threshold that cannot be used.
    """
    rules = [_read_rule(part.strip()) for part in text.split(",") if part.strip()]
    if len({rule.topic for rule in rules}) < len(rules):
        raise InvalidInput(f"{text!r} names a sensitive topic twice: keep one of them")
    return tuple(rules)


def _read_rule(text: str) -> Rule:
    topic, equals, rest = text.partition("=")
    if not equals:
        return usual_rule(topic)
    *thresholds, last = rest.split(":")
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
class TopicAssessment:
    """Assessment of one topic.

    Attributes:
        level: the worst of what was observed.
        seconds: those that are not ``none``, as evidence, rising.
        mentioned_by: sources other than the picture whose words speak of it.
    """

    level: Level
    seconds: tuple[int, ...]
    mentioned_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SensitivityAssessment:
    """Assessment of the sensitivity of a video.

    Attributes:
        level: the worst of the topics that count.
        seconds: the evidence of all topics that count, rising.
        topics: every topic, whether it counts or not.
    """

    level: Level
    seconds: tuple[int, ...]
    topics: Mapping[str, TopicAssessment]
