"""As many videos are under way as a cluster takes, and as this machine has room for."""

import pytest

from api.cli.videos import ingest
from engine.executors.serial import SerialExecutor


@pytest.mark.parametrize(("takes", "under_way"), [(6, 6), (2_000, 64)])
def test_a_large_cluster_is_asked_by_no_more_processes_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, takes: int, under_way: int
) -> None:
    executor = SerialExecutor()
    monkeypatch.setattr(executor, "max_in_flight", takes)
    monkeypatch.setattr(ingest, "open_executor", lambda _: executor)
    assert ingest._max_processes("dask://scheduler:8786") == under_way
