"""Leadership among the processes of one machine: a lock on a file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLeadership:
    """A lock on a file, which is held until it is given back."""

    def holds(self) -> bool:
        """Return True: nobody takes such a lock away."""
        return True


@contextmanager
def leading_by_file(lock: Path) -> Iterator[FileLeadership | None]:
    """Lead, for a block, among all processes that know a file; None when another one does."""
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield FileLeadership() if _locked(file) else None
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
