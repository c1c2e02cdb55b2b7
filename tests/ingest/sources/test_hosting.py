"""Copies for remote taggers: kept, given out, gone."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput, MissingPart
from engine.object_stores import open_object_store
from ingest.sources.hosting.base import Host, HostingFailed, hosted
from ingest.sources.hosting.gcs import GcsHost
from ingest.sources.hosting.local import LocalHost
from ingest.sources.hosting.signing import NotHosted, sign, verify
from support.conformance.hosting import HostConformance, fetch, serving_folder, serving_store
from support.stores import away

SECRET = bytes(range(32))
NAME = "0123456789abcdef0123456789abcdef.mp4"


class TestLocalHost(HostConformance):
    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Host]:
        with serving_folder(tmp_path / "hosted") as host:
            yield host

    def test_an_address_expires(self, host: Host, copy: Path) -> None:
        name = host.put(copy)
        assert fetch(host.url(name, valid_seconds=60))[0] == 200
        assert fetch(host.url(name, valid_seconds=0))[0] == 404

    def test_only_its_owner_may_read_the_folder(
        self, host: Host, copy: Path, tmp_path: Path
    ) -> None:
        host.put(copy)
        folder = tmp_path / "hosted"
        assert folder.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())

    def test_a_copy_that_its_owner_deletes_meanwhile_stops_nobody(
        self, host: Host, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host.put(copy)

        def lstat_too_late(path: Path) -> os.stat_result:
            if path.suffix == ".mp4":
                path.unlink(missing_ok=True)
            return path.stat(follow_symlinks=False)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "lstat", lstat_too_late)
            name = host.put(copy)
        assert fetch(host.url(name, valid_seconds=60))[0] == 200


class TestStoreHost(HostConformance):
    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Host]:
        pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")
        with serving_store(open_object_store(f"{tmp_path}/media")) as host:
            yield host

    def test_an_address_expires_and_is_of_one_copy(self, host: Host, copy: Path) -> None:
        name, other = host.put(copy), host.put(copy)
        url = host.url(name, valid_seconds=60)
        assert fetch(url)[0] == 200
        assert fetch(url.replace(name, other))[0] == 404
        assert fetch(url.replace(name, "none.mp4"))[0] == 404
        assert fetch(host.url(name, valid_seconds=0))[0] == 404

    def test_copies_left_behind_by_killed_processes_go_after_a_day(
        self, host: Host, copy: Path, tmp_path: Path
    ) -> None:
        old, young = (host.put(copy).removesuffix(".mp4") for _ in range(2))
        for path in (tmp_path / "media/copies").iterdir():
            os.utime(path, (time.time() - (90_000 if path.stem == old else 80_000),) * 2)
        new = host.put(copy).removesuffix(".mp4")
        left = [path.stem for path in (tmp_path / "media/copies").iterdir()]
        assert sorted(left) == sorted(2 * [young, new])

    def test_a_store_that_is_away_is_a_failure(
        self, host: Host, copy: Path, tmp_path: Path
    ) -> None:
        name = host.put(copy)
        with away(tmp_path / "media"):
            for act in (lambda: host.put(copy), lambda: host.delete(name)):
                with pytest.raises(HostingFailed, match="media cannot be used"):
                    act()


class TestGcsHost(HostConformance):
    @pytest.fixture
    def host(self) -> Iterator[Host]:
        emulator = pytest.importorskip(
            "gcp_storage_emulator.server", reason="needs: pip install gcp-storage-emulator"
        )
        storage = pytest.importorskip(
            "google.cloud.storage", reason="needs: pip install -e '.[gcs]'"
        )
        credentials = pytest.importorskip("google.auth.credentials")
        server = emulator.create_server("127.0.0.1", 0, in_memory=True, default_bucket="films")
        with server:
            address = f"http://127.0.0.1:{_port(server)}"
            client = storage.Client(
                project="films",
                credentials=credentials.AnonymousCredentials(),
                client_options={"api_endpoint": address},
            )
            signing = {"credentials": _service_account(), "api_access_endpoint": address}
            threads = set(threading.enumerate())
            yield GcsHost(client.bucket("films"), signing)
            # The client looks at its buckets behind our back, and would try again for minutes.
            for thread in set(threading.enumerate()) - threads:
                if "_background" in thread.name:
                    thread.join()
            client.close()

    def test_addresses_are_signed_v4_and_expire(self, host: Host, copy: Path) -> None:
        # The emulator checks no signature: only the address can be looked at.
        requests = parse_qs(urlsplit(host.url(host.put(copy), valid_seconds=90)).query)
        assert requests["X-Goog-Algorithm"] == ["GOOG4-RSA-SHA256"]
        assert requests["X-Goog-Expires"] == ["90"]
        assert len(requests["X-Goog-Signature"][0]) == 512
        assert requests["X-Goog-Credential"][0].startswith("tests@films.example/")

    def test_a_missing_bucket_is_a_failure(self, host: Any, copy: Path) -> None:
        other = GcsHost(host._bucket.client.bucket("none"))
        with pytest.raises(HostingFailed, match="the bucket none cannot be used"):
            other.put(copy)

    def test_credentials_that_cannot_sign_say_what_is_needed(self, host: Any, copy: Path) -> None:
        unsigned = GcsHost(host._bucket)
        with pytest.raises(HostingFailed, match="GOOGLE_APPLICATION_CREDENTIALS"):
            unsigned.url(host.put(copy), valid_seconds=60)


def _port(server: Any) -> int:
    deadline = time.monotonic() + 10
    while server._api._httpd is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(server._api._httpd.server_port)


def _service_account() -> Any:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from google.oauth2 import service_account

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        {
            "client_email": "tests@films.example",
            "token_uri": "https://films.example/token",
            "private_key": key.decode(),
        }
    )


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.storage", None)
    with pytest.raises(MissingPart, match=r"pip install 'reelmatch\[gcs\]'"):
        GcsHost.open("films")


def test_without_credentials_the_error_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("google.cloud.storage", reason="needs: pip install -e '.[gcs]'")
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"type": "nonsense"}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(HostingFailed, match="the bucket films cannot be used"):
        GcsHost.open("films")


def test_a_signature_is_hmac_sha256_of_name_and_expiry() -> None:
    # echo -ne 'NAME\n1700000000' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001..1f
    assert sign(SECRET, NAME, 1_700_000_000) == (
        "2ab21adab93f278e0d1568c982a1987bc26d899528cca8800c6d1c9d1d57724f"
    )


@given(
    name=st.text(max_size=40),
    expires=st.integers(0, 2**40),
    other_name=st.text(max_size=40),
    other_expires=st.integers(0, 2**40),
    now=st.integers(0, 2**40),
)
def test_a_signature_holds_for_its_name_and_expiry_alone(
    name: str, expires: int, other_name: str, other_expires: int, now: int
) -> None:
    signature = sign(SECRET, name, expires)
    assert verify(SECRET, name, expires, signature, now=now) == (now < expires)
    changed = (other_name, other_expires) != (name, expires)
    assert verify(SECRET, other_name, other_expires, signature, now=-1) != changed
    assert not verify(SECRET[::-1], name, expires, signature, now=-1)


@given(st.text(max_size=80))
def test_no_other_text_is_a_signature(text: str) -> None:
    right = sign(SECRET, NAME, 10)
    assert verify(SECRET, NAME, 10, text, now=0) == (text == right)


@pytest.mark.parametrize(
    "name",
    [
        "../signing.key",
        "signing.key",
        "..",
        "",
        f"/{NAME}",
        f"../hosted/{NAME}",
        f"{NAME}/",
        f"{NAME}\n",
        f"{NAME}\0",
        NAME.upper(),
        "٣" * 32 + ".mp4",
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    host = LocalHost.open(tmp_path / "hosted", "http://films.example")
    (tmp_path / "hosted" / NAME).write_bytes(b"film")
    secret = (tmp_path / "hosted" / "signing.key").read_bytes()
    expires = int(time.time()) + 60
    # Signed by us or not: a name that is none is refused before.
    with pytest.raises(NotHosted):
        host.open_signed(name, expires=expires, signature=sign(secret, name, expires))
    assert host.open_signed(NAME, expires=expires, signature=sign(secret, NAME, expires)).exists()


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    host = LocalHost(tmp_path, "http://films.example", SECRET)
    (tmp_path / "other").write_bytes(b"private")
    (tmp_path / NAME).symlink_to(tmp_path / "other")
    expires = int(time.time()) + 60
    with pytest.raises(NotHosted):
        host.open_signed(NAME, expires=expires, signature=sign(SECRET, NAME, expires))


def test_two_processes_share_one_secret(tmp_path: Path) -> None:
    tagging, serving = (LocalHost.open(tmp_path / "h", "http://films.example/") for _ in range(2))
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(b"film")
    url = tagging.url(tagging.put(copy), valid_seconds=60)
    requests = parse_qs(urlsplit(url).query)
    name = urlsplit(url).path.removeprefix("/hosted/")
    result = serving.open_signed(
        name, expires=int(requests["expires"][0]), signature=requests["signature"][0]
    )
    assert result.read_bytes() == b"film"


def test_copies_that_a_killed_process_left_behind_go_after_a_day(tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(b"film")
    host = LocalHost.open(tmp_path / "hosted", "http://films.example")
    old, young = (tmp_path / "hosted" / host.put(copy) for _ in range(2))
    for path, seconds in ((old, 90_000), (young, 80_000)):
        os.utime(path, (time.time() - seconds,) * 2)
    host.put(copy)
    assert (old.exists(), young.exists()) == (False, True)
    assert (tmp_path / "hosted" / "signing.key").exists()


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="a signing secret of 3 bytes: give 32"):
        LocalHost(tmp_path, "http://films.example", b"abc")


def test_a_copy_that_cannot_be_deleted_does_not_lose_what_was_seen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Sticky(LocalHost):
        def delete(self, name: str) -> None:
            raise HostingFailed(f"no way to delete {name[:0]}it")

    copy = tmp_path / "copy.mp4"
    copy.write_bytes(b"film")
    with hosted(Sticky(tmp_path, "http://films.example", SECRET), copy, valid_seconds=60):
        pass
    assert "a hosted copy is left behind: no way to delete it" in caplog.text
