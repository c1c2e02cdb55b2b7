import numpy as np
import pytest
from av.video.reformatter import Interpolation
from PIL import Image

from ingest.taggers.visual.input_size import Size
from ingest.taggers.visual.resize import Scaler, Shrinkable, image_of
from ingest.taggers.visual.sessions import open_session
from models.cards import load_card
from support.footage import photograph

FILTERS = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}


def of_size(size: Size) -> Image.Image:
    return Image.open(photograph("astronaut.png")).convert("RGB").resize(size)


@pytest.mark.parametrize("size", [(640, 360), (1, 1), (15, 17)])
def test_an_image_has_the_colours_of_its_frame_however_they_lie(size: Size) -> None:
    picture = of_size(size)
    for frame in (np.asarray(picture), np.array(picture.split()).transpose(1, 2, 0)):
        assert image_of(frame).tobytes() == picture.tobytes()


@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize("size", [(640, 360), (480, 640), (320, 180), (641, 479), (4096, 3072)])
@pytest.mark.parametrize("target", [(448, 256), (256, 352), (256, 256)])
def test_a_frame_is_resized_as_pillow_does_but_for_rounding(
    interpolation: Interpolation, size: Size, target: Size
) -> None:
    picture = of_size(size)
    expected = np.asarray(picture.resize(target, FILTERS[interpolation])).astype(int)
    resized = Scaler(interpolation).resize(Shrinkable(np.asarray(picture)), target)
    assert resized.dtype == np.uint8
    assert resized.shape == expected.shape
    differences = np.abs(resized - expected)
    assert differences.mean() < 1
    assert np.percentile(differences, 99) <= 3


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (640, 2), (1, 480), (15, 17)])
@pytest.mark.parametrize("interpolation", FILTERS)
def test_a_frame_of_few_pixels_keeps_its_colours_where_they_are(
    interpolation: Interpolation, size: Size
) -> None:
    width, height = size
    frame = np.zeros((height, width, 3), np.uint8)
    frame[: -(-height // 2), :, 0] = 200
    frame[..., 2] = 90
    resized = Scaler(interpolation).resize(Shrinkable(frame), (256, 256))
    assert np.abs(resized[0] - np.array([200, 0, 90])).max() <= 2
    assert np.abs(resized[-1] - np.array([200 if height == 1 else 0, 0, 90])).max() <= 2


def test_frames_may_be_views_of_larger_ones() -> None:
    whole = np.asarray(of_size((640, 360)))
    part = whole[10:310:2, 500:100:-1]
    assert not part.flags.c_contiguous
    resized = Scaler(Interpolation.BILINEAR).resize(Shrinkable(part), (256, 256))
    again = Scaler(Interpolation.BILINEAR).resize(Shrinkable(part.copy()), (256, 256))
    np.testing.assert_array_equal(resized, again)


def test_a_scaler_makes_the_same_of_a_frame_whatever_came_before() -> None:
    scaler = Scaler(Interpolation.BICUBIC)
    frames = [np.asarray(of_size(size)) for size in [(640, 360), (480, 640), (640, 360)]]
    for frame in frames:
        resized = scaler.resize(Shrinkable(frame), (256, 192))
        separate = Scaler(Interpolation.BICUBIC).resize(Shrinkable(frame), (256, 192))
        np.testing.assert_array_equal(resized, separate)


@pytest.mark.parametrize("name", ["nanodet", "opennsfw_screen"])
def test_the_fourth_byte_of_a_pixel_counts_nothing(name: str) -> None:
    session = open_session(load_card(name))
    frame = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 4), np.uint8)
    other = frame.copy()
    other[..., 3] = ~frame[..., 3]
    for one, same in zip(*(session.run(None, {"frame": f}) for f in (frame, other)), strict=True):
        assert np.array_equal(one, same)
