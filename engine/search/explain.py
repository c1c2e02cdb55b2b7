"""Reasons of a match: which of a viewer's videos gave its tags, and on which seconds."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.recommendations import Reason, Source
from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileVector, Reaction

MAX_SOURCES: Final = 3
"""Number of a viewer's videos that are named for each tag."""


class Explainer:
    """Explains the scores of one profile, video by video.

    Damping takes a tag's weight as a whole, so that of a share each video gave in proportion to
    what it put in before: for all videos that are explained, it is found once a tag.

    Args:
        snapshot: the index that made the scores.
        profile_vector: whose they are.
    """

    def __init__(self, snapshot: IndexSnapshot, profile_vector: ProfileVector) -> None:
        self._snapshot = snapshot
        self._profile_vector = profile_vector
        self._query_tags: list[int] = profile_vector.query.tags.tolist()
        self._contributed_tags: list[int] = profile_vector.contributions.tags.tolist()
        self._explicit_parts: dict[int, float] = {}
        self._contributions: dict[tuple[int, bool], _TagContributions] = {}

    def reasons(self, videos: Sequence[str]) -> list[tuple[Reason, ...]]:
        """Return what made the score of each video, the largest share first; they add up to it."""
        explained = self._snapshot.explain_all(self._profile_vector.query, videos)
        return [self._reasons(tags, shares) for tags, shares in explained]

    def _reasons(self, tags: NDArray[np.int64], shares: NDArray[np.float64]) -> tuple[Reason, ...]:
        names, explained = self._snapshot.vocabulary.names, []
        for tag, share in zip(tags.tolist(), shares.tolist(), strict=True):
            explicit = share * self._explicit_part(tag)
            sources = self._sources(tag, share - explicit)
            other = share - explicit - sum(source.share for source in sources)
            explained.append(Reason(names[tag], share, explicit, sources, other))
        return tuple(sorted(explained, key=lambda reason: -abs(reason.share)))

    def _explicit_part(self, tag: int) -> float:
        """Return the part of a tag's weight that the viewer's interests gave."""
        part = self._explicit_parts.get(tag)
        if part is None:
            at = bisect_left(self._query_tags, tag)
            part = float(self._profile_vector.explicit[at] / self._profile_vector.query.units[at])
            self._explicit_parts[tag] = part
        return part

    def _sources(self, tag: int, share: float) -> tuple[Source, ...]:
        if not share:
            return ()
        key = tag, share > 0
        contributions = self._contributions.get(key)
        if contributions is None:
            contributions = self._contributions[key] = self._contributions_of(
                tag, 1.0 if share > 0 else -1.0
            )
        return tuple(
            Source(reaction.video, reaction.kind, share * value / contributions.total)
            for reaction, value in contributions.largest
        )

    def _contributions_of(self, tag: int, sign: float) -> "_TagContributions":
        first, last = (
            bisect_left(self._contributed_tags, tag),
            bisect_right(self._contributed_tags, tag),
        )
        owners = self._profile_vector.contributions.reactions[first:last].tolist()
        # Only what counted the way that the whole went.
        values = np.maximum(self._profile_vector.contributions.values[first:last] * sign, 0.0)
        contributions = zip(owners, values.tolist(), strict=True)
        largest = sorted(contributions, key=lambda contribution: -contribution[1])[:MAX_SOURCES]
        reactions = self._profile_vector.reactions
        named = ((reactions[owner], value) for owner, value in largest if value > 0 and owner >= 0)
        return _TagContributions(tuple(named), float(values.sum()))


class _TagContributions(NamedTuple):
    """The videos that gave most for a tag, or against it, and what all gave together."""

    largest: tuple[tuple[Reaction, float], ...]
    total: float


def reasons(
    snapshot: IndexSnapshot, profile_vector: ProfileVector, video: str
) -> tuple[Reason, ...]:
    """Return what made the score of one video, the largest share first; they add up to it."""
    (why,) = Explainer(snapshot, profile_vector).reasons([video])
    return why
