"""A second host for tests: a network namespace of this machine, with a link that can be cut."""

import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

_IP: Final = shutil.which("ip") or ""
_FORBIDDEN: Final = r"(?i)not permitted|permission denied|not supported"


@dataclass(frozen=True, slots=True)
class LinkedHost:
    """A host that shares the files of this machine, and not its network.

    Attributes:
        here: address of this machine on the link.
        there: address of the other one.
        prefix: words before a command that runs there.
    """

    here: str
    there: str
    prefix: tuple[str, ...]
    _link: str

    def cut(self) -> None:
        """Take the link down: what is sent is lost, and nobody is told."""
        _ip("link", "set", self._link, "down")


@contextmanager
def linked_host() -> Iterator[LinkedHost]:
    """Make a host and a link to it; the test ends, with the reason, where the machine has none."""
    if not _IP:
        pytest.skip("needs the command ip: apt-get install iproute2")
    token = secrets.token_hex(3)
    name, link = f"rm-{token}", f"rm-{token}"
    made = subprocess.run([_IP, "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        if not re.search(_FORBIDDEN, made.stderr):
            pytest.fail(f"no network namespace: {made.stderr.strip()}")
        # No part is missing: what is tested cannot be on such a machine, in CI neither.
        pytest.xfail(f"this machine lets nobody make a network namespace: {made.stderr.strip()}")
    try:
        net = f"10.{213 + secrets.randbelow(40)}.{secrets.randbelow(256)}"
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("addr", "add", f"{net}.1/24", "dev", link)
        _ip("link", "set", link, "up")
        _ip("-n", name, "addr", "add", f"{net}.2/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            _ip("-n", name, "link", "set", device, "up")
        yield LinkedHost(f"{net}.1", f"{net}.2", ("ip", "netns", "exec", name), link)
    finally:
        # The link goes with it.
        _ip("netns", "del", name)


def _ip(*arguments: str) -> None:
    subprocess.run([_IP, *arguments], check=True, capture_output=True)
