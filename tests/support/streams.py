"""The same footage as the streams that sites offer: HLS and DASH, in several sizes."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from support.footage import Picture, bikes, remux, write_video
from support.webserver import Answer

SIZES = ((426, 240), (640, 360), (1280, 720))
SECONDS = 4
_RATE = 5
_SEGMENT_SECONDS = 2
_KINDS = {".m3u8": "application/x-mpegURL", ".ts": "video/mp2t"}
_SEGMENTED = {"g": str(_RATE * _SEGMENT_SECONDS), "keyint_min": str(_RATE), "bf": "0"}


@dataclass(frozen=True)
class Streams:
    """Answers by path; ``master`` and ``manifest`` name all sizes."""

    answers: dict[str, Answer]
    master: str = "/hls/master.m3u8"
    manifest: str = "/dash/manifest.mpd"


def make_streams(folder: Path) -> Streams:
    """Encode 4 s of a street in three sizes, in segments of 2 s."""
    answers = {"/hls/master.m3u8": Answer(_master(), "application/x-mpegURL")}
    answers["/dash/manifest.mpd"] = Answer(_manifest(), "application/dash+xml")
    pictures = _street()
    for width, height in SIZES:
        whole = write_video(
            folder / f"{height}.mp4",
            [_resized(picture, width, height) for picture in pictures],
            rate=_RATE,
            codec_options=_SEGMENTED,
        )
        for kind, name, options in (
            ("hls", "video.m3u8", {"hls_time": str(_SEGMENT_SECONDS), "hls_list_size": "0"}),
            ("dash", "video.mpd", {"seg_duration": str(_SEGMENT_SECONDS)}),
        ):
            inside = folder / kind / str(height)
            inside.mkdir(parents=True)
            remux(whole, inside / name, options)
            for file in inside.iterdir():
                answers[f"/{kind}/{height}/{file.name}"] = Answer(
                    file.read_bytes(), _KINDS.get(file.suffix, "video/mp4")
                )
    return Streams(answers)


def _street() -> list[VideoFrame]:
    with av.open(str(bikes())) as container:
        frames = list(islice(container.decode(video=0), SECONDS * 25))
    return frames[:: 25 // _RATE]


def _resized(frame: VideoFrame, width: int, height: int) -> Picture:
    return frame.reformat(width, height, "rgb24").to_ndarray().astype(np.uint8)


def _master() -> bytes:
    lines = ["#EXTM3U"]
    for width, height in SIZES:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={width * height},RESOLUTION={width}x{height}",
            f"{height}/video.m3u8",
        ]
    return "\n".join(lines).encode()


def _manifest() -> bytes:
    representations = "".join(
        f'<Representation id="{height}" bandwidth="{width * height}" width="{width}"'
        f' height="{height}" codecs="avc1.64001e"><SegmentTemplate timescale="1"'
        f' duration="{_SEGMENT_SECONDS}" startNumber="1" initialization="{height}/init-stream0.m4s"'
        f' media="{height}/chunk-stream0-$Number%05d$.m4s"/></Representation>'
        for width, height in SIZES
    )
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' profiles="urn:mpeg:dash:profile:isoff-live:2011"'
        f' mediaPresentationDuration="PT{SECONDS}S"><Period><AdaptationSet mimeType="video/mp4">'
        f"{representations}</AdaptationSet></Period></MPD>"
    ).encode()
