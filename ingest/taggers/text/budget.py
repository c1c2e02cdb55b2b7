"""Limit to what is spent on looking where there is nothing to read, told by pixels.

Not by the clock: the same video is always read the same way.
"""

import math
from typing import Final

from ingest.taggers.text.detection import PROBE_SIDE

PIXELS_A_SECOND: Final = 35_000
"""Pixels that may be looked at in vain, a second of video: some 10 ms of CPU, a tenth or so of
what is done with a second that moves."""

ADVANCE: Final = 500_000
"""Pixels that may be looked at before they are saved up, where there may be a line: two whole
pictures."""

PROBE_PIXELS: Final = PROBE_SIDE**2 // 2
"""Pixels that a probe counts for, whatever the shape of the picture: half of a square."""

PIXELS_A_STRIP: Final = 30_000
"""Pixels that cost as much as one strip, which nobody could read."""


class Budget:
    """Record of what was spent in vain on a video, beside what may be."""

    def __init__(self) -> None:
        self._spent = 0

    def spend(self, n_pixels: int, n_strips: int = 0) -> None:
        """Count pixels that were searched and strips that were read, for nothing."""
        self._spent += n_pixels + n_strips * PIXELS_A_STRIP

    def can_probe(self, second: int) -> bool:
        """Tell whether there may be a probe, and detection after it where it shows a line."""
        return self._spent + PROBE_PIXELS <= ADVANCE + PIXELS_A_SECOND * second

    def can_pay_at(self, n_pixels: int) -> int:
        """Return the second from which on there is enough for a look without any sign of a line."""
        return math.ceil((self._spent + n_pixels) / PIXELS_A_SECOND)
