"""The tagger that comes along: three small networks, on this machine, without a network."""

import hashlib
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.domain.tags import VISUAL
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.visual.black_bars import without_bars
from ingest.taggers.visual.model_outputs import Networks, networks_version
from ingest.taggers.visual.nudity import NUDITY, SUSPECTED, NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.seconds_agree import SecondsAgree
from ingest.taggers.visual.specific_tags import MIN_OBJECT, MIN_OF_KIND, Specifics, load_words
from ingest.taggers.visual.tag_calibration import WEIGHTS, TagCalibration
from models.cards import load_card, load_json

_METHOD: Final = 12
"""Raised when a frame is prepared, nudity looked for, the evidence weighed, or a shot settled in
another way."""

_HARMLESS: Final = 0.02
"""Below this confidence of nudity, the rest of the shot is not expected to show any."""

_SOMEBODY: Final = 0.5
"""From this confidence of a person on, nudity is always looked for."""


class LocalTagger:
    """Names subjects, people and nudity; see ``docs/tags.md`` for how good it is."""

    name = "local"
    source = VISUAL
    requires_confirmation: tuple[str, ...] = ()

    def __init__(
        self,
        networks: Networks,
        calibration: TagCalibration,
        specifics: Specifics,
        nudity: NudityDetector,
        version: str,
    ) -> None:
        self._networks = networks
        self._calibration = calibration
        self._specifics = specifics
        self._nudity = nudity
        self.version = version
        self.tags = (*specifics.tags, NUDITY)
        self._person = self.tags.index("person")
        self._agreement = SecondsAgree.of(self.tags)

    @classmethod
    def load(cls) -> Self:
        """Make the weights that come with the package ready.

        Raises:
            CorruptData: weights are missing or are not what their card describes.
        """
        networks = Networks.load()
        return cls(
            networks,
            TagCalibration.load(networks.tags),
            Specifics.load(networks.tags),
            NudityDetector.load(),
            current_version(),
        )

    def load_exact_network(self) -> None:
        """Load the network that is otherwise loaded when nudity is first suspected.

        Raises:
            CorruptData: its weights are missing or are not what their card describes.
        """
        self._nudity.load_exact_network()

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame of any size."""
        shrinkable = Shrinkable(without_bars(frame))
        weighed = self._words(shrinkable)
        return np.append(weighed, np.float32(self._nudity.confidence(shrinkable)))

    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:
        """Likewise, but look for nudity only if there was some, or if somebody is there.

        Of a shot that showed none, a frame without a person is taken to show as little. The other
        networks look as in ``tag``.
        """
        shrinkable = Shrinkable(without_bars(frame))
        weighed = self._words(shrinkable)
        nudity = before[-1]
        if nudity >= _HARMLESS or weighed[self._person] >= _SOMEBODY:
            nudity = np.float32(self._nudity.confidence(shrinkable))
        return np.append(weighed, nudity)

    def settle(
        self,
        seconds: Confidences,
        tagged: NDArray[np.bool_],  # noqa: ARG002 - those that repeat one count, too
        goes_on: NDArray[np.bool_],
    ) -> None:
        """Make what was said of the seconds of one shot agree, as far as one picture goes on.

        Args:
            seconds: shape (n_seconds, n_tags), what was said of each; is changed.
            tagged: of no account.
            goes_on: shape (n_seconds,), whether each has much in common with the one before.
        """
        for stretch in np.split(seconds, np.flatnonzero(~goes_on)):
            self._agreement.settle(stretch)

    def _words(self, frame: Shrinkable) -> Confidences:
        outputs = self._networks.outputs(frame)
        return self._specifics.add(self._calibration.weigh(outputs), outputs.words, outputs.objects)


def current_version() -> str:
    """Return a digest of everything that decides what a frame is said to show."""
    nudity = [load_card(name) for name in ("opennsfw", "opennsfw_screen")]
    weights = load_json(load_card("efficientnet_lite2"), WEIGHTS)
    parts: list[object] = [_METHOD, networks_version(), SUSPECTED]
    parts += [MIN_OF_KIND, MIN_OBJECT, load_words()]
    parts += [[card.version, card.sha256, card.temperature] for card in nudity]
    return hashlib.sha256(repr([*parts, weights]).encode()).hexdigest()[:12]
