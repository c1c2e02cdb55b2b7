"""A track: every observation of a video, second by second, as one compressed blob.

Observations are stored, not counts, so that another threshold needs no second analysis.
"""

import math
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorruptData

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIN_CONFIDENCE: Final = 0.05
"""Observations below it are noise and are not stored."""

FULL_SCALE: Final = 65_535
"""A confidence of 1.0 as stored."""

NEW_CONTENT: Final = 1
"""Flag of a second that shows something other than the last one with this flag did."""

CUT: Final = 2
"""Flag of a second that shows another picture than the second before."""

REUSED: Final = 4
"""Flag of a second that was not tagged: the observations of the last one that was stand for it."""

Threshold = float | NDArray[np.float64]
"""Least confidence that counts, 0.0 to 1.0: one of all tags, or shape (n_tags,), one a tag."""

_MAGIC: Final = b"RMT1"
_MAGIC_WITH_UNCONFIRMED: Final = b"RMT2"
_MAGIC_WITH_WHOLE: Final = b"RMT3"
_HEADER: Final = struct.Struct("<4sBxHII")
_N_WHOLE: Final = struct.Struct("<I")
_OPTIONS: Final[dict[int, int]] = {
    # Higher levels gain nothing: the confidences are noise to a compressor.
    zstd.CompressionParameter.compression_level: 3,
    # Compared when it is read: a flipped bit would be another confidence.
    zstd.CompressionParameter.checksum_flag: 1,
}


def quantise(confidence: float) -> int:
    """Return a confidence from 0.0 to 1.0 as it is stored, 0 to 65,535."""
    return round(confidence * FULL_SCALE)


def min_stored(threshold: float) -> int:
    """Return the least stored confidence that reaches a threshold, 0.0 to 1.0.

    A half goes down: as a float of 32 bits, 0.9 is a little less, and must reach 0.9.
    """
    return math.ceil(threshold * FULL_SCALE - 0.5)


def _all_min_stored(thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    minimums = np.ceil(thresholds * FULL_SCALE - 0.5).astype(np.int64)
    # A tag that came later is told by nobody yet: it does not count.
    return np.append(minimums, FULL_SCALE + 1)


@dataclass(frozen=True, slots=True)
class ChangeTrack:
    """Relation of each second of a video to the one before.

    Attributes:
        flags: shape (n_seconds,), uint8, sums of ``NEW_CONTENT``, ``CUT`` and ``REUSED``; the first
            second always has new content.
        changed: shape (n_seconds,), uint8, share of the picture that changed since the second
            before; 255 is all of it.
    """

    flags: NDArray[np.uint8]
    changed: NDArray[np.uint8]

    @classmethod
    def all_new(cls, n_seconds: int) -> Self:
        """Return the changes of a video without stills: every second has new content."""
        return cls(np.full(n_seconds, NEW_CONTENT, np.uint8), np.full(n_seconds, 255, np.uint8))

    def has(self, flag: int) -> NDArray[np.bool_]:
        """Return which seconds have a flag."""
        return np.asarray(self.flags & flag, bool)


@dataclass(frozen=True, slots=True)
class Track:
    """All observations of one video.

    Attributes:
        starts: shape (n_seconds + 1,), int64; second ``k`` owns ``starts[k]:starts[k + 1]``.
        tags: shape (n_observations,), uint32 tag numbers, rising within a second.
        confidences: shape (n_observations,), uint16; 65,535 is 1.0.
        changes: how the seconds follow on each other.
        requires_confirmation: shape (n,), uint32, numbers of tags that count only where two
            distinct seconds show them; see ``engine.domain.confirmation``.
        whole_tags: shape (n,), uint32, rising numbers of tags that are observed of the video as a
            whole, as of its title, and on no second of it.
        whole_confidences: shape (n,), uint16, of these.
    """

    starts: NDArray[np.int64]
    tags: NDArray[np.uint32]
    confidences: NDArray[np.uint16]
    changes: ChangeTrack
    requires_confirmation: NDArray[np.uint32] = field(
        default_factory=lambda: np.zeros(0, np.uint32)
    )
    whole_tags: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    whole_confidences: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))

    @classmethod
    def empty(cls) -> Self:
        """Return the track of a video of which nothing was seen."""
        return cls.from_confidences(np.zeros((0, 0), np.float32), np.zeros(0, np.uint32))

    @classmethod
    def from_confidences(
        cls,
        confidences: NDArray[np.floating],
        tag_numbers: NDArray[np.integer],
        changes: ChangeTrack | None = None,
        requires_confirmation: Sequence[int] | NDArray[np.integer] = (),
    ) -> Self:
        """Keep what is at or over ``MIN_CONFIDENCE``.

        Args:
            confidences: shape (n_seconds, n_tags), 0.0 to 1.0.
            tag_numbers: shape (n_tags,), the catalog's number of each column, without repeats.
            changes: of the same seconds; unless given, every second has new content.
            requires_confirmation: numbers of tags that count only where two distinct seconds do.
        """
        order = np.argsort(tag_numbers, kind="stable")
        sorted_by_number = confidences[:, order]
        second, column = np.nonzero(sorted_by_number >= MIN_CONFIDENCE)
        highest = sorted_by_number[second, column]
        per_second = np.bincount(second, minlength=len(confidences))
        return cls(
            starts=np.concatenate([[0], np.cumsum(per_second)]).astype(np.int64),
            tags=np.asarray(tag_numbers)[order][column].astype(np.uint32),
            confidences=np.rint(highest.astype(np.float64) * FULL_SCALE).astype(np.uint16),
            changes=changes or ChangeTrack.all_new(len(confidences)),
            requires_confirmation=np.asarray(requires_confirmation, np.uint32),
        )

    @classmethod
    def of_whole(
        cls, confidences: NDArray[np.floating], tag_numbers: NDArray[np.integer], n_seconds: int
    ) -> Self:
        """Keep what is observed of a video as a whole at or over ``MIN_CONFIDENCE``.

        Args:
            confidences: shape (n_tags,), 0.0 to 1.0.
            tag_numbers: shape (n_tags,), the catalog's numbers, without repeats.
            n_seconds: of the video.
        """
        order = np.argsort(tag_numbers, kind="stable")
        order = order[confidences[order] >= MIN_CONFIDENCE]
        nothing = cls.from_confidences(np.zeros((n_seconds, 0), np.float32), np.zeros(0, np.uint32))
        return replace(
            nothing,
            whole_tags=np.asarray(tag_numbers)[order].astype(np.uint32),
            whole_confidences=np.rint(confidences[order] * float(FULL_SCALE)).astype(np.uint16),
        )

    @property
    def n_seconds(self) -> int:
        """Number of seconds analyzed."""
        return len(self.starts) - 1

    def passing(self, threshold: Threshold) -> NDArray[np.bool_]:
        """Return which observations reach a threshold, shape (n_observations,)."""
        return _passing(self.tags, self.confidences, threshold)

    def passing_whole(self, threshold: Threshold) -> NDArray[np.bool_]:
        """Return which observations of the whole reach a threshold, shape (n_whole,)."""
        return _passing(self.whole_tags, self.whole_confidences, threshold)

    def to_bytes(self) -> bytes:
        """Return the track as one zstd blob."""
        wide = bool(len(self.tags)) and int(self.tags.max()) > np.iinfo(np.uint16).max
        width = 4 if wide else 2
        n_unconfirmed = len(self.requires_confirmation)
        header = _HEADER.pack(
            _magic(len(self.whole_tags), n_unconfirmed),
            width,
            n_unconfirmed,
            self.n_seconds,
            len(self.tags),
        )
        planes = (
            np.diff(self.starts).astype("<u4").tobytes(),
            self.tags.astype(f"<u{width}").tobytes(),
            self.confidences.astype("<u2").tobytes(),
            self.changes.flags.tobytes(),
            self.changes.changed.tobytes(),
            self.requires_confirmation.astype("<u4").tobytes(),
            *self._whole_planes(),
        )
        return zstd.compress(header + b"".join(planes), options=_OPTIONS)

    def _whole_planes(self) -> tuple[bytes, ...]:
        if not len(self.whole_tags):
            return ()
        return (
            _N_WHOLE.pack(len(self.whole_tags)),
            self.whole_tags.astype("<u4").tobytes(),
            self.whole_confidences.astype("<u2").tobytes(),
        )

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """Read what ``to_bytes`` wrote.

        Raises:
            CorruptData: when the bytes are not a track.
        """
        try:
            raw = _decompressed(blob)
            magic, width, n_unconfirmed, n_seconds, n_observations = _HEADER.unpack_from(raw)
        except (zstd.ZstdError, struct.error) as error:
            raise CorruptData(f"a track cannot be read: {error}") from error
        expected = _HEADER.size + (4 + 2) * n_seconds + (width + 2) * n_observations
        expected += 4 * n_unconfirmed
        whole_at = expected
        n_whole = 0
        if magic == _MAGIC_WITH_WHOLE and len(raw) >= whole_at + _N_WHOLE.size:
            (n_whole,) = _N_WHOLE.unpack_from(raw, whole_at)
            expected += _N_WHOLE.size + 6 * n_whole
        if magic != _magic(n_whole, n_unconfirmed) or width not in (2, 4) or len(raw) != expected:
            raise CorruptData("a track cannot be read: its length or format is wrong")
        per_second = np.frombuffer(raw, "<u4", n_seconds, _HEADER.size)
        if per_second.sum(dtype=np.int64) != n_observations:
            raise CorruptData("a track cannot be read: its seconds hold something else")
        tags_at = _HEADER.size + 4 * n_seconds
        confidences_at = tags_at + width * n_observations
        flags_at = confidences_at + 2 * n_observations
        return cls(
            starts=np.concatenate([[0], np.cumsum(per_second, dtype=np.int64)]),
            tags=np.frombuffer(raw, f"<u{width}", n_observations, tags_at).astype(np.uint32),
            confidences=np.frombuffer(raw, "<u2", n_observations, confidences_at).astype(np.uint16),
            changes=ChangeTrack(
                np.frombuffer(raw, np.uint8, n_seconds, flags_at),
                np.frombuffer(raw, np.uint8, n_seconds, flags_at + n_seconds),
            ),
            requires_confirmation=np.frombuffer(
                raw, "<u4", n_unconfirmed, flags_at + 2 * n_seconds
            ).astype(np.uint32),
            **_whole(raw, whole_at, n_whole),
        )


def _decompressed(blob: bytes) -> bytes:
    """Return what one frame holds: ``zstd.decompress`` takes several, and twice as long."""
    frame = zstd.ZstdDecompressor()
    raw = frame.decompress(blob)
    if not frame.eof or frame.unused_data:
        raise zstd.ZstdError("it ends too early, or something follows it")
    return raw


def _magic(n_whole: int, n_unconfirmed: int) -> bytes:
    """Return the oldest format that has room for what a track holds."""
    if n_whole:
        return _MAGIC_WITH_WHOLE
    return _MAGIC_WITH_UNCONFIRMED if n_unconfirmed else _MAGIC


def _whole(raw: bytes, at: int, n_whole: int) -> dict[str, NDArray[Any]]:
    if not n_whole:
        return {}
    tags_at = at + _N_WHOLE.size
    return {
        "whole_tags": np.frombuffer(raw, "<u4", n_whole, tags_at).astype(np.uint32),
        "whole_confidences": np.frombuffer(raw, "<u2", n_whole, tags_at + 4 * n_whole).astype(
            np.uint16
        ),
    }


def _passing(
    tags: NDArray[np.uint32], confidences: NDArray[np.uint16], threshold: Threshold
) -> NDArray[np.bool_]:
    if isinstance(threshold, float | int):
        return confidences >= min_stored(threshold)
    minimums = _all_min_stored(threshold)
    return confidences >= minimums[np.minimum(tags, len(minimums) - 1)]


def merged(tracks: Sequence[Track]) -> Track:
    """Return the observations of several sources, none of whose tags another one has, as one track.

    It is as long as the longest; how its seconds follow on each other is told by the first.
    """
    if len(tracks) == 1:
        return tracks[0]
    if not tracks:
        return Track.empty()
    n_seconds = max(track.n_seconds for track in tracks)
    seconds = [np.repeat(np.arange(one.n_seconds), np.diff(one.starts)) for one in tracks]
    second, tags = np.concatenate(seconds), np.concatenate([one.tags for one in tracks])
    order = np.lexsort((tags, second))
    per_second = np.bincount(second, minlength=n_seconds)
    changes, silent = tracks[0].changes, n_seconds - tracks[0].n_seconds
    return Track(
        starts=np.concatenate([[0], np.cumsum(per_second)]).astype(np.int64),
        tags=tags[order],
        confidences=np.concatenate([one.confidences for one in tracks])[order],
        changes=ChangeTrack(
            np.pad(changes.flags, (0, silent)), np.pad(changes.changed, (0, silent))
        ),
        requires_confirmation=np.unique(
            np.concatenate([one.requires_confirmation for one in tracks])
        ),
        **_merged_whole(tracks),
    )


def renumbered(track: Track, numbers: NDArray[np.integer]) -> Track:
    """Return a track as a catalog with other numbers of the same tags has it.

    Args:
        track: the observations.
        numbers: shape (n_tags,), the new number of each old one, without repeats.
    """
    second = np.repeat(np.arange(track.n_seconds), np.diff(track.starts))
    tags, whole = numbers[track.tags].astype(np.uint32), numbers[track.whole_tags]
    order, whole_order = np.lexsort((tags, second)), np.argsort(whole, kind="stable")
    return replace(
        track,
        tags=tags[order],
        confidences=track.confidences[order],
        requires_confirmation=numbers[track.requires_confirmation].astype(np.uint32),
        whole_tags=whole[whole_order].astype(np.uint32),
        whole_confidences=track.whole_confidences[whole_order],
    )


def _merged_whole(tracks: Sequence[Track]) -> dict[str, NDArray[Any]]:
    tags = np.concatenate([one.whole_tags for one in tracks])
    order = np.argsort(tags, kind="stable")
    confidences = np.concatenate([one.whole_confidences for one in tracks])
    return {"whole_tags": tags[order], "whole_confidences": confidences[order]}
