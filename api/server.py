"""The service as processes: uvicorn with uvloop and httptools, any number of workers.

The workers share one mapped generation; each follows the catalogue by itself.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.auth import has_keys, is_loopback
from api.heads import BoundedHeads
from api.logs import log_to_stderr
from api.settings import Settings, load_settings
from engine.errors import InvalidInput
from engine.store.catalog import Catalog

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable: where the worker processes keep what they count."""

_GRACE_SECONDS: Final = 30


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Answer until told to stop; requests that have begun are finished first.

    Raises:
        InvalidInput: when others could reach a service without keys.
    """
    with Catalog.open(settings.catalog_path) as catalog:
        refuse_strangers(catalog, host)
    log_to_stderr(settings.log_format)
    with _shared_metrics(workers):
        uvicorn.run(
            "api.server:app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            **uvicorn_options(),
        )


def uvicorn_options() -> dict[str, Any]:
    """Return what every server of ours is run with."""
    return {
        "loop": "uvloop",
        "http": BoundedHeads,
        "ws": "none",
        "log_config": None,
        # api.observing writes a line for each, with its id.
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
        "limit_concurrency": 1000,
    }


def refuse_strangers(catalog: Catalog, host: str) -> None:
    """Refuse to listen where others can ask while no key keeps them out.

    Raises:
        InvalidInput: naming both ways out.
    """
    if not is_loopback(host) and not has_keys(catalog):
        raise InvalidInput(
            f"without keys the service is for this machine alone, and {host} can be reached by"
            " others: make a key with 'reelmatch keys create', or listen on 127.0.0.1"
        )


def app_from_environment() -> FastAPI:
    """Make the application of a worker process."""
    settings = load_settings()
    log_to_stderr(settings.log_format)
    return create_app(settings)


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    if workers == 1:
        yield
        return
    folder = tempfile.mkdtemp(prefix="reelmatch-metrics-")
    os.environ[METRICS_FOLDER] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
