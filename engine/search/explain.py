"""Why a match: which of a viewer's videos gave its tags, and at which seconds they were seen."""

from typing import Final

import numpy as np

from engine.domain.recommendations import Reason, Source
from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileVector

MAX_SOURCES: Final = 3
"""So many of a viewer's videos are named for each tag."""


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
    found = [(taste.reactions[owners[at]], values[at]) for at in most if owners[at] >= 0]
    return tuple(
        Source(reaction.video, reaction.kind, float(share * value / total))
        for reaction, value in found
        if value > 0
    )
