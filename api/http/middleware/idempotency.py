"""``Idempotency-Key``: the same request sent twice starts its work once."""

import hashlib
import re
import time
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header

from api.http.middleware.problems import Code, Refused
from engine.errors import InvalidInput
from engine.ports.catalog import Catalog

STORED_SECONDS: Final = 24 * 60 * 60.0
_STARTING_SECONDS: Final = 60.0
_USABLE: Final = re.compile(r"[!-~]{1,128}")

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="A name of your own for this request; sent again within a day, it starts"
        " nothing and gives the same answer."
    ),
]


def start_once(
    catalog: Catalog, caller: int, name: str | None, request: bytes, start: Callable[[], int]
) -> int:
    """Start a job, or return the one that the same request started before.

    Args:
        catalog: where it is remembered.
        caller: whose name it is.
        name: the client's name for the request; None starts without more ado.
        request: the request; another one under the same name is refused.
        start: starts the work and returns its job.

    Raises:
        InvalidInput: when the name cannot be one.
        Refused: when the name stands for another request, or is being started.
    """
    if name is None:
        return start()
    if not _USABLE.fullmatch(name):
        raise InvalidInput("Idempotency-Key takes 1 to 128 visible ASCII characters")
    now = time.time()
    known = _reserve(catalog, caller, name, hashlib.sha256(request).digest(), now)
    if known is not None:
        return known
    job = start()
    catalog.started_requests.note(caller, name, job)
    return job


def _reserve(catalog: Catalog, caller: int, name: str, digest: bytes, now: float) -> int | None:
    with catalog.transaction():
        requests = catalog.started_requests
        before = requests.reserve(caller, name, digest, now=now, ttl_seconds=STORED_SECONDS)
        if before is None:
            return None
        if before.digest != digest:
            raise Refused(
                Code.CONFLICT,
                f"Idempotency-Key {name!r} was used for another request: take a new one",
            )
        if before.job is not None:
            return before.job
        if now - before.started_at < _STARTING_SECONDS:
            raise Refused(
                Code.CONFLICT,
                f"the request under Idempotency-Key {name!r} is being started: ask again shortly",
                {"retry-after": "1"},
            )
        # Who began it died before a job came of it.
        requests.restart(caller, name, now=now)
        return None
