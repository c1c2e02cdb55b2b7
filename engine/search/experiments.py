"""Experiments: viewers split into arms, each with rules of its own, always the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from engine.search.profiles import ProfileRules


@dataclass(frozen=True, slots=True)
class Arm:
    """Part of the viewers of an experiment, and the rules that rank for them.

    Attributes:
        name: of the arm.
        settings: names of settings -> values, as text, that differ from the present ones.
        rules: weights of profiles.
    """

    name: str
    settings: Mapping[str, str]
    rules: ProfileRules


@dataclass(frozen=True, slots=True)
class Experiment:
    """Arms that viewers are split into evenly.

    Attributes:
        name: of the experiment; another name splits them anew.
        arms: the first is what others are compared with.
    """

    name: str
    arms: tuple[Arm, ...]

    @property
    def control(self) -> tuple[str, str]:
        """Name of the experiment, and of the arm that others are compared with."""
        return self.name, self.arms[0].name

    def arm_of(self, viewer: str) -> Arm:
        """Return the arm of a viewer: by a digest of both names, so the same everywhere."""
        digest = blake2b(f"{self.name}\n{viewer}".encode(), digest_size=8).digest()
        return self.arms[int.from_bytes(digest) % len(self.arms)]
