"""Digests of a generation's files: what it is named by, and what tells that it is still whole.

The list of all files with the SHA-256 of each is stored beside them; the first digits of the list's
own SHA-256 are the generation's id. So whoever knows the id can check every byte.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.errors import CorruptData

DIGESTS: Final = "digests.txt"
BUILT: Final = "built.json"
ID_DIGITS: Final = 12

_OUTSIDE: Final = (DIGESTS, BUILT)
_PIECE_BYTES: Final = 1 << 18  # fits the cache
_MAX_THREADS: Final = 8
_LINE: Final = re.compile(r"((?:[a-z][a-z_]*/)*[a-z][a-z_]*\.(?:npy|json)) ([0-9a-f]{64})")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    total = hashlib.sha256()
    piece = bytearray(_PIECE_BYTES)
    memory = memoryview(piece)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(piece):
            total.update(memory[:size])
    return total.hexdigest()


def digest(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of a generation's content."""
    return _sha256(_listed(folder))


def write_digests(folder: Path) -> str:
    """Write the list beside a generation's files; return the id that follows from it."""
    listed = _listed(folder)
    with (folder / DIGESTS).open("wb") as file:
        file.write(listed)
        file.flush()
        os.fsync(file.fileno())
    return _sha256(listed)[:ID_DIGITS]


def check_digests(folder: Path, generation: str) -> dict[str, str]:
    """Read every file of a generation and compare it with what was written.

    Generations of earlier versions have no list; their id tells all the same.

    Returns:
        The SHA-256 of each file by its name below ``folder``.

    Raises:
        CorruptData: naming the file that is not what was written.
    """
    try:
        listed = (folder / DIGESTS).read_bytes()
    except FileNotFoundError:
        return _check_unlisted(folder, generation)
    expected = _parsed(listed) if _sha256(listed)[:ID_DIGITS] == generation else None
    if expected is None:
        raise CorruptData(f"{folder / DIGESTS} is not what was written")
    for name, digest in zip(expected, _hashed(folder, expected), strict=True):
        if digest != expected[name]:
            what = "is missing" if digest is None else "is not what was written"
            raise CorruptData(f"{folder / name} {what}")
    return expected


def _check_unlisted(folder: Path, generation: str) -> dict[str, str]:
    if not folder.is_dir():
        raise CorruptData(f"{folder} is not there")
    listed = _listed(folder)
    if _sha256(listed)[:ID_DIGITS] != generation:
        raise CorruptData(f"a file of {folder} is missing or not what was written")
    return _parsed(listed) or {}


def _listed(folder: Path) -> bytes:
    names = sorted(
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _OUTSIDE and path.name[0] != "."
    )
    hashed = _hashed(folder, [name.as_posix() for name in names])
    pairs = zip(names, hashed, strict=True)
    return "".join(f"{name.as_posix()} {sha256}\n" for name, sha256 in pairs).encode()


def _hashed(folder: Path, names: list[str] | dict[str, str]) -> Iterator[str | None]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1)) as pool:
        yield from pool.map(lambda name: _hashed_if_there(folder / name), names)


def _hashed_if_there(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CorruptData(f"{path} cannot be read ({error.strerror})") from error


def _parsed(listed: bytes) -> dict[str, str] | None:
    """Return what a list says, None when it is none."""
    try:
        lines = listed.decode("ascii").splitlines()
    except UnicodeDecodeError:
        return None
    matches = [_LINE.fullmatch(line) for line in lines]
    return {match[1]: match[2] for match in matches if match} if all(matches) else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
