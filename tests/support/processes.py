"""Processes of this machine: whose they are, and whether they still run."""

import time
from collections.abc import Callable
from pathlib import Path


def children_of(process: int) -> list[int]:
    """Return the processes that a process started."""
    collected = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == process:
            collected.append(int(folder.name))
    return collected


def descendants_of(process: int) -> list[int]:
    """Return the processes that a process started, those that these started, and so on."""
    children = children_of(process)
    return children + [below for child in children for below in descendants_of(child)]


def counts_chunks(process: int) -> bool:
    """Tell whether a process is a worker of an executor."""
    return has_in_command(process, "popen_loky")


def has_in_command(process: int, word: str) -> bool:
    """Tell whether a word is in the command line of a process; one that has ended has none."""
    try:
        return word in Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return False


def works(process: int) -> bool:
    """Tell whether a process still runs; one that nobody has buried yet does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def soon(what: Callable[[], object], seconds: float = 180) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.01)
