"""Why a match: which of a viewer's videos gave its tags, and at which seconds they were seen."""

from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

import numpy as np

from engine.domain.recommendations import Reason, Source
from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileVector, Reaction

MAX_SOURCES: Final = 3
"""So many of a viewer's videos are named for each tag."""


class Explainer:
    """Explains the scores of one profile, video by video.

    Damping takes a tag's weight as a whole, so that of a share each video gave in proportion to
    what it put in before: for all videos that are explained, it is found once a tag.

    Args:
        view: where the scores are from.
        profile_vector: whose they are.
    """

    def __init__(self, view: IndexSnapshot, profile_vector: ProfileVector) -> None:
        self._view = view
        self._profile_vector = profile_vector
        self._query_tags: list[int] = profile_vector.query.tags.tolist()
        self._contributed_tags: list[int] = profile_vector.contributions.tags.tolist()
        self._stated: dict[int, float] = {}
        self._contributions: dict[tuple[int, bool], _TagContributions] = {}

    def reasons(self, video: str) -> tuple[Reason, ...]:
        """Return what made the score of a video, the largest share first; they add up to it."""
        tags, shares = self._view.explain(self._profile_vector.query, video)
        names, found = self._view.vocabulary.names, []
        for tag, share in zip(tags.tolist(), shares.tolist(), strict=True):
            stated = share * self._stated_part(tag)
            sources = self._sources(tag, share - stated)
            other = share - stated - sum(source.share for source in sources)
            found.append(Reason(names[tag], share, stated, sources, other))
        return tuple(sorted(found, key=lambda reason: -abs(reason.share)))

    def _stated_part(self, tag: int) -> float:
        """Return the part of a tag's weight that the viewer's interests gave."""
        part = self._stated.get(tag)
        if part is None:
            at = bisect_left(self._query_tags, tag)
            part = float(self._profile_vector.stated[at] / self._profile_vector.query.units[at])
            self._stated[tag] = part
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
            for reaction, value in contributions.most
        )

    def _contributions_of(self, tag: int, sign: float) -> "_TagContributions":
        first, last = (
            bisect_left(self._contributed_tags, tag),
            bisect_right(self._contributed_tags, tag),
        )
        owners = self._profile_vector.contributions.reactions[first:last].tolist()
        # Only what pulled the way that the whole went.
        values = np.maximum(self._profile_vector.contributions.values[first:last] * sign, 0.0)
        contributions = zip(owners, values.tolist(), strict=True)
        most = sorted(contributions, key=lambda pull: -pull[1])[:MAX_SOURCES]
        reactions = self._profile_vector.reactions
        named = ((reactions[owner], value) for owner, value in most if value > 0 and owner >= 0)
        return _TagContributions(tuple(named), float(values.sum()))


class _TagContributions(NamedTuple):
    """The videos that pulled most towards a tag, or away from it, and what all did together."""

    most: tuple[tuple[Reaction, float], ...]
    total: float


def reasons(view: IndexSnapshot, profile_vector: ProfileVector, video: str) -> tuple[Reason, ...]:
    """Return what made the score of one video, the largest share first; they add up to it."""
    return Explainer(view, profile_vector).reasons(video)
