"""Seconds of a video that show something new, and what that makes of the seconds of a tag."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.frame_difference import FITTED_SHARE, JUMP_SHARE
from ingest.changes.video_kind import Kind

FULL_SCALE: Final = 255
"""A share of 1.0, as it is stored."""


@dataclass(frozen=True, slots=True)
class FrameChange:
    """One second against those before it.

    Attributes:
        new: it shows something other than the last new one did, and must be tagged; otherwise
            the observations of that one stand for it.
        cut: another picture than a second before, not the same one moved.
        joined: it goes on with the shot of the second before: no cut, and neither is blank.
        changed: share of the cells that changed since the second before, or, if that was blank,
            since the last one that was not; 0.0 to 1.0, and 0.0 of the first second.
        left: of it, what remains when zoom, shift and light are undone.
    """

    new: bool
    cut: bool
    joined: bool
    changed: float
    left: float


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a video as arrays, each of shape (n_seconds,); 4 bytes a second in all.

    Attributes:
        changed: as in ``FrameChange``, 0 to 255.
        left: likewise.
        new: which seconds had to be tagged; the others repeat the last that had to.
        cuts: which seconds show another picture than the one before.
    """

    changed: NDArray[np.uint8]
    left: NDArray[np.uint8]
    new: NDArray[np.bool_]
    cuts: NDArray[np.bool_]

    @property
    def goes_on(self) -> NDArray[np.bool_]:
        """Whether each second has much in common with the one before."""
        return self.left <= round(JUMP_SHARE * FULL_SCALE)


def new_content(changes: Changes, kind: Kind) -> NDArray[np.bool_]:
    """Return which seconds show something new, shape (n_seconds,); the first always does.

    A picture that stands still is one look however long it is shown, and so is one that a slow
    zoom moves over, if the video is made of such pictures: only there is what fits the second
    before surely the same. Behind an overlay, what moves is not what the video shows.
    """
    new = changes.new.copy()
    if kind in (Kind.STATIC, Kind.SLIDESHOW):
        new &= changes.left >= round(FITTED_SHARE * FULL_SCALE)
    elif kind is Kind.OVERLAY:
        new &= changes.cuts
    new[:1] = True
    return new


def effective_seconds(observed: NDArray[np.bool_], is_new: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Count, per tag, the distinct seconds of it: a still shown for 240 seconds is one, not 240.

    Distinct is a new second; all that follow until the next new one repeat it. So a tag has at
    least 1 if it was seen at all, and never more than its seconds.

    Args:
        observed: shape (n_seconds, n_tags), where a tag reached the threshold.
        is_new: shape (n_seconds,), as ``new_content`` tells; the first is True.

    Returns:
        shape (n_tags,).
    """
    if len(observed) == 0:
        return np.zeros(observed.shape[1], np.uint32)
    shown = np.logical_or.reduceat(observed, np.flatnonzero(is_new), axis=0)
    return np.asarray(shown.sum(axis=0), np.uint32)
