"""Random access points: beside what encoders mark, and on bytes that are no picture at all."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.probe import open_container, video_stream
from ingest.decoding.random_access import Role, role_reader
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


def marked_and_accepted(
    name: str, codec: str, options: dict[str, str], folder: Path
) -> list[list[int]]:
    path = write_video(folder / name, map(numbered, range(50)), codec=codec, codec_options=options)
    with open_container(path) as container:
        stream = video_stream(path, container)
        role_of = role_reader(stream)
        assert role_of is not None
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [
            [i for i, packet in enumerate(packets) if packet.is_keyframe],
            [
                i
                for i, packet in enumerate(packets)
                if role_of(memoryview(packet)) is Role.RANDOM_ACCESS
            ],
        ]


@pytest.mark.parametrize("case", ALL_MARKED)
def test_decoding_can_begin_with_every_key_frame(case: str, tmp_path: Path) -> None:
    marked, result = marked_and_accepted(*ALL_MARKED[case], tmp_path)
    assert len(marked) >= 5
    assert result == marked


@pytest.mark.parametrize("case", FIRST_ALONE)
def test_decoding_cannot_begin_with_what_is_only_marked(case: str, tmp_path: Path) -> None:
    marked, result = marked_and_accepted(*FIRST_ALONE[case], tmp_path)
    assert len(marked) >= 5
    assert result == [0]


# First bytes of units: of H.264 in the first three, of HEVC in the others.
SLICE, IDR, SEI = b"\x41", b"\x65", b"\x06"
SPS, PPS = b"\x67", b"\x68"
HEVC_SLICE, HEVC_IDR = b"\x02\1", b"\x26\1"
HEVC_SETUPS = [b"\x40\1", b"\x42\1", b"\x44\1"]


def units(name: str, *contents: bytes) -> bytes:
    """Make a packet of units as a file of that name keeps them."""
    in_stream = name.endswith(".ts")
    return b"".join(
        (b"\0\0\1" if in_stream else len(content).to_bytes(4)) + content for content in contents
    )


def reader(case: str, folder: Path) -> Callable[[memoryview], Role]:
    name, codec, options = ALL_MARKED[case]
    path = write_video(folder / name, [numbered(0)] * 25, codec=codec, codec_options=options)
    with open_container(path) as container:
        role_of = role_reader(video_stream(path, container))
        assert role_of is not None
        return role_of


@pytest.mark.parametrize(
    ("case", "contents", "role"),
    [
        ("H.264", [IDR], Role.RANDOM_ACCESS),
        ("H.264", [SPS, PPS, IDR], Role.RANDOM_ACCESS),
        ("H.264", [SLICE, PPS], Role.OTHER),
        ("H.264", [SEI, PPS, SLICE], Role.PARAMETERS),
        ("H.264", [PPS], Role.PARAMETERS),
        ("H.264", [], Role.PARAMETERS),
        ("H.264 in a transport stream", [SPS, PPS, IDR], Role.RANDOM_ACCESS),
        ("H.264 in a transport stream", [SPS, IDR], Role.PARAMETERS),
        ("H.264 in a transport stream", [PPS, IDR], Role.PARAMETERS),
        ("H.264 in a transport stream", [IDR], Role.OTHER),
        ("H.264 in a transport stream", [PPS, SLICE], Role.PARAMETERS),
        ("H.264 in a transport stream", [SEI, SLICE], Role.OTHER),
        ("HEVC", [HEVC_IDR], Role.RANDOM_ACCESS),
        ("HEVC", [HEVC_SETUPS[2], HEVC_SLICE], Role.PARAMETERS),
        ("HEVC", [HEVC_SLICE], Role.OTHER),
        ("HEVC in a transport stream", [*HEVC_SETUPS, HEVC_IDR], Role.RANDOM_ACCESS),
        ("HEVC in a transport stream", [*HEVC_SETUPS[:2], HEVC_IDR], Role.PARAMETERS),
        ("HEVC in a transport stream", [HEVC_SETUPS[0], HEVC_SLICE], Role.PARAMETERS),
    ],
)
def test_what_later_packets_are_read_by_is_told_from_pictures(
    case: str, contents: list[bytes], role: Role, tmp_path: Path
) -> None:
    packet = units(ALL_MARKED[case][0], *[content + b"\x80\x80" for content in contents])
    assert reader(case, tmp_path)(memoryview(packet)) is role


@pytest.mark.parametrize("case", ["H.264", "H.264 in a transport stream"])
def test_no_more_of_a_packet_is_read_than_the_beginning(case: str, tmp_path: Path) -> None:
    role_of, name = reader(case, tmp_path), ALL_MARKED[case][0]
    entry = units(name, SPS, PPS, IDR)
    assert role_of(memoryview(units(name, *[SEI] * 61) + entry)) is Role.RANDOM_ACCESS
    assert role_of(memoryview(units(name, *[SEI] * 62) + entry)) is Role.PARAMETERS
    assert role_of(memoryview(units(name, SEI + b"\1" * 65_000) + entry)) is Role.RANDOM_ACCESS
    assert role_of(memoryview(units(name, SEI + b"\1" * 65_600) + entry)) is Role.PARAMETERS

    vast = memoryview(units(name, SEI + b"\1" * 10_000_000))
    tracemalloc.start()
    role_of(vast)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def readers(folder: Path) -> list[Callable[[memoryview], Role]]:
    return [reader(case, folder) for case in ALL_MARKED]


def test_bytes_that_are_no_picture_are_no_entry_or_one_but_never_an_error(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    every = readers(tmp_path_factory.mktemp("entries"))
    for nothing in (b"", bytes(100)):
        assert Role.RANDOM_ACCESS not in [role_of(memoryview(nothing)) for role_of in every]

    @given(st.binary(max_size=40))
    def never_raises(packet: bytes) -> None:
        for role_of in every:
            role_of(memoryview(packet))
            role_of(memoryview(b"\0\0\1" + packet))

    never_raises()


def test_a_length_that_never_ends_is_no_entry_and_holds_nobody_up(tmp_path: Path) -> None:
    # Read to its end, the number would have millions of digits: minutes, not an instant.
    endless = b"\x0a" + b"\xff" * 4_000_000
    assert Role.RANDOM_ACCESS not in [role_of(memoryview(endless)) for role_of in readers(tmp_path)]


@pytest.mark.parametrize("codec", ["mjpeg", "ffv1", "msmpeg4"])
def test_of_other_codecs_nothing_is_told(codec: str, tmp_path: Path) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(tmp_path / "x.mkv", [numbered(0)], codec=codec, pixels=pixels)
    with av.open(str(path)) as container:
        assert role_reader(container.streams.video[0]) is None


def test_of_interlaced_h264_nothing_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.ts", [numbered(0)] * 5, codec_options={"x264-params": "tff=1"})
    with av.open(str(path)) as container:
        assert role_reader(container.streams.video[0]) is None
