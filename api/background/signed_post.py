"""Signed posts to strangers' addresses: once, in bounded time, and nowhere private.

How it is posted is ``ingest.sources.posting``'s.
"""

import hashlib
import hmac
import http.client
from collections.abc import Iterable, Mapping
from typing import Final

from engine.errors import InvalidInput
from ingest.sources import posting
from ingest.sources.addresses import NotAnAddress, escaped
from ingest.sources.guard import AllowedNetwork, Forbidden, Guard

SIGNATURE_HEADER: Final = "X-Reelmatch-Signature"
DELIVERY_HEADER: Final = "X-Reelmatch-Delivery"
DEADLINE_SECONDS: Final = 10.0
MAX_URL_CHARACTERS: Final = 2_000

_MAX_ANSWER_BYTES: Final = 4_096


class NotTaken(Exception):
    """Message that the receiver did not accept; says why."""


def check_url(url: str, allowed: Iterable[AllowedNetwork]) -> str:
    """Return an address that can be told something, in ASCII, as it is told.

    What a name stands for is only known when it is told something, and looked at then.

    Raises:
        InvalidInput: when it is no web address, or one that is not public and not allowed.
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise InvalidInput(f"url: at most {MAX_URL_CHARACTERS} characters, not {len(url)}")
    try:
        sent = escaped(url)
        host, port = posting.host_of(sent)
        if posting.is_literal(host):
            Guard(allowed).check(host, port)
    except InvalidInput as error:
        raise InvalidInput(f"url: {error}") from error
    except Forbidden as refused:
        raise InvalidInput(
            f"url: {refused}; REELMATCH_WEB_ALLOWED_NETWORKS allows private networks"
        ) from None
    if len(sent) > MAX_URL_CHARACTERS:
        raise InvalidInput(
            f"url: at most {MAX_URL_CHARACTERS} characters once escaped, not {len(sent)}"
        )
    return sent


def signature(secret: str, body: bytes, *, now: int) -> str:
    """Return ``t=SECONDS,v1=HEX``: HMAC-SHA256 over ``SECONDS.BODY``, so that both hold."""
    digest = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Iterable[AllowedNetwork],
    *,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> None:
    """Post JSON to an address; all of it, the name's lookup included, by the deadline.

    Raises:
        NotTaken: when it may not be connected to, does not answer in time, or answers with anything
            but a status of 200 to 299.
    """
    try:
        reply = posting.post(
            escaped(url),
            body,
            headers,
            Guard(allowed),
            deadline_seconds=deadline_seconds,
            max_bytes=_MAX_ANSWER_BYTES,
        )
    except Forbidden as refused:
        raise NotTaken(str(refused)) from None
    except NotAnAddress as error:
        raise NotTaken(f"it cannot be sent to: {error}") from None
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        raise NotTaken(f"it could not be reached: {str(error) or type(error).__name__}") from error
    if not 200 <= reply.status <= 299:
        raise NotTaken(f"it answered with status {reply.status}")
