"""Mix of tags and co-watching: a frozen record of what a reindex learned, and how sure it was."""

from dataclasses import dataclass
from typing import Final

MAX_MIX: Final = 0.9
"""Greatest mix: where all is co-watching, nothing could be told of what nobody has liked yet."""

ENOUGH_VIEWERS: Final = 25
"""With fewer viewers who like two videos or more, what they like together counts for nothing."""


@dataclass(frozen=True, slots=True)
class LearnedMix:
    """The mix that put most of what viewers went on to like among the first ten.

    Attributes:
        mix: share of co-watching in a video's value, 0.0 (tags alone) to ``MAX_MIX``.
        viewers: number of viewers whose latest likes were held out; 0 where they are too few.
        by_tags: mean nDCG@10 of their lists by tags alone.
        by_best: the same of the best mix, whether or not it is surely better.
    """

    mix: float = 0.0
    viewers: int = 0
    by_tags: float = 0.0
    by_best: float = 0.0

    @property
    def sentence(self) -> str:
        """The result in words, for people."""
        if not self.viewers:
            return "co-watching counts for nothing: too few viewers like several videos"
        measured = (
            f"nDCG@10 {self.by_tags:.3f} by tags, {self.by_best:.3f} with it,"
            f" of {self.viewers} viewers"
        )
        if not self.mix:
            return f"co-watching counts for nothing: it is not surely better ({measured})"
        return f"co-watching counts {self.mix:g} ({measured})"


NOT_LEARNED: Final = LearnedMix()
"""Stands for too few viewers, or a build of an earlier version."""
