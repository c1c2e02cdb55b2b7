"""The suite of every store of objects."""

import io
import threading
import time

import pytest

from engine.errors import StoreUnusable
from engine.ports.object_store import ObjectStore

LONG = bytes(range(256)) * 20_000


def downloaded(store: ObjectStore, name: str) -> bytes:
    """Return all pieces of an object together."""
    return b"".join(store.download(name))


class ObjectStoreConformance:
    """A test class of a store has a fixture ``store``, which is empty."""

    def test_what_is_uploaded_is_downloaded(self, store: ObjectStore) -> None:
        store.upload("parts/a", io.BytesIO(LONG))
        assert downloaded(store, "parts/a") == LONG
        assert store.size("parts/a") == len(LONG)

    def test_all_of_a_file_is_uploaded_wherever_it_was_read_to(self, store: ObjectStore) -> None:
        file = io.BytesIO(b"whole")
        file.read(3)
        store.upload("parts/a", file)
        assert store.read("parts/a", max_bytes=10) == b"whole"

    @pytest.mark.parametrize(
        ("start", "stop"), [(0, 1), (1, 256), (0, len(LONG)), (4 << 20, (4 << 20) + 9), (7, 7)]
    )
    def test_a_range_is_downloaded_alone(self, store: ObjectStore, start: int, stop: int) -> None:
        store.upload("parts/a", io.BytesIO(LONG))
        assert b"".join(store.download_range("parts/a", start, stop)) == LONG[start:stop]

    def test_a_range_that_is_not_all_there_is_told(self, store: ObjectStore) -> None:
        store.write("parts/a", b"0123456789")
        for name, stop in (("parts/a", 11), ("parts/none", 5)):
            with pytest.raises(StoreUnusable, match=store.url):
                b"".join(store.download_range(name, 0, stop))

    def test_an_empty_object_is_one(self, store: ObjectStore) -> None:
        store.write("parts/empty", b"")
        assert store.read("parts/empty", max_bytes=10) == b""
        assert store.size("parts/empty") == 0
        assert downloaded(store, "parts/empty") == b""

    def test_a_second_write_replaces_the_first(self, store: ObjectStore) -> None:
        store.write("NAME", b"first, which is longer")
        assert store.read("NAME", max_bytes=100) == b"first, which is longer"
        store.write("NAME", b"second")
        assert store.read("NAME", max_bytes=100) == b"second"
        assert store.size("NAME") == 6

    def test_what_is_not_there_is_told_apart(self, store: ObjectStore) -> None:
        assert store.read("NAME", max_bytes=10) is None
        assert store.modified("NAME") is None
        assert store.size("parts/none") is None
        assert store.names("parts") == []
        with pytest.raises(StoreUnusable):
            downloaded(store, "parts/none")

    def test_a_longer_object_than_expected_is_not_read(self, store: ObjectStore) -> None:
        store.write("NAME", b"x" * 11)
        assert store.read("NAME", max_bytes=11) == b"x" * 11
        with pytest.raises(StoreUnusable, match="longer than 10 bytes"):
            store.read("NAME", max_bytes=10)

    def test_it_is_told_when_an_object_was_written(self, store: ObjectStore) -> None:
        store.write("NAME", b"1")
        modified = store.modified("NAME")
        assert modified is not None
        assert abs(modified - time.time()) < 600

    def test_names_are_those_of_one_folder(self, store: ObjectStore) -> None:
        for name in ("parts/b", "parts/a", "manifests/c.json", "NAME"):
            store.write(name, b"1")
        assert store.names("parts") == ["parts/a", "parts/b"]
        assert store.names("manifests") == ["manifests/c.json"]

    def test_what_is_deleted_is_gone_and_twice_is_as_good_as_once(self, store: ObjectStore) -> None:
        store.write("parts/a", b"1")
        store.write("parts/b", b"2")
        store.delete("parts/a")
        store.delete("parts/a")
        assert store.size("parts/a") is None
        assert store.names("parts") == ["parts/b"]

    def test_an_upload_that_fails_leaves_what_was_there(self, store: ObjectStore) -> None:
        store.write("NAME", b"before")

        class Failing(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell():
                    raise OSError("the disk was taken away")
                return super().read(size)

        with pytest.raises(StoreUnusable, match="the disk was taken away"):
            store.upload("NAME", Failing(LONG))
        assert store.read("NAME", max_bytes=100) == b"before"
        assert store.names(".") in ([], ["./NAME"])

    def test_threads_may_use_it_at_once(self, store: ObjectStore) -> None:
        def write(number: int) -> None:
            store.write(f"parts/{number}", str(number).encode() * 1000)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [store.size(f"parts/{n}") for n in range(8)] == [1000] * 8
