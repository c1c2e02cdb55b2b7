"""Generations of the index as operators are told of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from engine.indexes.local.disk.generation import Generation, StoredGeneration


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """The generation that a reindex built."""

    generation: str
    videos: int
    tags: int
    threshold: float
    tf: str
    seconds: str

    @classmethod
    def of(cls, built: Generation) -> Self:
        """Read it off a generation."""
        config = built.config
        return cls(
            built.id,
            built.index.n_videos,
            len(built.vocabulary),
            config.threshold,
            config.tf,
            config.seconds,
        )


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """A generation that can be made live, and how it was built; ``built_at`` is UTC."""

    generation: str
    live: bool
    built_at: str
    threshold: float
    tf: str
    seconds: str

    @classmethod
    def of(cls, stored: StoredGeneration) -> Self:
        """Read it off a generation on the disk."""
        config = stored.config
        return cls(
            stored.id,
            stored.is_live,
            datetime.fromtimestamp(stored.built_at, UTC).isoformat(timespec="seconds"),
            config.threshold,
            config.tf,
            config.seconds,
        )
