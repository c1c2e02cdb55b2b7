import numpy as np
import pytest

from engine.domain.tags import VISUAL
from ingest.changes.change_track import FrameChange
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.scheduling import TaggingScheduler

FRAME = np.zeros((9, 16, 3), np.uint8)


class Plain:
    """Says how often it was asked."""

    name, version, tags = "plain", "1", ("asked",)
    source = VISUAL
    requires_confirmation = ()

    def __init__(self) -> None:
        self.calls: list[str] = []

    def tag(self, frame: Frame) -> Confidences:  # noqa: ARG002 - part of the protocol
        self.calls.append("all")
        return np.array([len(self.calls) / 100], np.float32)


class Sequential(Plain):
    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:  # noqa: ARG002
        assert before == np.float32(len(self.calls) / 100)
        self.calls.append("next")
        return np.array([len(self.calls) / 100], np.float32)


def change_of_kind(kind: str) -> FrameChange:
    """Make a look of a letter: goes on, cut, blank (neither joined nor a cut), same again."""
    return FrameChange(
        new=kind != "s", cut=kind == "c", joined=kind in "gs", changed=0.5, left=0.5 * (kind == "c")
    )


@pytest.mark.parametrize(
    ("changes", "calls"),
    [
        ("b", "all"),
        ("bggggggg", "all next next all next next all next"),
        ("bgcggg", "all next all next next all"),
        ("bbbg", "all all all next"),
        ("bsgg", "all next all"),
        ("bsssg", "all all"),
    ],
)
def test_a_new_shot_and_every_third_second_of_one_gets_all_effort(changes: str, calls: str) -> None:
    tagger = Sequential()
    scheduler = TaggingScheduler(tagger)
    for second, kind in enumerate(changes):
        scheduler.tag_second(second, FRAME, change_of_kind(kind))
    assert tagger.calls == calls.split()


def test_what_hardly_changed_gets_what_was_said_before() -> None:
    scheduler = TaggingScheduler(Sequential())
    answers = [
        scheduler.tag_second(second, FRAME, change_of_kind(kind))
        for second, kind in enumerate("bssgs")
    ]
    assert np.array_equal(
        np.ravel(np.array(answers)), np.array([1, 1, 1, 2, 2], np.float32) / np.float32(100)
    )


def test_a_tagger_that_saves_nothing_is_asked_for_every_new_second() -> None:
    tagger = Plain()
    scheduler = TaggingScheduler(tagger)
    for second, kind in enumerate("bggsgc"):
        scheduler.tag_second(second, FRAME, change_of_kind(kind))
    assert tagger.calls == ["all"] * 5


@pytest.mark.parametrize(
    ("changes", "shots"),
    [("bggg", [0]), ("bgcggc", [0, 2, 5]), ("bgsbgs", [0, 3]), ("gg", [0]), ("bc", [0, 1])],
)
def test_a_shot_begins_with_a_cut_and_with_what_is_blank(changes: str, shots: list[int]) -> None:
    scheduler = TaggingScheduler(Plain(), every=3)
    for second, kind in enumerate(changes):
        scheduler.tag_second(second, FRAME, change_of_kind(kind))
    assert scheduler.shots == shots
