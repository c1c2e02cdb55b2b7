"""Authorisation of requests: keys in headers, sessions in a cookie, and what each route needs.

While a catalog has no keys its service is for this machine alone: it listens on loopback only,
and answers requests that name this machine as their host, so that no page of another site can
ask it through a browser. The first key closes it: from then on everything but health, the
documentation and signed addresses needs one.
"""

import hashlib
import hmac
import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from api.http.middleware.problems import Code, Refused
from api.http.middleware.scopes import EVERYBODY, scopes_for
from engine.domain.keys import PREFIX, Key, Scope, digest_of
from engine.errors import CatalogUnavailable
from engine.ports.catalog import Catalog, Keys, Rates

SESSION_COOKIE: Final = "reelmatch_session"
CSRF_HEADER: Final = "x-csrf-token"

_FRESH_SECONDS: Final = 1.0
_STALE_SECONDS: Final = 60.0
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers that a proxy adds, trusted or not: the request began elsewhere."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request.

    Attributes:
        key: None on a catalog without keys, or where none is needed.
        session: the token of a browser's session; None when a header carried the key.
        without_keys: whether the catalog has no keys, so that the caller may do everything.
    """

    key: Key | None = None
    session: str | None = None
    without_keys: bool = False

    @property
    def id(self) -> int:
        """A number that tells callers apart; 0 without a key."""
        return self.key.id if self.key else 0

    @property
    def is_stranger(self) -> bool:
        """Whether the caller is where no key is needed, of a catalog that has some."""
        return self.key is None and not self.without_keys

    def may(self, *scopes: Scope) -> bool:
        """Tell whether the caller has one of these scopes."""
        return self.without_keys or (self.key is not None and self.key.may(scopes))

    def require(self, *scopes: Scope) -> None:
        """Refuse a caller who has none of these scopes.

        Raises:
            Refused: naming them.
        """
        if not self.may(*scopes):
            raise _lacks(scopes, self.key)

    @property
    def sees_placements(self) -> bool:
        """Whether the caller may see any campaign that fits a video."""
        return self.may(Scope.PLACE, Scope.ADVERTISE)

    def stored_for(self) -> str | None:
        """Return whose campaigns alone the caller may see whole and change; None: everybody's.

        Raises:
            Refused: when nobody's.
        """
        if self.may(Scope.ADMIN):
            return None
        if self.key is not None and self.key.advertiser and self.may(Scope.ADVERTISE):
            return self.key.advertiser
        raise _lacks((Scope.ADVERTISE,), self.key)

    def placed_for(self) -> str | None:
        """Return whose campaigns alone may be placed for the caller; None: everybody's.

        Raises:
            Refused: when nobody's.
        """
        if self.may(Scope.PLACE):
            return None
        if self.may(Scope.ADVERTISE):
            return self.stored_for()
        raise _lacks((Scope.PLACE, Scope.ADVERTISE), self.key)

    @property
    def csrf_token(self) -> str:
        """Token that a page of this session must send along with every change."""
        return csrf_token(self.session or "")


def csrf_token(session: str) -> str:
    """Return the token that only a page which may read the session's answers can know."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


@dataclass(slots=True)
class KnownKeys:
    """The keys that open, read again at most once a second.

    While the catalog's server is away those of before open for a minute: it may just be started
    again, and most is answered without it.
    """

    keys: Keys
    _known: dict[bytes, Key] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _known_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> dict[bytes, Key]:
        """Return them by digest."""
        now = time.monotonic()
        if now - self._read_at > _FRESH_SECONDS:
            with self._lock:
                if now - self._read_at > _FRESH_SECONDS:
                    self._read(now)
                    # After: until the first are read, nobody may be told that there are none.
                    self._read_at = now
        return self._known

    def _read(self, now: float) -> None:
        try:
            self._known = self.keys.by_digest()
        except CatalogUnavailable:
            if now - self._known_at > _STALE_SECONDS:
                raise
        else:
            self._known_at = now


class Gate:
    """Lets requests in that may pass. ASGI.

    What passes finds its ``Caller`` at ``request.state.caller``.

    Args:
        app: what answers.
        local_hosts: names of this machine, besides the usual ones.
        origins: other sites whose pages may ask, with a key.
        refusal: makes the answer to what may not pass.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        local_hosts: Sequence[str] = (),
        origins: Sequence[str] = (),
        refusal: Callable[[Refused], ASGIApp],
    ) -> None:
        self._app = app
        self._refusal = refusal
        self._hosts = _LOCAL_NAMES.union(local_hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            if scope["app"].state.live.catalog.is_local:
                caller = self._let_in(scope)
            else:
                # A server may answer late, and nobody else is to wait for it.
                caller = await run_in_threadpool(self._let_in, scope)
        except Refused as refused:
            await self._refusal(refused)(scope, receive, send)
            return
        except CatalogUnavailable as error:
            away = Refused(Code.UNAVAILABLE, str(error), {"retry-after": "5"})
            await self._refusal(away)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    def _let_in(self, scope: Connection) -> Caller:
        state = scope["app"].state
        headers = Headers(scope=scope)
        needed = scopes_for(scope["method"], scope["path"])
        _refuse_other_sites(scope["method"], headers, self._origins)
        known: dict[bytes, Key] = state.known_keys.all()
        if not known:
            self._refuse_others(scope, headers)
            return Caller(without_keys=True)
        if needed == EVERYBODY:
            # Whoever sends a key that opens nothing is as welcome here as one who sends none.
            return Caller()
        caller = _caller(headers, known, state.live.catalog.keys)
        if caller is None or caller.key is None:
            raise _unauthenticated()
        # For the page that refuses, too: it shows what the key opens.
        scope.setdefault("state", {})["caller"] = caller
        if not caller.key.may(needed):
            raise _lacks(needed, caller.key)
        _check_csrf(scope["method"], scope["path"], headers, caller)
        _check_rate(state.rates, caller.key)
        return caller

    def _refuse_others(self, scope: Connection, headers: Mapping[str, str]) -> None:
        # A proxy on this machine names the real client, and the last key may have been revoked
        # while the service listens to others.
        client = scope["client"]
        if (client is not None and not is_loopback(client[0])) or any(
            name in headers for name in _FORWARDED
        ):
            raise _unauthenticated("others need a key")
        name = _host_name(headers.get("host", ""))
        if name not in self._hosts:
            raise Refused(
                Code.MISDIRECTED,
                f"without keys this service is for this machine alone, not for {name!r}: ask it"
                " as localhost, or let whoever runs it make a key",
            )


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def has_keys(catalog: Catalog) -> bool:
    """Tell whether a catalog has a key that opens."""
    return bool(catalog.keys.by_digest())


def _caller(headers: Headers, known: Mapping[bytes, Key], keys: Keys) -> Caller | None:
    secret = _secret(headers)
    if secret is not None:
        key = known.get(digest_of(secret))
        if key is None:
            raise _unauthenticated("no such key, or it was revoked")
        return _as_caller(key)
    session = _cookie(headers)
    if session is None:
        return None
    key = keys.session(session, now=time.time())
    return _as_caller(key, session) if key else None


def _as_caller(key: Key, session: str | None = None) -> Caller:
    return Caller(key, session)


def _secret(headers: Mapping[str, str]) -> str | None:
    given = headers.get("x-api-key")
    if given is not None:
        return given.strip()
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _cookie(headers: Mapping[str, str]) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _lacks(needed: Collection[Scope], key: Key | None) -> Refused:
    has = f"; yours has {', '.join(sorted(key.scopes))}" if key else ""
    return Refused(Code.FORBIDDEN, f"this needs a key of scope {' or '.join(sorted(needed))}{has}")


def _unauthenticated(why: str = "this needs a key") -> Refused:
    detail = (
        f"{why}: send 'X-API-Key: {PREFIX}...' or 'Authorization: Bearer {PREFIX}...';"
        " whoever runs the service makes one"
    )
    return Refused(Code.UNAUTHENTICATED, detail, {"www-authenticate": "Bearer"})


def _refuse_other_sites(method: str, headers: Mapping[str, str], allowed: Collection[str]) -> None:
    """Refuse what a page of another site asks a browser to change here."""
    origin = headers.get("origin")
    if method in _SAFE or origin is None or origin in allowed:
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        host = ""
    if not host or host != headers.get("host", ""):
        raise Refused(Code.FORBIDDEN, f"pages of {origin[:200]!r} may not change anything here")


def _check_csrf(method: str, path: str, headers: Mapping[str, str], caller: Caller) -> None:
    # Forms of the console carry the token in a field, which their own routes check.
    if caller.session is None or method in _SAFE or path.startswith("/console"):
        return
    # As bytes: text outside ASCII is refused by compare_digest.
    if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), caller.csrf_token.encode()):
        raise Refused(Code.FORBIDDEN, f"a session needs the header {CSRF_HEADER} for this")


def _check_rate(rates: Rates, key: Key) -> None:
    wait = rates.take(key.id, key.per_second) if key.per_second else 0.0
    if wait:
        seconds = max(1, round(wait + 0.5))
        raise Refused(
            Code.TOO_MANY_REQUESTS,
            f"key {key.name!r} may ask {key.per_second:g} times a second: wait {seconds} s",
            {"retry-after": str(seconds)},
        )


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
