"""The form of frames: upright, of square pixels, within 640 pixels, with the colours there were."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.decoding.frames import open_video
from ingest.taggers.base import Frame
from support.decoding import decoded
from support.footage import (
    Picture,
    numbered,
    photograph,
    read_number,
    read_picture,
    write_video,
)


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
