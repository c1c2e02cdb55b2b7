"""A full disk: whoever writes says so and where, leaves nothing half, and what was there serves on.

A limit of file size stands in for it: the system refuses the same writes, in the same places, and
neither a mount nor its rights are needed.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.batch.backup.dumps import dump
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.catalogs.sqlite.rates import Rates
from engine.domain.matching.index_config import IndexConfig
from engine.errors import DiskFull
from engine.indexes.local.disk.generations import Generations
from engine.system.temporary_files import held_folder
from ingest.sources.uploads import Uploads
from support.catalogs import save, video_id
from support.footage import carphone

VIDEOS = 800
COMMAND = Path(sys.executable).parent / "reelmatch"


@dataclass(frozen=True)
class Full:
    """A catalog with a live generation and a dump of it, and folders to write to.

    Attributes:
        home: of the product.
        dumped: holds everything.
        other_folder: an empty folder.
    """

    home: Path
    dumped: Path
    other_folder: Path

    def run(self, *arguments: str | Path, max_bytes: int, home: Path | None = None) -> str:
        """Run a command that may write files of so many bytes; return what it says."""

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))

        done = subprocess.run(
            [COMMAND, *arguments],
            env={**os.environ, "REELMATCH_HOME": str(home or self.home)},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
            timeout=120,
        )
        assert done.returncode == 1, (done.stdout, done.stderr)
        return done.stdout + done.stderr

    def files(self) -> set[Path]:
        """Return all that is there, without what SQLite and locks leave empty."""
        folders = (self.home, self.other_folder)
        paths = {path for folder in folders for path in folder.rglob("*")}
        # What a reindex counted goes on being of use to the next.
        paths = {path for path in paths if ".building" not in path.parts or path.suffix == ".part"}
        return {path for path in paths if not path.name.endswith(("-wal", "-shm", "lock"))}

    def content(self) -> tuple[str | None, list[str]]:
        """Return the live generation, which can be read, and the videos."""
        generation = Generations(self.home / "generations").load_current()
        with Catalog.open(self.home / "catalog.db") as catalog:
            return generation.id, [video.id for video in catalog.videos.page()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a home and a dump of it."""
    folder = tmp_path_factory.mktemp("whole")
    home, rng = folder / "home", np.random.default_rng(5)
    with Catalog.open(home / "catalog.db") as catalog:
        with catalog.transaction():
            for number in range(VIDEOS):
                save(catalog, video_id(number), {f"tag {number % 7}": int(rng.integers(1, 60))})
        generations = Generations(home / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.5, tf="raw"))
        dump(catalog, generations, folder / "all.tar")
    return folder


@pytest.fixture
def full(whole: Path, tmp_path: Path) -> Full:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    (tmp_path / "elsewhere").mkdir()
    return Full(tmp_path / "home", tmp_path / "all.tar", tmp_path / "elsewhere")


def says_full(errors: str, folder: Path) -> bool:
    return (
        "the disk is full" in errors
        and f"nothing more can be written to {folder}" in errors
        and "Traceback" not in errors
    )


def lines(folder: Path) -> Path:
    file = folder / "new.jsonl"
    tags = [{"tag": "cat", "seconds": [[0, 9, 0.9]]}]
    videos = [{"source": f"https://films.example/{n}", "tags": tags} for n in range(400)]
    file.write_text("".join(json.dumps(line) + "\n" for line in videos))
    return file


COMMANDS: dict[str, tuple[Callable[[Full], list[str | Path]], Callable[[Full], Path], int]] = {
    "ingest": (lambda _: ["ingest", carphone()], lambda full: full.home, 40_000),
    "import": (lambda full: ["import", lines(full.home.parent)], lambda full: full.home, 40_000),
    "reindex": (
        lambda _: ["reindex", "--threshold", "0.3"],
        lambda full: full.home / "generations",
        33_000,
    ),
    "forget": (lambda _: ["forget", video_id(1), "--yes"], lambda full: full.home, 0),
    "dump": (
        lambda full: ["dump", full.other_folder / "all.tar"],
        lambda full: full.other_folder,
        60_000,
    ),
    "export": (
        lambda full: ["export", full.other_folder / "all.jsonl"],
        lambda full: full.other_folder,
        33_000,
    ),
    "restore": (
        lambda full: ["restore", full.dumped],
        lambda full: full.other_folder / "home",
        60_000,
    ),
}

SLOW = {"ingest", "reindex", "restore"}


@pytest.mark.skipif(sys.platform != "linux", reason="SQLite names a full disk otherwise there")
@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[pytest.mark.slow] if one in SLOW else []) for one in COMMANDS],
)
def test_a_command_says_where_the_disk_is_full_and_leaves_what_was(full: Full, name: str) -> None:
    arguments, folder, max_bytes = COMMANDS[name]
    before, files = full.content(), full.files()
    home = folder(full) if name == "restore" else None
    output = full.run(*arguments(full), max_bytes=max_bytes, home=home)
    assert says_full(output, folder(full)), output
    assert full.content() == before
    assert full.files() == files


def test_what_is_mapped_has_its_room_on_the_disk_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rates.open(tmp_path / "rates").close()
    paths = (tmp_path / "rates").stat()
    assert paths.st_blocks * 512 >= paths.st_size > 0

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate" if sys.platform == "linux" else "pwrite", refuse)
    with pytest.raises(DiskFull, match=str(tmp_path)):
        Rates.open(tmp_path / "others")


@pytest.mark.slow
def test_workers_that_find_no_room_for_what_they_count_are_not_begun(
    full: Full,
) -> None:
    output = full.run("serve", "--workers", "2", "--port", "0", max_bytes=1 << 20)
    assert "the disk is full" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("writer", [held_folder, lambda folder: Uploads(folder).receive("a", 0)])
def test_who_writes_into_a_folder_names_it(
    writer: Callable[[Path], AbstractContextManager[object]], tmp_path: Path
) -> None:
    def write() -> None:
        # What a device says that takes nothing names no folder.
        with writer(tmp_path), Path("/dev/full").open("w") as file:
            file.write("x")

    with pytest.raises(DiskFull, match=str(tmp_path)):
        write()
    assert list(tmp_path.iterdir()) == []
