"""A service over real footage, and what stores campaigns in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.campaign_answers import CATS
from support.product import Run, Served, reelmatch, serve


@pytest.fixture(scope="module")
def campaign_server(stocked_copy: Path) -> Iterator[Served]:
    yield from serve(stocked_copy)


@pytest.fixture
def run_on_copy(stocked_copy: Path) -> Run:
    return lambda *arguments: reelmatch(stocked_copy, *arguments)


@pytest.fixture
def put(campaign_server: Served) -> Iterator[Callable[..., Any]]:
    """Stores campaigns, forgotten when the test is over."""
    names = []

    def store(name: str, /, **changes: Any) -> Any:
        answer = campaign_server.client.put(f"/v1/campaigns/{name}", json={**CATS, **changes})
        assert answer.status_code in (200, 201), answer.text
        names.append(name)
        return answer.json()

    yield store
    for name in names:
        campaign_server.client.delete(f"/v1/campaigns/{name}")
