"""Whether a video moves, or is a picture, or pictures, over a song: the rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a video is made of."""

    MOTION = "motion"
    """Footage; also whatever is in doubt."""
    SLIDESHOW = "slideshow"
    """Several pictures, one after the other; each may be zoomed slowly."""
    OVERLAY = "overlay"
    """One picture at rest, and before it bars, a wave, or the words of a song."""
    STATIC = "static"
    """One picture, perhaps zoomed slowly or faded."""
    UNKNOWN = "unknown"
    """Too short to tell."""


LEAST_SAMPLES: Final = 3
"""With fewer pictures than this nothing is said."""

MOST_CUTS: Final = 100
"""So many cuts are kept as evidence."""

# A video is one picture when this share of its pairs fits.
_STATIC_FITTED: Final = 0.9
# It is a slideshow when so many fit and at least one is another picture; from picture to picture
# it takes a fade of two seconds at most, where things that pass by take longer.
_SLIDESHOW_FITTED: Final = 0.45
_LONGEST_CHANGE: Final = 3.0
# Where pictures fit, what is left may not stick out: somebody small who moves does.
_CALM_EXCESS: Final = 1.5
# An overlay leaves so many cells unchanged, and these so still, in so many pairs at least ...
_OVERLAY_QUIET: Final = 0.45
_OVERLAY_NOISE: Final = 0.7
_OVERLAY_PAIRS: Final = 7
_OVERLAY_STILL: Final = 0.9
_OVERLAY_JUMPS: Final = 0.1
# ... and either moves in a part of the height only,
_OVERLAY_BAND: Final = 0.6
# or climbs: so many pairs are the pair before, moved by the same rows, before a background at rest.
_CLIMBING_SHARE: Final = 0.6
_CLIMBING_REST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a video is of its kind: small, and plain numbers. Pairs are pictures a second apart.

    Attributes:
        samples: pictures that could be compared; blank ones cannot.
        still: share of the pairs of which at most 1 % of the cells changed.
        fitted: share of the pairs that show the same, perhaps zoomed, shifted or dimmed.
        jumps: number of pairs that have little in common.
        change_seconds: seconds it takes, on average, until pictures fit again.
        excess: of the pairs that fit, the middle one's, as in ``ingest.pairs.Pair``.
        quiet: share of the cells that stay, in the pairs where nothing jumps, zooms or fades.
        quiet_pairs: how many pairs these are.
        noise: grey levels by which the middle one of these cells changes in a second, on average.
        band: height of all that does not stay, as a share of the picture's.
        climbing: share of the pairs that are the pair before moved by the same number of rows.
        rows: this number, over 0 downwards.
        rest: grey levels by which the calmest fifth of the cells changes; the middle pair's.
        cuts: seconds at which another picture comes up; the first ``MOST_CUTS``.
    """

    samples: int
    still: float
    fitted: float
    jumps: int
    change_seconds: float
    excess: float
    quiet: float
    quiet_pairs: int
    noise: float
    band: float
    climbing: float
    rows: int
    rest: float
    cuts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KindVerdict:
    """What a video is, and why."""

    kind: Kind
    evidence: Evidence


def judge(evidence: Evidence) -> Kind:
    """Tell the kind of a video from what was measured on it."""
    if evidence.samples < LEAST_SAMPLES:
        return Kind.UNKNOWN
    if _moves_in_a_band(evidence):
        return Kind.OVERLAY
    if evidence.excess <= _CALM_EXCESS:
        if evidence.fitted >= _STATIC_FITTED and not evidence.jumps:
            return Kind.STATIC
        changes_at_once = evidence.change_seconds <= _LONGEST_CHANGE
        if evidence.fitted >= _SLIDESHOW_FITTED and evidence.jumps and changes_at_once:
            return Kind.SLIDESHOW
    return Kind.OVERLAY if _climbs(evidence) else Kind.MOTION


def _moves_in_a_band(evidence: Evidence) -> bool:
    return (
        evidence.quiet_pairs >= _OVERLAY_PAIRS
        and evidence.still <= _OVERLAY_STILL
        and evidence.jumps <= _OVERLAY_JUMPS * (evidence.samples - 1)
        and evidence.quiet >= _OVERLAY_QUIET
        and evidence.noise <= _OVERLAY_NOISE
        and 0 < evidence.band <= _OVERLAY_BAND
    )


def _climbs(evidence: Evidence) -> bool:
    return (
        evidence.climbing >= _CLIMBING_SHARE
        and evidence.rows != 0
        and evidence.rest <= _CLIMBING_REST
    )
