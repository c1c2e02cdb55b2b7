"""Memory as the system and Python's collector see it, in a process that goes on for weeks."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ARENA_MAX: Final = -8
_ARENAS: Final = 2
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 256 * 1024


def limit_heaps() -> None:
    """Have threads share two heaps, and no large array in them, with glibc; before they begin.

    It makes eight heaps a core, of which each keeps as much as its thread once needed: how much a
    service holds would depend on how many of them were ever busy at the same time. And once a large
    array was freed, it puts others of that size into the heaps: each generation's columns would
    leave holes that those of the next one do not fit in.
    """
    set_limit = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_limit is not None:
        set_limit(_ARENA_MAX, _ARENAS)
        set_limit(_MMAP_THRESHOLD, _LARGE)


def give_back_memory() -> None:
    """Return what is free to the system, with glibc; elsewhere that is left to the allocator.

    What is replaced now and then, an index with all that threads computed over it, leaves holes
    in the heap of every thread, and the next one is put beside them.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


@contextmanager
def left_out_of_collections() -> Iterator[None]:
    """Have Python look for garbage among what is made in the block alone.

    What a service starts with is some 200,000 objects, modules for the most part, that stay as long
    as it does; every look through them stops all its threads for a fifth of a second.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
