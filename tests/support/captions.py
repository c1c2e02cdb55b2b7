"""Films with captions in them, made by the tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from av.video.frame import VideoFrame

_MILLISECOND = Fraction(1, 1000)

Shown = tuple[float, float, str]
"""A text with the seconds it is shown from and to."""

ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True)
class Text:
    """A stream of captions.

    Attributes:
        shown: what, and when.
        codec: as FFmpeg calls it.
        language: of three letters, as files have it.
        disposition: for instance that it is forced.
    """

    shown: Sequence[Shown]
    codec: str = "mov_text"
    language: str = "und"
    disposition: int = 0


def srt(shown: Sequence[Shown]) -> str:
    """A file of SubRip."""
    return "\n".join(
        f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(shown, 1)
    )


def vtt(shown: Sequence[Shown]) -> str:
    """A file of WebVTT."""
    return "WEBVTT\n\n" + srt(shown).replace(",", ".")


def write_captioned_film(path: Path, seconds: int, *texts: Text, pictures_at: float = 0.0) -> Path:
    """Write a film of a grey picture, four a second, with captions in it."""
    picture = np.random.default_rng(3).integers(90, 110, (48, 64, 3)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=4)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        streams = [_text_stream(container, text) for text in texts]
        packets: list[Packet[Any]] = []
        for k in range(4 * seconds):
            frame = VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = k + round(4 * pictures_at), Fraction(1, 4)
            packets += video.encode(frame)
        packets += video.encode(None)
        for stream, text in zip(streams, texts, strict=True):
            packets += _encoded(stream, text)
        for packet in sorted(packets, key=lambda one: float((one.dts or 0) * one.time_base)):
            container.mux(packet)
    return path


def _text_stream(container: OutputContainer, text: Text) -> SubtitleStream:
    stream = cast("SubtitleStream", container.add_stream(text.codec))
    stream.codec_context.subtitle_header = ASS_HEADER
    stream.time_base = stream.codec_context.time_base = _MILLISECOND
    stream.metadata["language"] = text.language
    stream.disposition = Disposition(text.disposition)
    return stream


def _encoded(stream: SubtitleStream, text: Text) -> "list[Packet[Any]]":
    packets = []
    for number, (start, end, words) in enumerate(text.shown):
        if stream.codec_context.codec.bitmap_sub:
            packet = Packet(bytes(16))  # some picture
        else:
            event = f"{number},0,Default,,0,0,0,,{words}".encode()
            length = round(1000 * (end - start))
            packet = stream.codec_context.encode_subtitle(SubtitleSet.create(event, 0, length))
        packet.stream, packet.time_base = stream, _MILLISECOND
        packet.pts = packet.dts = round(1000 * start)
        packet.duration = round(1000 * (end - start))
        packets.append(packet)
    return packets


def _stamp(second: float) -> str:
    minutes, milliseconds = divmod(round(1000 * second), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02},{milliseconds % 1000:03}"
