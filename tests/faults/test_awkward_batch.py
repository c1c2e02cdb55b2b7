"""A folder of bad files, through the queue and its limits: each has its status, no more happens.

What each kind of file is called is tested in ``tests/ingest/decoding/test_awkward_files.py``;
here, that a batch of them leaves no traceback, no stalled or crashed child, and asks nobody for
anything.
"""

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from ingest.pipeline import IngestResult
from ingest.runner.worker import Worker
from ingest.runner.worker_process import Limits
from support.footage import (
    carphone,
    cut_to,
    flip_bits,
    numbered,
    photograph,
    remux,
    write_sound,
    write_video,
    zero_from,
)
from support.webserver import Site, serving

pytestmark = pytest.mark.slow

SIX_SECONDS = [numbered(number) for number in range(150)]


def _bytes(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _whole(path: Path) -> Path:
    return remux(carphone(), path, {"movflags": "faststart"})


def _bits(path: Path) -> None:
    size = _whole(path).stat().st_size
    flip_bits(path, 40, size // 4, size, np.random.default_rng(3))


def _vast(path: Path) -> None:
    frames = [np.zeros((4320, 7680, 3), np.uint8)] * 3
    write_video(path, frames, codec="mjpeg", pixels="yuvj420p")


def _picture_bomb(path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(90_001))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _cover(path: Path) -> None:
    write_sound(path, "libmp3lame", 1, cover=photograph("china.jpg"))


FILES: Final[dict[str, tuple[Callable[[Path], object], str, str]]] = {
    "no times.h264": (lambda path: write_video(path, SIX_SECONDS), "ok", "gives no times"),
    "uneven.mkv": (
        lambda path: write_video(
            path, SIX_SECONDS, times=list(np.cumsum([0.01, 0.01, 0.1] * 50).tolist())
        ),
        "ok",
        "",
    ),
    "bits.mp4": (_bits, "ok", "damaged frames"),
    "broken off.mp4": (lambda path: cut_to(_whole(path), 0.6), "partial", "is cut off"),
    "zeros.mp4": (lambda path: zero_from(_whole(path), 0.6), "partial", "the end is damaged"),
    "photo.mp4": (_bytes(photograph("china.jpg").read_bytes()), "image", "a single picture"),
    "cover.mp3": (_cover, "no_video", "sound but no video"),
    "empty.mp4": (_bytes(b""), "empty", "0 bytes"),
    "noise.mp4": (_bytes(np.random.default_rng(0).bytes(9999)), "corrupt", "damaged, cut off"),
    "page.mp4": (_bytes(b"<!doctype html><title>404</title>"), "corrupt", "a web page was saved"),
    "vast.mkv": (_vast, "too_big", "7680 x 4320"),
    "bomb.png": (_picture_bomb, "too_big", "30000 x 30000"),
    "list.mp4": (
        _bytes(b"#EXTM3U\n#EXTINF:6,\n{site}/x.ts\n#EXT-X-ENDLIST\n"),
        "unsafe",
        "this is a playlist",
    ),
    "dash.mp4": (
        _bytes(b'<?xml version="1.0"?>\n<MPD><BaseURL>{site}/x.mp4</BaseURL></MPD>'),
        "unsafe",
        "this is a playlist",
    ),
}
"""Name -> how it is made, and the status and words that it gets."""


@pytest.fixture(scope="module")
def untouched_site() -> Iterator[Site]:
    """A site that nobody is to ask for anything."""
    with serving() as site:
        yield site


@pytest.fixture(scope="module")
def results(
    untouched_site: Site, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, IngestResult]:
    folder = tmp_path_factory.mktemp("awkward")
    for name, (make, _, _) in FILES.items():
        make(folder / name)
        if (content := (folder / name).read_bytes()).find(b"{site}") >= 0:
            (folder / name).write_bytes(
                content.replace(b"{site}", untouched_site.address("").encode())
            )
    ended: dict[str, IngestResult] = {}
    with Catalog.open(folder / "home" / "catalog.db") as catalog:
        catalog.jobs.add([str(folder / name) for name in FILES], {}, now=time.time())
        Worker(
            catalog,
            catalog.path.parent,
            processes=2,
            limits=Limits(memory_bytes=1 << 30, cpu_seconds=60, stall_seconds=60),
            on_end=lambda job, result: ended.update({Path(job.source).name: result}),
        ).run()
        assert catalog.jobs.open_count() == 0
        stored = {record.title: record.status for record in catalog.videos.page()}
        assert stored == {Path(name).stem: result.status for name, result in ended.items()}
    return ended


@pytest.mark.parametrize("name", FILES)
def test_an_awkward_file_has_its_status_and_a_reason_in_words(
    results: dict[str, IngestResult], name: str
) -> None:
    _, status, words = FILES[name]
    assert results[name].status == status, results[name].reason
    assert words in results[name].reason
    assert "Error" not in results[name].reason
    assert "Traceback" not in results[name].reason


@pytest.mark.parametrize("name", [name for name, (_, s, _) in FILES.items() if s == "partial"])
def test_of_a_file_that_broke_off_what_came_is_kept(
    results: dict[str, IngestResult], name: str
) -> None:
    assert 1 <= results[name].seconds < 4


def test_nobody_was_asked_for_anything(
    results: dict[str, IngestResult], untouched_site: Site
) -> None:
    assert len(results) == len(FILES)
    assert untouched_site.connections == []
