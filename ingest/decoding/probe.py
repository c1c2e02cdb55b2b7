"""Opens a file that may be anything: what it is, or why nothing of it can be seen."""

import struct
from enum import StrEnum
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from engine.errors import ReelmatchError
from ingest.decoding.dolby_vision import is_dolby_vision_only
from ingest.decoding.encryption import is_encrypted
from ingest.decoding.heif import Still, UnknownLayout, read_still
from ingest.decoding.stream_selection import choose_video

MAX_PIXELS: Final = 16_777_216
"""Largest frame that is decoded, width times height; 4096 x 4096, above 4K and below 8K."""

_VIDEO_FORMATS: Final = (
    "mov,mp4,matroska,webm,mpegts,avi,flv,gif,apng,mpeg,mpegvideo,m4v,h264,hevc,ivf,asf,mxf,dv,"
    "rm,mjpeg,wtv,dhav,obu,yuv4mpegpipe"
)
_PICTURE_FORMATS: Final = "image2,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe"
# Opened only to say that they hold no video.
_AUDIO_FORMATS: Final = "mp3,wav,ogg,flac,aac"

# A playlist makes the demuxer open whatever it names: other files of this machine, addresses of
# its network. The lists leave out every format that can, and every protocol but plain files.
_DEMUXER_OPTIONS: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": f"{_VIDEO_FORMATS},{_PICTURE_FORMATS},{_AUDIO_FORMATS}",
    # A picture called a%03d.png is one picture, not a numbered sequence.
    "pattern_type": "none",
}
DECODER_OPTIONS: Final = {"max_pixels": str(MAX_PIXELS)}
"""For every decoder."""

_DOLBY_CODECS: Final = ("hevc", "av1")

_HEAD_BYTES: Final = 4096
_PLAYLIST_STARTS: Final = (
    b"#extm3u",
    b"ffconcat",
    b"[playlist]",
    b"<asx",
    b"<smil",
    b"v=0\n",
    b"v=0\r",
)
_PAGE_STARTS: Final = (b"<!doctype html", b"<html", b"<head", b"<body")
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"


class Status(StrEnum):
    """The status of a video after watching it."""

    OK = "ok"
    """All of it."""
    PARTIAL = "partial"
    """Some of it: the file is cut off or damaged."""
    IMAGE = "image"
    """One picture, analyzed as one second."""
    NO_VIDEO = "no_video"
    """Sound only."""
    EMPTY = "empty"
    """No bytes."""
    CORRUPT = "corrupt"
    """Not one frame can be decoded."""
    TOO_BIG = "too_big"
    """Frames of more than ``MAX_PIXELS``."""
    UNSAFE = "unsafe"
    """A playlist, which names other files or addresses."""
    UNSUPPORTED = "unsupported"
    """A format or codec that cannot be decoded here."""
    MISSING = "missing"
    """No file there that can be read."""
    TOO_LONG = "too_long"
    """Longer than the cap; seen up to the cap."""
    FAILED = "failed"
    """Fetching or tagging failed; it may work later."""
    CRASHED = "crashed"
    """The decoder brought its process down, or took more than it may."""
    STALLED = "stalled"
    """The decoder came to no new second."""


class UndecodableVideo(ReelmatchError):
    """Nothing at all can be seen of a file.

    Attributes:
        status: a word for the reason.
        reason: why, in a sentence's words, without the path.
    """

    def __init__(self, path: Path, status: Status, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def open_container(path: Path) -> InputContainer:
    """Open a file with every limit set.

    Raises:
        UndecodableVideo: missing, empty, a playlist, a web page, or no kind of video known here.
    """
    head = _head(path)
    if not head:
        raise UndecodableVideo(path, Status.EMPTY, "the file is empty (0 bytes)")
    _refuse_text_that_is_no_video(path, head)
    try:
        # An absolute path: a name such as "-i.mp4" or "http:x.mp4" stays a name.
        # Nobody reads the titles in it, which may be of any encoding.
        return av.open(
            str(path.absolute()), container_options=_DEMUXER_OPTIONS, metadata_errors="replace"
        )
    except av.ArgumentError as error:  # what a format outside the list gives
        raise UndecodableVideo(
            path, Status.UNSUPPORTED, "this kind of file is not a video known here"
        ) from error
    except av.FFmpegError as error:
        reason = "no video can be read: the file is damaged, cut off or no video"
        raise _unreadable(path, reason) from error


def still_of(path: Path, container: InputContainer) -> Still | None:
    """Return the picture of a HEIC or AVIF file; None of other files, and of those that move.

    Raises:
        UndecodableVideo: the picture is put together in a way that is not known here, or too large.
    """
    if any(stream.frames > 1 for stream in container.streams.video):
        return None
    try:
        still = read_still(path)
    except UnknownLayout as error:
        raise UndecodableVideo(
            path, Status.UNSUPPORTED, "the picture is put together in a way that is not known here"
        ) from error
    if still and still.width * still.height > MAX_PIXELS:
        raise too_big(path, still.width, still.height)
    return still


def video_stream(path: Path, container: InputContainer) -> VideoStream:
    """Return the stream to watch, ready to decode on one thread.

    Of several it is the one that moves, the default one, the first; see ``choose_video``.

    Raises:
        UndecodableVideo: sound only, frames too large, or no decoder for it.
    """
    if not len(container.streams):
        raise _unreadable(path, "the file holds nothing that can be played")
    stream = choose_video(container, lambda: open_container(path), MAX_PIXELS)
    if stream is None:
        raise UndecodableVideo(path, Status.NO_VIDEO, "there is sound but no video in the file")
    # What is encrypted may decode, to noise. MP4 files say it of each packet besides.
    if container.format.name.startswith("matroska") and is_encrypted(path):
        raise encrypted(path)
    if stream.codec_context is None:
        raise _unreadable(path, "there is no decoder for this video", Status.UNSUPPORTED)
    if stream.codec.canonical_name in _DOLBY_CODECS and is_dolby_vision_only(path):
        raise UndecodableVideo(
            path,
            Status.UNSUPPORTED,
            "its colours are those of Dolby Vision alone, which cannot be read here",
        )
    width, height = _declared_size(path, stream)
    if width * height > MAX_PIXELS:
        raise too_big(path, width, height)
    # Several videos are analyzed at once, one core each: threads would only cost memory.
    stream.thread_type = "NONE"
    stream.codec_context.options = DECODER_OPTIONS
    return stream


def encrypted(path: Path) -> UndecodableVideo:
    """Return the refusal of a file that only those with a key can see."""
    return UndecodableVideo(path, Status.UNSUPPORTED, "the video is encrypted (DRM)")


def too_big(path: Path, width: int, height: int) -> UndecodableVideo:
    """Return the refusal of frames of this size."""
    return UndecodableVideo(
        path,
        Status.TOO_BIG,
        f"frames of {width} x {height} pixels are over the limit of {MAX_PIXELS} pixels",
    )


def not_decodable(path: Path) -> UndecodableVideo:
    """Return the refusal of a file that opens but gives no frame."""
    head = _head(path)
    if head[8:12] == b"WEBP" and b"ANIM" in head:
        return UndecodableVideo(
            path, Status.UNSUPPORTED, "animated WebP pictures cannot be decoded here"
        )
    return _unreadable(path, "not one frame of the video can be decoded")


def is_picture(path: Path, container: InputContainer) -> bool:
    """Whether the file is a single picture.

    Raises:
        UndecodableVideo: as ``still_of``.
    """
    is_of_pictures = container.format.name in _PICTURE_FORMATS.split(",")
    return is_of_pictures or still_of(path, container) is not None


def _unreadable(path: Path, reason: str, status: Status = Status.CORRUPT) -> UndecodableVideo:
    return encrypted(path) if is_encrypted(path) else UndecodableVideo(path, status, reason)


def _head(path: Path) -> bytes:
    # Opening a pipe or a device would wait for ever.
    if path.exists() and not path.is_file():
        raise UndecodableVideo(path, Status.MISSING, "this is not a file")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise UndecodableVideo(path, Status.MISSING, "there is no such file") from error
    except OSError as error:
        raise UndecodableVideo(path, Status.MISSING, f"cannot be read: {error.strerror}") from error


def _refuse_text_that_is_no_video(path: Path, head: bytes) -> None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PLAYLIST_STARTS) or (text.startswith(b"<?xml") and b"<mpd" in text):
        raise UndecodableVideo(
            path,
            Status.UNSAFE,
            "this is a playlist, which names other files; give the video itself",
        )
    if text.startswith(_PAGE_STARTS) or (text.startswith(b"<") and b"<html" in text):
        raise UndecodableVideo(
            path, Status.CORRUPT, "a web page was saved instead of a video; fetch it again"
        )


def _declared_size(path: Path, stream: VideoStream) -> tuple[int, int]:
    # A size beyond what the decoder can count is given as 0 x 0; PNG keeps it in a fixed place.
    head = _head(path) if stream.width == 0 else b""
    if head.startswith(_PNG_START) and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    return stream.width, stream.height
