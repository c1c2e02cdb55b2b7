"""Files that only those with a key can see: said, and not taken for damaged ones."""

import subprocess
from pathlib import Path

import pytest

from ingest.decoding.frames import Status, UndecodableVideo, open_video
from ingest.sources.failures import FetchStatus, Unfetchable
from ingest.sources.web import FetchLimits, fetch
from ingest.taggers.remote.renditions import find_program
from support.footage import numbered, write_video
from support.webserver import Answer, serving

REASON = "the video is encrypted (DRM)"
THREE_SECONDS = [numbered(i) for i in range(75)]


def refusal(path: Path) -> UndecodableVideo:
    with pytest.raises(UndecodableVideo) as caught, open_video(path):
        pass
    return caught.value


def assert_encrypted(path: Path) -> None:
    refused = refusal(path)
    assert (refused.status, refused.reason) == (Status.UNSUPPORTED, REASON)


def encrypt(source: Path, target: Path, *options: str) -> Path:
    """Encrypt an MP4 file as services do (ISO/IEC 23001-7)."""
    key, name = "76a6c65c5ea762046bd749a2e632ccbb", "a7e61c373e219033c21091fa607bf3b8"
    scheme = (
        "-encryption_scheme",
        "cenc-aes-ctr",
        "-encryption_key",
        key,
        "-encryption_kid",
        name,
    )
    command: list[str | Path] = [
        find_program(),
        "-v",
        "error",
        "-i",
        source,
        "-c",
        "copy",
        *scheme,
        *options,
        target,
    ]
    subprocess.run(command, check=True)
    return target


@pytest.mark.parametrize(
    "options", [(), ("-movflags", "+faststart"), ("-movflags", "frag_keyframe+empty_moov")]
)
def test_an_mp4_file_says_so(options: tuple[str, ...], tmp_path: Path) -> None:
    source = write_video(tmp_path / "x.mp4", THREE_SECONDS)
    assert_encrypted(encrypt(source, tmp_path / "y.mp4", *options))


@pytest.mark.parametrize("kind", [b"encv", b"drmi"])
def test_an_mp4_file_that_says_it_in_its_head_alone(kind: bytes, tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", THREE_SECONDS)
    content = path.read_bytes().replace(b"avc1", kind)
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    path.write_bytes(content[:start] + bytes(end - start) + content[end:])
    assert_encrypted(path)


def element(name: bytes, content: bytes) -> bytes:
    return name + (1 << 56 | len(content)).to_bytes(8) + content


def in_track(content: bytes, encodings: bytes) -> bytes:
    """Put an element into the only track of a live WebM file, and make its pictures unreadable."""
    at = content.rindex(b"\x16\x54\xae\x6b")  # the list of tracks
    for name in (b"\x16\x54\xae\x6b", b"\xae"):  # the track
        at = content.index(name, at) + len(name)
        size = 9 - content[at].bit_length()
        length = int.from_bytes(content[at : at + size]) & (1 << 7 * size) - 1
        grown = (1 << 7 * size | length + len(encodings)).to_bytes(size)
        content = content[:at] + grown + content[at + size :]
        at += size
        end = at + length
    content = content[:end] + encodings + content[end:]
    clusters = content.index(b"\x1f\x43\xb6\x75")
    pictures = bytearray(content[clusters:])
    for index in range(60, len(pictures)):
        pictures[index] ^= 0xA5
    return content[:clusters] + bytes(pictures)


@pytest.mark.parametrize("key", [b"\x01" * 16, b""])
def test_a_webm_file_says_so(key: bytes, tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "x.webm", THREE_SECONDS, codec="libvpx-vp9", container_options={"live": "1"}
    )
    content = path.read_bytes()
    # ContentEncodings, ContentEncoding, its type (1: encryption), ContentEncryption: AES, the key.
    named = element(b"\x47\xe2", key) if key else b""
    encryption = element(b"\x50\x35", element(b"\x47\xe1", b"\x05") + named)
    inside = b"\x50\x33\x81\x01" + encryption
    encodings = element(b"\x6d\x80", element(b"\x62\x40", inside))
    path.write_bytes(in_track(content, encodings))
    assert_encrypted(path)


def test_a_broadcast_that_is_scrambled_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.ts", THREE_SECONDS)
    content = bytearray(path.read_bytes())
    pictures = 0x100
    for start in range(0, len(content), 188):
        number = (content[start + 1] & 0x1F) << 8 | content[start + 2]
        if number == pictures and content[start + 3] & 0x10:
            content[start + 3] |= 0x80
            skip = 4 + (1 + content[start + 4] if content[start + 3] & 0x20 else 0)
            body = bytes(byte ^ 0xA5 for byte in content[start + skip : start + 188])
            content[start + skip : start + 188] = body
    path.write_bytes(content)
    assert_encrypted(path)


def test_damage_is_not_taken_for_encryption(tmp_path: Path) -> None:
    path = write_video(tmp_path / "x.mp4", THREE_SECONDS)
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start].ljust(len(content), b"\0"))
    assert refusal(path).status is Status.CORRUPT
    path = write_video(tmp_path / "x.ts", THREE_SECONDS)
    content = path.read_bytes()
    path.write_bytes(b"".join(content[i : i + 4] + bytes(184) for i in range(0, len(content), 188)))
    assert refusal(path).status is Status.CORRUPT


@pytest.mark.parametrize(
    "key",
    [
        'METHOD=SAMPLE-AES,URI="/key"',
        'METHOD=SAMPLE-AES,URI="skd://key",KEYFORMAT="com.apple.streamingkeydelivery"',
        'METHOD=SAMPLE-AES-CTR,URI="/key",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"',
    ],
)
def test_a_stream_by_address_says_so(key: str, tmp_path: Path) -> None:
    part = write_video(tmp_path / "x.ts", THREE_SECONDS)
    lines = ["#EXTM3U", "#EXT-X-VERSION:5", "#EXT-X-TARGETDURATION:3", f"#EXT-X-KEY:{key}"]
    lines += ["#EXTINF:3,", "a.ts", "#EXT-X-ENDLIST", ""]
    with serving() as site:
        site.answers["/a.ts"] = Answer(part.read_bytes(), "video/mp2t")
        site.answers["/key"] = Answer(bytes(16))
        site.answers["/x.m3u8"] = Answer("\n".join(lines).encode(), "application/x-mpegURL")
        limits = FetchLimits(allowed_networks=(site.network,))
        with pytest.raises(Unfetchable) as caught:
            fetch(site.address("/x.m3u8"), tmp_path / "f", limits, wait=lambda _: None)
    assert caught.value.status is FetchStatus.UNSUPPORTED
