"""Progress on stderr: how far, how fast, and how long it still takes."""

import shutil
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TextIO

_REDRAW_SECONDS: Final = 0.1
_BAR_WIDTH: Final = 24
_LONGEST_TITLE: Final = 40
# A line that is too long is cut by the terminal: wrapped, it could not be written over.
_NO_WRAP, _WRAP, _ERASE_BELOW = "\x1b[?7l", "\x1b[?7h", "\x1b[J"


@dataclass(slots=True)
class _Task:
    title: str
    total: float | None
    started: float
    done: float = 0.0

    def speed(self, now: float) -> float:
        """Return what is done in a second."""
        return self.done / max(now - self.started, 1e-3)


class LiveBars:
    """A line for each task at the bottom of a terminal, written over again and again.

    Args:
        file: the terminal; nothing is written when it is None.
        describe: says of a task what it has done, in its own unit.
    """

    def __init__(self, file: TextIO | None, describe: Callable[[float, float | None, float], str]):
        self._file = file
        self._describe = describe
        self._tasks: dict[Hashable, _Task] = {}
        self._n_drawn = 0
        self._drawn_at = 0.0

    def show(self, key: Hashable, title: str, done: float, total: float | None) -> None:
        """Say how far a task is; it begins when it is first shown."""
        now = time.monotonic()
        task = self._tasks.setdefault(key, _Task(_printable(title), total, started=now))
        task.done = done
        if now - self._drawn_at >= _REDRAW_SECONDS or done == total:
            self._draw(now)

    def remove(self, key: Hashable) -> None:
        """Take the line of a task away; it may have had none."""
        if self._tasks.pop(key, None) is not None:
            self._draw(time.monotonic())

    def _draw(self, now: float) -> None:
        self._drawn_at = now
        if self._file is None:
            return
        up = f"\x1b[{self._n_drawn}F" if self._n_drawn else ""
        # More lines than there are could not be reached again.
        tasks = list(self._tasks.values())[: shutil.get_terminal_size().lines - 1]
        lines = "".join(f"{self._line(task, now)}\n" for task in tasks)
        self._file.write(f"{up}{_ERASE_BELOW}{_NO_WRAP}{lines}{_WRAP}")
        self._file.flush()
        self._n_drawn = len(tasks)

    def _line(self, task: _Task, now: float) -> str:
        speed = task.speed(now)
        parts = [task.title, self._describe(task.done, task.total, speed)]
        if task.total:
            share = min(1.0, task.done / task.total)
            parts.insert(1, f"[{'#' * round(share * _BAR_WIDTH):<{_BAR_WIDTH}}]")
            if speed:
                parts.append(_clock((task.total - task.done) / speed))
        return "  ".join(parts)


@contextmanager
def watching_bars(*, shown: bool) -> Iterator[LiveBars]:
    """Open bars whose tasks are videos and whose unit is the watched second."""

    def describe(done: float, total: float | None, speed: float) -> str:
        whole = "?" if total is None else f"{total:.0f}"
        return f"{done:.0f}/{whole} s  {speed:.1f}x real time"

    yield LiveBars(sys.stderr if shown else None, describe)


@contextmanager
def counting_bar(what: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Open a bar that counts to ``total``; yields what moves it on."""
    bars = LiveBars(
        sys.stderr if shown else None,
        lambda done, total, _speed: f"{done / total if total else 1:.0%}",
    )
    done = 0

    def move(n: int) -> None:
        nonlocal done
        done += n
        bars.show(what, what, done, total)

    bars.show(what, what, 0, total)
    yield move


def _printable(title: str) -> str:
    """Return what can be shown of a title: a file's name may hold anything."""
    shown = "".join(character if character.isprintable() else "?" for character in title)
    return shown if len(shown) <= _LONGEST_TITLE else f"{shown[: _LONGEST_TITLE - 3]}..."


def _clock(seconds: float) -> str:
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02} left"
