"""Background work that one process of a service does for all of them, in a thread.

Which one is decided by a lock on a file, so that another takes over when that one ends.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.errors import ReelmatchError
from engine.system.os_errors import expected_trouble

_AGAIN_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


class LeaderLock:
    """Acts from ``start`` to ``stop``, while no other process does.

    Args:
        what: is done, for the log.
        lock: a file that all processes know.
        act: does it until the event that it is given is set.
    """

    def __init__(self, what: str, lock: Path, act: Callable[[threading.Event], None]) -> None:
        self._what = what
        self._lock = lock
        self._act = act
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._try, name=what, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when what is being done can be left."""
        self._stop.set()
        self._thread.join()

    def _try(self) -> None:
        while not self._stop.is_set():
            try:
                self._act_if_first()
            except Exception as error:
                # Whatever it is, it must not stand still for ever.
                trouble = error if isinstance(error, ReelmatchError) else expected_trouble(error)
                log.error(
                    "%s failed; it begins again: %s",
                    self._what,
                    trouble or error,
                    exc_info=None if trouble else error,
                )
            self._stop.wait(_AGAIN_SECONDS)

    def _act_if_first(self) -> None:
        file = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _locked(file):
                self._act(self._stop)
        finally:
            os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
