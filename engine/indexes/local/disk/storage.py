"""An index on disk: a folder of ``.npy`` files and a ``meta.json`` that says what they are."""

import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO, Final, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.errors import CorruptData

FORMAT: Final = "reelmatch-index"
VERSION: Final = 3
_READ: Final = (2, VERSION)
"""Versions that are read: 2 has levels that are arranged anew, see ``scans.earlier_levels``."""

_META: Final = "meta.json"
_MAPPED_BYTES: Final = 1 << 20
"""Files from this size on are mapped; smaller ones are read, so that they cannot change later."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """Stored form of an index: named arrays, and the numbers that describe them."""

    settings: Mapping[str, Any]
    arrays: Mapping[str, Array]


class Writer:
    """Writes an index into a folder, array by array, each in as many pieces as it comes in.

    The same index gives the same bytes, however it was cut. A folder that is replaced while
    somebody reads it is the caller's concern: write aside, then switch.

    ::

        with Writer(folder) as writer:
            writer.append("rows", first)
            writer.append("rows", second)
            writer.finish({"kernel": "plain"})
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._open: dict[str, _ArrayFile] = {}
        self._sizes: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.abandon()

    def append(self, name: str, array: Array) -> None:
        """Put values at the end of an array; the first ones make it, even if they are none."""
        if name not in self._open:
            self._open[name] = _ArrayFile(self._folder / f"{name}.npy", array.dtype)
        self._open[name].append(array)

    def close_array(self, name: str) -> Array:
        """End an array that is still being written and return it, mapped."""
        size = self._open.pop(name).close()
        self._sizes[name] = size
        return _opened(self._folder / f"{name}.npy", size)

    def drop(self, name: str) -> None:
        """Take an array away that is ended."""
        del self._sizes[name]
        (self._folder / f"{name}.npy").unlink()

    def finish(self, settings: Mapping[str, Any]) -> None:
        """End all arrays and describe them; on return the index is on the disk."""
        for name in list(self._open):
            self._sizes[name] = self._open.pop(name).close()
        sizes = {f"{name}.npy": size for name, size in self._sizes.items()}
        meta = {"format": FORMAT, "version": VERSION, "settings": settings, "sizes": sizes}
        with (self._folder / _META).open("w", encoding="utf-8") as file:
            json.dump(meta, file, indent=1, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _ArrayFile:
    """A ``.npy`` file of one dimension that grows; the same bytes as ``np.save`` gives."""

    def __init__(self, path: Path, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._length = 0
        self._file: BinaryIO = path.open("wb")
        self._write_header()

    def append(self, array: Array) -> None:
        array.astype(self._dtype, copy=False).tofile(self._file)
        self._length += array.size

    def close(self) -> int:
        """Put the length into the header; return the size of the file once it is on the disk."""
        with self._file:
            size = self._file.tell()
            # The header has room for any length: it keeps its own.
            self._file.seek(0)
            self._write_header()
            self._file.flush()
            os.fsync(self._file.fileno())
        return size

    def abandon(self) -> None:
        """Let go of the file as it is."""
        self._file.close()

    def _write_header(self) -> None:
        header = {
            "descr": npy.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._length,),
        }
        npy.write_array_header_1_0(self._file, header)


def write(folder: Path, files: IndexFiles) -> None:
    """Write an index into a folder, made if needed; on return it is on the disk."""
    with Writer(folder) as writer:
        for name, array in files.arrays.items():
            writer.append(name, array)
        writer.finish(files.settings)


def read(folder: Path) -> IndexFiles:
    """Open an index; large arrays are mapped, so nothing of them is read before it is used.

    Raises:
        CorruptData: a file is missing, of another size than was written, or of another format.
    """
    meta = _read_meta(folder / _META)
    arrays = {
        name.removesuffix(".npy"): _opened(folder / name, size)
        for name, size in meta["sizes"].items()
    }
    return IndexFiles(meta["settings"], arrays)


def release(array: Array) -> None:
    """Let go of the memory of a mapped array; what is used again is read from the file again."""
    owner: Any = array
    while owner is not None and not isinstance(owner, mmap.mmap):
        owner = getattr(owner, "base", None) if isinstance(owner, np.ndarray) else owner.obj
    if owner is not None and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
        version = (meta["format"], meta["version"])
        if version in [(FORMAT, read) for read in _READ] and {"settings", "sizes"} <= meta.keys():
            if not isinstance(meta["settings"], dict) or not _are_sizes(meta["sizes"]):
                raise TypeError("it holds something else")
            return dict(meta)
    except FileNotFoundError as error:
        raise CorruptData(f"{path} is missing: this folder is no index; build it anew") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorruptData(f"{path} cannot be read ({error}): build the index anew") from error
    raise CorruptData(f"{path} says {version}, not {(FORMAT, VERSION)}: build the index anew")


def _are_sizes(sizes: Any) -> bool:
    return isinstance(sizes, dict) and all(
        Path(name).name == name and name.endswith(".npy") and type(size) is int
        for name, size in sizes.items()
    )


def _opened(path: Path, size: int) -> Array:
    try:
        actual = path.stat().st_size
    except FileNotFoundError as error:
        raise CorruptData(f"{path} is missing: build the index anew") from error
    if actual != size:
        raise CorruptData(f"{path} has {actual} bytes, not {size}: build the index anew")
    try:
        array = _array(path, size)
    # What numpy says of a header that it cannot read.
    except (ValueError, TypeError, SyntaxError, TokenError, OSError, OverflowError) as error:
        raise CorruptData(f"{path} is no array ({error}): build the index anew") from error
    if array.ndim != 1:
        raise CorruptData(f"{path} has {array.ndim} dimensions, not one: build the index anew")
    return array


def _array(path: Path, size: int) -> Array:
    """Return the array in a file, not writeable: one type for the kernels to be compiled for."""
    if size >= _MAPPED_BYTES:
        # A plain array of the mapped bytes: kernels are compiled for arrays, not for memmaps.
        return np.asarray(npy.open_memmap(path, mode="r"))
    with path.open("rb") as file:
        npy_version = npy.read_magic(file)
        shape, _, dtype = npy.read_array_header_1_0(file)
        rest = file.read(_MAPPED_BYTES)
    if npy_version != (1, 0) or dtype.hasobject or len(shape) != 1:
        raise ValueError(f"npy version {npy_version}, shape {shape}, {dtype}")
    if len(rest) != shape[0] * dtype.itemsize:
        raise ValueError(f"{len(rest)} bytes for shape {shape} of {dtype}")
    array = np.empty(shape[0], dtype)
    array.view(np.uint8)[:] = np.frombuffer(rest, np.uint8)
    array.flags.writeable = False
    return array
