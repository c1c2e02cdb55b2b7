"""Memory that was freed goes back to the system, where the C library would keep it."""

import ctypes
import sys


def give_back_memory() -> None:
    """Return what is free to the system, with glibc; elsewhere that is left to the allocator.

    What is replaced now and then, an index with all that threads computed over it, leaves holes
    in the heap of every thread, and the next one is put beside them.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
