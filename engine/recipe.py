"""How observations become a generation."""

from dataclasses import dataclass
from typing import Literal

from engine.weighting import TfName

SecondsName = Literal["raw", "effective"]
"""All seconds of a tag, or its looks: a still picture counts once however long it is shown."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of an index.

    Attributes:
        threshold: least confidence that counted, 0.0 to 1.0.
        tf: the count as it is, its square root, or 1 + its logarithm.
        seconds: what is counted.
    """

    threshold: float
    tf: TfName
    seconds: SecondsName = "raw"
