"""Tracks whose tags are names yet, as results of others and readers of words give them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.tags import Tag
from engine.domain.tracks import FULL_SCALE, ChangeTrack, Track
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog
from ingest.decoding.frames import LONGEST_SECONDS
from ingest.taggers.tag_ranges import TagRange, TagRanges

MAX_TAGS_A_SECOND: Final = 200
"""Different tags on one second; what is over it is a mistake or an attack."""

_BLOCK_SECONDS: Final = 4096
_DIGITS: Final = 5  # so many tell every stored confidence from the next


@dataclass(frozen=True, slots=True)
class NamedTrack:
    """Observations of a video, as sure as a track stores them; no second holds a tag twice.

    Attributes:
        n_seconds: number of seconds that were analyzed.
        names: every tag that occurs, without repeats.
        starts: shape (n_seconds + 1,), int64; second ``k`` owns ``starts[k]:starts[k + 1]``.
        tags: shape (n_observations,), uint16, places in ``names``, rising within a second.
        confidences: shape (n_observations,), uint16; 65,535 is 1.0.
    """

    n_seconds: int
    names: tuple[str, ...]
    starts: NDArray[np.int64]
    tags: NDArray[np.uint16]
    confidences: NDArray[np.uint16]

    @classmethod
    def build(cls, tag_ranges: Iterable[TagRange], n_seconds: int) -> Self:
        """Lay ranges out on seconds; of several confidences of a tag on one second the highest.

        Raises:
            InvalidInput: too many seconds, or too many tags on one of them, or a run that is not
                within the video.
        """
        collected = TagRanges()
        for tag, start, end, confidence in tag_ranges:
            if not 0 <= start < end <= n_seconds:
                raise InvalidInput(
                    f"{tag!r} on seconds [{start}, {end}): the video has [0, {n_seconds})"
                )
            collected.add(tag, start, end, confidence)
        return cls.of(collected, n_seconds)

    @classmethod
    def of(cls, tag_ranges: TagRanges, n_seconds: int) -> Self:
        """Lay ranges out on seconds; of several confidences of a tag on one second the highest.

        Raises:
            InvalidInput: too many seconds, or too many tags on one of them.
        """
        if not 0 < n_seconds <= LONGEST_SECONDS:
            raise InvalidInput(
                f"{n_seconds} seconds: a video has at least 1 and at most {LONGEST_SECONDS}"
            )
        per_second = np.zeros(n_seconds, np.int64)
        tags, confidences = [np.empty(0, np.uint16)], [np.empty(0, np.uint16)]
        for first, block in tag_ranges.ordered(n_seconds):
            counted = np.bincount(block[:, 0] - first)
            if len(counted) and counted.max() > MAX_TAGS_A_SECOND:
                raise InvalidInput(
                    f"{counted.max()} tags on second {first + counted.argmax()}:"
                    f" at most {MAX_TAGS_A_SECOND} are taken"
                )
            per_second[first : first + len(counted)] = counted
            tags.append(block[:, 1].astype(np.uint16))
            confidences.append(block[:, 2].astype(np.uint16))
        return cls(
            n_seconds,
            tag_ranges.names,
            np.concatenate([[0], np.cumsum(per_second)]),
            np.concatenate(tags),
            np.concatenate(confidences),
        )

    def at(self, second: int) -> dict[str, float]:
        """Return the confidence of each tag on one second."""
        first, last = self.starts[second : second + 2]
        return {
            self.names[number]: round(int(confidence) / FULL_SCALE, _DIGITS)
            for number, confidence in zip(
                self.tags[first:last], self.confidences[first:last], strict=True
            )
        }

    def of_source(self, source: str) -> "NamedTrack":
        """Return what one source observed, with the names of its tags; the names here are labels.

        It is as long as the whole.
        """
        tags = [Tag.parse(label) for label in self.names]
        own = np.array([tag.source == source for tag in tags], bool)
        is_own = own[self.tags]
        before = np.concatenate([[0], np.cumsum(is_own)])
        return NamedTrack(
            self.n_seconds,
            tuple(tag.name for tag in tags if tag.source == source),
            before[self.starts],
            (np.cumsum(own) - 1)[self.tags[is_own]].astype(np.uint16),
            self.confidences[is_own],
        )

    def to_track(self, numbers: Mapping[str, int]) -> Track:
        """Return what ``Videos.save`` stores.

        Args:
            numbers: the catalog's number of every name, as given by ``Tags.number``.
        """
        number_of = np.array([numbers[name] for name in self.names], np.uint32)
        # Numbers go the other way round than places may: a second's tags are put in order anew.
        ranks = np.argsort(np.argsort(number_of)).astype(np.uint16)
        tags = np.empty(len(self.tags), np.uint32)
        confidences = np.empty(len(self.tags), np.uint16)
        for first in range(0, self.n_seconds, _BLOCK_SECONDS):
            bounds = self.starts[first : first + _BLOCK_SECONDS + 1]
            begin, end = bounds[[0, -1]]
            seconds = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
            order = begin + np.lexsort((ranks[self.tags[begin:end]], seconds))
            tags[begin:end] = number_of[self.tags[order]]
            confidences[begin:end] = self.confidences[order]
        return Track(self.starts, tags, confidences, ChangeTrack.all_new(self.n_seconds))


def track_for(catalog: Catalog, track: NamedTrack) -> Track:
    """Return what ``Videos.save`` stores, after new tags got their numbers."""
    numbers = map(int, catalog.tags.number(track.names))
    return track.to_track(dict(zip(track.names, numbers, strict=True)))
