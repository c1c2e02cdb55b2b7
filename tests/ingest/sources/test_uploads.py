"""Uploads are stored where they belong, whatever people call them."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.text import shown
from engine.errors import DiskFull
from ingest.sources.uploads import Uploads, safe_name
from support.catalogs import save, video_id


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("holiday.mp4", "holiday.mp4"),
        ("Mein Urlaub 2024.MP4", "Mein Urlaub 2024.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\clip.mov", "clip.mov"),
        ("/etc/cron.d/x.mp4", "x.mp4"),
        ("..", "video"),
        ("", "video"),
        (".mp4", "mp4"),
        ("...hidden.webm", "hidden.webm"),
        ("page.php", "page.php"),
        ("a\x00b\r\nc.mp4", "ab c.mp4"),
        ("\u202egnp.mp4", "gnp.mp4"),
        ("映画.mkv", "映画.mkv"),
        (
            "東京\u3000夜景 \U0001f468\u200d\U0001f469.mkv",
            "東京 夜景 \U0001f468\u200d\U0001f469.mkv",
        ),
        ("\u0645\u06cc\u200c\u062e.mp4", "\u0645\u06cc\u200c\u062e.mp4"),
    ],
)
def test_a_name_becomes_harmless_and_stays_readable(given_name: str, stored: str) -> None:
    assert safe_name(given_name) == stored


@given(st.text(max_size=400))
@example("a" * 400 + ".mp4")
@example("\ud800.mp4")
def test_any_name_is_one_part_of_a_path_that_a_disk_takes(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set("/\\\0")
    assert len(safe.encode()) <= 200
    assert shown(safe) == safe


def test_a_file_that_does_not_come_whole_is_not_kept(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")

    def break_off() -> None:
        with uploads.receive("a.mp4", 10) as (_, file):
            file.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()
    assert list(uploads.folder.iterdir()) == []
    with uploads.receive("a.mp4", 4) as (path, file):
        file.write(b"some")
    with uploads.receive("a.mp4", 4) as (other, file):
        file.write(b"more")
    assert path.read_bytes() == b"some"
    assert other.read_bytes() == b"more"
    assert path.name == other.name == "a.mp4"


def test_what_the_disk_cannot_hold_is_refused_before_it_comes(tmp_path: Path) -> None:
    with (
        pytest.raises(DiskFull, match=r"the disk is full.*MB more"),
        Uploads(tmp_path / "uploads").receive("a.mp4", 1 << 60),
    ):
        pass


def test_files_that_nothing_names_any_more_go_after_a_day(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    paths = {}
    uploads.folder.mkdir()
    # Listed, and gone when it is looked at, as one that another process deletes.
    (uploads.folder / "0123456789abcdef").symlink_to("nowhere")
    for name in ("watched", "queued", "forgotten", "fresh"):
        with uploads.receive(f"{name}.mp4", 0) as (paths[name], file):
            file.write(b"x")
        seconds = 80_000 if name == "fresh" else 90_000
        os.utime(paths[name].parent, (time.time() - seconds,) * 2)
    season = uploads.folder / "season"
    season.mkdir()
    os.utime(season, (0, 0))
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        for number in (1, 2):
            save(catalog, video_id(number), {"cat": 1})
        catalog.videos.add_source(str(paths["watched"]), video_id(1))
        catalog.videos.add_source(str(paths["forgotten"]), video_id(2))
        catalog.jobs.add([str(paths["queued"])], {}, now=0)
        catalog.videos.delete(video_id(2))
        uploads.sweep(catalog)
    left = {name for name, path in paths.items() if path.exists()}
    assert left == {"watched", "queued", "fresh"}
    assert season.exists(), "nobody sent it"
