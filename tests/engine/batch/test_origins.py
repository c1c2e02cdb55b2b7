"""An index beside a catalog that it was not built of is refused, whatever that catalog is."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from api.background.live import Live
from api.settings import Settings
from engine.batch.origins import refuse_other_names
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.errors import CatalogUnusable, CorruptData
from engine.indexes.local.disk.generations import Generations
from engine.words.vocabulary import Vocabulary
from support.catalogs import save, video_id

RAW = IndexConfig(threshold=0.7, tf="raw")


def home_with(home: Path, videos: int) -> Path:
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(videos):
            save(catalog, video_id(number), {"cat": number % 5 + 1})
        reindex(catalog, Generations(home / "generations"), RAW)
    return home


def ask(home: Path) -> int:
    with Live.open(Settings(home=home)) as live:
        return live.snapshot.n_videos


@pytest.mark.parametrize("videos", [1, 5, 9])
def test_another_catalogs_file_is_refused(tmp_path: Path, videos: int) -> None:
    home = home_with(tmp_path / "home", 5)
    other = home_with(tmp_path / "other", videos)
    shutil.copy(other / "catalog.db", home / "catalog.db")
    with pytest.raises(CatalogUnusable, match="built of another catalog"):
        ask(home)
    with (
        Catalog.open(home / "catalog.db") as catalog,
        pytest.raises(CatalogUnusable, match="built of another catalog"),
    ):
        reindex(catalog, Generations(home / "generations"), RAW)
    shutil.rmtree(home / "generations")
    home_with(home, videos)
    assert ask(home) == videos


@pytest.mark.parametrize("empty", [True, False])
def test_a_catalog_that_is_lost_is_not_begun_anew(tmp_path: Path, *, empty: bool) -> None:
    home = home_with(tmp_path / "home", 5)
    for path in home.glob("catalog.db*"):
        path.unlink()
    if empty:
        (home / "catalog.db").touch()
    with pytest.raises(CatalogUnusable, match=r"is (empty|gone), but there is an index"):
        ask(home)
    assert (home / "catalog.db").exists() == empty
    (home / "generations" / "CURRENT").unlink()
    Catalog.open(home / "catalog.db").close()


def test_an_older_copy_of_the_catalog_is_told_and_may_be_reindexed(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home", 5)
    shutil.copy(home / "catalog.db", tmp_path / "copy.db")
    home_with(home, 9)
    shutil.copy(tmp_path / "copy.db", home / "catalog.db")
    with pytest.raises(CatalogUnusable, match=r"older than its index.*or reindex to go on"):
        ask(home)
    with Catalog.open(home / "catalog.db") as catalog:
        reindex(catalog, Generations(home / "generations"), RAW)
    assert ask(home) == 5


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "catalog.db") as db:
        db.execute("create table places (url text)")
    before = (tmp_path / "catalog.db").read_bytes()
    with pytest.raises(CatalogUnusable, match="database of another program"):
        Catalog.open(tmp_path / "catalog.db")
    assert (tmp_path / "catalog.db").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"x", b"no database\n" * 1000, b"SQLite format 3\x00", b"\0" * 4096]
)
def test_what_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    home = home_with(tmp_path / "home", 2)
    (home / "catalog.db").write_bytes(content)
    with pytest.raises((CatalogUnusable, CorruptData), match="catalog"):
        ask(home)


def test_a_page_that_is_damaged_stops_a_reindex(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home", 60)
    content = bytearray((home / "catalog.db").read_bytes())
    with sqlite3.connect(home / "catalog.db") as db:
        ((page,),) = db.execute(
            "select rootpage from sqlite_master where name = 'tracks'"
        ).fetchall()
        ((size,),) = db.execute("pragma page_size").fetchall()
    content[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    (home / "catalog.db").write_bytes(content)
    live = Generations(home / "generations").current_id
    with (
        Catalog.open(home / "catalog.db") as catalog,
        pytest.raises(CorruptData, match=r"is damaged.*restore"),
    ):
        reindex(catalog, Generations(home / "generations"), RAW)
    assert Generations(home / "generations").current_id == live


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (("cat", "dof", "fish"), "'dog' of its index 'dof'"),
        (("cat",), "'dog' of its index ''"),
        (("dog", "cat"), "'cat' of its index 'dog'"),
    ],
)
def test_a_catalog_that_calls_tags_otherwise_is_refused(now: tuple[str, ...], message: str) -> None:
    before = Vocabulary(("cat", "dog"))
    for same in (before, Vocabulary(("cat", "dog")), Vocabulary(("cat", "dog", "fish"))):
        refuse_other_names(before, same)
    with pytest.raises(CatalogUnusable, match=message):
        refuse_other_names(before, Vocabulary(now))
