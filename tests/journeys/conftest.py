"""The whole product: its own command, its own server, its own files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.footage import gather_footage
from api.settings import Settings
from support.footage import carphone as carphone_clip
from support.product import Run, Served, reelmatch, serve

UNRECORDED = {"REELMATCH_LIST_DAYS": "0"}
"""Lists without an id: the same question has the same answer, and what all share stays as it is."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command over an empty catalog of its own."""
    return lambda *arguments: reelmatch(tmp_path / "home", *arguments)


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of real footage, analyzed and indexed once for all journeys that only read."""
    folder = tmp_path_factory.mktemp("stocked")
    videos = gather_footage(folder / "footage")
    assert reelmatch(folder / "home", "ingest", *videos).code == 0
    assert reelmatch(folder / "home", "reindex").code == 0
    return folder / "home"


@pytest.fixture(scope="session")
def ask(stocked_home: Path) -> Run:
    """The command over the catalog of real footage; for questions only."""
    return lambda *arguments: reelmatch(stocked_home, *arguments, settings=UNRECORDED)


@pytest.fixture(scope="session")
def carphone() -> Path:
    """A real clip: a man in a car."""
    return carphone_clip()


@pytest.fixture(scope="session")
def served(stocked_home: Path) -> Iterator[Served]:
    """The real server over the catalog of real footage."""
    yield from serve(stocked_home, Settings(home=stocked_home, list_days=0))


@pytest.fixture(scope="module")
def stocked_copy(stocked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of real footage, to be written on."""
    return shutil.copytree(stocked_home, tmp_path_factory.mktemp("copy") / "home")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """A server over an empty catalog of its own."""
    yield from serve(tmp_path / "home")
