"""Order of a video's tags by seconds x idf x weight, so that what few videos show leads.

A new catalog is too small to know what is common, so what 1,094 pictures and clips of all kinds
show (the labelled frames of ``benchmarks/accuracy``) counts as so many videos more.
"""

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Self

from engine.domain.matching.index_config import DEFAULT_WEIGHTS
from engine.domain.matching.results import TagCount
from engine.domain.tags import Tag, source_of
from engine.ports.index import IndexSnapshot

IMAGINED_VIDEOS: Final = 100
"""Number of videos imagined beside those of the catalog, that show tags as ``SHARES`` says."""

SHARES: Final = Path(__file__).parent / "shares.json"
"""Tag -> share of the labelled pictures and clips that show it."""

MIN_SHARE: Final = 0.001
"""Of a tag that ``SHARES`` does not name."""

COMMON_SHARE: Final = 0.1
"""Share of all videos that show it, from which on a tag says little."""

PEOPLE_WORDS: Final = frozenset({"woman", "man", "child", "smiling"})
"""Say little however few videos show them, whoever says them: who is seen is not what a video is
about."""

_FIRST: Final = 5
_MAX_COMMON: Final = 2  # of the first


class TagIdf:
    """Inverse document frequency: the logarithm of one over the share of videos that show a tag.

    It is multiplied with the weight of the tag's source, as where videos are compared.

    Args:
        df: tag -> number of videos that show it.
        n_videos: of the catalog.
        weights: source -> weight of its tags; 1 of others.
    """

    def __init__(
        self,
        df: Mapping[str, int],
        n_videos: int,
        weights: Mapping[str, float] = DEFAULT_WEIGHTS,
    ) -> None:
        self._df = df
        self._n_videos = n_videos
        self._weights = weights

    @classmethod
    def of(cls, snapshot: IndexSnapshot | None) -> Self:
        """Read it off a generation; None: of the imagined videos alone."""
        if snapshot is None:
            return cls({}, 0)
        df = snapshot.df.tolist()
        weights = {one.source: one.weight for one in snapshot.config.sources}
        by_tag = dict(zip(snapshot.vocabulary.names, df, strict=False))
        return cls(by_tag, snapshot.n_indexed, weights)

    def __getitem__(self, tag: str) -> float:
        """Return the idf of a tag, above 0 unless its source weighs nothing."""
        return -math.log(self._share(tag)) * self._weights.get(source_of(tag), 1.0)

    def ranked(self, counts: Iterable[TagCount]) -> list[TagCount]:
        """Order tags by seconds x idf, then by name; at most two common ones are among the first 5.

        Person, people, clothing and outdoors are true of most videos and would be all that is
        said of many.
        """
        ranked = sorted(counts, key=lambda count: (-count.seconds * self[count.tag], count.tag))
        first: list[TagCount] = []
        later: list[TagCount] = []
        n_common = 0
        for count in ranked:
            name = Tag.parse(count.tag).name
            is_common = name in PEOPLE_WORDS or self._share(count.tag) >= COMMON_SHARE
            if len(first) == _FIRST or (is_common and n_common == _MAX_COMMON):
                later.append(count)
            else:
                first.append(count)
                n_common += is_common
        return first + later

    def _share(self, tag: str) -> float:
        imagined = IMAGINED_VIDEOS * _shares().get(Tag.parse(tag).name, MIN_SHARE)
        return (self._df.get(tag, 0) + imagined) / (self._n_videos + IMAGINED_VIDEOS + 1)


@cache
def _shares() -> dict[str, float]:
    shares: dict[str, float] = json.loads(SHARES.read_text())
    return shares
