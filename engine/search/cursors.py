"""Beginning of the next page: what was shown, as text that a client gives back.

A cursor holds no secret and needs none: every part is checked, and the worst that a forged one
does is to leave videos out of its sender's own next page. It names what was shown instead of a
place in a list, so nothing comes twice, however many videos come and go or generations change.
"""

import base64
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import CursorExpired, InvalidInput

MAX_SHOWN: Final = 500
"""After so many videos there is no next page: a cursor stays under 5,500 characters."""

HOURS: Final = 24
"""Number of hours that a cursor can be used."""

_VERSION: Final = 1
_HEAD: Final = struct.Struct("<B6s8sQ")
_ID_BYTES: Final = 8
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Cursor:
    """State of the pages before.

    Attributes:
        generation: id of the generation that the first page came from.
        question: digest of what was asked; see ``digest_of``.
        at: when the first page was asked for, seconds since 1970; decay and freshness stand
            still from page to page.
        shown: ids of videos, in their order.
    """

    generation: str
    question: bytes
    at: int
    shown: tuple[str, ...]

    def to_text(self) -> str:
        """Return the cursor as it is given out."""
        head = _HEAD.pack(_VERSION, bytes.fromhex(self.generation), self.question, self.at)
        shown = b"".join(bytes.fromhex(video) for video in self.shown)
        return text_of(head + shown)

    @classmethod
    def from_text(cls, text: str, *, question: bytes, now: float) -> "Cursor":
        """Read a cursor that was given back.

        Raises:
            InvalidInput: when it is none, or of another question.
            CursorExpired: when it is too old.
        """
        max_bytes = _HEAD.size + MAX_SHOWN * _ID_BYTES
        if len(text) > -(-max_bytes * 4 // 3):
            raise InvalidInput(f"cursor: {len(text)} characters are too many; {_AGAIN}")
        try:
            raw = bytes_of(text)
            version, generation, question_digest, at = _HEAD.unpack_from(raw)
        except (ValueError, struct.error):
            raise InvalidInput(f"cursor: this is none; {_AGAIN}") from None
        ids = raw[_HEAD.size :]
        if version != _VERSION or len(ids) % _ID_BYTES or at > now + _HOUR:
            raise InvalidInput(f"cursor: this is none; {_AGAIN}")
        if at < now - HOURS * _HOUR:
            raise CursorExpired(HOURS)
        if question_digest != question:
            raise InvalidInput(
                "cursor: it belongs to another question; ask for the next page with the same"
                " viewer or profile, filter and ranking as for the first"
            )
        shown = [ids[first : first + _ID_BYTES].hex() for first in range(0, len(ids), _ID_BYTES)]
        if len(set(shown)) != len(shown):
            raise InvalidInput(f"cursor: this is none; {_AGAIN}")
        return cls(generation.hex(), question, int(at), tuple(shown))


_AGAIN: Final = "give back the 'next' of the page before, or leave it out to begin anew"


def text_of(raw: bytes) -> str:
    """Return bytes as text that may stand in an address."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def bytes_of(text: str) -> bytes:
    """Return the bytes of ``text_of``.

    Raises:
        ValueError: when the text is none of it.
    """
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)


def digest_of(*parts: object) -> bytes:
    """Return 8 bytes that tell one question from another; the parts' ``repr`` must be stable."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()


def next_cursor(generation: str, question: bytes, at: int, shown: Sequence[str]) -> Cursor | None:
    """Return where the next page begins, None when so many were shown that there is none."""
    if len(shown) >= MAX_SHOWN:
        return None
    return Cursor(generation, question, at, tuple(shown))
