"""A part of a stored file is asked for as of any file (RFC 9110, section 14)."""

from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.http.stored_files import requested_range, stored_file
from engine.errors import StoreUnusable
from engine.object_stores import open_object_store
from engine.object_stores.filesystem import FilesystemStore

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")

CONTENT = bytes(range(100))


@given(st.integers(0, 30), st.integers(0, 40), st.none() | st.integers(0, 40))
def test_a_range_is_the_slice_that_it_names(size: int, first: int, last: int | None) -> None:
    requested = requested_range(f"bytes={first}-{'' if last is None else last}", size)
    if last is not None and last < first:
        assert requested is None
        return
    expected = list(range(size))[first : None if last is None else last + 1]
    assert requested is not None
    assert list(requested) == expected


@given(st.integers(0, 30), st.integers(0, 40))
def test_a_suffix_is_the_end(size: int, count: int) -> None:
    requested = requested_range(f"bytes=-{count}", size)
    assert requested is not None
    assert list(requested) == (list(range(size))[-count:] if count else [])


@given(st.text(max_size=30))
def test_no_other_text_is_a_range(text: str) -> None:
    assert requested_range(text, 10) is None


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    store = open_object_store(f"{tmp_path}/media")
    for name in ("a", "b"):
        store.write(f"uploads/{name}", CONTENT)
    app = FastAPI()

    @app.api_route("/{name}", methods=["GET", "HEAD"])
    def get(name: str, request: Request) -> Response:
        return stored_file(request, store, f"uploads/{name}", "video/mp4") or Response("", 404)

    return TestClient(app)


def test_the_whole_file_comes_unless_a_part_is_asked_for(client: TestClient) -> None:
    whole = client.get("/a")
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["accept-ranges"] == "bytes"
    assert client.get("/none").status_code == 404
    for header in ("bytes=0-1,5-6", "seconds=1-2", "bytes=9-1"):
        assert client.get("/a", headers={"range": header}).content == CONTENT
    head = client.head("/a")
    assert (head.content, head.headers["content-length"]) == (b"", "100")


def test_a_part_says_which_one_it_is(client: TestClient) -> None:
    part = client.get("/a", headers={"range": "bytes=90-200"})
    assert (part.status_code, part.content) == (206, CONTENT[90:])
    assert part.headers["content-range"] == "bytes 90-99/100"
    assert part.headers["content-length"] == "10"
    beyond = client.get("/a", headers={"range": "bytes=100-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */100")


def test_a_part_of_what_was_there_before_is_not_put_to_what_is_there_now(
    client: TestClient,
) -> None:
    etag, other = (client.get(name).headers["etag"] for name in ("/a", "/b"))
    for condition, status in ((etag, 206), (other, 200)):
        headers = {"range": "bytes=0-1", "if-range": condition}
        assert client.get("/a", headers=headers).status_code == status


def test_an_object_that_goes_meanwhile_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    class Going(FilesystemStore):
        def size(self, name: str) -> int | None:
            size = super().size(name)
            self.delete(name)
            return size

    store = Going(f"file://{tmp_path}/media")
    store.write("uploads/a", CONTENT)
    request = Request({"type": "http", "method": "GET", "headers": []})
    with pytest.raises(StoreUnusable, match="media cannot be used"):
        stored_file(request, store, "uploads/a", "video/mp4")
