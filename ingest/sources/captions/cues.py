"""Cues: text with the time it is shown, as FFmpeg reads it from a file or a stream.

Its readers of SubRip, WebVTT and ASS make one form of all of them, the events of ASS, and so do its
decoders of the text streams in videos.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import av
from av.packet import Packet
from av.subtitles.stream import SubtitleStream

from engine.errors import ReelmatchError
from ingest.sources.captions.limits import MAX_CHARACTERS, MAX_CUE_CHARACTERS, MAX_CUES

FORMATS: Final = {".srt": "srt", ".vtt": "webvtt", ".ass": "ass", ".ssa": "ass"}
"""Name of a file's ending -> FFmpeg's name of its format."""

_STAMPS: Final = "-->"
_NEGATIVE_STAMPS: Final = re.compile(r"\s*-\d+:[\d:.,]*\s*-->")
_NEGATIVE_EVENT: Final = re.compile(r"Dialogue:[^,]*,\s*-")
_ASS_FIELDS: Final = 8  # before the text of an event
_EVENT_CHARACTERS: Final = 2 * MAX_CUE_CHARACTERS


class UnreadableCaptions(ReelmatchError):
    """Captions of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and when it is shown.

    Attributes:
        start: in seconds.
        end: the same; not after ``start`` where it is not known.
        text: with the markup of ASS, lines apart by line feeds.
    """

    start: float
    end: float
    text: str


class CueDecoder:
    """Decodes the packets of one text stream; damage is passed over.

    Attributes:
        is_full: whether there were more cues than are taken.
    """

    def __init__(self, stream: SubtitleStream) -> None:
        self._stream = stream
        self._n_cues = 0
        self._n_characters = 0
        self.index = stream.index
        self.is_full = False

    def decode(self, packet: "Packet[Any]") -> list[Cue]:
        """Return the cues of a packet, in the times of the file; mostly one."""
        context, unit = self._stream.codec_context, packet.time_base
        if context is None or packet.pts is None or unit is None or not packet.size:
            return []
        self.is_full |= self._n_cues >= MAX_CUES or self._n_characters >= MAX_CHARACTERS
        if self.is_full:
            return []
        try:
            shown = context.decode2(packet)
        except (av.FFmpegError, ValueError):
            return []
        start = float(packet.pts * unit)
        end = start + float((packet.duration or 0) * unit)
        cues = [Cue(start, end, text) for text in _texts(shown.rects if shown else ())]
        self._n_cues += len(cues)
        self._n_characters += sum(len(cue.text) for cue in cues)
        return cues


def is_text(stream: SubtitleStream) -> bool:
    """Whether a stream is of text that can be decoded, not of pictures."""
    return stream.codec_context is not None and stream.codec_context.codec.text_sub


def read_cues(text: str, suffix: str) -> tuple[list[Cue], bool]:
    """Return the cues of a file of captions, and whether there were more than are taken.

    Args:
        text: of the file.
        suffix: one of ``FORMATS``.

    Raises:
        UnreadableCaptions: there is no cue in it.
    """
    opened = io.BytesIO(_without_negative(text).encode("utf-8", errors="replace"))
    cues: list[Cue] = []
    is_full = False
    try:
        with av.open(opened, "r", format=FORMATS[suffix], metadata_errors="replace") as container:
            stream = container.streams.subtitles[0]
            decoder = CueDecoder(stream)
            for packet in container.demux(stream):
                cues += decoder.decode(packet)
                if is_full := decoder.is_full:
                    break
    except (av.FFmpegError, IndexError):
        pass  # what came until then counts
    if not cues:
        raise UnreadableCaptions(f"there is no cue of {FORMATS[suffix]} in them")
    return cues, is_full


def _without_negative(text: str) -> str:
    """Return captions without the words before the video: FFmpeg drops the sign of their stamps.

    Lines are emptied, not taken away: those around them stay apart.
    """
    lines, is_before = [], False
    for line in text.split("\n"):
        if _STAMPS in line:
            is_before = _NEGATIVE_STAMPS.match(line) is not None
            lines.append(line)
        else:
            lines.append("" if is_before or _NEGATIVE_EVENT.match(line) else line)
    return "\n".join(lines)


def _texts(rects: Any) -> Iterator[str]:
    for rect in rects:
        event = bytes(getattr(rect, "ass", b"") or b"").decode("utf-8", errors="replace")
        # Cut first: what is not taken is not looked through.
        fields = event[:_EVENT_CHARACTERS].split(",", _ASS_FIELDS)
        if len(fields) > _ASS_FIELDS:
            yield fields[_ASS_FIELDS][:MAX_CUE_CHARACTERS]
