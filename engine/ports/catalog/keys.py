"""Interface of API keys and sessions."""

from collections.abc import Collection
from typing import Protocol

from engine.domain.keys import Key, Scope


class Keys(Protocol):
    """The keys of a catalog, and the sessions opened with them."""

    def create(
        self,
        name: str,
        scopes: Collection[Scope],
        *,
        now: float,
        advertiser: str = "",
        per_second: float = 0.0,
    ) -> tuple[Key, str]:
        """Make a key; return it with its secret, which nobody can ask for again.

        Raises:
            InvalidInput: no name, no scope, or an advertiser without the scope for it or the
                other way round.
        """
        ...

    def revoke(self, key: int, *, now: float) -> Key:
        """Revoke a key, and end the sessions opened with it.

        Raises:
            InvalidInput: there is no such key that opens.
        """
        ...

    def all(self) -> list[Key]:
        """Return every key, revoked ones too, the oldest first."""
        ...

    def by_digest(self) -> dict[bytes, Key]:
        """Return the keys that open, by what ``digest_of`` gives for them."""
        ...

    def open_session(self, key: Key, *, now: float, seconds: float) -> str:
        """Let a browser in without its key for a while; return the token it is known by."""
        ...

    def session(self, token: str, *, now: float) -> Key | None:
        """Return the key that a session was opened with; None when it is over."""
        ...

    def close_session(self, token: str) -> None:
        """End a session."""
        ...
