"""What is seen elsewhere: taggers that take a whole video, and tracks made of their words."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput, ReelmatchError
from engine.store.catalog import Catalog
from engine.store.tracks import FULL_SCALE, LEAST_CONFIDENCE, Looks, Track
from engine.text import UnusableText, composed, is_blank, tidy_words
from ingest.frames import LONGEST_SECONDS

LONGEST_TAG: Final = 100
"""Signs in the name of a tag."""

MOST_TAGS_A_SECOND: Final = 200
"""Different tags on one second; what is over it is a mistake or an attack."""

_MOST_OBSERVATIONS: Final = MOST_TAGS_A_SECOND * LONGEST_SECONDS


@runtime_checkable
class VideoTagger(Protocol):
    """Names what is on a video, second by second, in words of its own."""

    @property
    def name(self) -> str:
        """Who looked; kept with each video."""

    @property
    def version(self) -> str:
        """Changes whenever the same video may get other confidences."""

    def tag_video(self, path: Path) -> "RemoteTrack":
        """Return what is seen on each second of a file.

        Raises:
            Unwatchable: nothing can be seen of the file.
            RemoteTaggerFailed: the service would not or could not say.
        """


class RemoteTaggerFailed(ReelmatchError):
    """A service that tags videos would not or could not do it."""


class Run(NamedTuple):
    """A tag on all seconds of ``[start, end)`` with one confidence, 0.0 to 1.0."""

    tag: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class RemoteTrack:
    """What somebody else saw on a video; no second holds a tag twice.

    Attributes:
        n_seconds: how many were watched.
        names: every tag that occurs, without repeats.
        seconds: shape (n_observations,), rising.
        tags: shape (n_observations,), places in ``names``.
        confidences: shape (n_observations,), float64, 0.0 to 1.0.
    """

    n_seconds: int
    names: tuple[str, ...]
    seconds: NDArray[np.int32]
    tags: NDArray[np.int32]
    confidences: NDArray[np.float64]

    @classmethod
    def build(cls, runs: Iterable[Run], n_seconds: int) -> Self:
        """Lay runs out on seconds; of several confidences of a tag on one second the highest.

        Raises:
            InvalidInput: too many seconds, or too many tags on one of them, or a run that is not
                within the video.
        """
        if not 0 < n_seconds <= LONGEST_SECONDS:
            raise InvalidInput(
                f"{n_seconds} seconds: a video has at least 1 and at most {LONGEST_SECONDS}"
            )
        places: dict[str, int] = {}
        tags, starts, ends, confidences = array("i"), array("i"), array("i"), array("d")
        n_observations = 0
        for tag, start, end, confidence in runs:
            if not 0 <= start < end <= n_seconds:
                raise InvalidInput(
                    f"{tag!r} on seconds [{start}, {end}): the video has [0, {n_seconds})"
                )
            n_observations += end - start
            if n_observations > _MOST_OBSERVATIONS:
                raise InvalidInput(f"more than {_MOST_OBSERVATIONS} observations of one video")
            tags.append(places.setdefault(tag, len(places)))
            starts.append(start)
            ends.append(end)
            confidences.append(confidence)
        return cls._laid_out(
            n_seconds,
            tuple(places),
            np.array(tags, np.int32),
            np.array(starts, np.int32),
            np.array(ends, np.int32),
            np.array(confidences, np.float64),
        )

    @classmethod
    def _laid_out(
        cls,
        n_seconds: int,
        names: tuple[str, ...],
        run_tags: NDArray[np.int32],
        starts: NDArray[np.int32],
        ends: NDArray[np.int32],
        run_confidences: NDArray[np.float64],
    ) -> Self:
        lengths = ends - starts
        run_of = np.repeat(np.arange(len(lengths)), lengths)
        into_run = np.arange(len(run_of)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        seconds = (starts[run_of] + into_run).astype(np.int32)
        tags, confidences = run_tags[run_of], run_confidences[run_of]
        order = np.lexsort((-confidences, tags, seconds))
        seconds, tags, confidences = seconds[order], tags[order], confidences[order]
        is_first = np.ones(len(seconds), np.bool_)
        is_first[1:] = (np.diff(seconds) != 0) | (np.diff(tags) != 0)
        seconds, tags, confidences = seconds[is_first], tags[is_first], confidences[is_first]
        per_second = np.bincount(seconds, minlength=n_seconds)
        if per_second.max() > MOST_TAGS_A_SECOND:
            raise InvalidInput(
                f"{per_second.max()} tags on second {per_second.argmax()}:"
                f" at most {MOST_TAGS_A_SECOND} are taken"
            )
        return cls(n_seconds, names, seconds, tags, confidences)

    def at(self, second: int) -> dict[str, float]:
        """Return the confidence of each tag on one second."""
        first, last = np.searchsorted(self.seconds, [second, second + 1])
        return {
            self.names[place]: float(confidence)
            for place, confidence in zip(
                self.tags[first:last], self.confidences[first:last], strict=True
            )
        }

    def kept_names(self) -> list[str]:
        """Return the tags that a track keeps: those sure enough on at least one second."""
        kept = np.unique(self.tags[self.confidences >= LEAST_CONFIDENCE])
        return [self.names[place] for place in kept]

    def to_track(self, numbers: Mapping[str, int]) -> Track:
        """Return what ``Catalog.save`` stores.

        Args:
            numbers: the catalog's number of every name in ``kept_names``, as given by
                ``Catalog.number_tags``.
        """
        is_kept = self.confidences >= LEAST_CONFIDENCE
        seconds, confidences = self.seconds[is_kept], self.confidences[is_kept]
        number_of = np.array([numbers.get(name, 0) for name in self.names], np.uint32)
        tags = number_of[self.tags[is_kept]]
        order = np.lexsort((tags, seconds))
        per_second = np.bincount(seconds, minlength=self.n_seconds)
        return Track(
            starts=np.concatenate([[0], np.cumsum(per_second)]).astype(np.int64),
            tags=tags[order],
            confidences=np.rint(confidences[order] * FULL_SCALE).astype(np.uint16),
            looks=Looks.all_new(self.n_seconds),
        )


def track_for(catalog: Catalog, seen: RemoteTrack) -> Track:
    """Return what ``Catalog.save`` stores, after new tags got their numbers."""
    names = seen.kept_names()
    return seen.to_track(dict(zip(names, map(int, catalog.number_tags(names)), strict=True)))


def tidy_tag(name: str) -> str:
    """Return a tag's name as the vocabulary has it: NFC, lower case, single spaces, none around.

    Raises:
        InvalidInput: nothing is left, it is too long, or holds signs that cannot be printed.
    """
    try:
        tidy = composed(tidy_words(name).lower())
    except UnusableText as error:
        raise InvalidInput(f"the tag {error}") from error
    if is_blank(tidy):
        raise InvalidInput("a tag without a name")
    if len(tidy) > LONGEST_TAG:
        raise InvalidInput(
            f"the tag {tidy[:20]!r}... has {len(tidy)} signs: at most {LONGEST_TAG} are taken"
        )
    return tidy
