"""``reelmatch work``: work the queue until told to stop."""

import logging
import signal
import threading
from contextlib import ExitStack
from typing import Final

import click

from api.catalogs import open_own_catalog
from api.settings import load_settings
from engine.errors import CatalogUnavailable, InvalidInput

_AGAIN_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


@click.command("work")
def command() -> None:
    """Watch what waits in the queue, and what comes into it, until told to stop.

    'reelmatch serve' does the same beside answering; with REELMATCH_PROCESSES=0 it does not, and
    this command is run as a service of its own. On SIGTERM or Ctrl-C what is unfinished waits
    again.
    """
    from api.background.job_runner import worker_of
    from api.background.media_keeper import media_lock
    from api.background.publisher import publisher_lock
    from api.http.middleware.logs import log_to_stderr
    from engine.indexes.local.disk.generations import Generations

    settings = load_settings()
    if not settings.processes:
        raise InvalidInput("REELMATCH_PROCESSES is 0: nothing would be analyzed; unset it here")
    log_to_stderr(settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_own_catalog(settings) as catalog, ExitStack() as begun:
        if settings.media:
            keeping = media_lock(settings.media, catalog)
            keeping.start()
            begun.callback(keeping.stop)
        if settings.publish_to:
            publishing = publisher_lock(settings, catalog, Generations(settings.generations_path))
            publishing.start()
            begun.callback(publishing.stop)
        while not stop.is_set():
            try:
                worker_of(settings, catalog).run_until(stop)
            except CatalogUnavailable as error:
                log.error("the queue cannot be worked, which is tried again: %s", error)
                stop.wait(_AGAIN_SECONDS)
