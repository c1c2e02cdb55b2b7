"""Transparent pixels do not count: neither as a colour nor as a tag."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from engine.catalogs.sqlite.catalog import Catalog
from ingest.decoding.frames import Second, Status, open_video
from ingest.decoding.transparency import BACKGROUND, before_background
from ingest.pipeline import ingest_file
from support.footage import Picture, photograph, read_picture, write_video
from support.shades import Shades

HEIGHT, WIDTH = 96, 128
HALF = np.s_[:, : WIDTH // 2]
RED = (220, 30, 40)

Opacity = NDArray[np.uint8]


def of_one_colour(opacity: Opacity) -> NDArray[np.uint8]:
    """Red, green, blue and opacity, shape (height, width, 4)."""
    whole = np.empty((HEIGHT, WIDTH, 4), np.uint8)
    whole[:, :, :3] = RED
    whole[:, :, 3] = opacity
    return whole


def clear() -> Opacity:
    return np.zeros((HEIGHT, WIDTH), np.uint8)


def half_clear() -> Opacity:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[HALF] = 0
    return opacity


def write(path: Path, frames: list[NDArray[np.uint8]], codec: str, pixels: str) -> Path:
    """A frame a second, with its opacity."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=1)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = HEIGHT, WIDTH, pixels
        stream.options = {"auto-alt-ref": "0"} if codec.startswith("libvpx") else {}
        for number, whole in enumerate(frames):
            frame = VideoFrame.from_ndarray(whole, format="rgba").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


KINDS = {
    "x.png": ("png", "rgba"),
    "x.apng": ("apng", "rgba"),
    "x.webp": ("libwebp", "yuva420p"),
    "x.mkv": ("ffv1", "yuva444p"),
    "x.mov": ("prores_ks", "yuva444p10le"),
    "y.mov": ("qtrle", "argb"),
    "x.webm": ("libvpx-vp9", "yuva420p"),
    "y.webm": ("libvpx", "yuva420p"),
}


def seconds_of(path: Path) -> list[Second]:
    with open_video(path) as video:
        return list(video.seconds())


@pytest.mark.parametrize("name", KINDS)
def test_what_can_be_seen_through_is_grey(name: str, tmp_path: Path) -> None:
    codec, pixels = KINDS[name]
    (second,) = seconds_of(write(tmp_path / name, [of_one_colour(half_clear())], codec, pixels))
    assert not second.clear
    left, right = second.frame[:, : WIDTH // 2 - 4], second.frame[:, WIDTH // 2 + 4 :]
    assert np.abs(left.astype(int) - BACKGROUND).max() <= 3
    assert np.abs(right.astype(int) - RED).max() <= 12


@pytest.mark.parametrize("name", KINDS)
def test_where_all_of_it_can_be_seen_through_there_is_nothing(name: str, tmp_path: Path) -> None:
    codec, pixels = KINDS[name]
    path = write(tmp_path / name, [of_one_colour(clear())], codec, pixels)
    (second,) = seconds_of(path)
    assert second.clear
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        tagger = Shades()
        result = ingest_file(path, catalog, tagger)
        assert (result.seconds, tagger.n_tagged) == (1, 0)
        track = catalog.tracks.get(result.video or "")
        assert len(track.tags) == 0


@pytest.mark.parametrize("opacity", [clear, half_clear])
def test_of_avif_pictures_likewise(opacity: Callable[[], Opacity], tmp_path: Path) -> None:
    picture = Image.fromarray(of_one_colour(opacity()), "RGBA")
    picture.save(tmp_path / "x.avif", quality=95)
    with open_video(tmp_path / "x.avif") as video:
        (second,) = video.seconds()
    assert (video.width, video.height) == (WIDTH, HEIGHT)
    assert video.status is Status.IMAGE
    assert second.clear == (opacity is clear)
    assert np.abs(second.frame[:, : WIDTH // 2 - 4].astype(int) - BACKGROUND).max() <= 3
    if opacity is half_clear:
        assert np.abs(second.frame[:, WIDTH // 2 + 4 :].astype(int) - RED).max() <= 12


def test_a_half_is_half(tmp_path: Path) -> None:
    opacity = np.full((HEIGHT, WIDTH), 128, np.uint8)
    (second,) = seconds_of(write(tmp_path / "x.png", [of_one_colour(opacity)], "png", "rgba"))
    assert np.abs(second.frame.astype(int) - (np.array(RED) + BACKGROUND) / 2).max() <= 1


def test_hidden_colours_do_not_bleed_into_what_is_shrunk(tmp_path: Path) -> None:
    whole = np.zeros((900, 1200, 4), np.uint8)
    whole[:, :, 0] = 255  # a red that nothing shows
    whole[::2, :, :] = (128, 128, 128, 255)
    path = tmp_path / "x.png"
    with av.open(str(path), "w", format="image2pipe") as file:
        stream = file.add_stream("png", rate=1)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = 900, 1200, "rgba"
        file.mux(stream.encode(VideoFrame.from_ndarray(whole, format="rgba")))
    (second,) = seconds_of(path)
    assert second.frame.shape == (480, 640, 3)
    assert np.abs(second.frame.astype(int) - 128).max() <= 1


def test_a_picture_of_few_colours_may_be_seen_through(tmp_path: Path) -> None:
    picture = Image.fromarray(of_one_colour(half_clear()), "RGBA").quantize(8)
    picture.save(tmp_path / "x.png")
    (second,) = seconds_of(tmp_path / "x.png")
    assert np.abs(second.frame[HALF].astype(int) - BACKGROUND).max() <= 1


@pytest.mark.parametrize(
    "order", [[clear, half_clear], [half_clear, clear], [clear, clear, half_clear, clear]]
)
def test_seconds_with_nothing_to_see_lie_beside_others(
    order: list[Callable[[], Opacity]], tmp_path: Path
) -> None:
    frames = [of_one_colour(opacity()) for opacity in order]
    path = write(tmp_path / "x.mkv", frames, "ffv1", "yuva444p")
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        result = ingest_file(path, catalog, Shades())
        track = catalog.tracks.get(result.video or "")
    assert np.flatnonzero(np.diff(track.starts)).tolist() == [
        second for second, opacity in enumerate(order) if opacity is half_clear
    ]


@pytest.mark.parametrize(("codec", "pixels"), [("ffv1", "bgra"), ("ffv1", "yuva420p")])
def test_what_cannot_be_seen_through_stays_the_same(
    codec: str, pixels: str, tmp_path: Path
) -> None:
    cat: Picture = read_picture(photograph("chelsea.png"))[:288, :448]
    (with_opacity,) = seconds_of(write_video(tmp_path / "x.mkv", [cat], codec=codec, pixels=pixels))
    without = {"bgra": "bgr0", "yuva420p": "yuv420p"}[pixels]
    (plain,) = seconds_of(write_video(tmp_path / "y.mkv", [cat], codec=codec, pixels=without))
    np.testing.assert_array_equal(with_opacity.frame, plain.frame)


def test_a_clear_picture_is_still_a_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "x.png", [of_one_colour(clear())], "png", "rgba")
    with open_video(path) as video:
        list(video.seconds())
        assert video.status is Status.IMAGE


@pytest.mark.parametrize("width", [98, 100, 112, 356, 360])
def test_a_picture_is_whole_up_to_its_right_edge_whatever_its_width(width: int) -> None:
    frame = VideoFrame(width, 64, "yuva420p")
    for plane, level in zip(frame.planes, (90, 120, 140, 200), strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    for _ in range(4):
        np.full(1 << 20, 255, np.uint8)  # so that what is left as the memory was is not all alike
        shown, _ = before_background(frame)
        colours = shown.to_ndarray().reshape(-1, 3)
        assert len(np.unique(colours, axis=0)) == 1
