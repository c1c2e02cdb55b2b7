"""A post to strangers is signed, goes to public addresses only, and never takes long."""

import hashlib
import hmac
import socket
import threading
from typing import Any

import pytest

from api.background.signed_post import MAX_URL_CHARACTERS, NotTaken, check_url, post, signature
from engine.errors import InvalidInput
from ingest.sources.guard import AllowedNetwork
from support.receiver import receiver


def test_the_signature_is_that_of_the_time_and_the_body() -> None:
    header = signature("secret", b'{"a": 1}', now=1_700_000_000)
    expected = hmac.new(b"secret", b'1700000000.{"a": 1}', hashlib.sha256).hexdigest()
    assert header == f"t=1700000000,v1={expected}"


def test_an_allowed_address_is_told_once_with_the_headers_given() -> None:
    with receiver() as other:
        post(other.url, b"{}", {"X-Sign": "1"}, [AllowedNetwork.parse(other.network)])
    (delivery,) = other.deliveries
    assert (delivery.path, delivery.body) == ("/hook?of=acme", b"{}")
    assert delivery.headers["X-Sign"] == "1"
    assert delivery.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"],  # noqa: S104 - none of them
)
def test_a_private_address_is_not_told_whatever_it_is_called(host: str) -> None:
    with receiver() as other, pytest.raises(NotTaken, match="not a public address"):
        post(f"http://{host}:{other.port}/", b"{}", {}, [])
    assert other.deliveries == []


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_anything_but_success_is_trouble_and_no_redirect_is_followed(status: int) -> None:
    with receiver([status]) as other, pytest.raises(NotTaken, match=f"status {status}"):
        post(other.url, b"{}", {}, [AllowedNetwork.parse(other.network)])
    assert len(other.deliveries) == 1


def test_who_answers_a_byte_at_a_time_is_cut_off() -> None:
    with receiver(drip_seconds=0.1) as other, pytest.raises(NotTaken, match="not be reached"):
        post(
            other.url,
            b"{}",
            {},
            [AllowedNetwork.parse(other.network)],
            deadline_seconds=0.5,
        )


def test_who_drips_a_handshake_is_cut_off() -> None:
    with receiver(drip_seconds=0.1) as other:
        secure = other.url.replace("http:", "https:")
        with pytest.raises(NotTaken, match="could not be reached"):
            post(secure, b"{}", {}, [AllowedNetwork.parse(other.network)], deadline_seconds=0.5)


def test_a_name_that_is_not_looked_up_in_time_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def getaddrinfo(*_: Any, **__: Any) -> Any:
        answered.wait(60)
        raise OSError("nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(NotTaken, match="not looked up in time"):
            post("http://slow.example/", b"{}", {}, [], deadline_seconds=0.2)
    finally:
        answered.set()


@pytest.mark.parametrize("url", ["http://a..b/", "http://[", f"http://{'a' * 64}/", "ftp://x/"])
def test_an_address_stored_long_ago_that_cannot_be_sent_to_is_trouble(url: str) -> None:
    with pytest.raises(NotTaken, match="cannot be sent to"):
        post(url, b"{}", {}, [])


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://ADS.example:80/é?q=ü#top", "http://ads.example/%C3%A9?q=%C3%BC"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://ads.example/?utm_source=a&b=1", "https://ads.example/?utm_source=a&b=1"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
    ],
)
def test_an_address_is_kept_as_it_is_sent_to(url: str, sent: str) -> None:
    assert check_url(url, []) == sent
    assert check_url(sent, []) == sent


def test_nobody_there_is_trouble() -> None:
    with receiver() as other:
        pass
    with pytest.raises(NotTaken, match="could not be reached"):
        post(other.url, b"{}", {}, [AllowedNetwork.parse(other.network)])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://ads.example/", "must begin with https"),
        ("https://user:pass@ads.example/", "user name or password"),
        ("http://127.0.0.1/", "not a public address"),
        ("http://[fd00::1]/", "not a public address"),
        ("http://169.254.169.254/latest", "not a public address"),
        ("not an address", "not a web address"),
        ("http://a..b/", "no host can be called that"),
        (f"http://{'a' * 64}.example/", "no host can be called that"),
        (f"http://{'a.' * 130}example/", "no host can be called that"),
        (f"http://{'é' * 63}.example/", "no host can be called that"),
        ("http://ads.example:0/", "nobody listens on port 0"),
        ("http://[fe80::1%25eth0]/", "no host can be called that"),
        ("http://exa<mple/", "no host can be called that"),
        ("http://127。0。0。1/", "not a public address"),
        ("https://ads.example/" + "é" * 900, "once escaped"),
        ("https://ads.example/" + "a" * MAX_URL_CHARACTERS, "at most 2000"),
    ],
)
def test_an_address_that_can_never_be_told_is_refused_at_once(url: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_url(url, [])
