"""Files that are cut off, damaged, odd or hostile: each has a status and a reason."""

import gc
import os
import re
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ingest.decoding.frames import (
    LONGEST_SECONDS,
    Second,
    Status,
    UndecodableVideo,
    Video,
    open_video,
)
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
    write_sound,
    write_video,
    zero_from,
)

SIX_SECONDS = [numbered(number) for number in range(150)]
SIX_NUMBERS = [12, 37, 62, 87, 112, 137]


def decoded(path: Path) -> tuple[Video, list[Second]]:
    with open_video(path) as video:
        return video, list(video.seconds())


def numbers(seconds: list[Second]) -> list[int]:
    return [read_number(second.frame) for second in seconds]


def refusal(path: Path) -> UndecodableVideo:
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    return caught.value


# What is odd, but watched whole.


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
    assert video.reason == "watched the first 43200 seconds only"


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
    assert video.reason == "a single picture, watched as one second"
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


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    refused = refusal(tmp_path / "x.mp4")
    assert (refused.status, refused.reason) == (Status.MISSING, "there is no such file")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    refused = refusal(tmp_path)
    assert (refused.status, refused.reason) == (Status.MISSING, "this is not a file")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mp4")
    assert refusal(tmp_path / "x.mp4").status is Status.MISSING


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "x.mp4", SIX_SECONDS[:1])

    # The superuser may read anything, so the system's answer is put in its place.
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    refused = refusal(path)
    assert refused.status is Status.MISSING
    assert refused.reason == "cannot be read: Permission denied"


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    for path in (
        write_sound(tmp_path / "x.mp3", "libmp3lame", 1),
        write_sound(tmp_path / "x.m4a", "aac", 1),
        write_sound(tmp_path / "cover.mp3", "libmp3lame", 1, cover=photograph("china.jpg")),
    ):
        refused = refusal(path)
        assert refused.status is Status.NO_VIDEO
        assert refused.reason == "there is sound but no video in the file"


def test_no_bytes_are_empty(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").touch()
    refused = refusal(tmp_path / "x.mp4")
    assert (refused.status, refused.reason) == (Status.EMPTY, "the file is empty (0 bytes)")


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"\xef\xbb\xbf\n <HTML><head><title>Sign in</title>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html>',
    ],
)
def test_a_saved_web_page_is_called_one(page: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(page)
    refused = refusal(tmp_path / "x.mp4")
    assert refused.status is Status.CORRUPT
    assert refused.reason == "a web page was saved instead of a video; fetch it again"


def test_what_is_no_video_at_all_is_corrupt(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).bytes(20_000)
    contents = {"text": b"a line of text\n" * 100, "noise": noise, "zeros": bytes(20_000)}
    for name, content in contents.items():
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(content)
        refused = refusal(path)
        assert refused.status is Status.CORRUPT, name
        assert "damaged, cut off or no video" in refused.reason


@pytest.mark.parametrize("share", [0.9, 0.5, 0.01])
def test_a_file_that_lost_its_table_of_contents_is_corrupt(share: float, tmp_path: Path) -> None:
    path = cut_to(remux(bikes(), tmp_path / "x.mp4"), share)
    refused = refusal(path)
    assert refused.status is Status.CORRUPT
    assert "damaged, cut off or no video" in refused.reason


def test_a_header_alone_is_corrupt(tmp_path: Path) -> None:
    for suffix in ("mp4", "mkv", "avi"):
        codec = "mpeg4" if suffix == "avi" else "libx264"
        path = write_video(tmp_path / f"x.{suffix}", SIX_SECONDS[:50], codec=codec)
        path.write_bytes(path.read_bytes()[:64])
        assert refusal(path).status is Status.CORRUPT, suffix


def test_a_video_without_one_good_frame_is_corrupt(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", SIX_SECONDS, container_options={"movflags": "faststart"})
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start].ljust(len(content), b"\0"))
    refused = refusal(path)
    assert refused.status is Status.CORRUPT
    assert refused.reason == "not one frame of the video can be decoded"


def test_an_unknown_codec_is_unsupported(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", SIX_SECONDS[:50])
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzz1"))
    refused = refusal(path)
    assert refused.status is Status.UNSUPPORTED
    assert refused.reason == "there is no decoder for this video"


def test_an_animated_webp_is_unsupported(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.webp", SIX_SECONDS[:20], codec="libwebp_anim", rate=10)
    assert b"ANIM" in path.read_bytes()
    refused = refusal(path)
    assert refused.status is Status.UNSUPPORTED
    assert refused.reason == "animated WebP pictures cannot be decoded here"


def test_frames_beyond_the_limit_are_too_big(tmp_path: Path) -> None:
    vast = np.zeros((4096, 4112, 3), np.uint8)
    path = write_video(tmp_path / "x.mkv", [vast], codec="mjpeg", pixels="yuvj420p")
    refused = refusal(path)
    assert refused.status is Status.TOO_BIG
    assert refused.reason == "frames of 4112 x 4096 pixels are over the limit of 16777216 pixels"


def test_a_picture_bomb_is_too_big(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    path = tmp_path / "x.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(90_001)))
        + chunk(b"IEND", b"")
    )
    refused = refusal(path)
    assert refused.status is Status.TOO_BIG
    assert "30000 x 30000" in refused.reason


PLAYLISTS = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{}\n#EXT-X-ENDLIST\n",
    "HLS behind a byte order mark": "\ufeff#EXTM3U\n#EXTINF:6,\n{}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{}'\n",
    "DASH": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">{}</MPD>',
    "SDP": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns={}\r\nm=video 5000 RTP/AVP 96\r\n",
    "PLS": "[playlist]\nFile1={}\n",
    "ASX": '<asx version="3.0"><entry><ref href="{}"/></entry></asx>',
    "SMIL": '<smil><body><video src="{}"/></body></smil>',
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["mp4", "m3u8"])
@pytest.mark.parametrize("target", ["secret.ts", "http://127.0.0.1:9/x.ts"])
def test_a_playlist_is_never_followed(kind: str, suffix: str, target: str, tmp_path: Path) -> None:
    secret = write_video(tmp_path / "secret.ts", SIX_SECONDS)
    names = target.replace("secret.ts", secret.as_uri())
    path = tmp_path / f"x.{suffix}"
    path.write_text(PLAYLISTS[kind].format(names), encoding="utf-8")
    refused = refusal(path)
    assert refused.status is Status.UNSAFE
    assert refused.reason == "this is a playlist, which names other files; give the video itself"


def test_a_format_off_the_list_is_not_opened(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.nut", SIX_SECONDS[:50], codec="mpeg4")
    refused = refusal(path)
    assert refused.status is Status.UNSUPPORTED
    assert refused.reason == "this kind of file is not a video known here"


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
