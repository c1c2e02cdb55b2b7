"""Opening of the catalog that a suite is about."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.catalogs import open_catalog
from engine.ports.catalog import Catalog


class OpenedCatalogs:
    """Opening of the catalogs of one kind; the suites have it from here."""

    @classmethod
    @abstractmethod
    def url(cls, folder: Path) -> str:
        """Return the URL of a new catalog; the same one for the same folder."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "home"

    @pytest.fixture
    def catalog(self, folder: Path) -> Iterator[Catalog]:
        with open_catalog(self.url(folder)) as opened:
            yield opened

    @pytest.fixture
    def other(self, catalog: Catalog) -> Iterator[Catalog]:
        """The same catalog, opened once more, by what the first one says."""
        with open_catalog(catalog.url) as opened:
            yield opened
