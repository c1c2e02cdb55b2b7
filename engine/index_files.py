"""An index on disk: a folder of ``.npy`` files and a ``meta.json`` that says what they are."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from engine.errors import CorruptData

FORMAT: Final = "reelmatch-index"
VERSION: Final = 1
_META: Final = "meta.json"

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """What is kept of an index: named arrays, and the numbers that describe them."""

    settings: Mapping[str, Any]
    arrays: Mapping[str, Array]


def write(folder: Path, files: IndexFiles) -> None:
    """Write an index into a folder, made if needed; on return it is on the disk.

    The same index gives the same bytes. A folder that is replaced while somebody reads it is the
    caller's concern: write aside, then switch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name, array in files.arrays.items():
        path = folder / f"{name}.npy"
        with path.open("wb") as file:
            np.save(file, array, allow_pickle=False)
            _settle(file.fileno(), file.flush)
            sizes[path.name] = file.tell()
    meta = {"format": FORMAT, "version": VERSION, "settings": files.settings, "sizes": sizes}
    with (folder / _META).open("w", encoding="utf-8") as file:
        json.dump(meta, file, indent=1, sort_keys=True)
        file.write("\n")
        _settle(file.fileno(), file.flush)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(folder: Path) -> IndexFiles:
    """Open an index; the arrays are mapped, so nothing is read before it is used.

    Raises:
        CorruptData: a file is missing, of another size than was written, or of another format.
    """
    meta = _read_meta(folder / _META)
    arrays = {
        name.removesuffix(".npy"): _mapped(folder / name, size)
        for name, size in meta["sizes"].items()
    }
    return IndexFiles(meta["settings"], arrays)


def _settle(descriptor: int, flush: Any) -> None:
    flush()
    os.fsync(descriptor)


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
        version = (meta["format"], meta["version"])
        if version == (FORMAT, VERSION) and {"settings", "sizes"} <= meta.keys():
            return dict(meta)
    except FileNotFoundError as error:
        raise CorruptData(f"{path} is missing: this folder is no index; build it anew") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptData(f"{path} cannot be read ({error}): build the index anew") from error
    raise CorruptData(f"{path} says {version}, not {(FORMAT, VERSION)}: build the index anew")


def _mapped(path: Path, size: int) -> Array:
    try:
        found = path.stat().st_size
    except FileNotFoundError as error:
        raise CorruptData(f"{path} is missing: build the index anew") from error
    if found != size:
        raise CorruptData(f"{path} has {found} bytes, not {size}: build the index anew")
    try:
        # A plain array of the mapped bytes: kernels are compiled for arrays, not for memmaps.
        return np.asarray(open_memmap(path, mode="r"))
    except ValueError as error:
        raise CorruptData(f"{path} is no array ({error}): build the index anew") from error
