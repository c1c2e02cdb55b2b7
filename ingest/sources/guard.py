"""Lets a process connect to public addresses and to nothing else, whoever in it asks.

It is an audit hook of the interpreter (PEP 578), which sees what is about to be connected to, after
names were resolved and redirects followed, and which no code can take off again.
"""

import ipaddress
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from engine.errors import InvalidInput

WEB_SCHEMES: Final = ("http", "https")
"""Schemes that an address may begin with."""

_ENTRY: Final = re.compile(
    r"\[(?P<v6>[^]]+)\](?P<v6bits>/\d+)?(?::(?P<v6port>\d+))?"
    r"|(?P<v4>[\d.]+(?:/\d+)?)(?::(?P<v4port>\d+))?"
    r"|(?P<bare>[^\[\]]*:[^\[\]]*)"
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# IPv4 addresses inside IPv6 ones: a gateway or tunnel connects to what is inside.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_TUNNELS: Final = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
# Not public, though older versions of Python count the first among the global addresses, and the
# second, where Azure answers its own machines, is written like a public one.
_NOT_PUBLIC: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))

_CONNECTING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_STARTING_PROGRAMS: Final = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"}
)


class Forbidden(BaseException):
    """A connection that is not allowed.

    Not an ``Exception``: code that tries another way whenever something fails must not go on.
    """


@dataclass(frozen=True, slots=True)
class AllowedNetwork:
    """A network that may be connected to though it is not public; on one port, or on all."""

    network: IPv4Network | IPv6Network
    port: int | None

    @classmethod
    def parse(cls, text: str) -> "AllowedNetwork":
        """Read ``10.1.0.0/16``, ``127.0.0.1:8080``, ``fd00::/8`` or ``[::1]:8080``.

        Raises:
            InvalidInput: it is none of these.
        """
        match = _ENTRY.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError("not a network")
            written = match["v4"] or match["bare"] or match["v6"] + (match["v6bits"] or "")
            port = match["v4port"] or match["v6port"]
            network = ipaddress.ip_network(written)
            if port is not None and not 0 < int(port) < 65_536:
                raise ValueError("not a port")
        except ValueError as error:
            raise InvalidInput(
                f"{text!r} is not a network ({error}): write one such as 10.1.0.0/16,"
                " 127.0.0.1:8080 or [::1]:8080"
            ) from error
        return cls(network, None if port is None else int(port))

    def holds(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether this address and port are in it."""
        return self.port in (None, port) and address in self.network


class Guard:
    """Refuses connections to what is not public, and programs.

    Args:
        allowed: networks that may be connected to all the same.
        programs: names of programs that may be started.

    Attributes:
        refused: what was refused, in a person's words; stays empty when all went well.
    """

    def __init__(self, allowed: Iterable[AllowedNetwork], programs: Iterable[str] = ()) -> None:
        self.allowed = tuple(allowed)
        self.programs = frozenset(programs)
        self.refused: list[str] = []

    def install(self) -> None:
        """Watch this process from now on, until it ends."""
        sys.addaudithook(self._on_event)

    def check(self, host: str, port: int) -> None:
        """Pass only if this address may be connected to.

        Args:
            host: a literal address. A name is refused: what it resolves to must be looked at.
            port: 0 to 65535.

        Raises:
            Forbidden: it may not.
        """
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            self._refuse(f"{host!r} is not a literal address")
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not is_public(address) and not any(net.holds(address, port) for net in self.allowed):
            self._refuse(f"{address} is not a public address (port {port})")

    def _refuse(self, reason: str) -> None:
        self.refused.append(reason)
        raise Forbidden(reason)

    def _on_event(self, event: str, args: tuple[object, ...]) -> None:
        if event in _CONNECTING:
            self._check_peer(args[1])
        elif event == "urllib.Request":
            scheme = urlsplit(str(args[0])).scheme
            if scheme not in WEB_SCHEMES:
                self._refuse(f"{scheme}:// is not fetched, only https:// and http://")
        elif event == "subprocess.Popen":
            self._check_program(str(args[0]))
        elif event in _STARTING_PROGRAMS:
            self._check_program(event)

    def _check_peer(self, peer: object) -> None:
        if peer is None:  # a datagram to where the socket is connected already
            return
        if not (isinstance(peer, tuple) and len(peer) >= 2 and isinstance(peer[1], int)):
            self._refuse("only internet addresses are connected to")
        else:
            self.check(str(peer[0]), peer[1])

    def _check_program(self, program: str) -> None:
        # An ordinary error: who looks for a program goes on without it, as if it were not there.
        if Path(program).name not in self.programs:
            raise PermissionError(f"no program is started here: {program}")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet's, not of this machine or a network of its own.

    By IANA's registries of special-purpose addresses, and of IPv6 only what is global unicast.
    """
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS):
            return False
    elif any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
