"""Parts of a picture that are looked at in full, around what is like text at a glance."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.taggers.text.components import Box

MAX_SHARE: Final = 0.7
"""Share of the picture from which on all of it is looked at: parts together save nothing then."""

_MARGIN: Final = 0.2  # of the longer side, which the network wants to see around a line


class Window(NamedTuple):
    """A part of a picture, in whole pixels from its left and top edges."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def touches(self, other: "Window") -> bool:
        """Tell whether both share a pixel or an edge."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def joined(self, other: "Window") -> "Window":
        """Return the smallest that holds both."""
        return Window(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def windows_around(boxes: Sequence[Box], width: int, height: int) -> list[Window]:
    """Return windows that hold the boxes with a margin; none of them touches another.

    Args:
        boxes: in pixels of the picture.
        width: of the picture.
        height: likewise.
    """
    margin = round(_MARGIN * max(width, height))
    windows: list[Window] = []
    for box in boxes:
        left, top, right, bottom = (round(edge) for edge in box.bounds)
        window = Window(
            max(0, min(left - margin, width - 1)),
            max(0, min(top - margin, height - 1)),
            min(width, max(right + margin, 1)),
            min(height, max(bottom + margin, 1)),
        )
        while touched := [one for one in windows if one.touches(window)]:
            windows = [one for one in windows if one not in touched]
            for one in touched:
                window = window.joined(one)
        windows.append(window)
    if sum(one.area for one in windows) > MAX_SHARE * width * height:
        return [Window(0, 0, width, height)]
    return windows
