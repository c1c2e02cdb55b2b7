"""Catalogs by URL: the suite on each kind, and what is no URL."""

from pathlib import Path

import pytest

from engine.catalogs import open_catalog
from engine.errors import InvalidInput
from support.conformance.catalog import CatalogSuite


class TestSqlite(CatalogSuite):
    @classmethod
    def url(cls, folder: Path) -> str:
        return f"sqlite:{folder / 'catalog.db'}"


def test_a_path_alone_is_a_file_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with open_catalog(path) as first, open_catalog(f"sqlite:///{path}") as second:
        assert first.identity() == second.identity()
        assert first.url == second.url == str(path)


@pytest.mark.parametrize("url", ["mysql://x", "file:///x"])
def test_another_kind_of_catalog_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"write sqlite:/// and a path"):
        open_catalog(url)
