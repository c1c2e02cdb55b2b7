"""The suite of every executor: it runs tasks, gives back their results, leaves nothing behind."""

import os
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, wait
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import DiskFull, InvalidInput, UnknownTag, WorkerDied
from engine.ports.executor import TaskExecutor, run_tasks
from support.processes import soon, works


def square(number: int) -> int:
    return number * number


def given_back(value: object) -> object:
    return value


def where_it_runs(_: object = None) -> int:
    return os.getpid()


def fail(kind: str) -> None:
    """Raise one of the errors that tasks raise: ours, which take no message, and others'."""
    if kind == "tag":
        raise UnknownTag({"dgo": ["dog", "god"]}, more=3)
    if kind == "disk":
        raise DiskFull("/films", 5_000_000)
    if kind == "system":
        raise FileNotFoundError(2, "No such file or directory", "/films/a.mp4")
    raise ZeroDivisionError("by nothing")


def mark(file: Path) -> Path:
    """Leave a trace of having run."""
    file.touch()
    return file


def mark_after_a_while(file: Path) -> Path:
    time.sleep(0.05)
    return mark(file)


def fail_at_first(file: Path) -> None:
    mark(file)
    if file.name == "000":
        raise InvalidInput("the first of them")
    time.sleep(0.05)


def end_like_killed(_: object = None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end_like_killed_at_first(file: Path) -> Path:
    """End the worker that runs it, unless one did before."""
    if not file.exists():
        mark(file)
        os.kill(os.getpid(), signal.SIGKILL)
    return file


def tell_and_sleep(file: Path) -> None:
    file.with_suffix(".part").write_text(str(os.getpid()))
    file.with_suffix(".part").replace(file)
    time.sleep(600)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


class ExecutorSuite:
    """Inherit it, and say how the executor is opened."""

    @classmethod
    @abstractmethod
    def opened(cls) -> TaskExecutor:
        """Open a new one."""

    @pytest.fixture(scope="class")
    @classmethod
    def executor(cls) -> Iterator[TaskExecutor]:
        """One that many tests use: none of them breaks it."""
        with cls.opened() as executor:
            yield executor

    def test_results_come_in_the_order_of_the_arguments(self, executor: TaskExecutor) -> None:
        numbers = list(range(50, 0, -1))
        assert list(run_tasks(executor, square, numbers)) == [n * n for n in numbers]
        assert list(executor.map(square, numbers)) == [n * n for n in numbers]
        assert list(run_tasks(executor, square, [])) == []

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(value=values)
    def test_what_goes_in_comes_out(self, executor: TaskExecutor, value: object) -> None:
        assert executor.submit(given_back, value).result() == value

    def test_paths_and_arrays_go_in_and_come_out(self, executor: TaskExecutor) -> None:
        path = Path("/films/ä b.mp4")
        assert executor.submit(given_back, path).result() == path
        counts = np.arange(9, dtype=np.uint32)
        back = executor.submit(given_back, counts).result()
        assert isinstance(back, np.ndarray)
        assert back.dtype == counts.dtype
        assert back.tolist() == counts.tolist()

    def test_arguments_may_be_named(self, executor: TaskExecutor) -> None:
        assert executor.submit(square, number=7).result() == 49

    def test_an_error_comes_back_as_it_was_raised(self, executor: TaskExecutor) -> None:
        with pytest.raises(UnknownTag) as tag:
            executor.submit(fail, "tag").result()
        assert str(tag.value) == str(UnknownTag({"dgo": ["dog", "god"]}, more=3))
        assert tag.value.nearest == {"dgo": ["dog", "god"]}
        with pytest.raises(DiskFull) as disk:
            executor.submit(fail, "disk").result()
        assert str(disk.value) == str(DiskFull("/films", 5_000_000))
        assert disk.value.folder == "/films"
        with pytest.raises(FileNotFoundError) as system:
            executor.submit(fail, "system").result()
        assert system.value.errno == 2
        assert system.value.filename == "/films/a.mp4"
        with pytest.raises(ZeroDivisionError, match="by nothing"):
            executor.submit(fail, "").result()

    def test_an_error_breaks_nothing(self, executor: TaskExecutor) -> None:
        failed, other = executor.submit(fail, "tag"), executor.submit(square, 3)
        assert isinstance(failed.exception(), UnknownTag)
        assert other.result() == 9

    def test_what_waits_can_be_cancelled_and_is_not_run(
        self, executor: TaskExecutor, tmp_path: Path
    ) -> None:
        files = [tmp_path / f"{number:03}" for number in range(15)]
        futures = [executor.submit(mark_after_a_while, file) for file in files]
        cancelled = [future.cancel() for future in futures]
        wait(futures)
        for file, future, was_cancelled in zip(files, futures, cancelled, strict=True):
            assert future.cancelled() == was_cancelled
            assert file.exists() != was_cancelled
            assert was_cancelled or future.result() == file

    def test_no_more_is_handed_over_than_keeps_it_busy(
        self, executor: TaskExecutor, tmp_path: Path
    ) -> None:
        query: list[int] = []

        def arguments() -> Iterator[Path]:
            for number in range(40):
                query.append(number)
                yield tmp_path / f"{number:03}"

        results = run_tasks(executor, mark, arguments())
        for number in range(5):
            assert next(results) == tmp_path / f"{number:03}"
            assert len(query) <= number + 1 + executor.max_in_flight
        results.close()  # type: ignore[attr-defined] # it is a generator
        assert executor.submit(square, 2).result() == 4
        assert len(list(tmp_path.iterdir())) <= 6 + executor.max_in_flight

    def test_after_an_error_no_more_begin(self, executor: TaskExecutor, tmp_path: Path) -> None:
        files = [tmp_path / f"{number:03}" for number in range(40)]
        with pytest.raises(InvalidInput, match="the first of them"):
            list(run_tasks(executor, fail_at_first, files))
        assert executor.submit(square, 2).result() == 4
        assert len(list(tmp_path.iterdir())) <= executor.max_in_flight

    def test_nothing_is_taken_after_the_end(self) -> None:
        executor = self.opened()
        with executor:
            future = executor.submit(square, 5)
        assert future.result() == 25
        with pytest.raises(RuntimeError):
            executor.submit(square, 5)

    def test_the_end_waits_for_what_was_taken(self, tmp_path: Path) -> None:
        files = [tmp_path / f"{number:03}" for number in range(6)]
        with self.opened() as executor:
            futures = [executor.submit(mark_after_a_while, file) for file in files]
        assert all(future.done() for future in futures)
        assert sorted(tmp_path.iterdir()) == files

    def test_the_end_can_cancel_what_waits(self, tmp_path: Path) -> None:
        files = [tmp_path / f"{number:03}" for number in range(15)]
        executor = self.opened()
        futures = [executor.submit(mark_after_a_while, file) for file in files]
        executor.shutdown(cancel_futures=True)
        assert all(future.done() for future in futures)
        run = [file for file, one in zip(files, futures, strict=True) if not one.cancelled()]
        assert sorted(tmp_path.iterdir()) == run

    def test_one_that_was_not_asked_anything_ends_as_well(self) -> None:
        with self.opened():
            pass
        executor = self.opened()
        executor.shutdown()
        executor.shutdown()


class WorkersSuite(ExecutorSuite):
    """The suite besides, when tasks run in other processes, here or elsewhere."""

    def test_what_a_killed_worker_left_is_run_by_another(self, tmp_path: Path) -> None:
        files = [tmp_path / f"{number:03}" for number in range(3)]
        for file in files[1:]:
            mark(file)
        with self.opened() as executor:
            assert list(run_tasks(executor, end_like_killed_at_first, files)) == files

    def test_a_task_that_ends_every_worker_is_given_up(self) -> None:
        with self.opened() as executor:
            with pytest.raises(WorkerDied):
                list(run_tasks(executor, end_like_killed, range(2)))
            assert executor.submit(square, 2).result() == 4


class ProcessExecutorSuite(WorkersSuite):
    """The suite besides, when tasks run in other processes of this machine."""

    def test_tasks_run_elsewhere(self, executor: TaskExecutor) -> None:
        assert os.getpid() not in set(run_tasks(executor, where_it_runs, range(20)))

    def test_what_waits_when_one_fails_does_not_begin(self, tmp_path: Path) -> None:
        files = [tmp_path / f"{number:03}" for number in range(30)]
        with self.opened() as executor:
            executor.max_in_flight = len(files)
            with pytest.raises(InvalidInput, match="the first of them"):
                list(run_tasks(executor, fail_at_first, files))
            assert executor.submit(square, 2).result() == 4
        assert len(list(tmp_path.iterdir())) < len(files) / 2

    def test_a_worker_that_dies_is_told_of_by_name_and_replaced(self) -> None:
        with self.opened() as executor:
            with pytest.raises(WorkerDied, match="SIGKILL"):
                list(run_tasks(executor, end_like_killed, range(3)))
            with pytest.raises(BrokenExecutor):
                executor.submit(end_like_killed).result()
            assert executor.submit(square, 2).result() == 4

    def test_an_error_in_its_block_ends_what_runs(self, tmp_path: Path) -> None:
        output = tmp_path / "worker"

        def interrupted() -> None:
            with self.opened() as executor:
                executor.submit(tell_and_sleep, output)
                soon(output.exists)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert not works(int(output.read_text()))

    def test_the_end_need_not_be_waited_for(self, tmp_path: Path) -> None:
        before = set(threading.enumerate())
        files = [tmp_path / f"{number:03}" for number in range(6)]
        executor = self.opened()
        futures = [executor.submit(mark_after_a_while, file) for file in files]
        executor.shutdown(wait=False)
        with pytest.raises(RuntimeError):
            executor.submit(square, 2)
        del executor
        assert [future.result(timeout=60) for future in futures] == files
        soon(lambda: set(threading.enumerate()) <= before)
