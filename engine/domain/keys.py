"""API keys, and what each may do: frozen records."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "rm_"
"""Prefix of every key, so that one that leaked is recognised."""


class Scope(StrEnum):
    """A permission of a key."""

    READ = "read"
    """See videos, ask for matches and recommendations."""
    ADVERTISE = "advertise"
    """Keep campaigns of one advertiser and see what they match."""
    PLACE = "place"
    """Fill ad requests: see the campaigns that fit a video or a viewer, and their creatives."""
    INGEST = "ingest"
    """Take in videos, results of others and what viewers did."""
    ADMIN = "admin"
    """All of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret.

    Attributes:
        id: rising.
        name: for people.
        scopes: scopes of its requests.
        advertiser: whose campaigns it sees; empty: everybody's, or none without ``advertise``.
        per_second: the most requests a second; 0 for no limit.
        created_at: seconds since 1970.
        revoked_at: the same; None while it opens.
    """

    id: int
    name: str
    scopes: frozenset[Scope]
    advertiser: str
    per_second: float
    created_at: float
    revoked_at: float | None

    def may(self, scopes: Collection[Scope]) -> bool:
        """Tell whether it has one of these scopes."""
        return Scope.ADMIN in self.scopes or not self.scopes.isdisjoint(scopes)


def digest_of(secret: str) -> bytes:
    """Return what is stored of a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
