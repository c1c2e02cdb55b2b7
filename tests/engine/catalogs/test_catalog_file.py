"""The file of a catalog: gone, full, damaged, of another version, and opened by many."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.content import SourceTrack
from engine.domain.lines import Line
from engine.domain.tracks import Track
from engine.errors import CatalogUnusable, CorruptData, DiskFull
from support.records import NOON, a_track, a_video


def _deleted(home: Path) -> None:
    shutil.rmtree(home)


def _moved(home: Path) -> None:
    home.rename(home.with_name("elsewhere"))


def _replaced(home: Path) -> None:
    home.rename(home.with_name("elsewhere"))
    Catalog.open(home / "catalog.db").close()


@pytest.mark.parametrize("vanish", [_deleted, _moved, _replaced])
def test_nothing_is_written_into_a_catalog_that_is_gone(
    catalog: Catalog, tmp_path: Path, vanish: Callable[[Path], None]
) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    vanish(tmp_path / "home")
    with pytest.raises(CatalogUnusable, match="is gone, or another file is in its place"):
        catalog.videos.save(a_video("00aa" * 4), a_track(), now=NOON)
    with pytest.raises(CatalogUnusable, match="is gone, or another file is in its place"):
        catalog.tags.number(["new"])


def test_a_catalog_that_is_gone_is_made_anew_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "home" / "catalog.db"
    with pytest.raises(CatalogUnusable, match="is gone"):
        Catalog.open(path, create=False)
    assert not path.parent.exists()


def test_threads_that_ended_hold_no_connection(catalog: Catalog) -> None:
    for _ in range(20):
        thread = threading.Thread(target=catalog.revision)
        thread.start()
        thread.join()
    handles = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            handles.append(handle.readlink())
    # Beside the one in use, SQLite keeps spare handles as long as that one holds its locks.
    assert handles.count(catalog.path) <= 3


def test_a_disk_that_is_full_is_told_and_loses_nothing(catalog: Catalog) -> None:
    catalog.videos.save(a_video(), a_track(), now=NOON)
    with catalog.transaction() as db:
        (pages,) = db.execute("pragma page_count").fetchone()
    db.execute(f"pragma max_page_count = {pages}")

    def save_many() -> None:
        for number in range(500):
            catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}"), a_track(), now=NOON)

    with pytest.raises(DiskFull, match="the disk is full"):
        save_many()
    n_before = catalog.videos.count()
    db.execute("pragma max_page_count = 100000")
    catalog.videos.save(a_video("00aa" * 4, "/f/aa"), a_track(), now=NOON)
    assert catalog.videos.count() == n_before + 1


def test_readers_and_a_writer_do_not_disturb_each_other(catalog: Catalog) -> None:
    def write(number: int) -> None:
        catalog.videos.save(a_video(f"{number:016x}", f"/f/{number}.mp4"), a_track(), now=NOON)

    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write, number) for number in range(40)]
        lists = [pool.submit(lambda: [v.id for v in catalog.videos.page()]) for _ in range(80)]
        for written in writing:
            written.result()
        for read in lists:
            assert read.result() == sorted(read.result())
    assert catalog.videos.count() == 40


def test_many_processes_open_a_new_catalog_at_once(tmp_path: Path) -> None:
    open_and_number = (
        "import sys; from pathlib import Path; from engine.catalogs.sqlite.catalog import Catalog\n"
        "with Catalog.open(Path(sys.argv[1])) as catalog: catalog.tags.number(['a', sys.argv[2]])"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", open_and_number, tmp_path / "catalog.db", str(number)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    complaints = [process.communicate()[1] for process in running]
    assert complaints == [""] * 6
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        assert sorted(catalog.tags.vocabulary().names) == ["0", "1", "2", "3", "4", "5", "a"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"this is not a database, it is a text of some length" * 20)
    with pytest.raises(CatalogUnusable, match="cannot open the catalog"):
        Catalog.open(path)


def test_a_catalog_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Catalog.open(path).close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('reelmatch', 'from_the_future', '2030-01-01')"
        )
        # Each version marks what has all of its steps.
        connection.execute("pragma user_version = 1")
    connection.close()
    with pytest.raises(CatalogUnusable, match="newer reelmatch"):
        Catalog.open(path)


def test_texts_that_were_stored_before_are_put_into_one_form(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with Catalog.open(path) as catalog:
        catalog.videos.save(a_video(), a_track(), now=NOON)
        catalog.tags.number(["caf\u00e9", "cafe\u0301", "re\u0302ve"])
        with catalog.transaction() as db:
            db.execute("update videos set title = 'cafe\u0301\u3000', uploader = 'a\u0301'")
            db.execute("delete from _sqlite_migrations where name = 'compose_texts'")
            db.execute("pragma user_version = 0")
    with Catalog.open(path) as catalog:
        (record,) = catalog.videos.page()
        assert (record.title, record.uploader) == ("caf\u00e9", "\u00e1")
        assert catalog.tags.vocabulary().names[-3:] == ("caf\u00e9", "cafe\u0301", "r\u00eave")


def test_a_text_of_others_that_is_none_is_no_damage(catalog: Catalog) -> None:
    with pytest.raises(UnicodeDecodeError), catalog.transaction():
        b"\xff".decode()


def test_a_schema_that_is_no_text_any_more_is_told(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Catalog.open(path).close()
    # SQLite's own words about it repeat what it found.
    path.write_bytes(path.read_bytes().replace(b"REFERENCES", b"R\xe5FERENCES", 1))
    with pytest.raises(CatalogUnusable, match="utf-8"):
        Catalog.open(path)


def test_damaged_lines_are_found(catalog: Catalog) -> None:
    catalog.videos.save(a_video(f"{3:016x}", "/f/3"), a_track(), now=NOON)
    metadata = SourceTrack("metadata", "words@1", Track.empty(), (Line("Kate plays"),))
    catalog.tracks.put(f"{3:016x}", metadata)
    catalog.check(tracks=True)
    with closing(sqlite3.connect(catalog.path)) as db:
        db.execute("update lines set lines = x'00'")
        db.commit()
    with pytest.raises(CorruptData, match="the text of video 0000000000000003 is damaged"):
        catalog.check(tracks=True)
