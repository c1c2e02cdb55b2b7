"""Generations on disk: immutable folders, and one ``CURRENT`` file that names the live one.

A generation is written aside, flushed to the disk, renamed into place, and only then named by
``CURRENT``, itself replaced whole; so a reader sees the old one or the new one, never a half.
Its id is a digest of its bytes: the same input gives the same generation.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from engine import index_files
from engine.commonplace import Commonplace
from engine.errors import (
    CorruptData,
    InvalidInput,
    NothingIndexed,
    OutdatedGeneration,
    ReindexRunning,
)
from engine.facts import Facts
from engine.index import Index
from engine.recipe import Recipe
from engine.together import Together
from engine.vocabulary import Vocabulary

_FORMAT: Final = 4
_BUILT: Final = "built.json"
_CURRENT: Final = "CURRENT"
_ASIDE: Final = ".writing-"
_ID_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Generation:
    """One immutable build of the index, with what is needed to ask it and to explain it.

    Attributes:
        id: 12 hex digits, a digest of its files.
        index: tag counts, ready to be searched.
        facts: of the index's rows.
        vocabulary: the tags' names.
        recipe: how it was built.
        revision: the catalog's revision that it was built from.
        folder: where its files are.
        common: what most of its videos show.
        together: which of its videos the same viewers like.
    """

    id: str
    index: Index
    facts: Facts
    vocabulary: Vocabulary
    recipe: Recipe
    revision: int
    folder: Path
    common: Commonplace = field(default_factory=Commonplace.nothing)
    together: Together = field(default_factory=Together.nothing)


class Generations:
    """The folder of all generations. Any number of readers, one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def current_id(self) -> str | None:
        """The id of the live generation, None before the first."""
        return self._named()[0]

    def load_current(self) -> Generation:
        """Open the live generation by mmap.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when its files are not what was written.
        """
        # A reindex may replace and clear away the generation between the two steps.
        for _ in range(3):
            current = self.current_id
            if current is None:
                raise NothingIndexed
            if (self.folder / current).is_dir():
                return self.load(current)
        raise CorruptData(
            f"{self.folder / _CURRENT} names generation {current}, which is not there:"
            " run 'reelmatch reindex'"
        )

    def load(self, generation: str) -> Generation:
        """Open one generation by mmap."""
        folder = self.folder / generation
        facts = _read_json(folder / "generation.json")
        if facts.get("format") != _FORMAT:
            raise OutdatedGeneration(generation)
        try:
            kept = index_files.read(folder / "facts")
            return Generation(
                id=generation,
                index=Index.load(folder / "index"),
                facts=Facts.from_kept(kept.arrays, kept.settings),
                vocabulary=Vocabulary(tuple(facts["tags"])),
                recipe=Recipe.from_kept(facts["recipe"]),
                revision=int(_read_json(folder / _BUILT)["revision"]),
                folder=folder,
                common=Commonplace.load(folder / "common"),
                together=Together.load(folder / "together"),
            )
        except (CorruptData, KeyError, TypeError, ValueError) as error:
            raise CorruptData(f"{folder} is damaged ({error}): run 'reelmatch reindex'") from error

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Be the only one who builds; yields a folder for what is to outlive a crash.

        Raises:
            ReindexRunning: when somebody else builds.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ReindexRunning from error
            for left in self.folder.glob(f"{_ASIDE}*"):
                shutil.rmtree(left, ignore_errors=True)
            workplace = self.folder / ".building"
            workplace.mkdir(exist_ok=True)
            yield workplace

    @contextmanager
    def written(
        self,
        fill: Callable[[Path, Path], object],
        vocabulary: Vocabulary,
        recipe: Recipe,
        *,
        revision: int,
        likes: Iterable[Sequence[str]] = (),
    ) -> Iterator[Generation]:
        """Write a generation aside and open it, to be looked at; it goes when the block ends.

        ``make_current`` within the block keeps it.

        Args:
            fill: given two folders, writes the index into one and the facts into the other.
            vocabulary: the tags' names.
            recipe: how it is built.
            revision: the catalog's revision that it is built from.
            likes: viewer by viewer, the videos they like.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=self.folder))
        try:
            fill(aside / "index", aside / "facts")
            index = Index.load(aside / "index")
            Commonplace.of(index).save(aside / "common")
            liked = [rows[rows >= 0] for rows in map(index.rows_of, likes)]
            Together.of(liked, index.n_videos).save(aside / "together")
            said = {"format": _FORMAT, "recipe": asdict(recipe), "tags": vocabulary.names}
            _write(aside / "generation.json", json.dumps(said, indent=1, ensure_ascii=False))
            # The revision is no part of the content: after a change and its undoing, the same
            # videos make the same generation.
            _write(aside / _BUILT, json.dumps({"revision": revision}))
            opened = self.load(aside.name)
            yield replace(opened, id=digest(aside)[:_ID_DIGITS])
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def make_current(self, written: Generation) -> Generation:
        """Keep a generation that is being ``written`` and make it the live one."""
        target = self.folder / written.id
        if target.is_dir() and digest(target)[:_ID_DIGITS] != written.id:
            # Damaged since it was written; out of the way, so that the whole one takes its name.
            shutil.rmtree(target)
        if target.is_dir():
            (written.folder / _BUILT).replace(target / _BUILT)
        else:
            written.folder.replace(target)
        _sync(target)
        _sync(self.folder)
        current, previous = self._named()
        self._name(written.id, previous if current == written.id else current)
        self._clear_away()
        return self.load(written.id)

    def rollback(self) -> Generation:
        """Make the generation before the live one live again; twice is back where it began.

        Raises:
            InvalidInput: when there is none to go back to.
        """
        current, previous = self._named()
        if current is None or previous is None or not (self.folder / previous).is_dir():
            raise InvalidInput("there is no generation to roll back to: none came before this one")
        opened = self.load(previous)
        self._name(previous, current)
        return opened

    def _named(self) -> tuple[str | None, str | None]:
        """Return the live generation and the one before, as ``CURRENT`` has them."""
        try:
            lines = (self.folder / _CURRENT).read_text("ascii").split()
        except FileNotFoundError:
            return None, None
        return (*lines, None, None)[0], (*lines, None, None)[1]

    def _name(self, current: str, previous: str | None) -> None:
        aside = self.folder / f".{_CURRENT}-{os.getpid()}"
        _write(aside, f"{current}\n{previous or ''}\n")
        aside.replace(self.folder / _CURRENT)
        _sync(self.folder)

    def _clear_away(self) -> None:
        # The one before stays: for a rollback, and for readers that have just opened it.
        kept = self._named()
        for path in self.folder.iterdir():
            if path.name not in kept and (path / _BUILT).is_file() and path.name[0] != ".":
                shutil.rmtree(path, ignore_errors=True)


def digest(folder: Path) -> str:
    """Return the sha256 over the names and bytes of a generation's content."""
    total = hashlib.sha256()
    content = (path for path in folder.rglob("*") if path.is_file() and path.name != _BUILT)
    for path in sorted(content):
        with path.open("rb") as file:
            own = hashlib.file_digest(file, "sha256")
        total.update(f"{path.relative_to(folder).as_posix()} {own.hexdigest()}\n".encode())
    return total.hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CorruptData(f"{path} cannot be read ({error}): run 'reelmatch reindex'") from error
    return content


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
