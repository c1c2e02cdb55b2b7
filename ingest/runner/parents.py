"""Ends a process when the one that started it is gone, however that one went."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def end_with_parent(*, gently_within_seconds: float | None = None) -> None:
    """End this process, started by ``multiprocessing``, as soon as its parent is gone.

    Without a parent of that kind nothing is done.

    Args:
        gently_within_seconds: end as on SIGTERM, and at once when that takes longer; None to end
            at once.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if gently_within_seconds is None:
        _ask_the_kernel()
    threading.Thread(
        target=_end_after,
        args=(parent.sentinel, gently_within_seconds),
        name="parent-watcher",
        daemon=True,
    ).start()


def _ask_the_kernel() -> None:
    """Have Linux end this process with the one it was forked from, be it stopped or busy."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_after(sentinel: int, gently_within_seconds: float | None) -> None:
    # The other end of this pipe is the parent's alone, and closes with it.
    wait([sentinel])
    if gently_within_seconds is not None:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(gently_within_seconds)
    os._exit(1)
