"""Patience with a catalog whose server is away for a while, or busy."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from engine.domain.jobs import LEASE_SECONDS
from engine.errors import CatalogUnavailable

_AGAIN_SECONDS: Final = 1.0

log = logging.getLogger(__name__)

T = TypeVar("T")


def patiently(act: Callable[[], T]) -> T:
    """Do something, and again for as long as a lease runs, until the catalog answers.

    Args:
        act: what is done whole or not at all, and may be done twice.

    Raises:
        CatalogUnavailable: when it did not answer for so long.
    """
    until = time.monotonic() + LEASE_SECONDS
    while True:
        try:
            return act()
        except CatalogUnavailable as error:
            if time.monotonic() > until:
                raise
            log.warning("tried again in a second: %s", error)
            time.sleep(_AGAIN_SECONDS)
