"""Scopes of keys that each route needs: any one of them opens it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.domain.keys import Scope

SIGN_IN: Final = "/console/sign-in"

_REMEMBERED_CHARACTERS: Final = 256

EVERYBODY: Final[frozenset[Scope]] = frozenset()
"""Needs no key at all."""

READERS: Final = frozenset({Scope.READ, Scope.ADVERTISE, Scope.PLACE, Scope.INGEST})
_READ: Final = frozenset({Scope.READ})
_ADVERTISE: Final = frozenset({Scope.ADVERTISE})
_PLACE: Final = frozenset({Scope.PLACE})
_INGEST: Final = frozenset({Scope.INGEST})
_ADMIN: Final = frozenset({Scope.ADMIN})


@dataclass(frozen=True, slots=True)
class Rule:
    """The scopes that open a route; the first rule that fits a request counts.

    Attributes:
        methods: HTTP methods, or ``*``.
        path: a regular expression that the whole path matches.
        scopes: any one of them is enough.
    """

    methods: str
    path: str
    scopes: frozenset[Scope]

    def fits(self, method: str, path: str) -> bool:
        """Tell whether the rule is about a request."""
        return (self.methods == "*" or method in self.methods.split()) and bool(
            re.fullmatch(self.path, path)
        )


RULES: Final = (
    Rule("GET HEAD", r"/", EVERYBODY),  # leads to the console, which asks who it is
    Rule("GET HEAD", r"/health/(live|ready)", EVERYBODY),
    Rule("GET HEAD", r"/hosted/[^/]+", EVERYBODY),  # signed addresses
    Rule("GET HEAD", r"/(docs|docs/static/.+|openapi\.json)", EVERYBODY),
    Rule("GET HEAD", r"/console/static/.+", EVERYBODY),
    Rule("*", re.escape(SIGN_IN), EVERYBODY),
    Rule("GET HEAD", r"/metrics", _READ),
    Rule("GET HEAD", r"/v1/videos:export", _READ | _INGEST),
    Rule("GET HEAD", r"/v1/videos/.*/campaigns", _PLACE | _ADVERTISE),
    Rule("GET HEAD", r"/v1/videos(/.*)?", READERS),
    Rule("GET HEAD", r"/v1/(keywords|tags)", READERS),
    Rule("GET HEAD", r"/v1/explain", READERS),
    Rule("POST", r"/v1/matches", READERS),
    Rule("POST", r"/v1/recommendations", _READ),
    Rule("POST", r"/v1/viewers:campaigns", _PLACE),
    Rule("GET HEAD", r"/v1/viewers/.*/campaigns", _PLACE),
    Rule("GET HEAD", r"/v1/viewers/.*", _READ),
    Rule("PUT POST DELETE", r"/v1/viewers/.*", _INGEST),
    Rule("*", r"/v1/campaigns(/.*)?", _ADVERTISE),
    Rule("*", r"/v1/videos(:import|:upload|/.*)?", _INGEST),
    Rule("*", r"/v1/jobs(/.*)?", _INGEST),
    Rule("*", r"/v1/reindex(/.*)?", _ADMIN),
    Rule("*", r"/v1/evaluations(/.*)?", _ADMIN),
    Rule("*", r"/console/evaluations(/.*)?", _ADMIN),
    Rule("GET HEAD", r"/console/(add|jobs)(/.*)?", _INGEST),
    Rule("*", r"/console/videos/[^/]+/(retry|delete)", _INGEST),
    Rule("*", r"/console/lab(/.*)?", _READ),
    Rule("*", r"/console/(new-campaign|campaigns(/.*)?)", _ADVERTISE),
    Rule("GET HEAD", r"/console(/.*)?", READERS),
    Rule("*", r"/console/sign-out", READERS),
    Rule("*", r"/console/add(/.*)?", _INGEST),
    Rule("*", r"/console/jobs/[^/]+/retry", _INGEST),
)
"""Rules of all routes; those not named here are for admin."""


def scopes_for(method: str, path: str) -> frozenset[Scope]:
    """Return the scopes any one of which a request needs; none for everybody."""
    # Asked before anybody is known: what strangers send must not fill the memory.
    if len(path) > _REMEMBERED_CHARACTERS:
        return _scopes_of(method, path)
    return _remembered(method, path)


def _scopes_of(method: str, path: str) -> frozenset[Scope]:
    for rule in RULES:
        if rule.fits(method, path):
            return rule.scopes
    return _ADMIN


_remembered = lru_cache(maxsize=4096)(_scopes_of)
