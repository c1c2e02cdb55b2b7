"""The best seconds of a video for an ad break, with what speaks for each. Pure.

A break at second k comes before that second's picture. What speaks for it: that a campaign fits
what was just shown, a cut or a calm moment, and room to the start, the end and other breaks. What
rules it out: too little room, or something unsuitable in the window before or after.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.content.counting import passing_observations
from engine.domain.matching.results import Contribution
from engine.domain.matching.weighting import TF, TfName
from engine.domain.time_ranges import TimeRange, time_ranges
from engine.domain.tracks import CUT, ChangeTrack, Threshold, Track
from engine.errors import InvalidInput
from engine.ports.query import Query

WINDOW_SECONDS: Final = 10
"""Number of seconds that are looked at before a break, and after it."""

DEFAULT_GAP_SECONDS: Final = 60
DEFAULT_EDGE_SECONDS: Final = 10
MAX_BREAKS: Final = 100

_MAX_CALM: Final = 0.6
"""A moment without any motion is worth so much of a cut."""

_NOTICED: Final = 0.5
"""From here on, a seam is called calm."""

_ROOMY_GAPS: Final = 4
"""More room than so many gaps is no better."""

_FOR_A_CAMPAIGN: Final = (0.4, 0.4, 0.2)
_FOR_ANYONE: Final = (0.0, 0.6, 0.4)

Floats = NDArray[np.float64]
Seam = Literal["cut", "calm", "none"]


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distance between breaks, in seconds, and the most there are."""

    count: int = 3
    gap_seconds: int = DEFAULT_GAP_SECONDS
    edge_seconds: int = DEFAULT_EDGE_SECONDS

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 1 <= self.count <= MAX_BREAKS:
            raise InvalidInput(f"count is {self.count}: ask for 1 to {MAX_BREAKS} breaks")
        if self.gap_seconds < 1:
            raise InvalidInput(f"gap is {self.gap_seconds}: at least 1 second is between breaks")
        if self.edge_seconds < 0:
            raise InvalidInput(f"edge is {self.edge_seconds}: give 0 seconds or more")


@dataclass(frozen=True, slots=True)
class AdBreak:
    """One break.

    Attributes:
        second: what is shown from here on is shown after it.
        score: 0.0 to 1.0, the sum of ``shares``.
        relevance: how well the campaign fits the window before, a cosine; 0.0 without one.
        seam: whether the picture is cut or calm there.
        room_seconds: to the start, the end, or the nearest better break.
        shares: what relevance, seam and room each gave to the score.
        why: the tags that made the relevance, and when they were observed; None where nobody asked.
    """

    second: int
    score: float
    relevance: float
    seam: Seam
    room_seconds: int
    shares: Mapping[str, float]
    why: tuple[Contribution, ...] | None = None


@dataclass(frozen=True, slots=True)
class Breaks:
    """The breaks of a video, the best first, and how many seconds could not be one.

    Attributes:
        best: best first.
        near_the_edges: seconds too near to the start or the end.
        unsuitable: other seconds with something unsuitable in a window beside them.
    """

    best: tuple[AdBreak, ...]
    near_the_edges: int
    unsuitable: int


def best_breaks(
    changes: ChangeTrack, suitable: NDArray[np.bool_], relevance: Floats | None, spacing: Spacing
) -> Breaks:
    """Choose the best second, then the best that is far enough from it, and so on.

    Args:
        changes: how the seconds follow on each other.
        suitable: shape (n_seconds,), what an ad may stand beside.
        relevance: shape (n_seconds,), of the window before each second; None without a campaign.
        spacing: how many, how far apart.
    """
    n = len(suitable)
    seconds = np.arange(n)
    inside = (seconds >= max(1, spacing.edge_seconds)) & (n - seconds >= spacing.edge_seconds)
    beside = suitable_beside(suitable)
    seams = seam_strengths(changes)
    weights = _FOR_ANYONE if relevance is None else _FOR_A_CAMPAIGN
    relevances = np.zeros(n) if relevance is None else np.clip(relevance, 0.0, 1.0)
    room = np.minimum(seconds, n - seconds)
    roomy = _ROOMY_GAPS * spacing.gap_seconds
    left = inside & beside
    breaks: list[AdBreak] = []
    while len(breaks) < spacing.count and left.any():
        shares = (
            np.stack([relevances, seams, np.minimum(room / roomy, 1.0)])
            * np.array(weights)[:, None]
        )
        # Rounded, so that equal seconds tie: then the earlier one is taken.
        total = np.where(left, shares.sum(axis=0).round(9), -1.0)
        best = int(np.argmax(total))
        breaks.append(
            AdBreak(
                second=best,
                score=float(shares[:, best].sum()),
                relevance=float(relevances[best]),
                seam=_seam_at(changes, seams, best),
                room_seconds=int(room[best]),
                shares=dict(
                    zip(("relevance", "seam", "room"), shares[:, best].tolist(), strict=True)
                ),
            )
        )
        away = np.abs(seconds - best)
        left &= away >= spacing.gap_seconds
        room = np.minimum(room, away)
    return Breaks(
        tuple(breaks),
        near_the_edges=int(np.count_nonzero(~inside)),
        unsuitable=int(np.count_nonzero(inside & ~beside)),
    )


def suitable_beside(suitable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return at which seconds the windows before and after are suitable throughout."""
    n = len(suitable)
    bad = np.concatenate([[0], np.cumsum(~suitable)])
    seconds = np.arange(n)
    first = np.maximum(seconds - WINDOW_SECONDS, 0)
    last = np.minimum(seconds + WINDOW_SECONDS, n)
    return np.asarray(bad[last] == bad[first])


def seam_strengths(changes: ChangeTrack) -> Floats:
    """Return how little a break would tear apart at each second, 0.0 to 1.0; a cut is 1.0."""
    calm = _MAX_CALM * (1.0 - changes.changed / 255.0)
    return np.where(changes.has(CUT), 1.0, calm)


def window_relevance(
    track: Track, query: Query, idf: Floats, tf: TfName, threshold: Threshold
) -> Floats:
    """Return the cosine of a query and what was seen in the window before each second.

    Args:
        track: the observations.
        query: a campaign's query.
        idf: shape (n_tags,), of the generation.
        tf: of the generation.
        threshold: least confidence that counts, 0.0 to 1.0, of all tags or one a tag.

    Returns:
        shape (n_seconds,); 0.0 where nothing was seen.
    """
    n = track.n_seconds
    positions = np.flatnonzero(passing_observations(track, threshold))
    positions = positions[track.tags[positions] < len(idf)]
    second = np.searchsorted(track.starts, positions, side="right") - 1
    units = dict(zip(query.tags.tolist(), query.units.tolist(), strict=True))
    dots, squares = np.zeros(n), np.zeros(n)
    before = np.maximum(np.arange(n) - WINDOW_SECONDS, 0)
    tags = track.tags[positions]
    for tag in np.unique(tags).tolist():
        ends = np.concatenate([[0], np.cumsum(np.bincount(second[tags == tag], minlength=n))])
        weights = TF[tf](ends[:n] - ends[before]) * idf[tag]
        squares += weights * weights
        dots += units.get(tag, 0.0) * weights
    return np.divide(dots, np.sqrt(squares), out=np.zeros(n), where=squares > 0)


@dataclass(frozen=True, slots=True)
class WindowReason:
    """The share of a window's relevance that one tag gave, and the seconds it was observed on."""

    tag: int
    share: float
    seconds: tuple[TimeRange, ...]


def window_reasons(
    track: Track, query: Query, idf: Floats, tf: TfName, threshold: Threshold, second: int
) -> tuple[WindowReason, ...]:
    """Return what made the relevance of the window before a second, the largest share first.

    The shares add up to what ``window_relevance`` says of the second.
    """
    first = max(0, second - WINDOW_SECONDS)
    inside = np.arange(track.starts[first], track.starts[second])
    inside = inside[passing_observations(track, threshold)[inside]]
    inside = inside[track.tags[inside] < len(idf)]
    tags, counts = np.unique(track.tags[inside], return_counts=True)
    weights = TF[tf](counts) * idf[tags]
    length = float(np.sqrt(np.dot(weights, weights)))
    units = dict(zip(query.tags.tolist(), query.units.tolist(), strict=True))
    seconds = np.searchsorted(track.starts, inside, side="right") - 1
    reasons = [
        WindowReason(
            tag, units[tag] * weight / length, time_ranges(seconds[track.tags[inside] == tag])
        )
        for tag, weight in zip(tags.tolist(), weights.tolist(), strict=True)
        if tag in units
    ]
    return tuple(sorted(reasons, key=lambda reason: (-abs(reason.share), reason.tag)))


def _seam_at(changes: ChangeTrack, seams: Floats, second: int) -> Seam:
    if changes.flags[second] & CUT:
        return "cut"
    return "calm" if seams[second] >= _NOTICED * _MAX_CALM else "none"
