"""A service over real footage, and what stores campaigns in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.product import Run, Served, reelmatch, serve
from support.shops import CATS


@pytest.fixture(scope="module")
def home(stocked_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalog of real footage, to be written on."""
    return shutil.copytree(stocked_home, tmp_path_factory.mktemp("campaigns") / "home")


@pytest.fixture(scope="module")
def shop(home: Path) -> Iterator[Served]:
    yield from serve(home)


@pytest.fixture
def run(home: Path) -> Run:
    return lambda *arguments: reelmatch(home, *arguments)


@pytest.fixture
def put(shop: Served) -> Iterator[Callable[..., Any]]:
    """Stores campaigns, forgotten when the test is over."""
    names = []

    def store(name: str, /, **changes: Any) -> Any:
        answer = shop.client.put(f"/v1/campaigns/{name}", json={**CATS, **changes})
        assert answer.status_code in (200, 201), answer.text
        names.append(name)
        return answer.json()

    yield store
    for name in names:
        shop.client.delete(f"/v1/campaigns/{name}")
