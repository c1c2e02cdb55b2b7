"""Fetches that fail: once, where the product would try again."""

from pathlib import Path

import pytest

from ingest.sources.failures import Unfetchable
from ingest.sources.web import FetchLimits, fetch


class Enough(Exception):
    """Ends a fetch that would be tried again."""


def first_failure(address: str, folder: Path, limits: FetchLimits) -> Unfetchable:
    """Fetch what can be fetched later perhaps, once; each attempt is a process of its own."""

    def stop(_: float) -> None:
        raise Enough

    with pytest.raises(Enough) as caught:
        fetch(address, folder, limits, wait=stop)
    failed = caught.value.__context__
    assert isinstance(failed, Unfetchable)
    assert failed.retryable
    return failed
