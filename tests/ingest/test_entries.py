"""Where decoding can begin: beside what encoders mark, and on bytes that are no picture at all."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.entries import entry_finder
from ingest.opening import open_container, video_stream
from support.footage import numbered, write_video

X265 = "log-level=none:pools=1:keyint=10:min-keyint=10"
ALL_MARKED: dict[str, tuple[str, str, dict[str, str]]] = {
    "H.264": ("x.mp4", "libx264", {"x264-params": "keyint=10:min-keyint=10"}),
    "H.264 in a transport stream": ("x.ts", "libx264", {"x264-params": "keyint=10:min-keyint=10"}),
    "HEVC": ("x.mp4", "libx265", {"x265-params": f"{X265}:open-gop=0"}),
    "HEVC, open groups": ("x.mkv", "libx265", {"x265-params": f"{X265}:open-gop=1:bframes=3"}),
    "HEVC in a transport stream": ("x.ts", "libx265", {"x265-params": f"{X265}:open-gop=1"}),
    "MPEG-1": ("x.mpg", "mpeg1video", {"bf": "2", "g": "10"}),
    "MPEG-2": ("x.ts", "mpeg2video", {"bf": "2", "g": "10"}),
    "MPEG-4": ("x.avi", "mpeg4", {"bf": "2", "g": "10"}),
    "VP8": ("x.webm", "libvpx", {"g": "10"}),
    "VP9": ("x.webm", "libvpx-vp9", {"g": "10"}),
    "AV1": ("x.mp4", "libsvtav1", {"g": "10"}),
}
FIRST_ALONE: dict[str, tuple[str, str, dict[str, str]]] = {
    "H.264, open groups": ("x.mp4", "libx264", {"x264-params": "keyint=10:open-gop=1:bframes=3"}),
    "H.264 that mends bit by bit": (
        "x.mp4",
        "libx264",
        {"x264-params": "keyint=10:intra-refresh=1"},
    ),
}


def marked_and_found(
    name: str, codec: str, options: dict[str, str], folder: Path
) -> list[list[int]]:
    path = write_video(folder / name, map(numbered, range(50)), codec=codec, codec_options=options)
    with open_container(path) as container:
        stream = video_stream(path, container)
        begins = entry_finder(stream)
        assert begins is not None
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [
            [i for i, packet in enumerate(packets) if packet.is_keyframe],
            [i for i, packet in enumerate(packets) if begins(bytes(packet))],
        ]


@pytest.mark.parametrize("case", ALL_MARKED)
def test_decoding_can_begin_with_every_key_frame(case: str, tmp_path: Path) -> None:
    marked, found = marked_and_found(*ALL_MARKED[case], tmp_path)
    assert len(marked) >= 5
    assert found == marked


@pytest.mark.parametrize("case", FIRST_ALONE)
def test_decoding_cannot_begin_with_what_is_only_marked(case: str, tmp_path: Path) -> None:
    marked, found = marked_and_found(*FIRST_ALONE[case], tmp_path)
    assert len(marked) >= 5
    assert found == [0]


def finders(folder: Path) -> list[Callable[[bytes], bool]]:
    found = []
    for name, codec, options in ALL_MARKED.values():
        path = write_video(folder / name, [numbered(0)] * 25, codec=codec, codec_options=options)
        with open_container(path) as container:
            begins = entry_finder(video_stream(path, container))
            assert begins is not None
            found.append(begins)
    return found


def test_bytes_that_are_no_picture_are_no_entry_or_one_but_never_an_error(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    every = finders(tmp_path_factory.mktemp("entries"))
    assert not any(begins(b"") or begins(bytes(100)) for begins in every)

    @given(st.binary(max_size=40))
    def never_raises(packet: bytes) -> None:
        for begins in every:
            begins(packet)
            begins(b"\0\0\1" + packet)

    never_raises()


def test_a_length_that_never_ends_is_no_entry_and_holds_nobody_up(tmp_path: Path) -> None:
    # Read to its end, the number would have millions of digits: minutes, not an instant.
    endless = b"\x0a" + b"\xff" * 4_000_000
    assert not any(begins(endless) for begins in finders(tmp_path))


@pytest.mark.parametrize("codec", ["mjpeg", "ffv1", "msmpeg4"])
def test_of_other_codecs_nothing_is_told(codec: str, tmp_path: Path) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(tmp_path / "x.mkv", [numbered(0)], codec=codec, pixels=pixels)
    with av.open(str(path)) as container:
        assert entry_finder(container.streams.video[0]) is None


def test_of_interlaced_h264_nothing_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.ts", [numbered(0)] * 5, codec_options={"x264-params": "tff=1"})
    with av.open(str(path)) as container:
        assert entry_finder(container.streams.video[0]) is None
