"""Leftovers of a killed command are named and removed; files in use are left alone."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from engine.batch.leftovers import Leftover, find_leftovers, remove_leftover
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from engine.system.temporary_files import held_file, held_folder
from support.catalogs import save, video_id
from support.product import reelmatch

HOLD: Final = """
import sys, time
from pathlib import Path
from engine.system.temporary_files import held_file, held_folder
with held_folder(Path(sys.argv[1])) as folder, held_file(Path(sys.argv[2]), hidden=False) as file:
    (folder / "part").write_bytes(b"x" * 1000)
    print(folder, file, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home_with_generations(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
        for threshold in (0.5, 0.7):
            config = IndexConfig(threshold=threshold, tf="raw")
            reindex(catalog, Generations(home / "generations"), config)
    (tmp_path / "temporary").mkdir()
    return home


def leftovers(home: Path) -> list[Leftover]:
    generations = Generations(home / "generations")
    return find_leftovers(home, generations, home.parent / "temporary")


def names(left: list[Leftover]) -> set[str]:
    return {one.path.name for one in left}


def remove_all(home: Path) -> None:
    for left in leftovers(home):
        assert remove_leftover(left, Generations(home / "generations")) == left.is_stale


def test_nothing_is_left_by_what_ended_well(home_with_generations: Path) -> None:
    with held_folder(home_with_generations), held_file(home_with_generations.parent / "temporary"):
        assert leftovers(home_with_generations) == []
    assert leftovers(home_with_generations) == []


def test_what_a_killed_process_held_is_found_and_removed(home_with_generations: Path) -> None:
    running = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            home_with_generations,
            home_with_generations.parent / "temporary",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    held = [Path(name) for name in running.stdout.readline().split()]
    assert len(held) == 2
    assert leftovers(home_with_generations) == [], "somebody is at work"
    running.send_signal(signal.SIGKILL)
    running.communicate()
    left = leftovers(home_with_generations)
    assert {one.path for one in left} == set(held)
    assert sum(one.size_bytes for one in left) == 1000
    remove_all(home_with_generations)
    assert leftovers(home_with_generations) == []
    assert not any(path.exists() for path in held)


def test_what_writers_of_generations_left_is_removed_when_none_writes(
    home_with_generations: Path,
) -> None:
    generations = Generations(home_with_generations / "generations")
    stored = generations.there()
    for name in (".writing-abc", ".removing-0123456789ab", "0123456789ac"):
        (generations.folder / name / "index").mkdir(parents=True)
    (generations.folder / ".CURRENT-new").touch()
    (generations.folder / f".CURRENT-{2**22 + 1}").touch()  # more than there can be processes
    (generations.folder / f".CURRENT-{os.getpid()}").touch()
    (generations.folder / "notes").mkdir()
    with generations.building():
        assert leftovers(home_with_generations) == []
    with generations.current.moving():
        assert leftovers(home_with_generations) == []
    assert len(leftovers(home_with_generations)) == 4, "building has cleared away what is its own"
    remove_all(home_with_generations)
    left = {path.name for path in generations.folder.iterdir()} - stored
    own = {"CURRENT", ".lock", ".switch.lock", ".building"}
    assert left == {*own, "notes", f".CURRENT-{os.getpid()}"}
    assert generations.load_current().index.n_videos == 1


def test_while_current_cannot_be_read_no_generation_is_taken_for_a_leftover(
    home_with_generations: Path,
) -> None:
    (home_with_generations / "generations" / "CURRENT").write_bytes(b"?")
    assert leftovers(home_with_generations) == []


def test_a_film_that_a_killed_look_had_fetched_is_removed(home_with_generations: Path) -> None:
    fetched = home_with_generations / "fetched-uploads" / ".reelmatch-held-abc"
    fetched.mkdir(parents=True)
    assert [one.path for one in leftovers(home_with_generations)] == [fetched]
    remove_all(home_with_generations)
    assert not fetched.exists()


def test_what_earlier_versions_left_is_named_and_stays(home_with_generations: Path) -> None:
    (home_with_generations / ".reelmatch-dump-abc").mkdir()
    (home_with_generations / "fetched-uploads" / "0123ab-token-x_y1").mkdir(parents=True)
    (home_with_generations.parent / "temporary" / "reelmatch-import-abc").write_bytes(b"x")
    (home_with_generations.parent / "temporary" / "reelmatch-ab_c12de").mkdir()
    left = leftovers(home_with_generations)
    assert names(left) == {
        ".reelmatch-dump-abc",
        "0123ab-token-x_y1",
        "reelmatch-ab_c12de",
        "reelmatch-import-abc",
    }
    assert not any(one.is_stale for one in left)
    remove_all(home_with_generations)
    assert leftovers(home_with_generations) == left


@pytest.mark.skipif(sys.platform != "linux", reason="sockets are listed by Linux only")
def test_sockets_that_nobody_listens_to_are_told_from_others(home_with_generations: Path) -> None:
    temporary = home_with_generations.parent / "temporary"
    folders = [temporary / f"pymp-{name}" for name in ("alive", "dead", "other")]
    for folder in folders:
        folder.mkdir()
    (folders[2] / "data").touch()
    alive, dead = (socket.socket(socket.AF_UNIX) for _ in range(2))
    with alive:
        with dead:
            alive.bind(str(folders[0] / "listener-a"))
            dead.bind(str(folders[1] / "listener-b"))
            assert leftovers(home_with_generations) == []
        assert names(leftovers(home_with_generations)) == {"pymp-dead"}
        remove_all(home_with_generations)
        assert leftovers(home_with_generations) == []
        assert folders[0].is_dir()


@pytest.mark.skipif(sys.platform != "linux", reason="sockets are listed by Linux only")
def test_sockets_are_found_where_they_are_made(home_with_generations: Path) -> None:
    short_folder = home_with_generations.parent / "short"
    (short_folder / "pymp-dead").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(short_folder / "pymp-dead" / "listener-b"))
    assert leftovers(home_with_generations) == []
    generations, temporary = (
        Generations(home_with_generations / "generations"),
        home_with_generations.parent / "temporary",
    )
    left = find_leftovers(home_with_generations, generations, temporary, sockets=short_folder)
    assert names(left) == {"pymp-dead"}


def test_a_link_by_that_name_is_not_followed(home_with_generations: Path) -> None:
    (home_with_generations.parent / "precious").mkdir()
    (home_with_generations / ".reelmatch-held-abc").symlink_to(
        home_with_generations.parent / "precious"
    )
    (home_with_generations / ".reelmatch-dump-abc").symlink_to(
        home_with_generations.parent / "precious"
    )
    assert leftovers(home_with_generations) == []
    assert (home_with_generations.parent / "precious").is_dir()


@pytest.mark.slow
def test_doctor_names_and_repairs(home_with_generations: Path) -> None:
    temporary = {"TMPDIR": str(home_with_generations.parent / "temporary")}
    generations = Generations(home_with_generations / "generations")
    live, before = generations.current.read()
    (home_with_generations / ".reelmatch-held-abc").mkdir()
    (generations.folder / str(live) / "index" / "idf.npy").write_bytes(b"")

    answer = reelmatch(home_with_generations, "doctor", settings=temporary)
    assert answer.code == 1
    assert f"generation {live} is damaged" in answer.out
    assert "doctor --repair" in answer.out
    assert (home_with_generations / ".reelmatch-held-abc").is_dir()

    repaired = reelmatch(home_with_generations, "doctor", "--repair", "--json", settings=temporary)
    assert repaired.code == 0, repaired.out
    findings = repaired.json["findings"]
    done = [one["detail"] for one in findings if one["state"] == "repaired"]
    assert any(f"generation {before} is live again" in detail for detail in done)
    assert any(".reelmatch-held-abc" in detail and "removed" in detail for detail in done)
    assert not (home_with_generations / ".reelmatch-held-abc").exists()

    deep = reelmatch(home_with_generations, "doctor", "--deep", settings=temporary)
    assert deep.code == 0, deep.out
    assert f"generation {before}" in deep.out
    (generations.folder / str(before) / "facts" / "seconds.npy").unlink()
    assert reelmatch(home_with_generations, "doctor", "--deep", settings=temporary).code == 1
