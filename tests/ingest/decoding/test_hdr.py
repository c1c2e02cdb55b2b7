"""HDR and wide colours are seen as on an ordinary screen."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from ingest.decoding.frames import Second, Status, UndecodableVideo, open_video
from ingest.decoding.hdr import WHITE_NITS, WideColours
from ingest.taggers.remote.renditions import find_program
from support.boxes import insert
from support.footage import numbered, photograph, read_picture, write_video
from support.heif import write_grid

PQ, HLG, BT2020, BT709 = 16, 18, 9, 1


def levels_of(nits: float) -> float:
    """The PQ level of light, 0 to 1 (SMPTE ST 2084)."""
    powered = (nits / 10_000) ** (2610 / 16384)
    return float(((107 / 128 + 2413 / 128 * powered) / (1 + 2392 / 128 * powered)) ** (2523 / 32))


def hlg_of(nits: float) -> float:
    """The HLG level, 0 to 1, of grey on a screen of 1000 cd/m2 (ITU-R BT.2100)."""
    scene = (nits / 1000) ** (1 / 1.2)
    if scene <= 1 / 12:
        return float(np.sqrt(3 * scene))
    a = 0.17883277
    return float(a * np.log(12 * scene - (1 - 4 * a)) + 0.5 - a * np.log(4 * a))


def shown(transfer: int, *levels: float, primaries: int = BT2020) -> NDArray[np.uint8]:
    """Return what becomes of grey stripes of these levels."""
    stripes = np.repeat(np.rint(np.array(levels) * 65535).astype(np.uint16), 200)
    whole = np.broadcast_to(stripes, (3, 50, stripes.size))
    observed = WideColours(transfer, primaries).to_ordinary(np.ascontiguousarray(whole))
    np.testing.assert_array_less(np.abs(observed.astype(int) - observed[0]), 3)  # grey stays grey
    return observed[0, 0, 100::200]


@pytest.mark.parametrize(("transfer", "level_of"), [(PQ, levels_of), (HLG, hlg_of)])
def test_light_up_to_white_is_as_on_an_ordinary_screen(transfer: int, level_of: object) -> None:
    assert callable(level_of)
    shares = [0.0, 0.01, 0.05, 0.18, 0.5, 0.9, 1.0]
    observed = shown(transfer, *(level_of(WHITE_NITS * share) for share in shares))
    expected = [255 * share ** (1 / 2.4) for share in shares]
    np.testing.assert_allclose(observed, expected, atol=1.5)


@pytest.mark.parametrize("nits", [400, 1000, 4000, 10_000])
def test_highlights_are_rolled_off_in_their_order(nits: float) -> None:
    observed = shown(PQ, *(levels_of(light) for light in (20, 50, 203, (203 + nits) / 2, nits)))
    assert observed[-1] >= 250
    assert np.all(np.diff(observed[:4].astype(int)) > 0)
    assert observed[4] >= observed[3]
    dark = shown(PQ, levels_of(20), levels_of(50))
    assert np.abs(observed[:2].astype(int) - dark).max() <= 12


def test_a_few_sparks_darken_nothing() -> None:
    whole = np.full((3, 100, 100), round(levels_of(100) * 65535), np.uint16)
    calm = WideColours(PQ, BT2020).to_ordinary(whole)
    whole[:, 3, 3] = 65535
    sparkling = WideColours(PQ, BT2020).to_ordinary(whole)
    assert sparkling[0, 50, 50] == calm[0, 50, 50]


def test_colours_keep_their_hue_where_highlights_are() -> None:
    whole = np.zeros((3, 60, 60), np.uint16)
    whole[0], whole[1] = round(levels_of(1000) * 65535), round(levels_of(300) * 65535)
    red, green, blue = WideColours(PQ, BT709).to_ordinary(whole)[:, 30, 30].astype(int)
    assert red > green > blue
    assert red >= 250


@pytest.mark.parametrize(
    ("transfer", "primaries", "wide"),
    [(1, 1, False), (2, 2, False), (13, 1, False), (1, 9, True), (16, 9, True), (18, 2, True)],
)
def test_only_what_says_so_is_wide(transfer: int, primaries: int, wide: bool) -> None:  # noqa: FBT001
    frame = VideoFrame(16, 16, "yuv420p10le")
    frame.color_trc, frame.color_primaries = transfer, primaries
    colours = WideColours.of(frame)
    assert (colours is not None) == wide
    if transfer == HLG:
        assert colours == WideColours(HLG, BT2020)


TWINS = {
    "PQ": "zscale=p=2020:t=smpte2084:m=2020_ncl:r=tv:npl=203",
    "HLG": "zscale=p=2020:t=arib-std-b67:m=2020_ncl:r=tv:npl=203",
    "BT.2020": "zscale=p=2020:t=2020_10:m=2020_ncl:r=tv:npl=203",
}


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of 4:3, as a video that says how its colours are meant."""
    picture = read_picture(photograph("china.jpg"))[:420, :560]
    colours = "colorprim=bt709:transfer=bt709:colormatrix=bt709"
    folder = tmp_path_factory.mktemp("photo")
    return write_video(
        folder / "x.mkv",
        [picture] * 8,
        pixels="yuv444p",
        codec_options={"crf": "4", "x264-params": colours},
    )


def seconds_of(path: Path) -> list[Second]:
    with open_video(path) as video:
        seconds = list(video.seconds())
    assert (video.status, video.reason) == (Status.OK, "")
    return seconds


@pytest.mark.parametrize("kind", TWINS)
def test_a_wide_twin_shows_what_the_ordinary_one_does(
    kind: str, photo: Path, tmp_path: Path
) -> None:
    linear = "zscale=t=linear:npl=203,format=gbrpf32le"
    colours = f"{linear},{TWINS[kind]},format=yuv444p10le"
    for name, way in (("wide", colours), ("plain", "format=yuv444p10le")):
        options = ("-vf", way, "-c:v", "ffv1", str(tmp_path / f"{name}.mkv"))
        command: list[str | Path] = [find_program(), "-v", "error", "-i", photo, *options]
        subprocess.run(command, check=True)
    (wide,), (plain,) = (seconds_of(tmp_path / f"{name}.mkv") for name in ("wide", "plain"))
    assert np.abs(wide.frame.astype(int) - plain.frame).mean() < 3


def test_a_film_of_wide_colours_is_watched_without_a_word(tmp_path: Path) -> None:
    colours = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    path = write_video(
        tmp_path / "x.mp4",
        [numbered(i) for i in range(75)],
        pixels="yuv420p10le",
        codec_options={"x264-params": colours},
    )
    assert len(seconds_of(path)) == 3


def test_a_wide_picture_of_tiles_is_mapped_too(tmp_path: Path) -> None:
    grey = np.full((128, 128, 3), 148, np.uint8)  # of PQ, more than 203 cd/m2
    path = write_grid(tmp_path / "x.avif", [grey] * 4, 2, (256, 256), brand="avif", transfer=PQ)
    with open_video(path) as video:
        (second,) = video.seconds()
    assert second.frame.min() >= 240


def dolby_vision(profile: int, compatibility: int) -> bytes:
    # Version 1.0; profile, level 6, RPU and base layer; the base layer's compatibility.
    packed = profile << 9 | 6 << 3 | 0b101
    return bytes([1, 0]) + packed.to_bytes(2) + bytes([compatibility << 4]) + bytes(19)


def configured(path: Path, profile: int, compatibility: int) -> Path:
    kind = b"dvcC" if profile < 8 else b"dvvC"
    return insert(path, b"hvcC", kind, dolby_vision(profile, compatibility))


@pytest.fixture(scope="module")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hevc")
    return write_video(folder / "x.mp4", [numbered(i) for i in range(25)], codec="libx265")


@pytest.mark.parametrize(("profile", "compatibility"), [(5, 0), (20, 0), (10, 0)])
def test_colours_of_dolby_vision_alone_are_refused(
    profile: int, compatibility: int, hevc: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(hevc.read_bytes())
    configured(path, profile, compatibility)
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    assert caught.value.status is Status.UNSUPPORTED
    assert "Dolby Vision" in caught.value.reason


@pytest.mark.parametrize(("profile", "compatibility"), [(8, 1), (8, 4), (7, 6)])
def test_what_other_screens_show_is_watched(
    profile: int, compatibility: int, hevc: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(hevc.read_bytes())
    assert len(seconds_of(configured(path, profile, compatibility))) == 1


def test_in_matroska_likewise(hevc: Path, tmp_path: Path) -> None:
    first = tmp_path / "x.mp4"
    first.write_bytes(hevc.read_bytes())
    configured(first, 5, 0)
    path = tmp_path / "x.mkv"
    options = ("-c", "copy", "-strict", "unofficial", str(path))
    command: list[str | Path] = [find_program(), "-v", "error", "-i", first, *options]
    subprocess.run(command, check=True)
    assert b"dvcC" in path.read_bytes()
    with pytest.raises(UndecodableVideo, match="Dolby Vision"), open_video(path):
        pass
