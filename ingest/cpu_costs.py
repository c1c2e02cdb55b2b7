"""CPU seconds that a look at a video takes, source by source."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

DECODING: Final = "decoding"
"""Part of a cost that belongs to no source: reading, decoding, comparing pictures."""


class CpuCosts:
    """Measurement of what each source costs, from when it is made.

    All threads of this process count, so those of a network count for who waits for it. What
    another machine computes for a tagger does not.

    Args:
        clock: CPU seconds of this process so far.
    """

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._begun = clock()
        self._seconds: dict[str, float] = defaultdict(float)

    def call(
        self, source: str, act: Callable[P, Result], *args: P.args, **options: P.kwargs
    ) -> Result:
        """Call a function, and count what it takes for a source."""
        begun = self._clock()
        try:
            return act(*args, **options)
        finally:
            self._seconds[source] += self._clock() - begun

    def so_far(self) -> Mapping[str, float]:
        """Return CPU seconds by source, and of ``DECODING``, to hundredths."""
        rest = self._clock() - self._begun - sum(self._seconds.values())
        parts = {**self._seconds, DECODING: max(rest, 0.0)}
        return {part: round(seconds, 2) for part, seconds in sorted(parts.items())}
