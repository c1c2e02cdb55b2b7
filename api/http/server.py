"""The service as processes: uvicorn with uvloop and httptools, any number of workers.

The workers share one mapped generation; each follows the catalog by itself.
"""

import errno
import os
import resource
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from api.catalogs import open_own_catalog
from api.http.app import create_app
from api.http.connections import ConnectionLimits
from api.http.middleware.auth import has_keys, is_loopback
from api.http.middleware.logs import log_to_stderr
from api.http.middleware.metrics import WORKER_BYTES
from api.http.protocol import BoundedProtocol
from api.http.replica import FollowedStore, supervise_replica
from api.http.supervisor import supervise
from api.settings import Settings, load_settings
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog
from engine.system.temporary_files import held_folder, reserve
from ingest.runner.parents import end_with_parent

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable: where the worker processes keep what they count."""

_APP: Final = "api.http.server:app_from_environment"
_GRACE_SECONDS: Final = 30
_LEEWAY_SECONDS: Final = 5
_START_SECONDS: Final = 60
_MAX_FILES: Final = 8192


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Answer until told to stop; requests that have begun are finished first.

    Raises:
        InvalidInput: when others could reach a service without keys, or nobody could: the address
            is taken.
    """
    log_to_stderr(settings.log_format)
    replica = FollowedStore.open(settings) if settings.replica_of else None
    with open_own_catalog(settings) if replica is None else replica.catalog() as catalog:
        refuse_strangers(catalog, host)
    refuse_taken(host, port)
    _allow_many_files()
    options = {"factory": True, "host": host, "port": port, **uvicorn_options(settings)}
    with _shared_metrics(workers):
        if replica is not None:
            supervise_replica(uvicorn.Config(_APP, workers=workers, **options), replica)
        elif workers == 1:
            uvicorn.run(_APP, **options)
        else:
            supervise(uvicorn.Config(_APP, workers=workers, **options))


def uvicorn_options(settings: Settings, limits: ConnectionLimits | None = None) -> dict[str, Any]:
    """Return what every server of ours is run with.

    Args:
        settings: name the proxies that are believed.
        limits: of its connections; the usual ones unless given.
    """
    return {
        "loop": "uvloop",
        "http": BoundedProtocol(limits or ConnectionLimits()),
        "ws": "none",
        "log_config": None,
        # api.http.middleware.request_logging writes a line for each, with its id.
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
        # After uvicorn's 5 a worker that starts on a busy machine is killed, and begun again, for
        # ever.
        "timeout_worker_healthcheck": _START_SECONDS,
        # As many requests as api.http.middleware.limits lets in; connections are bounded in
        # api.http.connections.
        "limit_concurrency": None,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
    }


def refuse_strangers(catalog: Catalog, host: str) -> None:
    """Refuse to listen where others can ask while no key keeps them out.

    Raises:
        InvalidInput: naming both ways out.
    """
    if not is_loopback(host) and not has_keys(catalog):
        raise InvalidInput(
            f"without keys the service is for this machine alone, and {host} can be reached by"
            " others: make a key, or listen on 127.0.0.1",
            hint="'reelmatch keys create' makes one",
        )


def refuse_taken(host: str, port: int) -> None:
    """Refuse an address that is taken or not to be had, before anything is started there.

    Raises:
        InvalidInput: naming it.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return  # The server says it in the words of its own.
    for family, kind, protocol, _, address in addresses:
        try:
            _bind(family, kind, protocol, address)
        except OSError as error:
            # Of a name's other addresses, as ::1 of "localhost", the server needs one only.
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise InvalidInput(
                    f"nothing can listen on port {port} of {host}: {error.strerror}; choose another"
                    " port",
                    hint="'reelmatch serve --port 0' takes a free one",
                ) from None


def _bind(family: int, kind: int, protocol: int, address: Any) -> None:
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # As the server itself: both forms of one address do not meet.
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.bind(address)


def app_from_environment() -> FastAPI:
    """Make the application of a worker process."""
    # Without the one that would replace it, a worker is in the way of the next start.
    end_with_parent(gently_within_seconds=_GRACE_SECONDS + _LEEWAY_SECONDS)
    settings = load_settings()
    log_to_stderr(settings.log_format)
    return create_app(settings)


def _allow_many_files() -> None:
    """Let this process, and its workers, open as many files and connections as it may allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    if workers == 1:
        yield
        return
    with held_folder(Path(tempfile.gettempdir()), hidden=False) as folder:
        os.environ[METRICS_FOLDER] = str(folder)
        _refuse_without_room(folder, workers)
        yield


def _refuse_without_room(folder: Path, workers: int) -> None:
    # Here it is told once; workers that find none would be started again and again.
    with tempfile.TemporaryFile(dir=folder) as file:
        reserve(file.fileno(), workers * WORKER_BYTES)
