"""Files that are cut off, damaged or odd are analyzed as far as they go, and say how far."""

import gc
import re
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from ingest.decoding.frames import (
    LONGEST_SECONDS,
    Second,
    Status,
    UndecodableVideo,
    Video,
    open_video,
)
from support.decoding import SIX_SECONDS
from support.footage import (
    bikes,
    cut_to,
    flip_bits,
    numbered,
    overwrite,
    photograph,
    read_number,
    read_picture,
    remux,
    write_video,
    zero_from,
)

SIX_NUMBERS = [12, 37, 62, 87, 112, 137]


def decoded(path: Path) -> tuple[Video, list[Second]]:
    with open_video(path) as video:
        return video, list(video.seconds())


def test_titles_in_a_file_may_be_of_any_encoding(tmp_path: Path) -> None:
    path, title = tmp_path / "film.avi", "Café olé"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = title
        stream = container.add_stream("mpeg4", rate=4)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        frames = [VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")] * 8
        for frame in [*frames, None]:
            container.mux(stream.encode(frame))
    content = path.read_bytes()
    assert title.encode() in content
    latin = title.encode("latin-1").ljust(len(title.encode()), b"\0")
    path.write_bytes(content.replace(title.encode(), latin))
    video, seconds = decoded(path)
    assert (video.status, len(seconds)) == (Status.OK, 2)


def numbers(seconds: list[Second]) -> list[int]:
    return [read_number(second.frame) for second in seconds]


# What is odd, but analyzed whole.


@pytest.mark.parametrize(
    ("name", "options", "start"),
    [
        ("an hour on.ts", {"output_ts_offset": "3600"}, 3600),
        # A transport stream counts 2**33 ticks of 1/90000 s, then begins anew at 0.
        ("counter runs over.ts", {"output_ts_offset": "95441"}, 95441 - 2**33 / 90000),
    ],
)
def test_times_count_from_the_first_frame(
    name: str, options: dict[str, str], start: float, tmp_path: Path
) -> None:
    path = write_video(tmp_path / name, SIX_SECONDS, container_options=options)
    video, seconds = decoded(path)
    assert video.status is Status.OK
    assert video.start == pytest.approx(start, abs=0.001)
    assert numbers(seconds) == SIX_NUMBERS
    assert [s.time for s in seconds] == pytest.approx([k + 0.48 for k in range(6)])


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_late_start_is_neither_a_hole_nor_a_loss(suffix: str, tmp_path: Path) -> None:
    path = write_video(
        tmp_path / f"x.{suffix}", SIX_SECONDS, times=[5 + i / 25 for i in range(150)]
    )
    video, seconds = decoded(path)
    assert (video.status, video.reason) == (Status.OK, "")
    assert video.start == pytest.approx(5)
    assert numbers(seconds) == SIX_NUMBERS


def test_a_recording_that_does_not_say_its_length_is_watched_to_its_end(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.webm", SIX_SECONDS, codec="libvpx", container_options={"live": "1"}
    )
    video, seconds = decoded(path)
    assert video.declared_seconds is None
    assert video.status is Status.OK
    assert numbers(seconds) == SIX_NUMBERS


def test_frames_cut_away_by_an_edit_list_are_not_shown(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", SIX_SECONDS)
    # version and flags, count, duration of the segment; then the media time it starts at
    ten_frames_on = struct.pack(">I", (2 + 10) * 512)
    overwrite(path, b"elst", 12, ten_frames_on)
    video, seconds = decoded(path)
    assert video.status is Status.OK
    assert numbers(seconds)[:5] == [22, 47, 72, 97, 122]


def test_a_stream_without_times_is_counted_and_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.h264", SIX_SECONDS)
    video, seconds = decoded(path)
    assert video.start is None
    assert video.declared_seconds is None
    assert numbers(seconds) == SIX_NUMBERS
    assert video.status is Status.OK
    assert video.reason == "the file gives no times: a constant frame rate is assumed"


def test_twelve_hours_are_watched_and_no_more(tmp_path: Path) -> None:
    times = [float(60 * minute) for minute in range(12 * 60 + 2)]
    path = write_video(
        tmp_path / "x.mkv",
        [numbered(minute) for minute in range(len(times))],
        codec="mjpeg",
        pixels="yuvj420p",
        times=times,
    )
    with open_video(path) as video:
        seconds = list(video.seconds())  # each frame is shared by the sixty seconds it is shown
    last = seconds[-1]
    assert len(seconds) == LONGEST_SECONDS == 43_200
    assert (last.index, last.time, last.repeated) == (43_199, 43_140, True)
    assert read_number(last.frame) == 719
    assert video.status is Status.TOO_LONG
    assert video.reason == "analyzed the first 43200 seconds only"


@pytest.mark.parametrize("name", ["-i.mp4", "http:x.mp4", "concat:a|b.mp4", "per%03dcent.mp4"])
def test_a_name_is_never_taken_for_something_else(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_video(tmp_path / "x.mp4", SIX_SECONDS[:50])
    written.rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    _, seconds = decoded(Path(name))
    assert numbers(seconds) == [12, 37]


def test_a_picture_whose_name_looks_like_a_sequence_is_itself(tmp_path: Path) -> None:
    for name, number in (("x%03d.png", 5), ("x001.png", 6)):
        write_video(
            tmp_path / name, [numbered(number)], codec="png", pixels="rgb24", container="image2pipe"
        )
    _, seconds = decoded(tmp_path / "x%03d.png")
    assert numbers(seconds) == [5]


# One picture.


@pytest.mark.parametrize(
    ("photo", "shape"), [("chelsea.png", (300, 451, 3)), ("china.jpg", (427, 640, 3))]
)
def test_a_picture_is_watched_as_one_second(photo: str, shape: tuple[int, int, int]) -> None:
    video, (second,) = decoded(photograph(photo))
    assert video.status is Status.IMAGE
    assert video.reason == "a single picture, analyzed as one second"
    assert (second.index, second.time, second.repeated) == (0, 0, False)
    assert second.frame.shape == shape
    difference = np.abs(second.frame.astype(int) - read_picture(photograph(photo)))
    assert difference.mean() < 1


def test_a_picture_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(photograph("china.jpg").read_bytes())
    video, seconds = decoded(path)
    assert video.status is Status.IMAGE
    assert len(seconds) == 1


def test_a_gif_is_a_picture_if_it_has_one_frame(tmp_path: Path) -> None:
    still = write_video(tmp_path / "still.gif", SIX_SECONDS[:1], codec="gif", pixels="rgb8")
    moving = write_video(
        tmp_path / "moving.gif", SIX_SECONDS[:20], codec="gif", pixels="rgb8", rate=10
    )
    assert decoded(still)[0].status is Status.IMAGE
    video, seconds = decoded(moving)
    assert video.status is Status.OK
    assert numbers(seconds) == [5, 15]


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_photograph_is_turned_as_its_camera_was(
    orientation: int, turns: int, tmp_path: Path
) -> None:
    # TIFF header, little endian, one entry: tag 0x112, type short, count 1, value; no more.
    tags = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, orientation, 0, 0)
    segment = b"Exif\0\0" + tags
    jpeg = photograph("china.jpg").read_bytes()
    path = tmp_path / "x.jpg"
    path.write_bytes(
        jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]
    )

    video, (second,) = decoded(path)

    aligned = np.rot90(read_picture(photograph("china.jpg")), turns)
    assert video.rotation == turns * 90
    assert second.frame.shape == aligned.shape
    assert np.abs(second.frame.astype(int) - aligned).mean() < 1


def test_a_picture_with_a_colour_profile_can_be_let_go() -> None:
    # PyAV 18 frees the profile's name twice if a frame's side data was looked at.
    for _ in range(3):
        decoded(photograph("chelsea.png"))
        gc.collect()


# Part of it.


def test_of_a_download_that_broke_off_what_came_is_watched(tmp_path: Path) -> None:
    path = remux(bikes(), tmp_path / "x.mp4", {"movflags": "faststart"})
    whole = decoded(path)[1]
    video, seconds = decoded(cut_to(path, 0.5))
    assert video.status is Status.PARTIAL
    assert video.reason.startswith("the file says 10.0 s but is cut off")
    assert 3 <= len(seconds) <= 6
    for second, expected in zip(seconds, whole, strict=False):
        np.testing.assert_array_equal(second.frame, expected.frame)


def test_a_matroska_file_that_broke_off_is_partial(tmp_path: Path) -> None:
    path = cut_to(remux(bikes(), tmp_path / "x.mkv"), 0.5)
    video, seconds = decoded(path)
    assert video.status is Status.PARTIAL
    assert video.reason.startswith("the file says 10.0 s but is cut off")
    assert 3 <= len(seconds) <= 6


def test_a_tail_of_zeros_is_left_out(tmp_path: Path) -> None:
    path = zero_from(remux(bikes(), tmp_path / "x.mp4", {"movflags": "faststart"}), 0.5)
    video, seconds = decoded(path)
    assert video.status is Status.PARTIAL
    assert video.reason.startswith("the end is damaged; ")
    assert 3 <= len(seconds) <= 6


def test_zeros_in_the_middle_are_a_hole(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.avi", SIX_SECONDS, codec="mjpeg", pixels="yuvj420p")
    content = bytearray(path.read_bytes())
    # The frames from 2 s to 4 s lose their pictures but keep their places.
    starts = [i for i in range(len(content) - 8) if content[i : i + 4] == b"00dc"][:150]
    for start in starts[50:100]:
        size = struct.unpack_from("<I", content, start + 4)[0]
        content[start + 8 : start + 8 + size] = bytes(size)
    path.write_bytes(content)

    video, seconds = decoded(path)

    assert numbers(seconds) == [12, 37, 37, 37, 112, 137]
    assert [s.repeated for s in seconds] == [False, False, True, True, False, False]
    assert video.status is Status.PARTIAL
    assert video.reason == "2.5 s inside are damaged; 6.0 s were seen"


def test_flipped_bits_are_a_warning_as_long_as_every_second_is_seen(tmp_path: Path) -> None:
    path = remux(bikes(), tmp_path / "x.mp4", {"movflags": "faststart"})
    size = path.stat().st_size
    flip_bits(path, 60, size // 4, size, np.random.default_rng(3))
    video, seconds = decoded(path)
    assert video.status is Status.OK
    assert re.fullmatch(r"\d+ damaged frames: what could be made of them is shown", video.reason)
    assert len(seconds) == 10


# Nothing of it.


@pytest.mark.parametrize("share", [round(0.05 * step, 2) for step in range(1, 20)])
def test_wherever_a_file_is_cut_there_is_a_status(share: float, tmp_path: Path) -> None:
    path = remux(bikes(), tmp_path / "x.mp4", {"movflags": "faststart"})
    cut_to(path, share)
    try:
        video, seconds = decoded(path)
    except UndecodableVideo as refused:
        assert refused.status is Status.CORRUPT  # noqa: PT017
        return
    assert video.status in {Status.PARTIAL, Status.OK}
    assert (video.status is Status.OK) == (len(seconds) >= 9)
    assert [second.index for second in seconds] == list(range(len(seconds)))
    assert all(Fraction(s.time) <= s.index + Fraction(1, 2) for s in seconds)
