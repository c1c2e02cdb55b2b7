"""A song nobody hears: beats, levels and words that drawings of music follow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]
"""Levels from low to high pitch, 0.0 to about 1.0."""


@dataclass(frozen=True, slots=True)
class Song:
    """Drums and a tune, known at any time.

    Attributes:
        beat: seconds from beat to beat.
        tune: pitch of each half beat, 0.0 to 1.0, over and over.
        loud: how loud each half beat is.
    """

    beat: float
    tune: NDArray[np.float64]
    loud: NDArray[np.float64]

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Song":
        """Make one up, of 84 to 150 beats a minute."""
        return cls(60 / rng.uniform(84, 150), rng.uniform(0.1, 0.8, 24), rng.uniform(0.3, 1, 24))

    def kick(self, time: float) -> float:
        """Return how loud the bass drum is, 0.0 to 1.0."""
        return float(np.exp(-6 * ((time / self.beat) % 1.0) * self.beat))

    def snare(self, time: float) -> float:
        """Return how loud the snare is, on every other beat."""
        return float(np.exp(-9 * ((time / self.beat + 1) % 2.0) * self.beat))

    def loudness(self, time: float) -> float:
        """Return how loud all of it is, 0.0 to about 1.0."""
        number = int(time / self.beat * 2) % len(self.loud)
        return 0.15 + 0.4 * self.kick(time) + 0.45 * float(self.loud[number])

    def levels(self, time: float, n_bands: int) -> Levels:
        """Return the levels of so many bands: drums at both ends, notes with overtones between."""
        bands = np.linspace(0, 1, n_bands)
        drums = 0.9 * self.kick(time) * np.exp(-bands * 14) + 0.5 * self.snare(time) * np.exp(
            -np.square((bands - 0.55) / 0.3)
        )
        notes = np.zeros(n_bands)
        for back in range(4):
            number = int(time / self.beat * 2) - back
            if number < 0:
                continue
            age = time - number * self.beat / 2
            pitch = self.tune[number % len(self.tune)]
            for overtone, share in ((1, 0.8), (1.35, 0.5), (1.7, 0.3)):
                at = np.exp(-np.square((bands - pitch * overtone) / 0.025))
                notes += share * self.loud[number % len(self.loud)] * np.exp(-3.5 * age) * at
        flutter = 0.75 + 0.25 * np.sin(bands * 91 + time * 17) * np.sin(bands * 47 - time * 11)
        return np.asarray(np.clip((drums + notes) * flutter + 0.03, 0, 1.2))

    def wave(self, time: float, n_points: int) -> Levels:
        """Return a piece of the sound itself, -1.0 to 1.0."""
        at = np.linspace(0, 1, n_points)
        total = np.zeros(n_points)
        for number, level in enumerate(self.levels(time, 9)):
            total += level * np.sin(
                (2 + 3.1 * number) * 2 * np.pi * (at + 0.37 * time * (number + 1))
            )
        return np.asarray(np.tanh(total * 0.7))
