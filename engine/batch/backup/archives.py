"""Reading tar files of strangers: plain files, no more of them than is there, nothing believed.

Of what tar can say only a name and a size are taken. No entry is read past its size or past the end
of the file, whatever it claims, and no header costs more memory than a block.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import CorruptData

_BLOCK: Final = 512
_PIECE_BYTES: Final = 1 << 18
_MAX_EXTENDED_BYTES: Final = 1 << 16
_FILE_TYPES: Final = (b"0", b"\0")
_EXTENDED_TYPE: Final = b"x"
_OCTAL: Final = re.compile(rb"[0-7]+")
_MAX_SIZE: Final = 2**62
_RECORD: Final = re.compile(rb"(\d{1,6}) ([^=\n]+)=")
_HARMLESS: Final = (b"mtime", b"atime", b"ctime", b"uid", b"gid", b"uname", b"gname", b"comment")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive.

    Attributes:
        name: as it is written, which may be anything.
        size: bytes; all of them are there.
        offset: where they begin.
    """

    name: str
    size: int
    offset: int


class Archive:
    """A tar file that is open for reading.

    Args:
        file: that can be searched.
        path: its name, for errors.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = os.fstat(file.fileno()).st_size

    def entries(self) -> Iterator[Entry]:
        """Yield the files in their order.

        Raises:
            CorruptData: at something that is no plain file, or not whole.
        """
        at = 0
        long_size = None
        while (header := self._block(at)) is not None:
            _check_sum(self._path, header)
            size = _number(self._path, header[124:136])
            kind = header[156:157]
            if kind == _EXTENDED_TYPE and long_size is None:
                long_size = self._long_size(at + _BLOCK, size)
            elif kind in _FILE_TYPES:
                size = size if long_size is None or long_size < 0 else long_size
                yield self._entry(header, size, at + _BLOCK)
                long_size = None
            else:
                raise CorruptData(
                    f"{self._path} holds something that is no file: no part of a dump"
                )
            at += _BLOCK + -(-size // _BLOCK) * _BLOCK
        if long_size is not None:
            raise CorruptData(f"{self._path} is cut short: take another dump")

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of an entry that is known to be small."""
        self._file.seek(entry.offset)
        return self._file.read(entry.size)

    def copy(self, entry: Entry, target: Path) -> str:
        """Write an entry to a new file, to the disk; return its SHA-256.

        Raises:
            CorruptData: when the archive is cut short meanwhile, or cannot be read.
        """
        digest = hashlib.sha256()
        self._file.seek(entry.offset)
        left = entry.size
        with target.open("xb") as written:
            while left:
                piece = self._read(min(left, _PIECE_BYTES))
                digest.update(piece)
                written.write(piece)
                left -= len(piece)
            written.flush()
            os.fsync(written.fileno())
        return digest.hexdigest()

    def _read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except OSError as error:
            raise CorruptData(f"{self._path} cannot be read ({error.strerror})") from error
        if not piece:
            raise CorruptData(f"{self._path} is cut short: take another dump")
        return piece

    def _block(self, at: int) -> bytes | None:
        """Return a header, None at the end."""
        self._file.seek(at)
        block = self._file.read(_BLOCK)
        if len(block) < _BLOCK or not any(block):
            return None
        return block

    def _entry(self, header: bytes, size: int, offset: int) -> Entry:
        if size > self._size - offset:
            raise CorruptData(f"{self._path} is cut short, or says so: take another dump")
        try:
            name = header[:100].split(b"\0", 1)[0].decode()
        except UnicodeDecodeError:
            name = ascii(header[:100])
        return Entry(name, size, offset)

    def _long_size(self, at: int, size: int) -> int:
        """Return the size of the next entry from an extended header, -1 when it does not say."""
        if size > _MAX_EXTENDED_BYTES:
            raise CorruptData(f"{self._path} has a header of {size} bytes: no part of a dump")
        self._file.seek(at)
        content = self._file.read(size)
        declared_size = -1
        while content:
            record = _RECORD.match(content)
            length = int(record[1]) if record else 0
            if record is None or not record.end() < length <= len(content):
                raise CorruptData(f"{self._path} has a header that cannot be read")
            value = content[record.end() : length - 1]
            if record[2] == b"size" and value.isdigit() and len(value) < 19:
                declared_size = int(value)
            elif record[2] not in _HARMLESS:
                raise CorruptData(
                    f"{self._path} says {record[2]!r} of an entry, which is no part of a dump"
                )
            content = content[length:]
        return declared_size


def _check_sum(path: Path, header: bytes) -> None:
    expected = _number(path, header[148:156])
    if sum(header[:148]) + sum(header[156:]) + 8 * ord(" ") != expected:
        raise CorruptData(f"{path} is no whole dump: a header is damaged; take another one")


def _number(path: Path, field: bytes) -> int:
    text = field.strip(b" \0")
    if field[:1] == b"\x80":
        number = int.from_bytes(field[1:])
    elif _OCTAL.fullmatch(text):
        number = int(text, 8)
    else:
        raise CorruptData(f"{path} is no whole dump: a header is damaged; take another one")
    if number > _MAX_SIZE:
        raise CorruptData(f"{path} is no whole dump: a header is damaged; take another one")
    return number
