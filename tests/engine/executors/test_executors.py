"""Executors by URL: the suite on each, what is no URL, and workers that outlive nobody."""

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from engine.errors import InvalidInput, NoWorkers
from engine.executors import check_executor, open_executor
from engine.executors.local import ProcessExecutor
from engine.executors.serial import SerialExecutor
from engine.ports.executor import TaskExecutor, run_tasks
from engine.system.cpus import usable_cpus
from support.conformance.executor import (
    ExecutorSuite,
    ProcessExecutorSuite,
    tell_and_sleep,
    where_it_runs,
)
from support.processes import soon, works


class TestSerial(ExecutorSuite):
    @classmethod
    def opened(cls) -> TaskExecutor:
        return open_executor("serial:")


class TestTwoProcesses(ProcessExecutorSuite):
    @classmethod
    def opened(cls) -> TaskExecutor:
        return open_executor("local:2")


@pytest.mark.parametrize("url", ["serial:", "local:1"])
def test_one_process_is_this_one(url: str) -> None:
    with open_executor(url) as executor:
        assert executor.submit(where_it_runs).result() == os.getpid()


def test_unless_told_as_many_processes_as_cores() -> None:
    with open_executor("local:") as executor:
        one = usable_cpus() == 1
        assert isinstance(executor, SerialExecutor if one else ProcessExecutor)
        assert executor.max_in_flight == (1 if one else 2 * usable_cpus())


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "local",
            "2",
            "local:0",
            "local:-1",
            "local:1025",
            "local:two",
            "local:²",
            "local:2 ",
        ),
        *("local:1.5", "local:99999999999999999999", "serial:2", "LOCAL:2", "dask:", "dask://host"),
        *(
            "http://example.com",
            "local://2",
            ":",
            "local:2:3",
            "dask://host:0",
            "dask://host:99999",
        ),
        *("dask://a b:8786", "dask://host:8786/x", "dask://user@host:8786", "dask:host:8786"),
    ],
)
def test_what_is_no_executor_is_refused_and_repeated(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_executor(url)
    assert repr(url) in str(refused.value)
    assert any(kind in str(refused.value) for kind in ("local:N", "serial:", "dask://host:port"))


def test_a_machine_that_starts_no_process_says_how_to_do_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(**_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing, "Pipe", none_left)
    with (
        open_executor("local:2") as executor,
        pytest.raises(NoWorkers, match=r"temporarily unavailable.*REELMATCH_EXECUTOR=serial:"),
    ):
        list(run_tasks(executor, abs, [1]))


IN_NO_FOLDER = """
import os, sys
os.chdir(sys.argv[1])
os.rmdir(sys.argv[1])
from engine.executors import open_executor
from engine.ports.executor import run_tasks
with open_executor("local:2") as executor:
    print(*run_tasks(executor, abs, [-1, 2]))
"""


def test_processes_start_where_the_current_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-c", IN_NO_FOLDER, folder],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1 2\n", "")


def test_an_error_after_tasks_were_cancelled_is_all_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = [tmp_path / str(number) for number in range(12)]
    with suppress(KeyError), open_executor("local:2") as executor:
        futures = [executor.submit(tell_and_sleep, file) for file in files]
        soon(files[1].exists, 30)
        for future in futures:
            future.cancel()
        raise KeyError
    assert [record.getMessage() for record in caplog.records] == []


PARENT = """
import sys, time
from pathlib import Path
from engine.executors import open_executor
from support.conformance.executor import tell_and_sleep

with open_executor("local:2") as executor:
    tasks = [executor.submit(tell_and_sleep, Path(path)) for path in sys.argv[1:]]
    print("begun", flush=True)
    tasks[0].result()
"""


@pytest.mark.parametrize(
    "signal_sent",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_workers_end_with_their_parent(signal_sent: signal.Signals, tmp_path: Path) -> None:
    pid_files = [tmp_path / "one", tmp_path / "two"]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *pid_files],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    soon(lambda: all(path.exists() for path in pid_files))
    parent.send_signal(signal_sent)
    parent.communicate(timeout=60)
    soon(lambda: not any(works(int(path.read_text())) for path in pid_files), 10)
