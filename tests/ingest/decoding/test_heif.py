"""Photographs of phones: HEIC and AVIF files are analyzed whole, never a tile of them."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.decoding.frames import Second, Status, UndecodableVideo, Video, open_video
from ingest.decoding.heif import read_still
from support.footage import Picture, photograph, read_picture, write_video
from support.heif import box, full, write_grid

TILE = 128
SIZE = (300, 250)  # three tiles by two, less what is cut away


def decoded(path: Path) -> tuple[Video, list[Second]]:
    with open_video(path) as video:
        return video, list(video.seconds())


def refusal(path: Path) -> UndecodableVideo:
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    return caught.value


@pytest.fixture(scope="module")
def picture() -> Picture:
    return read_picture(photograph("china.jpg"))[: 2 * TILE, : 3 * TILE]


@pytest.fixture(scope="module")
def tiles(picture: Picture) -> list[Picture]:
    return [
        picture[y : y + TILE, x : x + TILE]
        for y in range(0, 2 * TILE, TILE)
        for x in range(0, 3 * TILE, TILE)
    ]


def assert_shows(path: Path, expected: Picture) -> None:
    video, (second,) = decoded(path)
    assert video.status is Status.IMAGE
    assert (video.width, video.height) == expected.shape[1::-1]
    assert second.frame.shape == expected.shape
    assert np.abs(second.frame.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("brand", ["heic", "avif"])
@pytest.mark.parametrize("in_data_box", [True, False])
def test_a_picture_of_tiles_is_put_together(
    brand: str, *, in_data_box: bool, picture: Picture, tiles: list[Picture], tmp_path: Path
) -> None:
    path = tmp_path / f"x.{brand}"
    write_grid(path, tiles, 3, SIZE, brand=brand, in_data_box=in_data_box, thumbnail=True)
    assert_shows(path, picture[: SIZE[1], : SIZE[0]])


def test_others_see_the_same_picture(tiles: list[Picture], tmp_path: Path) -> None:
    path = write_grid(tmp_path / "x.avif", tiles, 3, SIZE, brand="avif")
    with Image.open(path) as opened:
        others = np.asarray(opened.convert("RGB"))
    assert_shows(path, others)


@pytest.mark.parametrize(
    ("extra", "turned"),
    [
        ([box(b"irot", b"\1")], lambda picture: np.rot90(picture)),
        ([box(b"irot", b"\2")], lambda picture: picture[::-1, ::-1]),
        ([box(b"irot", b"\3")], lambda picture: np.rot90(picture, 3)),
        ([box(b"imir", b"\0")], lambda picture: picture[::-1]),
        ([box(b"imir", b"\1")], lambda picture: picture[:, ::-1]),
    ],
)
def test_it_is_turned_as_its_camera_was(
    extra: list[bytes], turned: object, picture: Picture, tiles: list[Picture], tmp_path: Path
) -> None:
    assert callable(turned)
    path = write_grid(tmp_path / "x.heic", tiles, 3, SIZE, extra=extra)
    assert_shows(path, turned(picture[: SIZE[1], : SIZE[0]]))


def test_it_is_known_by_its_content(picture: Picture, tiles: list[Picture], tmp_path: Path) -> None:
    path = write_grid(tmp_path / "x.mp4", tiles, 3, SIZE)
    assert_shows(path, picture[: SIZE[1], : SIZE[0]])


def test_a_picture_of_one_piece_is_a_picture(picture: Picture, tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.avif", [picture], codec="libsvtav1")
    assert_shows(path, picture)


@pytest.mark.parametrize("kind", [b"iovl", b"what"])
def test_what_is_put_together_otherwise_is_unsupported(
    kind: bytes, tiles: list[Picture], tmp_path: Path
) -> None:
    refused = refusal(write_grid(tmp_path / "x.heic", tiles, 3, SIZE, kind=kind))
    assert refused.status is Status.UNSUPPORTED
    assert refused.reason == "the picture is put together in a way that is not known here"


def test_a_grid_of_fewer_tiles_than_it_says_is_refused(
    tiles: list[Picture], tmp_path: Path
) -> None:
    path = write_grid(tmp_path / "x.heic", tiles[:4], 3, SIZE)
    assert refusal(path).status in {Status.CORRUPT, Status.UNSUPPORTED}


def test_a_picture_too_large_is_too_big(tiles: list[Picture], tmp_path: Path) -> None:
    path = write_grid(tmp_path / "x.heic", tiles, 3, (9000, 6000))
    refused = refusal(path)
    assert refused.status is Status.TOO_BIG
    assert "9000 x 6000" in refused.reason


def test_tiles_that_are_damaged_are_said(tiles: list[Picture], tmp_path: Path) -> None:
    path = write_grid(tmp_path / "x.heic", tiles, 3, SIZE)
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + bytes(400) + content[start + 400 :])
    video, (second,) = decoded(path)
    assert second.frame.shape == (SIZE[1], SIZE[0], 3)
    assert video.status is Status.PARTIAL
    assert video.reason == "1 pieces of the picture are damaged"


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.3, 0.6, 0.9])
def test_wherever_it_is_cut_no_single_tile_is_shown(
    share: float, tiles: list[Picture], tmp_path: Path
) -> None:
    path = write_grid(tmp_path / "x.heic", tiles, 3, SIZE)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    try:
        video, (second,) = decoded(path)
    except UndecodableVideo:
        return
    assert second.frame.shape == (SIZE[1], SIZE[0], 3)
    assert video.status is Status.PARTIAL


def test_no_damage_of_what_says_how_tiles_lie_is_worse_than_a_refusal(
    tiles: list[Picture], tmp_path: Path
) -> None:
    path = write_grid(tmp_path / "x.heic", tiles, 3, SIZE)
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    for _ in range(60):
        content = bytearray(whole)
        for index in rng.integers(24, whole.index(b"mdat"), 3):
            content[index] = rng.integers(256)
        path.write_bytes(content)
        try:
            _, (second,) = decoded(path)
        except UndecodableVideo:
            continue
        assert second.frame.shape[:2] != (TILE, TILE)


def test_a_film_is_no_still(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", [np.zeros((64, 64, 3), np.uint8)] * 3)
    assert read_still(path) is None
    path.write_bytes(box(b"ftyp", b"heic", bytes(4)) + full(b"meta", struct.pack(">I", 0)))
    assert refusal(path).status in {Status.CORRUPT, Status.UNSUPPORTED}
