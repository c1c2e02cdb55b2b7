"""Everything of a catalogue in one file, and back.

A dump is a tar file: ``manifest.json`` first, with the format and the SHA-256 of all else, then
``catalog.db`` and the live generation. It is taken while others read and write: the generation is
copied before the catalog, so the catalog has all that the generation was built from and what
changed since, and a restored catalogue answers as this one did at that moment.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from engine.errors import CorruptData, InvalidInput, NothingIndexed
from engine.store.catalog import Catalog
from engine.store.generations import Generations

FORMAT: Final = 1
"""Raised when an older reelmatch could not restore what is written."""

_MANIFEST: Final = "manifest.json"
_CATALOG: Final = "catalog.db"
_GENERATIONS: Final = "generations"
_MOST_MANIFEST_BYTES: Final = 1 << 20
_PIECE_BYTES: Final = 1 << 20
# Of this moment and this service: neither sessions nor what was started under a client's name.
_LEFT_OUT: Final = ("sessions", "started")


@dataclass(frozen=True, slots=True)
class Dump:
    """What a dump holds.

    Attributes:
        videos: in its catalog.
        generation: the live one; None before the first.
        size_bytes: of all parts.
    """

    videos: int
    generation: str | None
    size_bytes: int


def dump(catalog: Catalog, generations: Generations, file: Path) -> Dump:
    """Write everything to a new file; it appears whole or not at all.

    Raises:
        InvalidInput: there is something at ``file`` already, or nowhere to put it.
    """
    if file.exists():
        raise InvalidInput(f"{file} is there already: name a new file")
    if not file.parent.is_dir():
        raise InvalidInput(f"{file.parent} is no folder: make it first, or name a file elsewhere")
    with _aside(file.parent) as folder:
        generation = _copy_generation(generations, folder)
        _copy_catalog(catalog, folder / _CATALOG)
        with closing(sqlite3.connect(folder / _CATALOG)) as copy:
            ((videos,),) = copy.execute("select count(*) from videos").fetchall()
        manifest = _manifest(folder, int(videos), generation)
        whole = folder / "dump.tar"
        _write_tar(whole, folder, manifest)
        # A link fails when somebody was quicker; a rename would replace what they wrote.
        _put(whole, file)
    return _told(manifest)


def restore(file: Path, home: Path) -> Dump:
    """Bring a dump back into an empty place; all of it appears or nothing.

    Args:
        file: a dump.
        home: where its catalog and generations go; there must be neither.

    Raises:
        InvalidInput: no dump, one of a newer version, or a place that is not empty.
        CorruptData: what is in it is not what was written.
    """
    for name in (_CATALOG, _GENERATIONS):
        if (home / name).exists():
            raise InvalidInput(
                f"{home} holds a catalogue already: set REELMATCH_HOME to another folder"
            )
    home.mkdir(parents=True, exist_ok=True)
    with _aside(home) as folder:
        manifest = _unpack(file, folder)
        if (folder / _GENERATIONS).is_dir():
            (folder / _GENERATIONS).replace(home / _GENERATIONS)
        # The catalog last: a place with a catalog is one that was restored whole.
        (folder / _CATALOG).replace(home / _CATALOG)
    return _told(manifest)


@contextmanager
def _aside(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".reelmatch-dump-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_generation(generations: Generations, folder: Path) -> str | None:
    try:
        live = generations.load_current()
    except NothingIndexed:
        return None
    shutil.copytree(live.folder, folder / _GENERATIONS / live.id)
    (folder / _GENERATIONS / "CURRENT").write_text(f"{live.id}\n\n", "ascii")
    return live.id


def _copy_catalog(catalog: Catalog, target: Path) -> None:
    with (
        closing(sqlite3.connect(catalog.path)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        for table in _LEFT_OUT:
            copy.execute(f"delete from {table}")  # noqa: S608 - constants
        copy.execute("update jobs set state = 'queued', worker = '' where state = 'running'")
        copy.commit()
        copy.execute("pragma journal_mode = delete")
        copy.execute("vacuum")


def _manifest(folder: Path, videos: int, generation: str | None) -> dict[str, Any]:
    parts = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "format": FORMAT,
        "videos": videos,
        "generation": generation,
        "parts": {
            path.relative_to(folder).as_posix(): {
                "sha256": _sha256(path),
                "bytes": path.stat().st_size,
            }
            for path in parts
        },
    }


def _write_tar(target: Path, folder: Path, manifest: dict[str, Any]) -> None:
    said = json.dumps(manifest, indent=1).encode()
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo(_MANIFEST)
        entry.size = len(said)
        tar.addfile(entry, io.BytesIO(said))
        for name in manifest["parts"]:
            tar.add(folder / name, name, filter=_anonymous)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _put(whole: Path, file: Path) -> None:
    with whole.open("rb") as written:
        os.fsync(written.fileno())
    try:
        os.link(whole, file)
    except FileExistsError:
        raise InvalidInput(f"{file} is there already: name a new file") from None


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    if not file.is_file():
        raise InvalidInput(f"{file}: there is no such file")
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _read_manifest(file, tar)
            _unpack_parts(file, tar, manifest, folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CorruptData(f"{file} is no whole dump ({error}): take another one") from error
    return manifest


def _read_manifest(file: Path, tar: tarfile.TarFile) -> dict[str, Any]:
    no_dump = InvalidInput(f"{file} is no dump of reelmatch: 'reelmatch dump FILE' makes one")
    entry = tar.next()
    if entry is None or entry.name != _MANIFEST or entry.size > _MOST_MANIFEST_BYTES:
        raise no_dump
    stream = tar.extractfile(entry)
    try:
        manifest = json.loads(stream.read()) if stream else None
    except (ValueError, RecursionError):
        raise no_dump from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise no_dump
    if manifest["format"] > FORMAT:
        raise InvalidInput(
            f"{file} was written by a newer reelmatch: upgrade with"
            " 'pip install --upgrade reelmatch'"
        )
    if not isinstance(manifest.get("parts"), dict) or _CATALOG not in manifest["parts"]:
        raise no_dump
    return manifest


def _unpack_parts(file: Path, tar: tarfile.TarFile, manifest: dict[str, Any], folder: Path) -> None:
    missing = dict(manifest["parts"])
    while entry := tar.next():
        expected = missing.pop(entry.name, None)
        if expected is None or not entry.isreg() or not _stays_inside(entry.name):
            raise CorruptData(f"{file} holds {entry.name!r}, which is no part of a dump")
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = tar.extractfile(entry)
        if stream is None or entry.size != expected["bytes"]:
            raise CorruptData(f"{file}: {entry.name} is not as long as it was")
        with stream, target.open("xb") as written:
            shutil.copyfileobj(stream, written, _PIECE_BYTES)
            written.flush()
            os.fsync(written.fileno())
        if _sha256(target) != expected["sha256"]:
            raise CorruptData(f"{file}: {entry.name} is damaged: take another dump")
    if missing:
        raise CorruptData(f"{file} lacks {', '.join(sorted(missing))}: take another dump")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not path.is_absolute()
        and ".." not in path.parts
        and path.parts[0]
        in (
            _CATALOG,
            _GENERATIONS,
        )
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(manifest: dict[str, Any]) -> Dump:
    size = sum(int(part["bytes"]) for part in manifest["parts"].values())
    return Dump(int(manifest["videos"]), manifest["generation"], size)
