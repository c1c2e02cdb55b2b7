"""Connected regions of a mask, told by runs of pixels, and the rectangles around them."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_MIN_LEAN: Final = math.radians(3)
_MIN_SAVED: Final = 0.9  # of the area of the upright rectangle, by a leaning one


class Runs(NamedTuple):
    """Pixels of a mask as runs along its rows; arrays of shape (n_runs,), from the top down.

    Attributes:
        rows: of each.
        starts: first column.
        ends: the column after the last.
    """

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    def of(self, chosen: NDArray[np.intp]) -> "Runs":
        """Return some of the runs."""
        return Runs(self.rows[chosen], self.starts[chosen], self.ends[chosen])

    @property
    def corners(self) -> NDArray[np.float64]:
        """Corners of the runs: x and y, shape (4 * n_runs, 2)."""
        x = np.concatenate([self.starts, self.ends, self.starts, self.ends])
        y = np.concatenate([self.rows, self.rows, self.rows + 1, self.rows + 1])
        return np.stack([x, y], axis=1).astype(np.float64)


class Box(NamedTuple):
    """A rectangle, which may lean.

    Attributes:
        x: of the middle, in pixels from the left edge.
        y: likewise, from the top edge.
        width: along the text.
        height: across.
        angle: by which the text goes down to the right, in radians, -pi/2 to pi/2.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    @property
    def axes(self) -> NDArray[np.float64]:
        """Unit vectors along and across, shape (2, 2)."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, sin], [-sin, cos]])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle around it."""
        half = np.abs(self.axes.T) @ (self.width / 2, self.height / 2)
        return self.x - half[0], self.y - half[1], self.x + half[0], self.y + half[1]

    def is_long(self, times: float) -> bool:
        """Tell whether one side is at least so many times the other."""
        return max(self.width, self.height) >= times * min(self.width, self.height)

    def share_in(self, other: "Box") -> float:
        """Return the share, 0.0 to 1.0, of its upright rectangle that lies in another's."""
        left, top, right, bottom = self.bounds
        other_left, other_top, other_right, other_bottom = other.bounds
        width = min(right, other_right) - max(left, other_left)
        height = min(bottom, other_bottom) - max(top, other_top)
        if width <= 0 or height <= 0:
            return 0.0
        return width * height / ((right - left) * (bottom - top))

    def overlap(self, other: "Box") -> float:
        """Return how much of the larger of the two upright rectangles lies in both, 0.0 to 1.0."""
        return min(self.share_in(other), other.share_in(self))

    def grown(self, by: float) -> "Box":
        """Return it with so much more on every side."""
        return self._replace(width=self.width + 2 * by, height=self.height + 2 * by)

    def scaled(self, across: float, down: float) -> "Box":
        """Return it on a picture so many times as wide and as high."""
        along = math.hypot(math.cos(self.angle) * across, math.sin(self.angle) * down)
        athwart = math.hypot(math.sin(self.angle) * across, math.cos(self.angle) * down)
        angle = math.atan2(math.sin(self.angle) * down, math.cos(self.angle) * across)
        return Box(self.x * across, self.y * down, self.width * along, self.height * athwart, angle)


def runs_of(mask: NDArray[np.bool_]) -> Runs:
    """Return the runs of a mask, shape (height, width)."""
    height, width = mask.shape
    edges = np.zeros((height, width + 2), np.int8)
    edges[:, 1:-1] = mask
    steps = np.diff(edges, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return Runs(rows, starts, ends)


def regions(mask: NDArray[np.bool_]) -> list[Runs]:
    """Return the connected regions of a mask, the largest first; corners connect."""
    runs = runs_of(mask)
    parents = list(range(len(runs.rows)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    # Those of the next row that touch a run are neighbours in the order of all runs.
    stride = mask.shape[1] + 2
    above = (runs.rows + 1) * stride
    first = np.searchsorted(runs.rows * stride + runs.ends, above + runs.starts, "left")
    last = np.searchsorted(runs.rows * stride + runs.starts, above + runs.ends, "right")
    for number, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for other in range(low, high):
            parents[root(other)] = root(number)
    roots = np.array([root(number) for number in range(len(parents))], np.intp)
    order = np.argsort(roots, kind="stable")
    cuts = np.flatnonzero(np.diff(roots[order])) + 1
    grouped = [runs.of(own) for own in np.split(order, cuts)] if len(order) else []
    return sorted(grouped, key=lambda one: -int((one.ends - one.starts).sum()))


def rectangle(region: Runs) -> Box:
    """Return the smaller of two rectangles around a region: upright, or along its longest axis."""
    corners = region.corners
    upright = _around(corners, 0.0)
    angle = _longest_axis(region)
    if abs(angle) < _MIN_LEAN:
        return upright
    leaning = _around(corners, angle)
    saves = leaning.width * leaning.height < _MIN_SAVED * upright.width * upright.height
    return leaning if saves else upright


def _around(corners: NDArray[np.float64], angle: float) -> Box:
    axes = Box(0, 0, 0, 0, angle).axes
    places = corners @ axes.T
    low, high = places.min(axis=0), places.max(axis=0)
    x, y = (low + high) / 2 @ axes
    width, height = high - low
    return Box(float(x), float(y), float(width), float(height), angle)


def _longest_axis(region: Runs) -> float:
    """Return the angle of the first principal axis of a region's pixels."""
    lengths = (region.ends - region.starts).astype(np.float64)
    x, y = (region.starts + region.ends) / 2, region.rows + 0.5
    n_pixels = lengths.sum()
    dx, dy = x - (lengths @ x) / n_pixels, y - (lengths @ y) / n_pixels
    # The pixels of a run lie around its middle, and their spread adds to that of the middles.
    xx = lengths @ (dx**2) + (lengths**3 - lengths).sum() / 12
    yy, xy = lengths @ (dy**2), lengths @ (dx * dy)
    return 0.5 * math.atan2(2 * xy, xx - yy)
