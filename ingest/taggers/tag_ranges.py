"""Time ranges of tags, a few bytes each however many there are, and their order by second."""

import hashlib
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.tracks import MIN_CONFIDENCE, quantise
from engine.errors import InvalidInput
from ingest.decoding.frames import LONGEST_SECONDS

MAX_OBSERVATIONS: Final = 100 * LONGEST_SECONDS
"""Observations of one video: a hundred tags a second on the longest there may be."""

MAX_RANGES: Final = 50 * LONGEST_SECONDS
"""Time ranges of one video, which take 14 bytes each."""

MAX_NAMES: Final = 10_000
"""Different tags on one video."""

# Seconds that are put in order together, and observations that are laid out for it at a time.
_BLOCK_SECONDS: Final = 1024
_PIECE_OBSERVATIONS: Final = 1 << 18
_SURE: Final = 0xFFFF
_TAG_BITS, _CONFIDENCE_BITS = 32, 16


class TagRange(NamedTuple):
    """A tag on all seconds of ``[start, end)`` with one confidence, 0.0 to 1.0."""

    tag: str
    start: int
    end: int
    confidence: float


class TagRanges:
    """Ranges of one video as they come; those less sure than what a track keeps only count as time.

    Attributes:
        end: the second after the last one that a tag is on; 0 before the first.
    """

    def __init__(self) -> None:
        self.end = 0
        self._numbers: dict[str, int] = {}
        self._tags, self._starts, self._ends = array("I"), array("i"), array("i")
        self._confidences = array("H")
        self._n_observations = 0

    def __len__(self) -> int:
        return len(self._tags)

    @property
    def names(self) -> tuple[str, ...]:
        """Every tag, in the order in which they came."""
        return tuple(self._numbers)

    def add(self, tag: str, start: int, end: int, confidence: float) -> None:
        """Add one range.

        Raises:
            InvalidInput: it is more than a video may have.
        """
        # A file holds millions: what nearly all of them pass stands here, without a call.
        if end > self.end:
            self.end = end
        if confidence < MIN_CONFIDENCE:
            return
        number = self._numbers.get(tag)
        if number is None:
            number = self._number(tag)
        self._n_observations += end - start
        if self._n_observations > MAX_OBSERVATIONS or len(self._tags) >= MAX_RANGES:
            self._allow(1, 0)
        self._tags.append(number)
        self._starts.append(start)
        self._ends.append(end)
        self._confidences.append(quantise(confidence))

    def extend(self, other: "TagRanges") -> None:
        """Add what was seen on the same video elsewhere.

        Raises:
            InvalidInput: together it is more than a video may have.
        """
        numbers = [self._number(name) for name in other.names]
        self._allow(len(other), other._n_observations)
        self.end = max(self.end, other.end)
        tags = np.array(numbers, np.uint32)[np.frombuffer(other._tags, np.uint32)]
        self._tags.frombytes(tags.tobytes())
        self._starts.extend(other._starts)
        self._ends.extend(other._ends)
        self._confidences.extend(other._confidences)

    def digest(self) -> bytes:
        """Return what tells these ranges from others."""
        made = hashlib.sha256(repr((self.end, self.names)).encode())
        for column in (self._tags, self._starts, self._ends, self._confidences):
            made.update(column)
        return made.digest()

    def ordered(self, n_seconds: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield what is on some seconds after the other, in memory that does not grow with them.

        Args:
            n_seconds: of the video, none of the ranges goes beyond.

        Yields:
            The first of up to ``_BLOCK_SECONDS`` seconds, and what is on them: shape (n, 3), the
            second, the place of the tag in ``names`` and the highest confidence, 0 to 65,535, by
            rising second and tag.
        """
        starts, ends = np.frombuffer(self._starts, np.int32), np.frombuffer(self._ends, np.int32)
        for first in range(0, n_seconds, _BLOCK_SECONDS):
            last = min(first + _BLOCK_SECONDS, n_seconds)
            yield first, self._block(np.flatnonzero((starts < last) & (ends > first)), first, last)

    def _number(self, tag: str) -> int:
        number = self._numbers.setdefault(tag, len(self._numbers))
        if number >= MAX_NAMES:
            raise InvalidInput(f"more than {MAX_NAMES} different tags on one video")
        return number

    def _allow(self, n_runs: int, n_observations: int) -> None:
        self._n_observations += n_observations
        if self._n_observations > MAX_OBSERVATIONS:
            raise InvalidInput(f"more than {MAX_OBSERVATIONS} observations of one video")
        if len(self) + n_runs > MAX_RANGES:
            raise InvalidInput(f"more than {MAX_RANGES} time ranges of tags on one video")

    def _block(self, which: NDArray[np.intp], first: int, last: int) -> NDArray[np.int64]:
        tags, confidences = (
            np.frombuffer(self._tags, np.uint32),
            np.frombuffer(self._confidences, np.uint16),
        )
        starts = np.maximum(np.frombuffer(self._starts, np.int32)[which], first) - first
        lengths = np.minimum(np.frombuffer(self._ends, np.int32)[which], last) - first - starts
        # The surest of a tag on a second comes first when these are in order.
        keys = tags[which].astype(np.int64) << _CONFIDENCE_BITS
        keys |= _SURE - confidences[which].astype(np.int64)
        laid_out = np.empty(0, np.int64)
        for piece in _pieces(lengths):
            more = _spread(keys[piece], starts[piece], lengths[piece])
            laid_out = _surest(np.concatenate([laid_out, more]))
        shift = _TAG_BITS + _CONFIDENCE_BITS
        return np.stack(
            [
                (laid_out >> shift) + first,
                (laid_out >> _CONFIDENCE_BITS) & ((1 << _TAG_BITS) - 1),
                _SURE - (laid_out & _SURE),
            ],
            axis=1,
        )


def _pieces(lengths: NDArray[np.int32]) -> Iterator[slice]:
    """Cut ranges into pieces that take so many seconds together at most, or are one range."""
    total = np.cumsum(lengths, dtype=np.int64)
    begin = 0
    while begin < len(lengths):
        before = total[begin - 1] if begin else 0
        end = int(np.searchsorted(total, before + _PIECE_OBSERVATIONS, "right"))
        yield slice(begin, max(end, begin + 1))
        begin = max(end, begin + 1)


def _spread(
    keys: NDArray[np.int64], starts: NDArray[np.int32], lengths: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return a key for each second of each range, with the second on top."""
    begins = np.cumsum(lengths, dtype=np.int64) - lengths
    seconds = np.arange(int(lengths.sum())) + np.repeat(starts - begins, lengths)
    spread: NDArray[np.int64] = np.repeat(keys, lengths)
    spread |= seconds << (_TAG_BITS + _CONFIDENCE_BITS)
    return spread


def _surest(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first key of each second and tag, in order."""
    ordered: NDArray[np.int64] = np.sort(keys)
    of = ordered >> _CONFIDENCE_BITS
    is_first = np.ones(len(of), np.bool_)
    np.not_equal(of[1:], of[:-1], out=is_first[1:])
    return ordered[is_first]
