"""The choice of the video among several pictures, and how long a picture is shown."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from ingest.decoding.frames import Second, Status, UndecodableVideo, Video, open_video
from support.footage import (
    interleave,
    numbered,
    photograph,
    read_number,
    write_sound,
    write_video,
)

DEFAULT, NONE = Disposition.default, Disposition(0)
NO_B_FRAMES = {"bf": "0"}
FILM = [12, 37, 62]
STILL = 3000


def decoded(path: Path) -> tuple[Video, list[Second]]:
    with open_video(path) as video:
        return video, list(video.seconds())


def numbers(path: Path) -> list[int]:
    return [read_number(second.frame) for second in decoded(path)[1]]


def muxed(path: Path, tracks: Sequence[tuple[Path, Disposition]]) -> Path:
    """One file with the videos of several, in the order of time."""
    sources = [av.open(str(source)) for source, _ in tracks]
    with av.open(str(path), "w") as written:
        streams = []
        packets: list[tuple[Any, int, Any]] = []
        for index, (source, (_, disposition)) in enumerate(zip(sources, tracks, strict=True)):
            stream = source.streams.video[0]
            copied = written.add_stream_from_template(stream)
            copied.disposition = disposition
            streams.append(copied)
            packets += [
                (packet.dts * stream.time_base, index, packet)
                for packet in source.demux(stream)
                if packet.dts is not None and stream.time_base is not None
            ]
        for _, index, packet in sorted(packets, key=lambda one: one[:2]):
            packet.stream = streams[index]
            written.mux(packet)
    for source in sources:
        source.close()
    return path


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Videos by name: a film of 3 s, another one, one picture."""
    folder = tmp_path_factory.mktemp("parts")
    write_video(folder / "film.mkv", [numbered(i) for i in range(75)], codec_options=NO_B_FRAMES)
    others = [numbered(1000 + i) for i in range(75)]
    write_video(folder / "other.mkv", others, codec_options=NO_B_FRAMES)
    write_video(folder / "still.mkv", [numbered(STILL)], codec_options=NO_B_FRAMES)
    write_video(folder / "jpeg.mkv", [numbered(STILL)], codec="mjpeg", pixels="yuvj420p")
    vast = [np.zeros((4096, 4112, 3), np.uint8)] * 2
    write_video(folder / "vast.mkv", vast, codec="mjpeg", pixels="yuvj420p")
    return lambda name: folder / f"{name}.mkv"


TRACKS: dict[str, tuple[list[tuple[str, Disposition]], list[int]]] = {
    "a still before the default film": ([("still", NONE), ("film", DEFAULT)], FILM),
    "a still that is the default": ([("still", DEFAULT), ("film", NONE)], FILM),
    "a still that says so": ([("still", DEFAULT | Disposition.still_image), ("film", NONE)], FILM),
    "a picture of a camera": ([("jpeg", DEFAULT), ("film", DEFAULT)], FILM),
    "a still after the film": ([("film", DEFAULT), ("still", DEFAULT)], FILM),
    "another film before the default": ([("other", NONE), ("film", DEFAULT)], FILM),
    "two films alike": ([("film", DEFAULT), ("other", DEFAULT)], FILM),
    "two films, none the default": ([("film", NONE), ("other", NONE)], FILM),
    "two stills before it": ([("still", DEFAULT), ("jpeg", DEFAULT), ("film", NONE)], FILM),
    "two stills": ([("still", NONE), ("jpeg", NONE)], [STILL]),
    "a film too large": ([("vast", DEFAULT), ("film", NONE)], FILM),
}


# What a transport stream does not take, and that none of its videos is the default.
NOT_IN_TS = ("a picture of a camera", "another film before the default", "two stills")


@pytest.mark.parametrize(
    ("tracks", "suffix"),
    [
        *((tracks, suffix) for tracks in TRACKS for suffix in ("mkv", "mp4")),
        *((tracks, "ts") for tracks in TRACKS if not tracks.startswith((*NOT_IN_TS, "a film"))),
    ],
)
def test_the_video_is_what_moves_and_what_the_file_calls_its_default(
    tracks: str, suffix: str, parts: Callable[[str], Path], tmp_path: Path
) -> None:
    names, expected = TRACKS[tracks]
    listed = [(parts(name), disposition) for name, disposition in names]
    assert numbers(muxed(tmp_path / f"x.{suffix}", listed)) == expected


def test_a_film_that_comes_late_is_found(parts: Callable[[str], Path], tmp_path: Path) -> None:
    late = write_video(
        tmp_path / "late.mkv",
        map(numbered, range(75)),
        times=[3 + i / 25 for i in range(75)],
        codec_options=NO_B_FRAMES,
    )
    path = muxed(tmp_path / "x.mkv", [(parts("still"), DEFAULT), (late, NONE)])
    assert numbers(path) == FILM


def test_all_tracks_too_large_are_too_big(parts: Callable[[str], Path], tmp_path: Path) -> None:
    path = muxed(tmp_path / "x.mkv", [(parts("vast"), DEFAULT), (parts("vast"), NONE)])
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    assert caught.value.status is Status.TOO_BIG


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "ts", "flv"])
def test_a_picture_is_shown_for_as_long_as_there_is_sound(suffix: str, tmp_path: Path) -> None:
    picture = write_video(tmp_path / "picture.mp4", [numbered(5)])
    sound = write_sound(tmp_path / "sound.m4a", "aac", 20)
    video, seconds = decoded(interleave(picture, sound, tmp_path / f"x.{suffix}"))
    assert [read_number(second.frame) for second in seconds] == [5] * 20
    assert (video.status, video.reason, video.gaps) == (Status.OK, "", ())


def test_the_last_of_several_pictures_is_shown_until_the_sound_ends(tmp_path: Path) -> None:
    slides = write_video(
        tmp_path / "slides.mkv",
        map(numbered, range(3)),
        times=[0, 4, 8],
        codec_options=NO_B_FRAMES,
    )
    sound = write_sound(tmp_path / "sound.m4a", "aac", 12)
    _, seconds = decoded(interleave(slides, sound, tmp_path / "x.mkv"))
    assert [read_number(second.frame) for second in seconds] == [0] * 4 + [1] * 4 + [2] * 4


def test_a_file_that_says_too_much_of_its_length_keeps_no_picture(tmp_path: Path) -> None:
    picture = write_video(tmp_path / "picture.mp4", [numbered(5)])
    sound = write_sound(tmp_path / "sound.m4a", "aac", 4)
    path = interleave(picture, sound, tmp_path / "x.mp4")
    content = path.read_bytes()
    index = content.index(b"mvhd") + 4 + 16  # version, two times, ticks a second; the duration
    path.write_bytes(content[:index] + (3_600_000).to_bytes(4) + content[index + 4 :])
    assert len(decoded(path)[1]) == 4


ANIMATIONS = {
    "gif": ("gif", "rgb8"),
    "apng": ("apng", "rgb24"),
    "avif": ("libsvtav1", "yuv420p"),
    "webp": ("libwebp_anim", "yuv420p"),
}


@pytest.mark.parametrize("suffix", ANIMATIONS)
def test_a_picture_that_moves_is_watched_whole_or_refused(suffix: str, tmp_path: Path) -> None:
    codec, pixels = ANIMATIONS[suffix]
    path = write_video(
        tmp_path / f"x.{suffix}",
        [numbered(i, 128, 96) for i in range(30)],
        codec=codec,
        pixels=pixels,
        rate=10,
    )
    if suffix == "webp":
        with pytest.raises(UndecodableVideo, match="animated WebP pictures cannot be decoded here"):
            decoded(path)
        return
    video, seconds = decoded(path)
    assert [read_number(second.frame) for second in seconds] == [5, 15, 25]
    assert video.status is Status.OK


@pytest.mark.parametrize("suffix", ["apng", "avif"])
def test_of_one_frame_it_is_a_picture(suffix: str, tmp_path: Path) -> None:
    codec, pixels = ANIMATIONS[suffix]
    picture = numbered(7, 128, 96)
    path = write_video(tmp_path / f"x.{suffix}", [picture], codec=codec, pixels=pixels)
    video, seconds = decoded(path)
    assert [read_number(second.frame) for second in seconds] == [7]
    assert video.status is Status.IMAGE


def test_a_cover_beside_sound_is_no_video(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "x.mp3", "libmp3lame", 1, cover=photograph("china.jpg"))
    with pytest.raises(UndecodableVideo, match="there is sound but no video"):
        decoded(path)
