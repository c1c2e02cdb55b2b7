"""API keys: who may do what. A key is shown once, when it is made; only its digest is stored.

A key holds 256 random bits, so one round of SHA-256 keeps it as safe as many would.
"""

import json
import secrets
from collections.abc import Collection
from typing import Any, Final

from engine.catalogs.sql.database import MAX_NUMBER, Database
from engine.domain.keys import PREFIX, Key, Scope, digest_of
from engine.errors import InvalidInput

_SESSION_PREFIX: Final = "rs_"
_RANDOM_BYTES: Final = 32
_COLUMNS: Final = "id, name, scopes, advertiser, per_second, created_at, revoked_at"


class Keys:
    """The keys of one catalog, and the sessions opened with them."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

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
        _check(name, scopes, advertiser, per_second)
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        with self._catalog.transaction() as db:
            row = db.execute(
                "insert into keys (digest, name, scopes, advertiser, per_second, created_at)"  # noqa: S608 - constants
                f" values (?, ?, ?, ?, ?, ?) returning {_COLUMNS}",
                (
                    digest_of(secret),
                    name.strip(),
                    json.dumps(sorted(scopes)),
                    advertiser.strip(),
                    per_second,
                    now,
                ),
            ).fetchone()
        return _key(row), secret

    def revoke(self, key: int, *, now: float) -> Key:
        """Revoke a key, and end the sessions opened with it.

        Raises:
            InvalidInput: there is no such key that opens.
        """
        if abs(key) > MAX_NUMBER:
            raise _no_key(key)
        with self._catalog.transaction() as db:
            row = db.execute(
                "update keys set revoked_at = ? where id = ? and revoked_at is null"  # noqa: S608 - constants
                f" returning {_COLUMNS}",
                (now, key),
            ).fetchone()
            if row is None:
                raise _no_key(key)
            db.execute("delete from sessions where key = ?", (key,))
        return _key(row)

    def all(self) -> list[Key]:
        """Return every key, revoked ones too, the oldest first."""
        rows = self._catalog.rows(f"select {_COLUMNS} from keys order by id")  # noqa: S608
        return [_key(row) for row in rows]

    def by_digest(self) -> dict[bytes, Key]:
        """Return the keys that open, by what ``digest_of`` gives for them."""
        rows = self._catalog.rows(
            f"select digest, {_COLUMNS} from keys where revoked_at is null"  # noqa: S608
        )
        return {digest: _key(row) for digest, *row in rows}

    def open_session(self, key: Key, *, now: float, seconds: float) -> str:
        """Let a browser in without its key for a while; return the token it is known by."""
        token = _SESSION_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        with self._catalog.transaction() as db:
            db.execute("delete from sessions where expires_at <= ?", (now,))
            db.execute(
                "insert into sessions (digest, key, expires_at) values (?, ?, ?)",
                (digest_of(token), key.id, now + seconds),
            )
        return token

    def session(self, token: str, *, now: float) -> Key | None:
        """Return the key that a session was opened with; None when it is over."""
        columns = ", ".join(f"k.{column}" for column in _COLUMNS.split(", "))
        for row in self._catalog.rows(
            f"select {columns} from sessions s join keys k on k.id = s.key"  # noqa: S608
            " where s.digest = ? and s.expires_at > ? and k.revoked_at is null",
            (digest_of(token), now),
        ):
            return _key(row)
        return None

    def close_session(self, token: str) -> None:
        """End a session."""
        with self._catalog.transaction() as db:
            db.execute("delete from sessions where digest = ?", (digest_of(token),))


def _check(name: str, scopes: Collection[Scope], advertiser: str, per_second: float) -> None:
    if not name.strip():
        raise InvalidInput("a key needs a name: say who will use it")
    if not scopes:
        raise InvalidInput(f"a key needs a scope: {', '.join(Scope)}")
    if advertiser.strip() and Scope.ADVERTISE not in scopes:
        raise InvalidInput(f"an advertiser goes with the scope {Scope.ADVERTISE}")
    if Scope.ADVERTISE in scopes and Scope.ADMIN not in scopes and not advertiser.strip():
        raise InvalidInput("say whose campaigns the key may keep: name the advertiser")
    if not 0 <= per_second < float("inf"):
        raise InvalidInput(f"{per_second} requests a second is no limit: give 0 or more")


def _key(row: Any) -> Key:
    number, name, scopes, *rest = row
    return Key(number, name, frozenset(map(Scope, json.loads(scopes))), *rest)


def _no_key(key: int) -> InvalidInput:
    return InvalidInput(
        f"no key {key} that opens: look into the list of keys",
        hint="'reelmatch keys list' lists them",
    )
