"""Manifest of a dump, first of all in it: its parts, each with its size and digest."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from engine.errors import InvalidInput
from engine.system.homes import CATALOG, CURRENT, GENERATIONS

FORMAT: Final = 2
"""Raised when an older reelmatch could not restore what is written."""

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 1 << 20

_ID: Final = re.compile(r"[0-9a-f]{12}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_FILE: Final = re.compile(r"(?:[a-z][a-z_]{0,39}/){0,2}[a-z][a-z_]{0,39}\.(?:npy|json|txt)")
_LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a dump."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a dump, or of a publication, which may be without a catalog.

    Attributes:
        videos: in the catalog.
        generation: the id of the live one; None before the first.
        parts: by name, in the order of the names.
    """

    videos: int
    generation: str | None
    parts: Mapping[str, Part]

    @property
    def has_catalog(self) -> bool:
        """Whether the catalog is one of the parts."""
        return CATALOG in self.parts

    @property
    def size_bytes(self) -> int:
        """Of all parts together."""
        return sum(part.size_bytes for part in self.parts.values())

    def to_json(self) -> bytes:
        """Return it as it is written."""
        parts = {
            name: {"sha256": part.sha256, "bytes": part.size_bytes}
            for name, part in self.parts.items()
        }
        payload = {
            "format": FORMAT,
            "videos": self.videos,
            "generation": self.generation,
            "parts": parts,
        }
        return json.dumps(payload, indent=1).encode()

    @classmethod
    def read(cls, content: bytes, file: Path | str) -> Self:
        """Read what ``to_json`` wrote.

        Raises:
            InvalidInput: it is something else, of a newer version, or says what cannot be.
        """
        try:
            payload = json.loads(content)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict) or not _is_whole_number(payload.get("format"), 1):
            raise no_dump(file)
        if payload["format"] > FORMAT:
            raise InvalidInput(
                f"{file} was written by a newer reelmatch: upgrade this one",
                hint="'pip install --upgrade reelmatch'",
            )
        generation, parts = payload.get("generation"), payload.get("parts")
        if generation is not None and not _matches(_ID, generation):
            raise no_dump(file)
        if not _is_whole_number(payload.get("videos"), 0) or not isinstance(parts, dict):
            raise no_dump(file)
        read = {name: _read_part(part, file) for name, part in parts.items()}
        needed = current_part() if generation else CATALOG
        if needed not in read:
            raise no_dump(file)
        for name in read.keys() - {needed, CATALOG}:
            if not _is_file_of(generation, name):
                raise InvalidInput(f"{file} holds {name!r}, which is no part of a dump")
        return cls(payload["videos"], generation, read)


def no_dump(file: Path | str) -> InvalidInput:
    """Return what is said of a file that is something else."""
    return InvalidInput(
        f"{file} is no dump of reelmatch: name one", hint="'reelmatch dump FILE' makes one"
    )


def current_part() -> str:
    """Return the name of the part that names the live generation."""
    return f"{GENERATIONS}/{CURRENT}"


def _read_part(payload: Any, file: Path | str) -> Part:
    if not isinstance(payload, dict):
        raise no_dump(file)
    sha256, size = payload.get("sha256"), payload.get("bytes")
    if not isinstance(sha256, str) or not _matches(_SHA256, sha256):
        raise no_dump(file)
    if not isinstance(size, int) or not _is_whole_number(size, 0):
        raise no_dump(file)
    return Part(sha256, size)


def _is_file_of(generation: str | None, name: str) -> bool:
    folder = f"{GENERATIONS}/{generation}/"
    return bool(generation) and name.startswith(folder) and _matches(_FILE, name[len(folder) :])


def _matches(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _is_whole_number(value: Any, minimum: int) -> bool:
    # A boolean is an int to Python.
    return type(value) is int and minimum <= value <= _LARGEST
