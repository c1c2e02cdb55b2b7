"""Executors by URL: of this process, of N processes of this machine, of a Dask cluster.

They are ``serial:``, ``local:N`` and ``dask://host:port``. Another kind is a line in ``_KINDS``.
"""

import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Final

from engine.errors import InvalidInput, MissingPart
from engine.executors.local import ProcessExecutor
from engine.executors.serial import SerialExecutor
from engine.ports.executor import TaskExecutor
from engine.system.cpus import usable_cpus

SERIAL: Final = "serial:"
"""The URL of the executor that starts no process."""

MAX_PROCESSES: Final = 1024

_ADDRESS: Final = re.compile(r"//([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")


def open_executor(url: str) -> TaskExecutor:
    """Open an executor; it starts its processes, or connects, with the first task.

    Args:
        url: ``serial:``, ``local:N`` with 1 to 1,024 processes, ``local:`` with as many as this
            process may use processors, or ``dask://host:port`` of a scheduler.

    Raises:
        InvalidInput: when it is no such URL.
        MissingPart: when Dask is not installed.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in _KINDS:
        raise InvalidInput(f"{url!r} is no executor: it is serial:, local:N or dask://host:port")
    return _KINDS[scheme](rest)


def check_executor(url: str) -> str:
    """Return the URL of an executor when it can be one.

    Raises:
        InvalidInput: otherwise.
        MissingPart: when Dask is not installed.
    """
    open_executor(url)
    return url


def is_remote(url: str) -> bool:
    """Tell whether tasks of an executor may run on other machines."""
    return url.startswith("dask:")


def _serial(rest: str) -> TaskExecutor:
    if rest:
        raise InvalidInput(f"'serial:{rest}' is no executor: nothing follows serial:")
    return SerialExecutor()


def _local(rest: str) -> TaskExecutor:
    if rest and not (rest.isascii() and rest.isdigit() and 1 <= int(rest) <= MAX_PROCESSES):
        raise InvalidInput(
            f"'local:{rest}' is no executor: it is local:N with 1 to {MAX_PROCESSES} processes"
        )
    processes = int(rest) if rest else min(usable_cpus(), MAX_PROCESSES)
    return SerialExecutor() if processes == 1 else ProcessExecutor(processes)


def _dask(rest: str) -> TaskExecutor:
    address = _ADDRESS.fullmatch(rest)
    if not address or not 1 <= int(address[2]) <= 65535:
        raise InvalidInput(
            f"'dask:{rest}' is no executor: it is dask://host:port, as dask://10.0.0.5:8786"
        )
    if find_spec("distributed") is None:
        raise MissingPart(f"the executor dask:{rest}", "pip install 'reelmatch[dask]'")
    from engine.executors.dask import DaskExecutor

    return DaskExecutor(f"{address[1]}:{address[2]}")


_KINDS: Final[Mapping[str, Callable[[str], TaskExecutor]]] = {
    "serial": _serial,
    "local": _local,
    "dask": _dask,
}
