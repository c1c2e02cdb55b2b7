"""Configuration of an index: the way that observations become a generation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from engine.domain.sensitivity import DEFAULT_RULES, Rule, Rules
from engine.domain.weighting import TfName

SecondsName = Literal["raw", "effective"]
"""All seconds of a tag, or its looks: a still picture counts once however long it is shown."""


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """The settings of an index.

    Attributes:
        threshold: least confidence that counted, 0.0 to 1.0.
        tf: the count as it is, its square root, or 1 + its logarithm.
        seconds: what is counted.
        least_seconds: seconds of a tag from which on it counts for a video; of a video of less than
            twice as many, half of its seconds. What is said on one second only is often wrong.
        sensitive: which topics make a video sensitive, and from which confidence on.
    """

    threshold: float
    tf: TfName
    seconds: SecondsName = "raw"
    least_seconds: int = 1
    sensitive: Rules = DEFAULT_RULES

    @classmethod
    def from_stored(cls, kept: Mapping[str, Any]) -> Self:
        """Make a recipe of what ``dataclasses.asdict`` gave, through JSON or not.

        Raises:
            KeyError: when a part is missing.
            TypeError: when one is not what it should be.
        """
        return cls(**{**kept, "sensitive": tuple(Rule(**rule) for rule in kept["sensitive"])})
