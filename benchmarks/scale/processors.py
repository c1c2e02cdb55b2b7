"""Processors in simulated time: who waits for a turn, and how busy they are."""

from collections.abc import Generator, Sequence
from random import Random
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any, None]
"""Events that a process of the simulation waits for, step by step."""


class Processors:
    """Cores of one host, first come, first served; in slices, they are shared in turns.

    Args:
        env: the simulation.
        cores: how many.
        slice_seconds: after which whoever computes gives way to those who wait.
        speed: of a core; CPU seconds are measured at 1.

    Attributes:
        busy_seconds: of all cores together.
    """

    def __init__(
        self,
        env: simpy.Environment,
        cores: int,
        *,
        slice_seconds: float = float("inf"),
        speed: float = 1.0,
    ) -> None:
        self._env = env
        self.cores = cores
        self._turns = simpy.PriorityResource(env, cores)
        self._slice = slice_seconds
        self._speed = speed
        self.busy_seconds = 0.0

    def run(self, cpu_seconds: float, *, priority: int = 0) -> Steps:
        """Compute for so many CPU seconds; a lower priority goes first."""
        left = cpu_seconds / self._speed
        while left > 0:
            with self._turns.request(priority) as turn:
                yield turn
                part = min(left, self._slice)
                yield self._env.timeout(part)
            self.busy_seconds += part
            left -= part


def draw(chance: Random, percentiles: Sequence[float]) -> float:
    """Return a number from a distribution given by evenly spaced percentiles, 0 and 100 with it."""
    place = chance.random() * (len(percentiles) - 1)
    below = int(place)
    return percentiles[below] + (place - below) * (percentiles[below + 1] - percentiles[below])


def mean_of(percentiles: Sequence[float]) -> float:
    """Return the mean of what ``draw`` draws."""
    return (sum(percentiles) - (percentiles[0] + percentiles[-1]) / 2) / (len(percentiles) - 1)
