"""Files that hold no video that can be analyzed: each is refused, with a status and a reason."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from ingest.decoding.frames import (
    Status,
    UndecodableVideo,
    open_video,
)
from support.decoding import SIX_SECONDS
from support.footage import (
    bikes,
    cut_to,
    photograph,
    remux,
    write_sound,
    write_video,
)

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


def refusal(path: Path) -> UndecodableVideo:
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    return caught.value


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
