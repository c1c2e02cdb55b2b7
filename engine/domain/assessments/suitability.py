"""Brand suitability: the topics of the IAB and the levels of risk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput


class Risk(StrEnum):
    """Level of risk, the least first; ``unknown`` is after the worst: nobody looked for it.

    ``floor`` is not for any advertiser: it rules out the whole video. The others say something of
    the seconds they are seen on. Those behind ``unknown`` are unknown, too, but words about the
    video speak of the topic: an index holds them, assessments say both for themselves.
    """

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    FLOOR = "floor"
    UNKNOWN = "unknown"
    SAID_LOW = "unknown, said to be low"
    SAID_MEDIUM = "unknown, said to be medium"
    SAID_HIGH = "unknown, said to be high"


RISKS: Final = tuple(Risk)
_TOLERABLE: Final = RISKS[: RISKS.index(Risk.UNKNOWN)]

VECTORS: Final[Mapping[Risk, str]] = MappingProxyType(
    {Risk.FLOOR: "bsr001", Risk.HIGH: "bsr002", Risk.MEDIUM: "bsr003", Risk.LOW: "bsr004"}
)
"""The ids of the IAB's vector *Brand Suitability and Risk*."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Risks that follow from a sensitive topic (``engine.content.sensitivity``).

    Attributes:
        suspected: of a second that is ``flag``, when no other segment is.
        certain: of a second that is ``block``, or ``flag`` when another segment is, too.
        often: of seconds that are ``block`` when there are two segments of them and they fill
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
        # Two segments that are certain are no accident, however short.
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

_TOPIC_INDEX: Final = {
    name: index for index, topic in enumerate(BRAND_TOPICS) for name in (topic.name, topic.category)
}

Risks = NDArray[np.uint8]
"""Places in ``RISKS``."""


def topic_index(name: str) -> int:
    """Return the place of a topic, by its short name or its IAB id.

    Raises:
        InvalidInput: naming those there are.
    """
    if name not in _TOPIC_INDEX:
        names = ", ".join(topic.name for topic in BRAND_TOPICS)
        raise InvalidInput(f"no brand suitability topic {name!r}: choose from {names}")
    return _TOPIC_INDEX[name]


def risk_index(risk: str) -> int:
    """Return the place of a level that can be tolerated: any but ``unknown``.

    Raises:
        InvalidInput: naming those there are.
    """
    if risk not in _TOLERABLE:
        names = ", ".join(_TOLERABLE)
        raise InvalidInput(f"no risk level {risk!r}: choose from {names}")
    return RISKS.index(Risk(risk))


@dataclass(frozen=True, slots=True)
class TopicRisk:
    """Assessment of one topic of a video.

    Attributes:
        topic: which.
        risk: the worst of its seconds.
        seconds: those that are not ``none``, rising.
        looked_for: sensitive topics that its tagger has words for.
        not_looked_for: those of this topic that it has no words for; what is said of the topic
            says nothing of these.
        mentioned: the risk by what words about the video say of the topic, up to ``high``: it
            raises one that is known, and stands beside one that is not.
        mentioned_by: the sources of these words, by name.
    """

    topic: BrandTopic
    risk: Risk
    seconds: tuple[int, ...]
    looked_for: tuple[str, ...]
    not_looked_for: tuple[str, ...]
    mentioned: Risk = Risk.NONE
    mentioned_by: tuple[str, ...] = ()
