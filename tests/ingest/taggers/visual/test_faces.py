"""Faces are found and turned upright: against the textbook and on real ones."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from ingest.taggers.visual.face_words import MAX_TURNED, MIN_SIZE, is_classifiable
from ingest.taggers.visual.faces import (
    MAX_FACES,
    Face,
    FaceFinder,
    Points,
    aligned,
    faces_of_grid,
    similarity,
)
from ingest.taggers.visual.resize import Shrinkable
from support.footage import photograph

POINTS = st.tuples(*[st.floats(-500, 500)] * 4).map(lambda four: np.array(four).reshape(2, 2))


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder.load()


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    return Image.open(photograph("astronaut.png")).convert("RGB")


def shrinkable(picture: Image.Image) -> Shrinkable:
    return Shrinkable(np.asarray(picture))


def least_squares(start: Points, end: Points) -> Points:
    """Solve for scale * cosine, scale * sine and the shift, as a textbook does it."""
    rows, sides = [], []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        sides += [u, v]
    (a, b, c, d), *_ = np.linalg.lstsq(np.array(rows), np.array(sides), rcond=None)
    return np.array([[a, -b, c], [b, a, d]])


@given(POINTS, POINTS)
def test_a_similarity_is_what_the_normal_equations_give(start: Points, end: Points) -> None:
    assume(np.hypot(*(start[1] - start[0])) > 1)
    matches = similarity(start, end)
    assert np.allclose(matches @ np.column_stack([start, [1, 1]]).T, end.T, atol=1e-6)
    assert np.allclose(matches, least_squares(start, end), atol=1e-5)
    turn = matches[:, :2]
    assert np.allclose(turn @ turn.T, np.linalg.det(turn) * np.eye(2), atol=1e-5)


@pytest.mark.parametrize("angle", [0, 30, 90, 180, -45])
@pytest.mark.parametrize("apart", [9.0, 40.0, 130.0])
def test_eyes_come_to_their_places_however_a_face_is_turned(angle: int, apart: float) -> None:
    way = np.exp(1j * np.radians(angle)) * apart
    middle = 320 + 240j
    eyes = np.array([[(middle - way / 2).real, (middle - way / 2).imag]])
    eyes = np.vstack([eyes, [(middle + way / 2).real, (middle + way / 2).imag]])
    frame = np.zeros((480, 640, 3), np.uint8)
    rows, columns = np.mgrid[:480, :640]
    for colour, (x, y) in enumerate(eyes):
        frame[..., colour] = 255 * (np.hypot(columns + 0.5 - x, rows + 0.5 - y) < apart / 4)
    face = aligned(Shrinkable(frame), eyes, 64).astype(float)
    for colour, x in enumerate((0.3053, 0.6806)):
        weights = face[..., colour]
        centre = [
            (weights * (grid + 0.5)).sum() / weights.sum() / 64 for grid in np.mgrid[:64, :64]
        ]
        assert np.allclose(centre, [0.3009, x], atol=0.015)


def test_what_lies_beyond_the_frame_is_black() -> None:
    frame = Shrinkable(np.full((100, 100, 3), 200, np.uint8))
    at_edge = aligned(frame, np.array([[-10.0, 50.0], [20.0, 50.0]]), 32)
    assert at_edge[16, 0].tolist() == [0, 0, 0]
    assert at_edge[16, 31].tolist() == [200, 200, 200]
    far_off = aligned(frame, np.array([[5000.0, 50.0], [5400.0, 50.0]]), 32)
    assert not far_off.any()


def test_the_eyes_of_a_real_face_are_found_at_every_size(
    finder: FaceFinder, astronaut: Image.Image
) -> None:
    for side in (512, 300, 1200):
        (face,) = finder.find(shrinkable(astronaut.resize((side, side))))
        assert np.allclose(face.eyes / side, [[0.395, 0.205], [0.48, 0.205]], atol=0.03)
        assert face.size / side == pytest.approx(0.2, abs=0.05)
        assert is_classifiable(face)


def test_a_mirrored_face_is_found_where_it_is_mirrored(
    finder: FaceFinder, astronaut: Image.Image
) -> None:
    (face,) = finder.find(shrinkable(astronaut))
    mirrored = astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    (other,) = finder.find(shrinkable(mirrored))
    assert np.allclose(512 - other.eyes[::-1, 0], face.eyes[:, 0], atol=6)


def test_each_of_two_faces_is_found_once(finder: FaceFinder, astronaut: Image.Image) -> None:
    both = Image.new("RGB", (1024, 512))
    both.paste(astronaut)
    both.paste(astronaut, (512, 0))
    left, right = sorted(finder.find(shrinkable(both)), key=lambda face: face.eyes[0, 0])
    assert np.allclose(right.eyes - left.eyes, [[512, 0]] * 2, atol=12)


def test_of_a_wall_of_faces_only_so_many_are_kept(
    finder: FaceFinder, astronaut: Image.Image
) -> None:
    head = astronaut.crop((150, 20, 300, 170)).resize((100, 100))
    wall = Image.new("RGB", (600, 400))
    for column in range(6):
        for row in range(4):
            wall.paste(head, (100 * column, 100 * row))
    faces = finder.find(shrinkable(wall))
    assert len(faces) == MAX_FACES
    assert [face.score for face in faces] == sorted((face.score for face in faces), reverse=True)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg", "china.jpg"])
def test_where_there_is_no_face_none_is_found(finder: FaceFinder, name: str) -> None:
    faces = finder.find(shrinkable(Image.open(photograph(name)).convert("RGB")))
    assert [face for face in faces if face.score > 0.8] == []


@pytest.mark.parametrize("size", [(1, 1), (4000, 10), (10, 4000), (3, 700), (33, 32)])
def test_frames_of_any_shape_are_looked_at(finder: FaceFinder, size: tuple[int, int]) -> None:
    random = np.random.default_rng(size[0])
    frame = random.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    for face in finder.find(Shrinkable(frame)):
        assert aligned(Shrinkable(frame), face.eyes, 64).shape == (64, 64, 3)


def test_a_face_cut_by_the_edge_can_be_turned_upright(
    finder: FaceFinder, astronaut: Image.Image
) -> None:
    cut = shrinkable(astronaut.crop((220, 0, 512, 512)))
    for face in finder.find(cut):
        assert aligned(cut, face.eyes, 32).shape == (32, 32, 3)


def test_boxes_are_read_off_the_grid_in_pixels() -> None:
    grid = np.zeros((8, 8, 2, 17), np.float32)
    grid[..., 0] = -100
    grid[3, 5, 1] = [2, 4, -8, 40, 60, *[-9, 1, 9, 1], 0, 5, *[0] * 6]
    (result,) = faces_of_grid(grid, (128, 128))
    x, y = 5.5 * 16, 3.5 * 16
    assert np.allclose(result[:4], [x + 4 - 20, y - 8 - 30, x + 4 + 20, y - 8 + 30])
    assert result[4] == pytest.approx(1 / (1 + np.exp(-2)))
    assert np.allclose(result[5:], [x - 9, y + 1, x + 9, y + 1, x, y + 5])


def face(*, size: float = 60, nose: float = 0.0, apart: float = 20.0) -> Face:
    eyes = np.array([[100 - apart / 2, 50], [100 + apart / 2, 50]])
    return Face(0.9, eyes, np.array([100 + nose * apart, 60]), size)


def test_small_faces_and_those_that_look_away_cannot_be_judged() -> None:
    assert is_classifiable(face(size=MIN_SIZE))
    assert not is_classifiable(face(size=MIN_SIZE - 1))
    assert is_classifiable(face(nose=-MAX_TURNED + 0.01))
    assert not is_classifiable(face(nose=MAX_TURNED + 0.01))
    assert not is_classifiable(face(apart=0))
