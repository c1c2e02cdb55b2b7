"""Stores of objects that are folders of this machine, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Have a file where the folder of a store was, so that nothing can be read or written."""
    elsewhere = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    try:
        yield
    finally:
        folder.unlink()
        elsewhere.rename(folder)
