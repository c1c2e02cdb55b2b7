"""Tensors out of a TensorFlow 1 checkpoint, without TensorFlow.

The index is a table as in LevelDB: blocks of (key, protobuf that says where the numbers lie); the
numbers lie in another file as they are.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from models.convert.graph import Array

_FOOTER_BYTES: Final = 48
_FLOAT32: Final = 1
_DTYPE, _SHAPE, _OFFSET, _SIZE, _DIMENSION = 1, 2, 4, 5, 2

Field = int | bytes


def read_checkpoint(prefix: str) -> dict[str, Array]:
    """Return name -> values of every float32 tensor.

    Args:
        prefix: path of the checkpoint without ``.index`` and ``.data-00000-of-00001``.
    """
    index = Path(f"{prefix}.index").read_bytes()
    data = Path(f"{prefix}.data-00000-of-00001").read_bytes()
    footer = index[-_FOOTER_BYTES:]
    _, at = _pair(footer, 0)  # a block of metadata
    (offset, size), _ = _pair(footer, at)
    tensors: dict[str, Array] = {}
    for _, handle in _entries(index[offset : offset + size]):
        (offset, size), _ = _pair(handle, 0)
        for key, value in _entries(index[offset : offset + size]):
            entry = dict(_fields(value)) if key else {}
            if entry.get(_DTYPE) == _FLOAT32:
                tensors[key.decode()] = _tensor(entry, data)
    return tensors


def _tensor(entry: dict[int, Field], data: bytes) -> Array:
    offset, size, shape = entry.get(_OFFSET, 0), entry[_SIZE], entry.get(_SHAPE, b"")
    if isinstance(offset, bytes) or isinstance(size, bytes) or isinstance(shape, int):
        raise ValueError("this is no index of a checkpoint")
    sizes = [
        dict(_fields(value)).get(1, 1)
        for number, value in _fields(shape)
        if number == _DIMENSION and isinstance(value, bytes)
    ]
    return np.frombuffer(data, "<f4", size // 4, offset).reshape([int(n) for n in sizes])


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    (n_restarts,) = struct.unpack("<I", block[-4:])
    at, end, key = 0, len(block) - 4 - 4 * n_restarts, b""
    while at < end:
        n_shared, at = _number(block, at)
        n_more, at = _number(block, at)
        n_value, at = _number(block, at)
        key = key[:n_shared] + block[at : at + n_more]
        at += n_more
        yield key, block[at : at + n_value]
        at += n_value


def _fields(message: bytes) -> Iterator[tuple[int, Field]]:
    """Yield the number and the value of each field of a protobuf message."""
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value: Field
        match tag & 7:
            case 0:
                value, at = _number(message, at)
            case 2:
                size, at = _number(message, at)
                value, at = message[at : at + size], at + size
            case 5:
                value, at = message[at : at + 4], at + 4
            case _:
                value, at = message[at : at + 8], at + 8
        yield tag >> 3, value


def _pair(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    first, at = _number(data, at)
    second, at = _number(data, at)
    return (first, second), at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; also return where the next one begins."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at
