"""Interface of a reader: the text on the picture in, lines with their seconds out."""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.domain.lines import Line
from ingest.changes.change_track import FrameChange
from ingest.taggers.base import Frame, Versioned


class ReadText(NamedTuple):
    """Text that was read on the picture of a video.

    Attributes:
        lines: with the seconds they are on, in the order in which they come up.
        presence: shape (n_seconds,): 1 where text that was read is a part of what is shown, -1
            where none at all was found in the shot, 0 where there is no telling.
    """

    lines: tuple[Line, ...]
    presence: NDArray[np.int8]


class TextSession(Protocol):
    """The text of one video, as it is seen."""

    def read_second(self, second: int, frame: Frame, change: FrameChange) -> None:
        """Take the next second: from 0, each one; the frame may be kept, and is not written on."""

    def read_nothing(self, second: int) -> None:
        """Take a second on which there is nothing to see."""

    def end(self, n_seconds: int) -> ReadText:
        """Return what was read on so many seconds."""


@runtime_checkable
class TextReader(Versioned, Protocol):
    """Reads what is written on the picture."""

    def begin(self) -> TextSession:
        """Begin to read a video."""
