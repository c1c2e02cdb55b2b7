"""One frame a second, of real files: which frame, how many seconds, what it costs."""

import tracemalloc
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest

from ingest.decoding.frames import Status, open_video
from support.decoding import decoded
from support.footage import (
    big_buck_bunny,
    bikes,
    carphone,
    city,
    numbered,
    read_number,
    write_video,
)

ENCODINGS = {
    "H.264, frames reordered": ("x.mp4", "libx264", "yuv420p", {}),
    "H.264, reordered, none built on": ("x.mp4", "libx264", "yuv420p", {"b-pyramid": "none"}),
    "H.264 in Matroska": ("x.mkv", "libx264", "yuv420p", {}),
    "H.264 in a transport stream": ("x.ts", "libx264", "yuv420p", {}),
    "H.264 without a container": ("x.h264", "libx264", "yuv420p", {}),
    "HEVC": ("x.mp4", "libx265", "yuv420p", {}),
    "VP8": ("x.webm", "libvpx", "yuv420p", {}),
    "VP9": ("x.webm", "libvpx-vp9", "yuv420p", {}),
    "AV1": ("x.mp4", "libsvtav1", "yuv420p", {}),
    "MPEG-4 in AVI, frames reordered": ("x.avi", "mpeg4", "yuv420p", {"bf": "2"}),
    "MPEG-2, frames reordered": ("x.mpg", "mpeg2video", "yuv420p", {"bf": "2"}),
    "Motion JPEG": ("x.avi", "mjpeg", "yuvj420p", {}),
    "Flash": ("x.flv", "flv1", "yuv420p", {}),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_second_k_shows_the_frame_at_k_and_a_half(encoding: str, tmp_path: Path) -> None:
    name, codec, pixels, options = ENCODINGS[encoding]
    frames = (numbered(number) for number in range(115))  # 4.6 s
    path = write_video(tmp_path / name, frames, codec=codec, pixels=pixels, codec_options=options)

    with open_video(path) as video:
        seconds = list(video.seconds())

    assert [read_number(second.frame) for second in seconds] == [12, 37, 62, 87, 112]
    assert [second.time for second in seconds] == pytest.approx([0.48, 1.48, 2.48, 3.48, 4.48])
    assert not any(second.repeated for second in seconds)
    assert video.status is Status.OK


@pytest.mark.parametrize(
    ("clip", "size", "shape", "n_seconds"),
    [
        (bikes(), (640, 272), (272, 640, 3), 10),
        (big_buck_bunny(), (1280, 720), (360, 640, 3), 5),
        (carphone(), (193, 144), (144, 193, 3), 4),  # pixels of 128:117
        (city(), (720, 405), (360, 640, 3), 8),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_real_clips_come_out_at_their_size_and_length(
    clip: Path, size: tuple[int, int], shape: tuple[int, int, int], n_seconds: int
) -> None:
    with open_video(clip) as video:
        seconds = list(video.seconds())
    assert (video.width, video.height) == size
    assert video.rotation == 0
    assert (video.status, video.reason) == (Status.OK, "")
    assert len(seconds) == n_seconds
    for second in seconds:
        assert second.frame.shape == shape
        assert second.frame.dtype == np.uint8
        assert second.frame.transpose(2, 0, 1).flags.c_contiguous


def test_the_facts_of_a_file_are_known_before_it_is_watched() -> None:
    with open_video(city()) as video:
        assert video.codec == "mpeg2video"
        assert video.container == "mpeg"
        assert video.declared_seconds == pytest.approx(7.6)
        assert video.start == pytest.approx(0.54)
        assert video.status is Status.PARTIAL
        assert video.reason == "not analyzed to the end"


def test_a_codec_is_named_by_what_it_is_and_not_by_who_decodes_it(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", [numbered(0)] * 3, codec="libsvtav1")
    with open_video(path) as video:
        assert video.codec == "av1"


def test_a_hole_repeats_the_last_frame_and_says_so(tmp_path: Path) -> None:
    times = [i / 25 for i in range(20)] + [3 + i / 25 for i in range(20, 60)]
    path = write_video(tmp_path / "x.mp4", [numbered(i) for i in range(60)], times=times)
    seconds = decoded(path)
    assert [(read_number(s.frame), round(s.time, 2), s.repeated) for s in seconds] == [
        (12, 0.48, False),
        (19, 0.76, False),
        (19, 0.76, True),
        (19, 0.76, True),
        (37, 4.48, False),
    ]
    assert seconds[2].frame is seconds[1].frame


def test_a_frame_every_two_seconds_is_shown_for_two_seconds(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mkv", [numbered(i) for i in range(5)], times=[0, 2, 4, 6, 8])
    seconds = decoded(path)
    assert [read_number(s.frame) for s in seconds] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [s.repeated for s in seconds] == [False, True] * 4


@pytest.mark.parametrize("n_frames", [1, 5, 12])
def test_a_clip_of_less_than_half_a_second_is_one_second(n_frames: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", [numbered(i) for i in range(n_frames)])
    with open_video(path) as video:
        seconds = list(video.seconds())
    assert [read_number(second.frame) for second in seconds] == [n_frames - 1]
    assert video.status is Status.OK


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9", "mjpeg", "mpeg4"])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 5])
def test_a_frame_a_second_gives_every_frame(codec: str, n_frames: int, tmp_path: Path) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    pictures = [numbered(i) for i in range(n_frames)]
    for suffix in ("mp4", "mkv"):
        path = write_video(tmp_path / f"x.{suffix}", pictures, codec=codec, pixels=pixels, rate=1)
        assert [read_number(second.frame) for second in decoded(path)] == list(range(n_frames))


@pytest.mark.parametrize(("n_frames", "n_seconds"), [(37, 1), (38, 2), (62, 2), (63, 3)])
def test_the_last_second_counts_if_its_middle_is_shown(
    n_frames: int, n_seconds: int, tmp_path: Path
) -> None:
    # 25 fps: the 38th frame is shown from 1.48 to 1.52 s.
    path = write_video(tmp_path / "x.mp4", [numbered(i) for i in range(n_frames)])
    assert len(decoded(path)) == n_seconds


def test_interlaced_video_is_watched_frame_by_frame(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.mp4",
        [numbered(i) for i in range(50)],
        codec_options={"x264-params": "tff=1:interlaced=1"},
    )
    assert [read_number(second.frame) for second in decoded(path)] == [12, 37]


def test_a_size_that_changes_midway_changes_the_frames(tmp_path: Path) -> None:
    small = write_video(tmp_path / "a.ts", [numbered(i) for i in range(25)])
    large = write_video(tmp_path / "b.ts", [numbered(i, 160, 120) for i in range(25)])
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    seconds = decoded(both)
    assert [(s.frame.shape, read_number(s.frame)) for s in seconds] == [
        ((64, 96, 3), 12),
        ((120, 160, 3), 12),
    ]


def test_video_is_watched_to_its_own_end_where_the_sound_is_longer(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mkv", [numbered(i) for i in range(50)], sound_seconds=5)
    with open_video(path) as video:
        assert len(list(video.seconds())) == 2
    assert (video.status, video.reason) == (Status.OK, "")


def test_watching_stops_at_the_cap_and_keeps_what_was_seen(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", [numbered(i) for i in range(100)])
    with open_video(path, longest_seconds=3) as video:
        assert [read_number(second.frame) for second in video.seconds()] == [12, 37, 62]
    assert video.status is Status.TOO_LONG
    assert video.reason == "analyzed the first 3 seconds only"

    with open_video(path, longest_seconds=4) as video:
        assert len(list(video.seconds())) == 4
    assert video.status is Status.OK


@pytest.mark.slow
def test_a_long_video_is_streamed(tmp_path: Path) -> None:
    pictures = cycle([numbered(number, 160, 120) for number in range(4)])
    an_hour = write_video(
        tmp_path / "x.mkv", islice(pictures, 3600), codec="mjpeg", pixels="yuvj420p", rate=1
    )
    one_frame = 160 * 120 * 3

    with open_video(an_hour) as video:
        seconds = video.seconds()
        next(seconds)
        tracemalloc.start()
        n_seconds = 1 + sum(1 for _ in seconds)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert n_seconds == 3600
    assert peak < 8 * one_frame
