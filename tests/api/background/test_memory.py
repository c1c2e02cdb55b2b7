"""Memory is asked of, and given back to, the C library where it can be."""

import ctypes
import gc
import sys
import weakref
from typing import Any

import pytest

from api.background import memory

MALLOPT = hasattr(ctypes.CDLL(None), "mallopt") and sys.platform == "linux"


class Library:
    """A C library that writes down what is asked of it."""

    def __init__(self, *has: str) -> None:
        self.calls: list[tuple[str, tuple[int, ...]]] = []
        for name in has:
            setattr(self, name, self._function(name))

    def _function(self, name: str) -> Any:
        def call(*arguments: int) -> int:
            self.calls.append((name, arguments))
            return 1

        return call


def loaded(monkeypatch: pytest.MonkeyPatch, library: Library, platform: str = "linux") -> Library:
    monkeypatch.setattr("ctypes.CDLL", lambda _: library)
    monkeypatch.setattr("sys.platform", platform)
    return library


def test_glibc_is_told_to_have_two_heaps_and_no_large_array_in_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = loaded(monkeypatch, Library("mallopt", "malloc_trim"))
    memory.limit_heaps()
    # M_ARENA_MAX and M_MMAP_THRESHOLD of malloc.h.
    assert library.calls == [("mallopt", (-8, 2)), ("mallopt", (-3, 256 * 1024))]


@pytest.mark.skipif(not MALLOPT, reason="needs mallopt, which glibc has")
def test_glibc_takes_it() -> None:
    mallopt = ctypes.CDLL(None).mallopt
    assert mallopt(memory._ARENA_MAX, memory._ARENAS) == 1
    assert mallopt(memory._MMAP_THRESHOLD, memory._LARGE) == 1


@pytest.mark.parametrize(
    ("platform", "has"), [("linux", ()), ("darwin", ()), ("darwin", ("mallopt", "malloc_trim"))]
)
def test_another_library_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, platform: str, has: tuple[str, ...]
) -> None:
    library = loaded(monkeypatch, Library(*has), platform)
    memory.limit_heaps()
    memory.give_back_memory()
    assert library.calls == []


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_before_is_not_looked_through_and_what_came_later_is() -> None:
    before = Cycle()
    with memory.left_out_of_collections():
        assert not any(one is before for one in gc.get_objects())
        later = weakref.ref(Cycle())
        gc.collect()
        assert later() is None
    assert any(one is before for one in gc.get_objects())
