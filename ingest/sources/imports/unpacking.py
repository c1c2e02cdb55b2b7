"""Opens a result file, plain or gzip, in bounded memory, and gives up on what is made to swell."""

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from engine.errors import InvalidInput

MAX_UNPACKED_BYTES: Final = 16 << 30
"""Bytes that a gzip file may unpack to."""

MAX_RATIO: Final = 200
"""Times its size that a gzip file may unpack to; results of real taggers come to 10 to 60."""

FREE_BYTES: Final = 64 << 20
"""Bytes that are unpacked whatever the ratio is."""

_GZIP_START: Final = b"\x1f\x8b"
_BUFFER_BYTES: Final = 1 << 16
_MAGICS: Final = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (_GZIP_START, "packed with gzip twice"),
)

Check = Callable[[], None]
"""Called now and then while something is read; raises when nobody wants it any more."""


class Swollen(InvalidInput):
    """A file that unpacks to more than is taken."""


@contextmanager
def opened(file: Path | IO[bytes], check: Check) -> Iterator[IO[bytes]]:
    """Open a file for reading what is in it, unpacked.

    Args:
        file: a path, or a file that is open at its start; gzip shows in its first bytes.
        check: called before each piece that is read from the file.

    Raises:
        InvalidInput: it cannot be opened.
        Swollen: later, while it is read: it unpacks to too much.
    """
    if isinstance(file, Path):
        # Opening a pipe or a device would wait for ever.
        if not file.is_file():
            raise InvalidInput(f"{file}: there is no such file")
        try:
            with file.open("rb") as stream:
                yield _unpacked(stream, check)
        except OSError as error:
            raise InvalidInput(f"{file}: cannot be read: {error.strerror or error}") from error
    else:
        yield _unpacked(file, check)


def other_than_json(start: bytes) -> str:
    """Return what a file is that begins like this and is no JSON; empty when it may be JSON."""
    what = next((what for magic, what in _MAGICS if start.startswith(magic)), "")
    return what or ("no text" if b"\0" in start else "")


def _unpacked(stream: IO[bytes], check: Check) -> IO[bytes]:
    packed = _Checked(stream, check)
    start = stream.read(len(_GZIP_START))
    stream.seek(0)
    if start == _GZIP_START:
        return io.BufferedReader(_Unpacked(packed), _BUFFER_BYTES)
    return io.BufferedReader(packed, _BUFFER_BYTES)


class _Checked(io.RawIOBase):
    """A file that counts what is read of it, and asks before each piece whether to go on."""

    def __init__(self, stream: IO[bytes], check: Check) -> None:
        self._stream = stream
        self._check = check
        self.n_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Empty members and endless names in the head of a gzip file give nothing for hours.
        self._check()
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self.n_bytes += len(piece)
        return len(piece)


class _Unpacked(io.RawIOBase):
    """Contents of a gzip file, as long as they are no more than they may be."""

    def __init__(self, packed: _Checked) -> None:
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed, mode="rb")
        self._n_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read1(len(buffer))
        buffer[: len(piece)] = piece
        self._n_bytes += len(piece)
        self._refuse_swollen()
        return len(piece)

    def _refuse_swollen(self) -> None:
        if self._n_bytes > max(FREE_BYTES, MAX_RATIO * self._packed.n_bytes):
            raise Swollen(
                f"the gzip file unpacks to more than {MAX_RATIO} times its size:"
                " send it as it is, in parts if it is long"
            )
        if self._n_bytes > MAX_UNPACKED_BYTES:
            raise Swollen(
                f"the gzip file unpacks to more than {MAX_UNPACKED_BYTES >> 30} GiB: cut it up"
            )
