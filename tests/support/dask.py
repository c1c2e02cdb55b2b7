"""A cluster of Dask on this machine: a scheduler and workers, a process each."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from support.processes import soon

_SCHEDULER = "distributed.cli.dask_scheduler"
_WORKER = "distributed.cli.dask_worker"
_SETTINGS = {
    # Who answers nothing is given up sooner than after Dask's five minutes.
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "15s",
}


class DaskCluster:
    """A scheduler and workers of one thread each; they end with the block of a ``with``.

    Args:
        workers: how many are started at first.
        host: address of this machine that the scheduler listens on.

    Attributes:
        url: URL of it as an executor.
    """

    def __init__(self, *, workers: int, host: str = "127.0.0.1") -> None:
        self._folder = TemporaryDirectory(prefix="reelmatch-dask-")
        self._processes: list[subprocess.Popen[bytes]] = []
        reported = Path(self._folder.name, "scheduler.json")
        self.scheduler = self._started(
            _SCHEDULER, "--host", host, "--port", "0", "--scheduler-file", str(reported)
        )
        soon(lambda: reported.exists() and reported.stat().st_size)
        self._address = json.loads(reported.read_text())["address"]
        self.url = self._address.replace("tcp:", "dask:")
        for _ in range(workers):
            self.add_worker()

    def add_worker(self, prefix: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start one more; return the process that watches over it.

        Args:
            prefix: words before its command, as to run it on another host.
        """
        return self._started(
            *(_WORKER, self._address, "--nthreads", "1", "--local-directory", self._folder.name),
            prefix=prefix,
        )

    def worker_processes(self) -> list[int]:
        """Return the processes that run tasks; others take their places when they end."""
        from distributed import Client

        with Client(self._address, set_as_default=False) as client:
            return list(client.run(os.getpid).values())

    def tasks(self) -> int:
        """Return how many tasks the scheduler knows."""
        from distributed import Client

        with Client(self._address, set_as_default=False) as client:
            known: int = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
            return known

    def _started(
        self, module: str, *arguments: str, prefix: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", module, *arguments, "--no-dashboard"],
            env={**os.environ, **_SETTINGS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Workers first: one that has lost its scheduler waits for another.
        for process in reversed(self._processes):
            process.terminate()
            process.wait(60)
        self._folder.cleanup()
