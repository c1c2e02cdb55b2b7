"""Web addresses as people write them, and the one way each is stored. Opens no connection."""

import hashlib
import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from engine.domain.text import UnusableText, refuse_characters
from engine.errors import InvalidInput
from ingest.sources.files import ID_DIGITS

_USER: Final = re.compile(r"(^['\"]?|//)[^/?#\s'\"]*@")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_FOLLOWS_THE_VISITOR: Final = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|twclid|yclid|wbraid|gbraid"
)
_YOUTUBE_HOSTS: Final = re.compile(
    r"(?:(?:www|m|music)\.)?(?:youtube\.com|youtube-nocookie\.com|youtu\.be)"
)
_YOUTUBE_PATH: Final = re.compile(r"/(?:shorts|embed|live|v)/([\w-]{11})/?")
_YOUTUBE_ID: Final = re.compile(r"[\w-]{11}")
# What RFC 3986 allows in a path or query as it is; "%" so that nothing is escaped twice.
_UNESCAPED: Final = "%/:?#[]@!$&'()*+,;=~"
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_HOST_CHARACTERS: Final = 253
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")


class NotAnAddress(InvalidInput):
    """A text that is no web address that can be fetched."""


def is_address(text: str) -> bool:
    """Whether a text is meant as an address, not as a path: it begins like ``https://``."""
    return _SCHEME.match(text) is not None


def canonical(address: str) -> str:
    """Return the one way to write an address, so that the same video gets the same name.

    Scheme and host are in lower case and the host in ASCII; the default port, the part after ``#``
    and parameters that only tell where the visitor came from are left out; the rest keeps its
    order. Every way to point to a YouTube video becomes ``https://www.youtube.com/watch?v=ID``.

    Raises:
        NotAnAddress: not http or https, no host, a port that cannot be, or a password in it.
    """
    scheme, authority, path, query = _taken_apart(address)
    if video := _youtube_video(authority.partition(":")[0], path, query):
        return f"https://www.youtube.com/watch?v={video}"
    return urlunsplit((scheme, authority, path, _without_visitor(query), ""))


def escaped(address: str) -> str:
    """Return an address in ASCII that asks for the very same thing, as a request is sent to it.

    Scheme and host are in lower case, the host as DNS has it (IDNA), path and query are
    percent-encoded; the default port and the part after ``#`` are left out.

    Raises:
        NotAnAddress: as ``canonical``.
    """
    scheme, authority, path, query = _taken_apart(address)
    return urlunsplit((scheme, authority, path, query, ""))


def without_password(text: str) -> str:
    """Return a text with the user names and passwords of its addresses left out, to be shown."""
    return _USER.sub(r"\1***@", text)


def _taken_apart(address: str) -> tuple[str, str, str, str]:
    """Return scheme, host with its port, path and query, each in the one way to write it."""
    text = address.strip()
    without = without_password(text)
    shown = repr(without if len(without) <= 200 else f"{without[:200]}...")
    try:
        parts = urlsplit(text)
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError as error:
        raise NotAnAddress(f"{shown} is not a web address: {error}") from error
    if scheme not in _DEFAULT_PORTS:
        raise NotAnAddress(f"{shown} is not a web address: it must begin with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise NotAnAddress("an address with a user name or password is not fetched: leave it out")
    if any(character.isspace() for character in text):
        raise NotAnAddress(f"{shown} is not a web address: there is a space in it")
    try:
        refuse_characters(text)
    except UnusableText as error:
        raise NotAnAddress(f"{shown} is not a web address: {error}") from error
    host = _ascii_host(parts.hostname, shown)
    if port == 0:
        raise NotAnAddress(f"{shown} is not a web address: nobody listens on port 0")
    authority = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        authority = f"{authority}:{port}"
    return scheme, authority, _escaped(parts.path) or "/", _escaped(parts.query)


def address_id(address: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of the canonical address.

    Raises:
        NotAnAddress: as ``canonical``.
    """
    return hashlib.sha256(canonical(address).encode()).hexdigest()[:ID_DIGITS]


def read_addresses(path: Path) -> tuple[str, ...]:
    """Read a file of addresses, one a line; empty lines and lines that begin with ``#`` are none.

    Returns:
        The canonical addresses in their order, each once.

    Raises:
        NotAnAddress: naming the line, or saying why the file cannot be read or that it has none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise NotAnAddress(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NotAnAddress(f"{path}: this is not a text file of addresses") from error
    addresses: dict[str, None] = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith("#"):
            try:
                addresses[canonical(line)] = None
            except NotAnAddress as error:
                raise NotAnAddress(f"{path}, line {number}: {error}") from error
    if not addresses:
        raise NotAnAddress(f"{path}: no address in this file; write one a line")
    return tuple(addresses)


def _ascii_host(host: str | None, shown: str) -> str:
    if not host:
        raise NotAnAddress(f"{shown} is not a web address: it names no host")
    try:
        ascii_host = host.lower() if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise NotAnAddress(f"{shown} is not a web address: no host can be called that") from error
    if not _can_be_a_host(ascii_host):
        raise NotAnAddress(f"{shown} is not a web address: no host can be called that")
    return ascii_host


def _can_be_a_host(host: str) -> bool:
    """Whether DNS could know a name (RFC 1035, with the underscores that are met), or a literal."""
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return "%" not in host  # the name of a network card of this machine
    labels = host.removesuffix(".").split(".")
    return len(host) <= _MAX_HOST_CHARACTERS and all(map(_LABEL.fullmatch, labels))


def _youtube_video(host: str, path: str, query: str) -> str | None:
    if not _YOUTUBE_HOSTS.fullmatch(host):
        return None
    if host == "youtu.be":
        video = path.strip("/")
    elif path.rstrip("/") == "/watch":
        video = dict(parse_qsl(query)).get("v", "")
    else:
        match = _YOUTUBE_PATH.fullmatch(path)
        video = match[1] if match else ""
    return video if _YOUTUBE_ID.fullmatch(video) else None


def _without_visitor(query: str) -> str:
    # Cut at "&" alone: parsing and writing a query anew would change what a site signed.
    parameters = [
        part
        for part in query.split("&")
        if not _FOLLOWS_THE_VISITOR.fullmatch(part.partition("=")[0])
    ]
    return "&".join(parameters)


def _escaped(text: str) -> str:
    """Return a path or query with the same escapes whoever wrote it (RFC 3986, section 6.2.2)."""
    return _ESCAPE.sub(_one_way, quote(text, safe=_UNESCAPED))


def _one_way(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
