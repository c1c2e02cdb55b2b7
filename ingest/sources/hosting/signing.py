"""Addresses under which our own API gives out copies: signed, and valid for a time."""

import hashlib
import hmac
import re
import secrets
from typing import Final
from urllib.parse import urlencode

from engine.errors import InvalidInput

ROUTE: Final = "/hosted/"
"""The path before a copy's name, in our API."""

COPY_NAME: Final = re.compile(r"[0-9a-f]{32}\.mp4")
SECRET_BYTES: Final = 32
LEFT_BEHIND_SECONDS: Final = 24 * 60 * 60
"""Age from which on a copy is one that a killed process left."""


def new_name() -> str:
    """Return a name for a copy that nobody can guess."""
    return f"{secrets.token_hex(16)}.mp4"


class NotHosted(InvalidInput):
    """No copy is given out at this address: unknown, expired, or not signed by us.

    Which of these it is, whoever asks is not told.
    """

    def __init__(self) -> None:
        super().__init__("there is nothing at this address, or no longer")


def sign(secret: bytes, name: str, expires: int) -> str:
    """Return the signature of a copy's name and the Unix second at which its address expires.

    HMAC-SHA256 (RFC 2104) in hexadecimal.
    """
    return hmac.new(secret, f"{name}\n{expires}".encode(), hashlib.sha256).hexdigest()


def verify(secret: bytes, name: str, expires: int, signature: str, *, now: float) -> bool:
    """Whether an address was signed with this secret and has not expired."""
    # Compared as bytes: text outside ASCII is refused by compare_digest.
    right = sign(secret, name, expires).encode()
    return hmac.compare_digest(right, signature.encode(errors="replace")) and now < expires


def signed_address(base_url: str, secret: bytes, name: str, expires: int) -> str:
    """Return the address of a copy.

    Args:
        base_url: how our API is reached from outside, without a slash at its end.
        secret: that signs it.
        name: of the copy.
        expires: the Unix second at which it does.
    """
    signed = {"expires": expires, "signature": sign(secret, name, expires)}
    return f"{base_url}{ROUTE}{name}?{urlencode(signed)}"
