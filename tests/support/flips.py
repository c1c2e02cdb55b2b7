"""A catalog, its answers, and its answers after a bit of one of its files was flipped.

Run as a program it flips and asks, a line of JSON a flip: a process of its own, so that one that
is killed by what it reads is seen.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from api.background.live import Live
from api.settings import Settings
from engine.batch.follow import follow
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.content.counting import tag_counts
from engine.domain.matching.index_config import IndexConfig
from engine.errors import ReelmatchError
from engine.indexes.local.disk.generations import Generations
from engine.indexes.local.snapshot import LocalSnapshot
from engine.ports.catalog import Catalog
from engine.search.matches import similar
from support.catalogs import save, video_id

VIDEOS: Final = 30
SAME, REFUSED = "same", "refused"


def make_home(home: Path) -> None:
    """Write a catalog with a live generation, one before it, and videos changed since."""
    rng = np.random.default_rng(5)
    with open_catalog(home / "catalog.db") as catalog:
        for number in range(VIDEOS):
            observed = {tag: int(rng.integers(1, 30)) for tag in ("animal", "cat", "car", "train")}
            save(
                catalog,
                video_id(number),
                observed,
                language=("en", "de")[number % 2],
                categories=("sports",),
            )
        generations = Generations(home / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.5, tf="raw"))
        reindex(catalog, generations, IndexConfig(threshold=0.5, tf="log"))
        save(catalog, video_id(VIDEOS), {"beer": 7})


def answers(snapshot: LocalSnapshot, catalog: Catalog) -> Any:
    """Return all that can be asked of a generation, as JSON has it."""
    metadata = snapshot.base.metadata
    common, co_likes = snapshot.generation.common, snapshot.generation.co_likes
    payload = {
        "recipe": asdict(snapshot.generation.config),
        "revision": snapshot.revision,
        "similar": [str(similar(snapshot, video_id(n), k=5)) for n in range(VIDEOS + 1)],
        "metadata": {name: column.tolist() for name, column in metadata.arrays().items()},
        "words": metadata.words(),
        "common": [common.tags.tolist(), common.units.tolist()],
        "together": [co_likes.starts.tolist(), co_likes.rows.tolist(), co_likes.cosines.tolist()],
        "names": snapshot.vocabulary.names,
        "counts": [
            str(tag_counts(catalog.tracks.get(video_id(n)), 0.5, snapshot.vocabulary))
            for n in range(VIDEOS + 1)
        ],
    }
    return json.loads(json.dumps(payload))


def flips(home: Path, seed: int, n: int) -> Iterator[tuple[str, int]]:
    """Draw places: a file first, so that small ones are hit as often as large ones, then a bit.

    The catalog is one file of many, and drawn as often as a quarter of them.
    """
    rng = np.random.default_rng(seed)
    files = sorted(
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and path.stat().st_size and ".building" not in path.parts
    )
    files += ["catalog.db"] * (len(files) // 4)
    for _ in range(n):
        name = files[int(rng.integers(len(files)))]
        yield name, int(rng.integers(8 * (home / name).stat().st_size))


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def answered(home: Path, expected: Any, *, serving: bool) -> str:
    """Open a catalog as a command or as the service does, and ask it everything."""
    try:
        with Live.open(Settings(home=home)) as live:
            if serving:
                live.follow()
            got = answers(live.local_snapshot, live.catalog)
    except ReelmatchError as error:
        return f"{REFUSED}: {error}"
    return SAME if got in expected else "wrong"


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(home: Path, seed: int, first: int, end: int) -> None:
    """Flip, ask and tell, each on a fresh copy."""
    generations = Generations(home / "generations")
    with open_catalog(home / "catalog.db") as catalog:
        expected = [
            answers(follow(LocalSnapshot.of(generations.load(named)), catalog), catalog)
            for named in generations.current.read()
            if named
        ]
    for name, bit in list(flips(home, seed, end))[first:]:
        tell(file=name, bit=bit)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "home")
            shutil.copytree(home, copy)
            flip(copy / name, bit)
            tell(
                command=answered(copy, expected[:1], serving=False),
                service=answered(copy, expected, serving=True),
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
