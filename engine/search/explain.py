"""Why a match: which of a viewer's videos gave its tags, and at which seconds they were seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileVector, Reaction

MAX_SOURCES: Final = 3
"""So many of a viewer's videos are named for each tag."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of a viewer's videos, and what it gave to a share."""

    reaction: Reaction
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a tag counted for a viewer; ``stated``, the sources and ``other`` add up to the share.

    Attributes:
        tag: its name.
        share: of the score.
        stated: the part that the viewer's interests gave.
        sources: the videos that gave most, the largest part first.
        other: what all other videos gave, and what most videos show took.
    """

    tag: str
    share: float
    stated: float
    sources: tuple[Source, ...]
    other: float


def reasons(view: IndexSnapshot, taste: ProfileVector, video: str) -> tuple[Reason, ...]:
    """Return what made the score of a video, the largest share first; they add up to it.

    Damping takes a tag's weight as a whole, so what each video gave is in proportion to what it
    put in before.
    """
    tags, shares = view.explain(taste.query, video)
    found = []
    for tag, share in zip(tags.tolist(), shares.tolist(), strict=True):
        at = int(np.searchsorted(taste.query.tags, tag))
        stated = share * float(taste.stated[at] / taste.query.units[at])
        sources = _sources(taste, tag, share - stated)
        other = share - stated - sum(source.share for source in sources)
        found.append(Reason(view.vocabulary.names[tag], share, stated, sources, other))
    return tuple(sorted(found, key=lambda reason: -abs(reason.share)))


def _sources(taste: ProfileVector, tag: int, share: float) -> tuple[Source, ...]:
    pulls = taste.pulls
    own = slice(
        int(np.searchsorted(pulls.tags, tag)), int(np.searchsorted(pulls.tags, tag, side="right"))
    )
    # Only what pulled the way that the whole went.
    values = np.maximum(pulls.values[own] * np.sign(share), 0.0)
    total = values.sum()
    if not total:
        return ()
    owners = pulls.reactions[own]
    most = np.argsort(-values, kind="stable")[:MAX_SOURCES]
    return tuple(
        Source(taste.reactions[owners[at]], float(share * values[at] / total))
        for at in most
        if values[at] > 0 and owners[at] >= 0
    )
