"""Configuration of an index: the way that observations become a generation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.sensitivity import DEFAULT_RULES, Rule, Rules
from engine.domain.matching.weighting import TfName
from engine.domain.tags import AUDIO, METADATA, SOURCES, SPEECH, TEXT, TagsBySource, is_source
from engine.domain.tracks import Threshold
from engine.errors import InvalidInput

SecondsName = Literal["raw", "effective"]
"""All seconds of a tag, or its distinct ones: a still picture counts once however long it is."""


MAX_WEIGHT: Final = 10.0
"""Greatest weight of a source's tags, beside 1 of others."""

DEFAULT_WEIGHTS: Final[Mapping[str, float]] = {
    AUDIO: 0.25,
    TEXT: 0.25,
    METADATA: 0.5,
    SPEECH: 0.25,
}
"""Weight of the tags of a source, where nobody says another one.

There are few words for sound, and one or two of them are on nearly every second: at weight 1 any
two videos with music would be alike, whatever is seen on them. What is told of a video counts on
all of its seconds, seen or not. What is talked about is mostly not there to be seen,
and a word on the picture is often beside the matter: a sign in a street, a maker's name, a credit.
"""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """Threshold and weight of the tags of one source.

    Attributes:
        source: one of ``engine.domain.tags.SOURCES``.
        threshold: least confidence that counts, 0.0 to 1.0.
        weight: factor of their idf, above 0, as a field's boost in BM25F; 0 leaves them out.
    """

    source: str
    threshold: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not is_source(self.source):
            raise InvalidInput(
                f"no source of tags {self.source!r}: choose from {', '.join(SOURCES)}"
            )
        if not 0.0 <= self.threshold <= 1.0 or not 0.0 <= self.weight <= MAX_WEIGHT:
            raise InvalidInput(
                f"{self.source}={self.threshold}:{self.weight}: the threshold of a source is from"
                f" 0.0 to 1.0, its weight from 0 to {MAX_WEIGHT:g}"
            )


def read_sources(text: str) -> tuple[SourceConfig, ...]:
    """Read ``audio=0.6:0.5,text=0.8``: a source's threshold, and its weight unless it is 1.

    Raises:
        InvalidInput: naming what cannot be used.
    """
    sources = [_read_source(part.strip()) for part in text.split(",") if part.strip()]
    if len({one.source for one in sources}) < len(sources):
        raise InvalidInput(f"{text!r} names a source of tags twice: keep one of them")
    return tuple(sources)


def with_default_weights(
    sources: tuple[SourceConfig, ...], threshold: float
) -> tuple[SourceConfig, ...]:
    """Add what differs by default for sources that are not named; the threshold is that of all."""
    named = {one.source for one in sources}
    added = (
        SourceConfig(source, threshold, weight)
        for source, weight in DEFAULT_WEIGHTS.items()
        if source not in named
    )
    return (*sources, *added)


def _read_source(text: str) -> SourceConfig:
    source, _, values = text.partition("=")
    threshold, colon, weight = values.partition(":")
    try:
        return SourceConfig(source, float(threshold), float(weight) if colon else 1.0)
    except ValueError:
        raise InvalidInput(
            f"{text!r}: write a source of tags with its threshold, as in audio=0.6, and perhaps"
            " its weight, as in audio=0.6:0.5"
        ) from None


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
        sources: what differs for the tags of some sources.
        slope: of the pivoted length normalisation, 0.01 to 1; 1 is the plain cosine.
        min_df: tags on fewer videos are dropped; 1 drops none.
    """

    threshold: float
    tf: TfName
    seconds: SecondsName = "raw"
    least_seconds: int = 1
    sensitive: Rules = DEFAULT_RULES
    sources: tuple[SourceConfig, ...] = ()
    slope: float = 1.0
    min_df: int = 1

    def thresholds(self, tags: TagsBySource) -> Threshold:
        """Return the least confidence that counts: one of all tags, or one a tag.

        Args:
            tags: the numbers of each source's tags.
        """
        own = {one.source: one.threshold for one in self.sources}
        if all(threshold == self.threshold for threshold in own.values()):
            return self.threshold
        return _by_tag(tags, own, self.threshold)

    @property
    def weighting(self) -> str:
        """The term frequency, and the slope and least document frequency where they do anything."""
        slope = f", slope {self.slope:g}" if self.slope < 1.0 else ""
        return f"tf {self.tf}{slope}" + (f", min_df {self.min_df}" if self.min_df > 1 else "")

    def weights(self, tags: TagsBySource) -> NDArray[np.float64] | None:
        """Return what multiplies the idf of each tag, shape (n_tags,); None where nothing does."""
        own = {one.source: one.weight for one in self.sources}
        if all(weight == 1.0 for weight in own.values()):
            return None
        return _by_tag(tags, own, 1.0)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """Make a configuration of what ``dataclasses.asdict`` gave, through JSON or not.

        Raises:
            KeyError: when a part is missing.
            TypeError: when one is not what it should be.
        """
        rules = tuple(Rule(**rule) for rule in stored["sensitive"])
        # Generations of before sources were told apart have none.
        sources = tuple(SourceConfig(**one) for one in stored.get("sources", ()))
        return cls(**{**stored, "sensitive": rules, "sources": sources})


def _by_tag(tags: TagsBySource, of: Mapping[str, float], default: float) -> NDArray[np.float64]:
    values = np.full(sum(map(len, tags.values())), default)
    for source, numbers in tags.items():
        values[numbers] = of.get(source, default)
    return values
