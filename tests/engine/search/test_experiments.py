"""Experiments: viewers are split evenly, always the same way, and anew by another name."""

from collections import Counter

from engine.search.experiments import Arm, Experiment
from engine.search.profiles import VIEWER_RULES

ARMS = tuple(Arm(name, {}, VIEWER_RULES) for name in ("control", "variant"))


def test_a_viewer_stays_in_an_arm() -> None:
    mix = Experiment("mix", ARMS)
    # For good: who updates the product must not split viewers anew.
    assert "".join(mix.arm_of(f"viewer {n}").name[0] for n in range(12)) == "ccvvvcvvcvcv"


def test_viewers_are_split_evenly_and_anew_by_another_name() -> None:
    viewers = [f"viewer {n}" for n in range(4_000)]
    mix, other = (Experiment(name, ARMS) for name in ("mix", "other"))
    pairs = Counter((mix.arm_of(viewer).name, other.arm_of(viewer).name) for viewer in viewers)
    assert all(900 < count < 1_100 for count in pairs.values())
    assert len(pairs) == 4
