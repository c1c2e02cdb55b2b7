"""One frame a second: which frame, how it is turned, what it costs."""

import tracemalloc
from fractions import Fraction
from itertools import accumulate, cycle, islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.frames import Second, Status, open_video
from ingest.decoding.sampling import Clock, midpoint_within, sample_midpoints
from ingest.taggers.base import Frame
from support.footage import (
    Picture,
    big_buck_bunny,
    bikes,
    carphone,
    city,
    frame_of_each_second,
    numbered,
    photograph,
    read_number,
    read_picture,
    write_video,
)


def decoded(path: Path) -> list[Second]:
    with open_video(path) as video:
        return list(video.seconds())


def quadrants(width: int, height: int) -> Picture:
    """Red, green above blue, black."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (220, 30, 30)
    picture[: height // 2, width // 2 :] = (30, 220, 30)
    picture[height // 2 :, : width // 2] = (30, 30, 220)
    return picture


def corners(frame: Frame) -> list[str]:
    """Colours of the corners, clockwise from the top left."""
    height, width, _ = frame.shape
    y, x = height // 4, width // 4
    names = {0: "red", 1: "green", 2: "blue"}
    return [
        "black" if pixel.max() < 100 else names[int(pixel.argmax())]
        for pixel in (frame[y, x], frame[y, -x], frame[-y, -x], frame[-y, x])
    ]


def difference(one: Frame, other: Frame) -> float:
    """Mean difference of two pictures, in grey levels."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


gaps = st.lists(st.integers(1, 4000), max_size=60)


@given(gaps, st.integers(0, 3000))
def test_each_second_gets_the_frame_the_textbook_says(gaps: list[int], last: int) -> None:
    ticks = [0, *(sum(gaps[: i + 1]) for i in range(len(gaps)))]
    times = [Fraction(tick, 1000) for tick in ticks]
    length = times[-1] + Fraction(last, 1000)

    samples = list(sample_midpoints(zip(times, range(len(times)), strict=True), lambda: length))

    assert [sample.item for sample in samples] == frame_of_each_second(times, length)
    assert [sample.second for sample in samples] == list(range(len(samples)))
    assert [sample.time for sample in samples] == [times[sample.item] for sample in samples]
    before = [None, *(sample.item for sample in samples)]
    assert [s.repeated for s in samples] == [
        s.item == b for s, b in zip(samples, before, strict=False)
    ]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=40))
def test_before_a_second_comes_what_was_shown_less_than_half_a_second_earlier(
    gaps: list[int],
) -> None:
    times = [Fraction(tenths, 10) for tenths in accumulate(gaps, initial=0)]
    timed = list(zip(times, range(len(times)), strict=True))
    for sample in sample_midpoints(timed, lambda: times[-1] + 1):
        near = sample.item > 0 and times[sample.item] - times[sample.item - 1] < Fraction(1, 2)
        assert sample.before == (sample.item - 1 if near else None)


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
def test_the_frame_before_comes_of_what_was_decoded_anyway(tmp_path: Path, codec: str) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(
        tmp_path / "x.mkv", map(numbered, range(40)), codec=codec, pixels=pixels, rate=10
    )
    with open_video(path) as video:
        for second in video.seconds():
            now = read_number(second.frame)
            if second.before is None:
                # Each frame stands alone: no other one was decoded.
                assert codec == "mjpeg"
            else:
                assert now - 5 < read_number(second.before()) < now


def test_nothing_to_sample_gives_no_second() -> None:
    assert list(sample_midpoints([], lambda: Fraction(0))) == []


@given(st.integers(0, 80), st.integers(0, 12))
def test_midpoint_within_is_a_search_over_all_seconds(start: int, reach: int) -> None:
    expected = any(start <= 4 * k + 2 < start + reach for k in range(25))
    assert midpoint_within(start, reach, second=4) == expected


@given(st.lists(st.none() | st.integers(-400, 400), min_size=1))
def test_the_clock_starts_at_zero_and_never_runs_backwards(times: list[int | None]) -> None:
    clock = Clock(1, declared=200, second=4)
    ticks = [clock.tick(time) for time in times]
    assert ticks[0] == 0
    assert ticks == sorted(ticks)


def test_the_clock_runs_on_over_the_joint_of_two_recordings() -> None:
    clock = Clock(2, declared=None, second=4)
    ticks = [clock.tick(4 * time) for time in (100, 101, 102, 7, 8, 9)]
    assert ticks == [0, 4, 8, 10, 14, 18]


@given(st.lists(st.integers(-3, 3)))
def test_a_step_back_is_not_forgotten(steps: list[int]) -> None:
    clock = Clock(4, declared=None, second=80)
    for time in accumulate(steps, initial=0):
        clock.tick(time)
    assert clock.stepped_back == any(step < 0 for step in steps)


def test_the_clock_does_not_follow_a_damaged_time_far_beyond_the_end() -> None:
    clock = Clock(4, declared=20, second=4)
    ticks = [clock.tick(4 * time) for time in (0, 1, 90_000, 3, 4)]
    assert ticks == [0, 4, 8, 12, 16]


@given(st.lists(st.integers(-40, 40)), st.integers(-40, 40))
def test_a_time_that_follows_is_shown_after_the_last_and_as_it_is(
    before: list[int], time: int
) -> None:
    clock = Clock(1, declared=10, second=4)
    ticks = [clock.tick(file_time) for file_time in before]
    if clock.follows(time):
        placed = clock.second_of(time)
        assert placed is not None
        assert placed > ticks[-1]
        assert clock.tick(time) == placed


def test_what_is_told_to_follow_is_neither_early_nor_far_beyond_the_end() -> None:
    clock = Clock(1, declared=10, second=4)
    assert not clock.follows(100)
    clock.tick(100)
    clock.tick(104)
    follows = [time for time in range(90, 200) if clock.follows(time)]
    assert follows == list(range(105, 100 + 10 + 40 + 1))


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
        assert video.reason == "not watched to the end"


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


TURNS = {
    "as it is": ((0, False, False), 0, ["red", "green", "black", "blue"]),
    "a quarter counterclockwise": ((90, False, False), 90, ["green", "black", "blue", "red"]),
    "upside down": ((180, False, False), 180, ["black", "blue", "red", "green"]),
    "a quarter clockwise": ((-90, False, False), 270, ["blue", "red", "green", "black"]),
    "mirrored": ((0, True, False), 0, ["green", "red", "blue", "black"]),
    "mirrored top to bottom": ((0, False, True), 180, ["blue", "black", "green", "red"]),
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_frames_are_turned_upright(turn: str, suffix: str, tmp_path: Path) -> None:
    turned, rotation, expected = TURNS[turn]
    path = write_video(tmp_path / f"x.{suffix}", [quadrants(96, 64)] * 3, turned=turned)
    with open_video(path) as video:
        (second,) = video.seconds()
    assert video.rotation == rotation
    width, height = (64, 96) if rotation % 180 else (96, 64)
    assert (video.width, video.height) == (width, height)
    assert second.frame.shape == (height, width, 3)
    assert second.frame.transpose(2, 0, 1).flags.c_contiguous
    assert corners(second.frame) == expected


@pytest.mark.parametrize(
    ("aspect", "size"),
    [(Fraction(16, 9), (171, 64)), (Fraction(1, 2), (96, 128)), (Fraction(1), (96, 64))],
    ids=str,
)
def test_pixels_are_stretched_until_they_are_square(
    aspect: Fraction, size: tuple[int, int], tmp_path: Path
) -> None:
    path = write_video(tmp_path / "x.mp4", [quadrants(96, 64)] * 3, pixel_aspect=aspect)
    with open_video(path) as video:
        (second,) = video.seconds()
    assert (video.width, video.height) == size
    assert second.frame.shape == (size[1], size[0], 3)
    assert corners(second.frame) == ["red", "green", "black", "blue"]


def test_a_wide_pixel_of_a_turned_frame_becomes_a_tall_one(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.mp4",
        [quadrants(96, 64)] * 3,
        pixel_aspect=Fraction(2),
        turned=(90, False, False),
    )
    (second,) = decoded(path)
    assert second.frame.shape == (192, 64, 3)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((1280, 720), (360, 640, 3)), ((720, 1280), (640, 360, 3)), ((641, 3), (3, 640, 3))],
    ids=str,
)
def test_large_frames_are_shrunk_to_640_pixels_and_keep_their_shape(
    size: tuple[int, int], shape: tuple[int, int, int], tmp_path: Path
) -> None:
    picture = quadrants(*size)
    path = write_video(tmp_path / "x.mkv", [picture], codec="ffv1", pixels="yuv444p")
    (second,) = decoded(path)
    assert second.frame.shape == shape


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "tolerance"),
    [
        ("x.mp4", "libx264", "yuv422p", 4),
        ("x.mp4", "libx264", "yuv444p10le", 3),
        ("x.mkv", "ffv1", "yuva420p", 4),
        ("x.mkv", "ffv1", "bgra", 0.01),
        ("x.mp4", "libx265", "yuv420p10le", 4),
        ("x.mkv", "ffv1", "yuv420p12le", 4),
    ],
)
def test_every_pixel_format_keeps_its_colours(
    name: str, codec: str, pixels: str, tolerance: float, tmp_path: Path
) -> None:
    cat = read_picture(photograph("chelsea.png"))[:298, :450]
    options = {"libx264": {"crf": "10"}, "libx265": {"crf": "10"}}.get(codec, {})
    path = write_video(
        tmp_path / name, [cat] * 8, codec=codec, pixels=pixels, codec_options=options
    )
    (second,) = decoded(path)
    assert difference(second.frame, cat) < tolerance


def test_a_grey_video_has_three_equal_colours(tmp_path: Path) -> None:
    cat = read_picture(photograph("chelsea.png"))
    path = write_video(tmp_path / "x.mkv", [cat], codec="ffv1", pixels="gray")
    (second,) = decoded(path)
    grey = cat @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_array_equal(second.frame[:, :, 0], second.frame[:, :, 1])
    np.testing.assert_array_equal(second.frame[:, :, 0], second.frame[:, :, 2])
    assert np.abs(second.frame[:, :, 0] - grey).mean() < 2


def test_odd_sizes_are_kept(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mkv", [numbered(77, 321, 181)] * 3, codec="ffv1")
    (second,) = decoded(path)
    assert second.frame.shape == (181, 321, 3)
    assert read_number(second.frame) == 77


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("width", [100, 104, 110, 112, 356, 360])
def test_a_picture_is_whole_up_to_its_right_edge_whatever_its_width(
    width: int, pixels: str, tmp_path: Path
) -> None:
    picture = np.full((120, width, 3), 40, np.uint8)
    picture[:, -16:] = (200, 120, 60)
    path = write_video(
        tmp_path / "x.mkv",
        [picture] * 30,
        rate=10,
        codec="ffv1" if pixels.endswith("le") else "libx264",
        pixels=pixels,
    )
    with open_video(path) as video:
        for second in video.seconds():
            np.testing.assert_allclose(second.frame[:, -12:].astype(int), picture[:, -12:], atol=16)


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
    assert video.reason == "watched the first 3 seconds only"

    with open_video(path, longest_seconds=4) as video:
        assert len(list(video.seconds())) == 4
    assert video.status is Status.OK


def test_sampling_holds_three_frames_at_a_time() -> None:
    class Held:
        alive = 0

        def __init__(self) -> None:
            Held.alive += 1

        def __del__(self) -> None:
            Held.alive -= 1

    frames = ((Fraction(i, 25), Held()) for i in range(1000))
    maximum = 0
    for sample in sample_midpoints(frames, lambda: Fraction(40)):
        maximum = max(maximum, Held.alive)
        del sample
    assert maximum <= 3


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
