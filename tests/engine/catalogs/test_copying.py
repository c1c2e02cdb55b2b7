"""A copy holds what its source did, to the last row, or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogs.copying import copy_between
from engine.catalogs.sql.copying import copy_catalog, digest_of
from engine.catalogs.sql.tables import TABLES
from engine.catalogs.sqlite.catalog import Catalog
from engine.errors import CatalogUnusable, InvalidInput
from support.filled_catalogs import fill
from support.product import reelmatch


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    fill(catalog)
    return catalog


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "other" / "copy.db") as opened:
        yield opened


def test_tables_are_all_of_the_file(catalog: Catalog) -> None:
    """Or a copy would lose what a later step adds."""
    tables = {
        name: {column for _, column, *_ in catalog.rows(f"pragma table_info({name})")}
        for (name,) in catalog.rows("select name from sqlite_master where type = 'table'")
        if not name.startswith(("sqlite_", "line_texts", "_sqlite_migrations"))
    }
    ours = {table.name: set(table.columns) for table in TABLES if table.name != "line_texts"}
    assert ours == tables


def test_a_copy_holds_all_of_it(filled: Catalog, empty: Catalog) -> None:
    for table in TABLES:
        rows = filled.rows(f"select 1 from {table.name}")  # noqa: S608
        assert rows, f"nothing to lose in {table.name}"
    digest = copy_catalog(filled, empty)
    assert digest == digest_of(filled) == digest_of(empty)
    assert empty.identity() == filled.identity()
    assert empty.videos.page() == filled.videos.page()
    empty.check(indexes=True, tracks=True)


def test_what_is_queued_and_told_later_gets_numbers_of_its_own(
    filled: Catalog, empty: Catalog
) -> None:
    copy_catalog(filled, empty)
    ids = {job.id for job in filled.jobs.all()}
    assert not ids & set(empty.jobs.add(["/films/new.mp4"], {}, now=9))


def test_what_is_gone_from_any_table_is_told_by_the_digest(filled: Catalog) -> None:
    digests = [digest_of(filled)]
    with closing(sqlite3.connect(filled.path)) as file:
        for table in TABLES:
            file.execute(f"delete from {table.name}")  # noqa: S608
            file.commit()
            digests.append(digest_of(filled))
    assert len(set(digests)) == 1 + len(TABLES)


def test_a_copy_that_is_cut_short_leaves_nothing(
    filled: Catalog, empty: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(empty)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Catalog.dialect, "set_last_id", fail)
    with pytest.raises(KeyboardInterrupt):
        copy_catalog(filled, empty)
    assert digest_of(empty) == before
    monkeypatch.undo()
    assert copy_catalog(filled, empty) == digest_of(filled)


def test_one_that_holds_something_is_not_written_over(filled: Catalog, empty: Catalog) -> None:
    empty.jobs.add(["/films/a.mp4"], {}, now=0)
    with pytest.raises(InvalidInput, match="holds jobs already"):
        copy_catalog(filled, empty)


def test_a_catalog_is_not_copied_into_itself_nor_from_nowhere(
    filled: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="is both"):
        copy_between(filled.url, f"sqlite://{filled.url}")
    with pytest.raises(CatalogUnusable, match="is gone"):
        copy_between(str(tmp_path / "nowhere.db"), str(tmp_path / "copy.db"))


def test_the_command_prints_both_digests(filled: Catalog, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    printed = reelmatch(tmp_path, "copy", filled.url, target, "--json").json
    digest = digest_of(filled)
    assert printed["digests"] == {filled.url: digest, str(target): digest}
    assert printed["videos"] == filled.videos.count()
