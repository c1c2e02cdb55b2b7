"""The tagger that comes along: three small networks, on this machine, without a network."""

import hashlib
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from PIL import Image

from engine.errors import InvalidInput
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.nudity import NUDITY, NudityDetector
from ingest.taggers.people import (
    LEAST_SCORE,
    MIDPOINT,
    SLOPE,
    PersonFinder,
    musician_confidence,
    people_confidences,
)
from ingest.taggers.subjects import DECIDED, IN_DOUBT, LONG_ASPECT, SURE, SubjectTagger
from models.cards import load_card, load_json

if TYPE_CHECKING:
    from ingest.taggers.makers import Setup

_PEOPLE_TAGS: Final = ("person", "people", "crowd", "portrait", "musician")

_METHOD: Final = 2
"""Raised when frames are prepared, or the networks' answers merged, in another way."""


_MODELS: Final = ("efficientnet_lite2", "nanodet", "opennsfw")
"""The cards of the networks that look."""


class LocalTagger:
    """Names subjects, people and nudity; see ``models`` for the weights and how good they are."""

    name = "local"

    def __init__(
        self, subjects: SubjectTagger, people: PersonFinder, nudity: NudityDetector, version: str
    ) -> None:
        self._subjects = subjects
        self._people = people
        self._nudity = nudity
        self.version = version
        self.tags = (*subjects.tags, *_PEOPLE_TAGS, NUDITY)
        self._instrument = subjects.tags.index("musical instrument")
        self._microphone = subjects.tags.index("microphone")

    @classmethod
    def load(cls) -> Self:
        """Make the weights that come with the package ready.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        return cls(
            SubjectTagger.load(), PersonFinder.load(), NudityDetector.load(), current_version()
        )

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame of any size."""
        picture = Image.fromarray(frame)
        subjects = self._subjects.tag(picture)
        people = people_confidences(self._people.find(picture))
        musician = musician_confidence(
            people.person, float(subjects[self._instrument]), float(subjects[self._microphone])
        )
        nudity = self._nudity.confidence(picture)
        return np.concatenate([subjects, [*people, musician, nudity]], dtype=np.float32)


class _LocalMaker:
    """Makes the tagger that comes along; it takes no argument."""

    takes_whole_videos = False

    def check(self, argument: str, setup: "Setup") -> str:  # noqa: ARG002 - part of the protocol
        if argument:
            raise InvalidInput(f"the tagger 'local' takes no argument, not {argument!r}")
        return ""

    def make(self, argument: str, setup: "Setup") -> LocalTagger:  # noqa: ARG002
        return LocalTagger.load()


LOCAL: Final = _LocalMaker()


def current_version() -> str:
    """Return a digest of everything that decides what a frame is said to show."""
    parts: list[object] = [
        _METHOD,
        LONG_ASPECT,
        SURE,
        IN_DOUBT,
        DECIDED,
        LEAST_SCORE,
        SLOPE,
        MIDPOINT,
    ]
    for card in map(load_card, _MODELS):
        parts += [card.name, card.version, card.sha256, card.temperature]
        if card.labels is not None:
            parts.append(load_json(card, card.labels))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
