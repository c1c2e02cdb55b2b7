"""The address that the service is told to listen on."""

import socket

import pytest

from api.http.server import refuse_taken
from engine.errors import InvalidInput


def test_a_port_that_is_taken_is_named_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"port {port} of 127.0.0.1: Address already in use"):
            refuse_taken("127.0.0.1", port)
    refuse_taken("127.0.0.1", port)
    refuse_taken("127.0.0.1", 0)


def test_an_address_that_this_machine_has_not_hides_no_taken_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As ::1 of "localhost" where there is no IPv6."""
    of_documentation = "192.0.2.1"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda *_, **__: [
                (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))
                for host in (of_documentation, "127.0.0.1")
            ],
        )
        with pytest.raises(InvalidInput, match=f"port {port} of localhost"):
            refuse_taken("localhost", port)
    refuse_taken("localhost", port)
