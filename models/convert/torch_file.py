"""Tensors out of a legacy ``torch.save`` file, without torch and without trusting the pickle."""

import collections
import pickle
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_ELEMENT_TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


@dataclass(slots=True)
class _Storage:
    """A flat run of numbers; several tensors may look into one."""

    dtype: np.dtype[Any]
    values: NDArray[Any] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A window into a storage; offset and strides count elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> NDArray[Any]:
        # The file holds transposed tensors: without the strides every answer is silently wrong.
        values = self.storage.values[self.offset :]
        byte_strides = [stride * values.itemsize for stride in self.strides]
        return np.lib.stride_tricks.as_strided(values, self.shape, byte_strides, writeable=False)


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


class _TensorsOnly(pickle.Unpickler):
    """Refuses every name but those a file of plain tensors needs."""

    def __init__(self, file: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in _ELEMENT_TYPES:
            return np.dtype(_ELEMENT_TYPES[name])
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a file of weights")

    def persistent_load(self, identity: Any) -> _Storage:
        _, dtype, key, *_ = identity
        return self._storages.setdefault(key, _Storage(dtype))


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return name -> array of every tensor in the file.

    The layout is that of torch before 1.6: three pickled headers, the pickled state dictionary,
    the pickled list of storage keys, then for each key an int64 count and the raw numbers.
    """
    storages: dict[str, _Storage] = {}
    with path.open("rb") as file:
        for _ in ("magic number", "protocol", "system"):
            _TensorsOnly(file, storages).load()
        tensors: dict[str, _Tensor] = _TensorsOnly(file, storages).load()
        for key in _TensorsOnly(file, storages).load():
            (count,) = struct.unpack("<q", file.read(8))
            dtype = storages[key].dtype
            storages[key].values = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: tensor.array() for name, tensor in tensors.items()}
