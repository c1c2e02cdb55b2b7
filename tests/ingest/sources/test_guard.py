import ipaddress
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput
from ingest.sources.guard import AllowedNetwork, Forbidden, Guard, is_public

# IANA IPv4 and IPv6 special-purpose address registries: what is not globally reachable; and
# multicast, and what clouds answer their own machines at.
NOT_PUBLIC = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/29", "192.0.0.170/31", "192.0.0.192/32", "192.0.2.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("168.63.129.16/32", "255.255.255.255/32"),
    *("::/128", "::1/128", "::7f00:0/104", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/32", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    *("64:ff9b::7f00:0/104", "64:ff9b::a9fe:a9fe/128", "64:ff9b::a00:0/104"),
]
PUBLIC = [
    *("8.8.8.8", "1.1.1.1", "93.184.215.14", "172.15.255.255", "172.32.0.0", "100.63.255.255"),
    *("100.128.0.0", "169.253.255.255", "192.169.0.1", "223.255.255.255"),
    *("2606:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::808:808"),
]


def guard(*networks: str) -> Guard:
    return Guard(map(AllowedNetwork.parse, networks))


@pytest.mark.parametrize("network", NOT_PUBLIC)
@given(part=st.floats(0, 1, exclude_max=True))
def test_no_address_of_a_special_network_is_public(network: str, part: float) -> None:
    within = ipaddress.ip_network(network)
    for number in (0, int(part * within.num_addresses), within.num_addresses - 1):
        assert not is_public(within[number])


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    guard().check(address, 443)


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_an_address_inside_another_is_as_public_as_itself(inner: ipaddress.IPv4Address) -> None:
    def passes(host: str) -> bool:
        try:
            guard().check(host, 80)
        except Forbidden:
            return False
        return True

    number = int(inner)
    assert passes(f"::ffff:{inner}") == passes(str(inner))
    assert passes(str(ipaddress.IPv6Address((0x64FF9B << 96) + number))) == passes(str(inner))
    assert not passes(str(ipaddress.IPv6Address((0x2002 << 112) + (number << 80) + 1)))


@pytest.mark.parametrize(
    "host", ["localhost", "example.com", "", "127.1", "0x7f000001", "fe80::1%"]
)
def test_what_is_no_literal_address_is_refused(host: str) -> None:
    with pytest.raises(Forbidden):
        guard().check(host, 80)


def test_a_listed_network_may_be_connected_to_on_the_listed_port_only() -> None:
    strict = guard("127.0.0.1:8080", "10.1.0.0/16", "[::1]:81", "fd00::/8", "[fe80::]/10:82")
    for host, port in [
        *(
            ("127.0.0.1", 8080),
            ("::ffff:127.0.0.1", 8080),
            ("10.1.2.3", 1),
            ("10.1.255.255", 65535),
        ),
        *(("::1", 81), ("fd12::3", 7), ("fe80::5", 82)),
    ]:
        strict.check(host, port)
    assert strict.refused == []
    for host, port in [
        *(("127.0.0.1", 8081), ("127.0.0.2", 8080), ("10.2.0.0", 1), ("::1", 80), ("fe80::5", 83)),
        *(("169.254.169.254", 80), ("0.0.0.1", 8080)),
    ]:
        with pytest.raises(Forbidden, match="is not a public address"):
            strict.check(host, port)
    assert len(strict.refused) == 7


@pytest.mark.parametrize(
    "text",
    ["", "here", "10.0.0.0/33", "10.0.0.1/8", "127.0.0.1:0", "127.0.0.1:65536", "[::1", "::1]"],
)
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a network"):
        AllowedNetwork.parse(text)


# What a guarded process tries, and what must come of it.
TRIES = {
    "import socket; socket.create_connection(('127.0.0.1', 9))": "Forbidden",
    "import socket; socket.create_connection(('localhost', 9))": "Forbidden",
    "import socket; socket.socket().connect(('127.0.0.1', 9))": "Forbidden",
    "import socket; socket.socket().connect_ex(('127.0.0.1', 9))": "Forbidden",
    "import _socket; _socket.socket().connect(('127.0.0.1', 9))": "Forbidden",
    "import socket; socket.socket().connect(('localhost', 9))": "Forbidden",
    "import socket; socket.socket(socket.AF_INET6).connect(('::1', 9))": "Forbidden",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/any.sock')": "Forbidden",
    "import socket; socket.socket(type=2).sendto(b'', ('10.0.0.1', 9))": "Forbidden",
    "import socket; socket.socket(type=2).sendmsg([], [], 0, ('10.0.0.1', 9))": "Forbidden",
    "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 9))": "Forbidden",
    "import urllib.request as r; r.urlopen('http://127.1:9/')": "Forbidden",
    "import urllib.request as r; r.urlopen('file:///etc/passwd')": "Forbidden",
    "import urllib.request as r; r.urlopen('ftp://8.8.8.8/')": "Forbidden",
    "import subprocess; subprocess.run(['true'])": "PermissionError",
    "import subprocess; subprocess.run('true', shell=True)": "PermissionError",
    "import os; os.system('true')": "PermissionError",
    "import os; os.fork()": "PermissionError",
    "import os; os.execv('/bin/true', ['true'])": "PermissionError",
    "import os; os.posix_spawn('/bin/true', ['true'], {})": "PermissionError",
    "import subprocess; subprocess.run(['no-such-program-but-named'])": "FileNotFoundError",
}


@pytest.mark.parametrize("line", TRIES)
def test_a_guarded_process_cannot_connect_or_start_programs_by_any_way(line: str) -> None:
    code = (
        "from ingest.sources.guard import Guard\n"
        "Guard([], ['no-such-program-but-named']).install()\n"
        f"try:\n    {line}\n"
        "except BaseException as error:\n    print(type(error).__name__)\n"
        "else:\n    print('nothing stopped it')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == TRIES[line]
