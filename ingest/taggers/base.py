"""Interface of a tagger."""

from concurrent.futures import Future
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""One decoded picture, RGB, shape (height, width, 3), upright and with square pixels."""

Confidences = NDArray[np.float32]
"""Shape (n_tags,): the confidence, 0.0 to 1.0, of each tag in ``Tagger.tags``, in that order."""


class Versioned(Protocol):
    """Whatever observes videos for a source of tags."""

    @property
    def name(self) -> str:
        """Name of it; stored with each video."""

    @property
    def version(self) -> str:
        """Changes whenever the same input may be observed otherwise."""

    @property
    def source(self) -> str:
        """Source of its tags, one of ``engine.domain.tags.SOURCES``."""


class NamesTags(Versioned, Protocol):
    """A tagger, whatever it is given."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag this tagger can name, without repeats."""


class Tagger(NamesTags, Protocol):
    """Names what is on a frame."""

    @property
    def requires_confirmation(self) -> tuple[str, ...]:
        """Tags of its that count only when two distinct seconds show them; mostly none."""

    def tag(self, frame: Frame) -> Confidences:
        """Return the confidence of every tag for one frame."""


@runtime_checkable
class SequentialTagger(Tagger, Protocol):
    """A tagger that can leave out what costs much and hardly changes within a shot."""

    def tag_next(self, frame: Frame, before: Confidences) -> Confidences:
        """Return the confidence of every tag for a frame of a shot that was looked at before.

        Args:
            frame: from the same shot as the frame before, and at most two seconds later than one
                that ``tag`` was asked of.
            before: what was said of the frame before.
        """


@runtime_checkable
class ShotTagger(Tagger, Protocol):
    """A tagger that says some of its tags of whole shots, once it has seen all of one."""

    def settle(
        self, seconds: Confidences, tagged: NDArray[np.bool_], goes_on: NDArray[np.bool_]
    ) -> None:
        """Make of what was said of the seconds of one shot what is said of the shot.

        Args:
            seconds: shape (n_seconds, n_tags), what ``tag`` and ``tag_next`` said; is changed.
            tagged: shape (n_seconds,), whether each was tagged; the others repeat these.
            goes_on: shape (n_seconds,), whether each has much in common with the one before: where
                one picture fades into the next, no cut is seen.
        """


@runtime_checkable
class AsyncTagger(Tagger, Protocol):
    """A tagger whose answers come later, such as those of a service, several frames at a time."""

    @property
    def is_open(self) -> bool:
        """Whether its vocabulary is open; then ``tags`` grows as answers are parsed."""

    @property
    def concurrency(self) -> int:
        """Number of frames that may be under way at a time, 1 or more."""

    def submit(self, frame: Frame) -> Future[Any]:
        """Begin to tag a frame, which may change as soon as this returns.

        The future raises ``RemoteTaggerFailed`` where there will be no answer.
        """

    def parse(self, answer: Any) -> Confidences:
        """Return the confidence of every tag there is by now, for what a future gave."""

    def stop(self) -> None:
        """Give up soon on the frames under way; they need not be answered."""


class SoundSession(Protocol):
    """One sound, piece by piece, as a tagger takes it."""

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples, shape (n,): one channel, 16,000 a second."""

    def end(self, n_seconds: int) -> NDArray[np.float32]:
        """Return the confidence of every tag on each second, shape (n_seconds, n_tags).

        What lacks at the end is silence; where no samples came at all, there is no sound.
        """


@runtime_checkable
class SoundTagger(NamesTags, Protocol):
    """Names what is in the sound."""

    def start_session(self) -> SoundSession:
        """Begin a sound."""
