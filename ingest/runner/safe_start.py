"""Keeps code in the current folder from being run: here, and in the processes that are started.

A folder of downloads is what one ingests, often from inside. Python looks for modules in the
current folder when it is started as ``python -c`` or by a ``PYTHONPATH`` with an empty entry, the
shell's rules find programs there by an empty entry of ``PATH``, and the loader finds libraries.
"""

import os
import posixpath
import sys
from collections.abc import MutableMapping
from typing import Final

_LISTS_OF_FOLDERS: Final = (
    "PATH",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)
# Where packages and compiled code are looked for.
_FOLDERS: Final = ("NUMBA_CACHE_DIR", "PYTHONUSERBASE", "XDG_CACHE_HOME")
_OWN_FOLDER: Final = posixpath.dirname(
    posixpath.dirname(posixpath.dirname(posixpath.abspath(__file__)))
)


def leave_current_folder() -> None:
    """Import nothing from the current folder any more, and let no child process do so.

    Of ``sys.path`` goes what stands for the current folder, and what ``PYTHONPATH`` names relative
    to it, unless this package itself lies there.
    """
    relative = _relative_folders(os.environ.get("PYTHONPATH", ""))
    folders = []
    for entry in sys.path:
        if not posixpath.isabs(entry) and _absolute(entry) == _OWN_FOLDER:
            folders.append(_OWN_FOLDER)
        elif posixpath.isabs(entry) and (entry == _OWN_FOLDER or entry not in relative):
            folders.append(entry)
    sys.path[:] = folders
    clean_children_environment(os.environ)


def clean_children_environment(environment: MutableMapping[str, str]) -> None:
    """Change an environment so that a process started with it finds no code by a relative path.

    Python's own ``-P`` cannot be given to the servers that ``multiprocessing`` starts; its variable
    can. A list that named nothing else is taken away, so that the system's default holds.
    """
    environment["PYTHONSAFEPATH"] = "1"
    for name in _LISTS_OF_FOLDERS:
        if name in environment:
            import_path = environment.pop(name).split(os.pathsep)
            if absolute := list(filter(posixpath.isabs, import_path)):
                environment[name] = os.pathsep.join(absolute)
    for name in _FOLDERS:
        if not posixpath.isabs(environment.get(name, "/")):
            del environment[name]


def inherited_import_path() -> str:
    """Return a ``PYTHONPATH`` by which a child finds what this process finds, and this package."""
    return os.pathsep.join([*filter(posixpath.isabs, sys.path), _OWN_FOLDER])


def _relative_folders(import_path: str) -> set[str]:
    """Return what Python makes of the relative entries of a ``PYTHONPATH``."""
    if not import_path:
        return set()
    return {
        _absolute(entry) for entry in import_path.split(os.pathsep) if not posixpath.isabs(entry)
    }


def _absolute(entry: str) -> str:
    try:
        return posixpath.abspath(entry)
    except OSError:  # the current folder is gone, and nothing can be found in it
        return entry
