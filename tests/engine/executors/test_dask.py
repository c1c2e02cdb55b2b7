"""The executor of a Dask cluster: the suite on two workers, and clusters that cannot be asked."""

import importlib.metadata
import signal
import socket
from collections.abc import Iterator
from typing import ClassVar

import pytest

from engine.errors import ClusterUnusable, MissingPart
from engine.executors import check_executor, open_executor
from engine.ports.executor import TaskExecutor, run_tasks
from support.conformance.executor import WorkersSuite, square
from support.dask import DaskCluster

pytest.importorskip("distributed", reason="needs: pip install -e '.[dask]'")


@pytest.mark.slow
class TestDask(WorkersSuite):
    cluster: ClassVar[DaskCluster]

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def two_workers(cls) -> Iterator[None]:
        with DaskCluster(workers=2) as cls.cluster:
            yield

    @classmethod
    def opened(cls) -> TaskExecutor:
        return open_executor(cls.cluster.url)

    def test_another_version_of_reelmatch_is_refused(
        self, executor: TaskExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = importlib.metadata.version("reelmatch")
        monkeypatch.setattr("engine.executors.dask.version", lambda _: "0.0.1")
        with pytest.raises(ClusterUnusable, match=rf"has reelmatch {here}, and 0\.0\.1 is asking"):
            list(run_tasks(executor, square, [2]))


@pytest.mark.slow
def test_a_scheduler_that_ends_is_told_of() -> None:
    with DaskCluster(workers=1) as cluster, open_executor(cluster.url) as executor:
        assert executor.submit(square, 2).result() == 4
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        with pytest.raises(ClusterUnusable, match=r"no Dask scheduler answers at 127\.0\.0\.1:"):
            list(run_tasks(executor, square, [2]))


@pytest.mark.slow
def test_an_address_without_a_scheduler_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"dask://127.0.0.1:{nobody.getsockname()[1]}"
    with (
        open_executor(url) as executor,
        pytest.raises(ClusterUnusable, match=r"'dask scheduler', or set REELMATCH_EXECUTOR"),
    ):
        list(run_tasks(executor, square, [2]))


@pytest.mark.slow
def test_one_that_takes_connections_and_says_nothing_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"dask://127.0.0.1:{silent.getsockname()[1]}"
        with (
            open_executor(url) as executor,
            pytest.raises(ClusterUnusable, match=r"no Dask scheduler answers at .* \(in 10 s\)"),
        ):
            executor.submit(square, 2)


@pytest.mark.slow
def test_a_scheduler_that_is_stopped_holds_nobody_up() -> None:
    with DaskCluster(workers=1) as cluster, open_executor(cluster.url) as executor:
        assert executor.submit(square, 2).result() == 4
        cluster.scheduler.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(ClusterUnusable, match="no Dask scheduler answers"):
                _ = executor.max_in_flight
        finally:
            cluster.scheduler.send_signal(signal.SIGCONT)


def test_without_dask_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.executors.find_spec", lambda _: None)
    with pytest.raises(
        MissingPart, match=r"dask://host:8786 needs: pip install 'reelmatch\[dask\]'"
    ):
        check_executor("dask://host:8786")
