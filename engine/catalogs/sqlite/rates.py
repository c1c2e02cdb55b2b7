"""Rate limits of keys, counted over all processes of one machine.

The generic cell rate algorithm: one number a key says when its next request is due. The numbers
lie in a small file that all processes map into memory, each guarded by a lock on its own bytes.
"""

import fcntl
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from engine.system.homes import make_home
from engine.system.os_errors import writing_to
from engine.system.temporary_files import reserve

_CELL: Final = struct.Struct("<d")
_CELLS: Final = 4096


class Rates:
    """The moment from which on each key may ask again.

    Keys whose numbers are equal modulo 4,096 share a cell: a catalog has few keys, and sharing
    makes a limit stricter, never looser.
    """

    def __init__(self, file: int, now: Callable[[], float]) -> None:
        self._file = file
        self._cells = mmap.mmap(file, _CELLS * _CELL.size)
        self._now = now
        # A lock on a file is held by a process; threads need one of their own.
        self._threads = threading.Lock()

    @classmethod
    def open(cls, path: Path, now: Callable[[], float] = time.monotonic) -> Self:
        """Open the file, making it where it is not there.

        Raises:
            DiskFull: when there is no room for it.
        """
        with writing_to(path.parent):
            make_home(path.parent)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                reserve(file, _CELLS * _CELL.size)
            except BaseException:
                os.close(file)
                raise
        return cls(file, now)

    def close(self) -> None:
        """Let go of the file."""
        self._cells.close()
        os.close(self._file)

    def take(self, key: int, per_second: float) -> float:
        """Count one request of a key.

        Args:
            key: its number.
            per_second: how many it may make a second, above 0; as many may come at once.

        Returns:
            0.0 when it may pass; else the seconds until it may, and it is not counted.
        """
        offset = key % _CELLS * _CELL.size
        interval = 1.0 / per_second
        # One second's worth may come at once, but always one.
        tolerance = max(0.0, 1.0 - interval)
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, _CELL.size, offset)
            try:
                now = self._now()
                (due,) = _CELL.unpack_from(self._cells, offset)
                # Further ahead than any request can put it: written before the last restart.
                if due > now + 1.0 + interval:
                    due = now
                wait: float = due - tolerance - now
                if wait > 0:
                    return wait
                _CELL.pack_into(self._cells, offset, max(due, now) + interval)
                return 0.0
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _CELL.size, offset)
