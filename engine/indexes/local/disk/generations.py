"""Generations on disk: immutable folders, and one ``CURRENT`` file that names the live one.

A generation is written aside, flushed to the disk, renamed into place, and only then named by
``CURRENT``, itself replaced whole; so a reader sees the old one or the new one, never a half.
Its id is a digest of its bytes: the same input gives the same generation, and each is compared
with its id when it is opened.
"""

import fcntl
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from engine.domain.matching.index_config import IndexConfig
from engine.errors import (
    CatalogUnusable,
    CorruptData,
    InvalidInput,
    NothingIndexed,
    ReelmatchError,
    ReindexRunning,
)
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.disk.current import Current, Named
from engine.indexes.local.disk.digests import BUILT, DIGESTS, check_digests, write_digests
from engine.indexes.local.disk.generation import (
    FORMAT,
    Built,
    Generation,
    StoredGeneration,
    built_text,
    damaged,
    is_whole,
    open_generation,
    read_built,
    read_json,
    write_whole,
)
from engine.indexes.local.index import Index
from engine.indexes.local.mean_vector import MeanVector
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.system.homes import sync_folder
from engine.system.os_errors import writing_to
from engine.words.vocabulary import Vocabulary

BUILD_LOCK: Final = ".lock"
WRITING: Final = ".writing-"
REMOVING: Final = ".removing-"
COUNTS: Final = ".building"
_ID: Final = re.compile(r"[0-9a-f]{12}")


class Generations:
    """The folder of all generations. Any number of readers, one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.current = Current(folder)

    @property
    def current_id(self) -> str | None:
        """The id of the live generation, None before the first.

        Raises:
            CorruptData: when the file that names it is damaged.
        """
        return self.current.read()[0]

    def load_current(self) -> Generation:
        """Check and open the live generation.

        Raises:
            NothingIndexed: before the first reindex.
            CorruptData: when its files are not what was written.
        """
        while True:
            current = self.current_id
            if current is None:
                raise NothingIndexed
            try:
                return self.load(current)
            except CorruptData:
                # A reindex may have replaced and cleared it away meanwhile.
                if self.current_id == current:
                    raise

    def load_other(self) -> Generation | None:
        """Check and open the newest whole generation that is not the live one, None without any."""
        return next(self._whole(besides=self._named()[0]), None)

    def _whole(self, *, besides: str | None) -> Iterator[Generation]:
        """Open the generations that are whole, the newest first."""
        for generation in sorted(self.there() - {besides}, key=self._built_at, reverse=True):
            try:
                opened = self.load(generation)
            except ReelmatchError:
                continue
            yield opened

    def load(self, generation: str) -> Generation:
        """Check every byte of a generation and open it, its large files by mmap.

        Raises:
            CorruptData: when its files are not what was written.
            OutdatedGeneration: when it was written by another version.
        """
        folder = self.folder / generation
        if not folder.is_dir():
            raise CorruptData(
                f"generation {generation} is not there: reindex", hint="run 'reelmatch reindex'"
            )
        return open_generation(folder, generation)

    def there(self) -> set[str]:
        """Return the ids of all generations that are there, whole or not."""
        return {path.name for path in self.folder.glob("*") if _ID.fullmatch(path.name)}

    def stored(self) -> list[StoredGeneration]:
        """Return the generations that can be made live, the newest first; none is checked yet.

        Those that cannot even be read are passed over.
        """
        live = self._named()[0]
        generations = []
        for generation in sorted(self.there(), key=self._built_at, reverse=True):
            try:
                config = read_json(self.folder / generation / "generation.json")["recipe"]
                built_at = self._built_at(generation) / 1e9
                generations.append(
                    StoredGeneration(
                        generation, built_at, IndexConfig.from_stored(config), generation == live
                    )
                )
            except (CorruptData, KeyError, TypeError, ValueError, AttributeError):
                continue
        return generations

    def check(self, generation: str) -> dict[str, str]:
        """Compare every byte of a generation with what was written.

        Returns:
            The SHA-256 of each file of its content, by its name below the generation's folder.

        Raises:
            CorruptData: naming the first file that is not what was written.
        """
        folder = self.folder / generation
        try:
            digests = check_digests(folder, generation)
            read_built(folder, generation)
        except CorruptData as error:
            raise damaged(generation, error) from error
        return digests

    def built(self, generation: str) -> Built:
        """Return what a generation was built of.

        Raises:
            CorruptData: when that cannot be read.
        """
        return read_built(self.folder / generation, generation)

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Be the only one who builds; yields a folder for what is to outlive a crash.

        Raises:
            ReindexRunning: when somebody else builds.
        """
        self._make_folder()
        with writing_to(self.folder), (self.folder / BUILD_LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ReindexRunning from error
            for left in self.folder.glob(f"{WRITING}*"):
                shutil.rmtree(left, ignore_errors=True)
            workplace = self.folder / COUNTS
            workplace.mkdir(exist_ok=True)
            yield workplace

    @contextmanager
    def written(
        self,
        fill: Callable[[Path, Path], object],
        vocabulary: Vocabulary,
        config: IndexConfig,
        *,
        revision: int,
        catalog: str = "",
        learn: Callable[[Generation], CoLikes] = lambda _: CoLikes.nothing(),
    ) -> Iterator[Generation]:
        """Write a generation aside and open it, to be looked at; it goes when the block ends.

        ``make_current`` within the block keeps it.

        Args:
            fill: given two folders, writes the index into one and the metadata into the other.
            vocabulary: the tags' names.
            config: how it is built.
            revision: the catalog's revision that it is built from.
            catalog: the catalog's identity.
            learn: given the generation as yet without it, says what is liked together.
        """
        self._make_folder()
        with writing_to(self.folder), self._aside() as aside:
            fill(aside / "index", aside / "facts")
            index = Index.load(aside / "index")
            common = MeanVector.of(index)
            common.save(aside / "common")
            metadata = MetadataColumns.load(aside / "facts")
            by_tags = Generation(
                "", index, metadata, vocabulary, config, revision, aside, common, catalog=catalog
            )
            learn(by_tags).save(aside / "together")
            payload = {"format": FORMAT, "recipe": asdict(config), "tags": vocabulary.names}
            write_whole(
                aside / "generation.json", json.dumps(payload, indent=1, ensure_ascii=False)
            )
            generation = write_digests(aside)
            # The revision is no part of the content: after a change and its undoing, the same
            # videos make the same generation.
            write_whole(aside / BUILT, built_text(generation, Built(revision, catalog)))
            yield open_generation(aside, generation)

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        aside = Path(tempfile.mkdtemp(prefix=WRITING, dir=self.folder))
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def make_current(self, written: Generation) -> Generation:
        """Keep a generation that is being ``written`` and make it the live one."""
        target = self.folder / written.id
        with self.current.moving():
            if not is_whole(target, written.id):
                # Damaged since it was written; out of the way, so that the whole one takes its
                # name.
                self._remove(target)
                written.folder.replace(target)
            else:
                for name in (DIGESTS, BUILT):
                    (written.folder / name).replace(target / name)
            sync_folder(target)
            sync_folder(self.folder)
            current, previous = self._named()
            self.current.write(written.id, previous if current == written.id else current)
            self._clear_away()
            return replace(written, folder=target)

    def rollback(self, generation: str | None = None) -> Generation:
        """Make an earlier generation live again; the one that was live stays to go back to.

        Args:
            generation: as ``earlier`` takes it.

        Raises:
            ReelmatchError: as ``earlier``.
        """
        if not self.folder.is_dir():
            raise _nothing_before()
        with self.current.moving():
            opened = self.earlier(generation)
            current, _ = self.current.read()
            self.current.write(opened.id, current)
            return opened

    def earlier(self, generation: str | None = None) -> Generation:
        """Return the generation that a rollback makes live.

        Args:
            generation: its id; None for the one before the live one, so that doing it twice is
                back where it began.

        Raises:
            InvalidInput: when it is not there or live already, or when none came before.
            CorruptData: when it is damaged.
        """
        current, previous = self.current.read()
        chosen = previous if generation is None else self._chosen(generation, current)
        if current is None or chosen is None or not (self.folder / chosen).is_dir():
            raise _nothing_before()
        return self.load(chosen)

    def _chosen(self, generation: str, current: str | None) -> str:
        if generation == current:
            raise InvalidInput(f"generation {generation} is live already")
        others = sorted(self.there() - {current})
        if generation not in others:
            known = f"choose from {', '.join(others)}" if others else "none came before this one"
            raise InvalidInput(
                f"there is no generation {generation[:80]!r} to roll back to: {known}"
            )
        return generation

    def repair(self) -> str | None:
        """Make another whole generation live when the live one is damaged or not known.

        Returns:
            What was done, None when nothing had to be.
        """
        if not self.folder.is_dir():
            return None
        with self.current.moving():
            try:
                self.load_current()
            except CorruptData as error:
                others = [other.id for other in self._whole(besides=self._named()[0])]
                if not others:
                    return None
                self.current.write(others[0], (*others, None)[1])
                return f"generation {others[0]} is live again: {error}"
            except ReelmatchError:
                return None
        return None

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
        except FileNotFoundError as error:
            raise CatalogUnusable(
                f"{self.folder.parent} is gone: put it back, or set REELMATCH_HOME to another"
                " folder"
            ) from error

    def _named(self) -> Named:
        try:
            return self.current.read()
        except CorruptData:
            return None, None

    def _built_at(self, generation: str) -> int:
        try:
            return (self.folder / generation / BUILT).stat().st_mtime_ns
        except OSError:
            return 0

    def _clear_away(self) -> None:
        # The one before stays: for a rollback, and for readers that have just opened it.
        for generation in self.there() - set(self._named()):
            self._remove(self.folder / generation)
        for left in self.folder.glob(f"{REMOVING}*"):
            shutil.rmtree(left, ignore_errors=True)

    def _remove(self, generation: Path) -> None:
        # Renamed first: a removal that is cut short leaves nothing that looks like a generation.
        aside = self.folder / f"{REMOVING}{generation.name}"
        shutil.rmtree(aside, ignore_errors=True)
        if generation.exists():
            generation.replace(aside)
            shutil.rmtree(aside, ignore_errors=True)


def _nothing_before() -> InvalidInput:
    return InvalidInput("there is no generation to roll back to: none came before this one")
