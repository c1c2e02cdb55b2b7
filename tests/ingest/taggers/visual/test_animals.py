from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ingest.taggers.base import Confidences
from ingest.taggers.visual.animals import KindsOfAnimals

TAGS = ("waterbird", "animal", "dog", "bird", "lion", "truck", "vehicle", "outdoors")
PARENTS = {
    "waterbird": ("bird",),
    "bird": ("animal",),
    "dog": ("animal",),
    "lion": ("animal",),
    "truck": ("vehicle",),
}


def settled(seconds: Sequence[Mapping[str, float]]) -> list[set[str]]:
    """Return what is said of each second of a shot, from 0.7 on, once the shot was settled."""
    confidences = np.array(
        [[one.get(tag, 0.0) for tag in TAGS] for one in seconds], np.float32
    ).reshape(-1, len(TAGS))
    KindsOfAnimals(PARENTS, TAGS).settle(confidences)
    return [{TAGS[at] for at in np.flatnonzero(row >= 0.7)} for row in confidences]


ANIMAL = {"animal": 0.99}
DOG = {"animal": 0.99, "dog": 0.95}
WATERBIRD = {"animal": 0.99, "bird": 0.97, "waterbird": 0.9}
LION = {"animal": 0.99, "lion": 0.95}


def test_an_animal_that_is_a_dog_and_then_a_bird_is_an_animal() -> None:
    assert settled([ANIMAL, DOG, WATERBIRD, WATERBIRD, ANIMAL]) == [{"animal"}] * 5


def test_what_most_seconds_around_say_stays_and_what_they_do_not_say_goes() -> None:
    dog = {"animal", "dog"}
    assert settled([DOG, DOG, WATERBIRD, DOG, DOG]) == [dog, dog, {"animal"}, dog, dog]


def test_a_general_kind_may_stay_where_the_narrower_one_goes() -> None:
    bird = {"animal": 0.99, "bird": 0.97}
    assert settled([bird, bird, WATERBIRD, bird, bird]) == [{"animal", "bird"}] * 5


def test_an_animal_of_a_part_of_a_long_shot_stays() -> None:
    words = settled([LION] * 6 + [DOG] * 30)
    assert words == [{"animal", "lion"}] * 6 + [{"animal", "dog"}] * 30


def test_seconds_without_any_animal_are_not_asked() -> None:
    nothing = {"outdoors": 0.9}
    words = settled([nothing, nothing, DOG, DOG, nothing, nothing])
    assert words[2:4] == [{"animal", "dog"}] * 2


def test_other_things_come_and_go() -> None:
    cars, truck = {"vehicle": 0.99}, {"vehicle": 0.99, "truck": 0.9}
    assert settled([cars, cars, truck, truck, cars, cars])[2] == {"vehicle", "truck"}


@pytest.mark.parametrize("seconds", [[], [DOG], [DOG, WATERBIRD]])
def test_of_too_few_seconds_nothing_is_doubted(seconds: list[dict[str, float]]) -> None:
    words = settled(seconds)
    assert ["dog" in one for one in words] == ["dog" in one for one in seconds]
    assert ["bird" in one for one in words] == ["bird" in one for one in seconds]


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 20), st.just(len(TAGS))),
        elements=st.floats(0, 1, width=32),
    )
)
def test_nothing_gets_surer_and_nothing_but_kinds_of_animals_changes(seconds: Confidences) -> None:
    before = seconds.copy()
    KindsOfAnimals(PARENTS, TAGS).settle(seconds)
    assert (seconds <= before).all()
    assert (seconds >= 0).all()
    others = [TAGS.index(tag) for tag in ("animal", "truck", "vehicle", "outdoors")]
    assert (seconds[:, others] == before[:, others]).all()
