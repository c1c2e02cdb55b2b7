"""Four processes search while a fifth upserts, deletes and reindexes a hundred times."""

import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.catalogs import save, video_id

CHANGES = 100
READERS = 4
MARKERS = 1_000

READER = """
import sys, time
from pathlib import Path
from api.background.live import Live
from api.settings import Settings
from engine.search.matches import match

first = int(sys.argv[2])
with Live.open(Settings(home=Path(sys.argv[1]))) as live:
    live.follow()
    print("ready", flush=True)
    newest = -1
    while newest < int(sys.argv[3]):
        view = live.snapshot
        found = [int(each.video, 16) - first for each in match(view, keywords={"train": 1}, k=5)]
        others = match(view, keywords={"cat": 1}, k=1000)
        # One marker at a time, two only while one takes over from the other; and always all cats.
        whole = len(found) in (1, 2) and max(found) - min(found) <= 1 and len(others) == 50
        if not whole or min(found) < newest - 1:
            print("wrong", found, len(others), view.generation.id, flush=True)
            break
        if max(found) > newest:
            newest = max(found)
            print("saw", newest, flush=True)
        time.sleep(0.005)
"""


def output_of(reader: subprocess.Popen[str]) -> IO[str]:
    assert reader.stdout is not None
    return reader.stdout


def await_change(reader: subprocess.Popen[str], number: int) -> None:
    """Read what a reader says until it has seen a change, which it may do before it is asked."""
    while (line := output_of(reader).readline().split()) != ["saw", str(number)]:
        assert line[:1] == ["saw"], line
        assert int(line[1]) < number


@pytest.mark.slow
def test_every_change_is_seen_by_everybody_and_never_half(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "generations")
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        for number in range(50):
            save(catalog, video_id(number), {"cat": 1 + number % 5, "animal": 3})
        save(catalog, video_id(MARKERS), {"train": 4})
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        readers = [
            subprocess.Popen(
                [sys.executable, "-c", READER, tmp_path, str(MARKERS), str(CHANGES)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(READERS)
        ]
        for reader in readers:
            assert output_of(reader).readline() == "ready\n"

        for number in range(1, CHANGES + 1):
            save(catalog, video_id(MARKERS + number), {"train": 4, "city": number % 7})
            catalog.videos.delete(video_id(MARKERS + number - 1))
            save(catalog, video_id(number % 50), {"cat": 1 + number % 9, "animal": 3})
            tf = ("raw", "log", "sqrt")[number % 3]
            reindex(catalog, generations, IndexConfig(threshold=0.7, tf=tf))  # type: ignore[arg-type]
            for reader in readers:
                await_change(reader, number)

        for reader in readers:
            assert reader.wait(timeout=60) == 0
            assert output_of(reader).read() == ""
            output_of(reader).close()
