"""Captions in a video's file: text streams, read in the same pass as the pictures."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream

from engine.words.languages import is_code
from ingest.sources.captions.cues import Cue, CueDecoder, is_text

_MAX_STREAMS: Final = 100
_UNKNOWN: Final = "und"


class EmbeddedCaptions:
    """The captions of a text stream, packet by packet.

    Args:
        stream: which.
        place: gives the time of a moment of the file after the first frame, in seconds; None while
            that is not known.

    Attributes:
        cues: those so far, in seconds after the first frame.
    """

    def __init__(
        self, stream: SubtitleStream, place: Callable[[Fraction], Fraction | None]
    ) -> None:
        self._decoder = CueDecoder(stream)
        self._place = place
        self._held: list[Cue] = []
        self.cues: list[Cue] = []
        self.index = stream.index

    @property
    def is_full(self) -> bool:
        """Whether there were more cues than are taken."""
        return self._decoder.is_full

    def read(self, packet: "Packet[Any]") -> None:
        """Decode a packet of the stream; damage is passed over."""
        self._held += self._decoder.decode(packet)
        first = self._place(Fraction(0))
        if first is not None:
            offset = float(first)
            self.cues += [Cue(cue.start + offset, cue.end + offset, cue.text) for cue in self._held]
            self._held = []


def text_streams(container: InputContainer) -> tuple[list[SubtitleStream], int]:
    """Return the text streams of a file, and how many there are besides of pictures."""
    streams = container.streams.subtitles[:_MAX_STREAMS]
    texts = [stream for stream in streams if is_text(stream)]
    return texts, len(streams) - len(texts)


def language_of(metadata: dict[str, str]) -> str:
    """Return the language that a stream says it is in; empty when it does not."""
    language = metadata.get("language", "")
    return language if language != _UNKNOWN and is_code(language) else ""


def is_aside(stream: SubtitleStream) -> bool:
    """Whether a stream holds a part only, or what somebody says about the video."""
    aside = Disposition.forced | Disposition.comment
    return bool(stream.disposition & aside)
