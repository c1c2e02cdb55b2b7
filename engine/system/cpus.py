"""Number of processors this process may use."""

import os


def usable_cpus() -> int:
    """Return the number of processors; at least 1, and fewer than there are if it is bound to some.

    macOS binds no process, and has no call that would tell.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
