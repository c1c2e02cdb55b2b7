"""Reasons why an address gave no video: one word for programs, one sentence for people."""

from enum import StrEnum
from typing import Final

from engine.errors import ReelmatchError


class FetchStatus(StrEnum):
    """Class of failures of a fetch."""

    GONE = "gone"
    """Nothing is there, or not any more."""
    PRIVATE = "private"
    """Only for people who are invited, signed in or have paid."""
    RESTRICTED = "restricted"
    """Not for every age or not in every country."""
    BLOCKED = "blocked"
    """The site turns us away for now: too many requests, or it takes us for a robot."""
    TOO_BIG = "too_big"
    """Over the size limit."""
    UNSAFE = "unsafe"
    """It leads to an address that must not be connected to."""
    UNSUPPORTED = "unsupported"
    """No video there, or none that can be fetched: live, encrypted, several at one address."""
    FAILED = "failed"
    """The network or the site failed, or it took too long."""


_RETRYABLE: Final = (FetchStatus.BLOCKED, FetchStatus.FAILED)


class Unfetchable(ReelmatchError):
    """An address gave no video.

    Attributes:
        address: what was asked for.
        status: a word for the reason.
        reason: why, in a sentence's words, without the address.
        retry_after_seconds: what the site asked to wait, if it did.
    """

    def __init__(
        self,
        address: str,
        status: FetchStatus,
        reason: str,
        retry_after_seconds: float | None = None,
    ) -> None:
        self.address = address
        self.status = status
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"{address}: {reason}")

    @property
    def retryable(self) -> bool:
        """Whether the same may work later."""
        return self.status in _RETRYABLE
