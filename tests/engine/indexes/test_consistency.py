"""A generation whose arrays lie is refused from elsewhere, however right its digests are."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from engine.batch.backup.dumps import dump
from engine.batch.backup.restores import restore
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.matching.index_config import IndexConfig
from engine.domain.metadata import SCHEMA, Moment, Number, RiskLevels, Word, Words
from engine.domain.viewers import Event, EventKind
from engine.errors import CorruptData
from engine.indexes.local import scan_selection
from engine.indexes.local.disk.consistency import check_consistency
from engine.indexes.local.disk.digests import BUILT, DIGESTS, write_digests
from engine.indexes.local.disk.generation import Built, built_text
from engine.indexes.local.disk.generations import Generations
from support.catalogs import TAGS, save, video_id

VIDEOS: Final = 30
Change = Callable[[Any], Any]


def make_home(home: Path) -> Path:
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(VIDEOS):
            counts = {TAGS[number % 4]: number % 5 + 1, TAGS[number % 3 + 2]: number % 7 + 2}
            save(
                catalog,
                video_id(number),
                counts,
                language=("de", "en")[number % 2],
                categories=("sports", "news")[: number % 3],
            )
        viewers = catalog.viewers
        for viewer in range(4):
            events = [
                Event(str(number), video_id(number), EventKind.LIKED, at=1.0)
                for number in range(viewer, 12)
            ]
            viewers.add_events(f"v{viewer}", events, now=1.0)
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))
    return home


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("plain") / "home")


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scan_selection, "MANY_VIDEOS", 1)
        patched.setattr(scan_selection.Sample, "levels_pay", True)
        return make_home(tmp_path_factory.mktemp("levels") / "home")


def forged(home: Path, copy: Path, file: str, change: Change) -> Generations:
    """Return generations of which the live one says something else in one file, digests right."""
    shutil.copytree(home / "generations", copy, copy_function=os.link)
    generations = Generations(copy)
    live = generations.current_id
    assert live is not None
    folder, built = copy / live, generations.built(live)
    path = folder / file
    if path.suffix == ".npy":
        changed = change(np.load(path))
        path.unlink()
        np.save(path, changed)
        meta = json.loads((path.parent / "meta.json").read_text())
        meta["sizes"][path.name] = path.stat().st_size
        rewrite(path.parent / "meta.json", json.dumps(meta))
    else:
        rewrite(path, json.dumps(change(json.loads(path.read_text()))))
    (folder / DIGESTS).unlink()
    named = write_digests(folder)
    rewrite(folder / BUILT, built_text(named, Built(built.revision, built.catalog)))
    folder.rename(copy / named)
    generations.current.write(named, None)
    return generations


def rewrite(path: Path, text: str) -> None:
    path.unlink()  # the home's own file stays as it is
    path.write_text(text)


def is_refused(generations: Generations) -> bool:
    try:
        check_consistency(generations.load_current(), TAGS)
    except CorruptData:
        return True
    return False


def at(index: int, value: float) -> Change:
    """Put a value somewhere, or the largest below it that the array can hold."""

    def changed(array: Any) -> Any:
        if array.dtype.kind == "u" and value < 0:
            array = array.astype(np.int64)
        largest = value if array.dtype.kind == "f" else np.iinfo(array.dtype).max
        array[index] = min(value, largest)
        return array

    return changed


LIES: Final[dict[str, Change]] = {
    "shorter": lambda array: array[:-1],
    "longer": lambda array: np.append(array, array[-1:]),
    "empty": lambda array: array[:0],
    "of another type": lambda array: array.astype(">f8"),
    "below none": at(-1, -1),
    "first below none": at(0, -1),
    "beyond": at(-1, 2**15),
    "in the middle beyond": lambda array: at(len(array) // 2, 2**15)(array),
    "without order": lambda array: array[::-1],
    "all the same": lambda array: np.full_like(array, array[-1] + 1),
    "of two dimensions": lambda array: array.reshape(1, -1),
}
BROKEN_NUMBERS: Final[dict[str, Change]] = {
    "not a number": at(0, np.nan),
    "without end": at(-1, np.inf),
    "of all not a number": lambda array: np.full_like(array, np.nan),
}


def lies_of(home: Path) -> dict[str, tuple[str, Change]]:
    live = Generations(home / "generations").current_id
    assert live is not None
    folder = home / "generations" / live
    lies = {}
    for path in sorted(folder.rglob("*.npy")):
        array, name = np.load(path), path.relative_to(folder).as_posix()
        changes = LIES | (BROKEN_NUMBERS if array.dtype.kind == "f" else {})
        for kind, change in changes.items():
            if not array.size:
                change = {"longer": lambda _, own=array: np.ones(3, own.dtype)}.get(kind)  # type: ignore[assignment]
            if change is None or np.array_equal(change(array.copy()), array):
                continue
            lies[f"{name} {kind}"] = (name, change)
    return lies


@pytest.mark.parametrize("kernel", ["plain", pytest.param("levels", marks=pytest.mark.slow)])
def test_arrays_that_lie_are_refused(
    kernel: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    home: Path = request.getfixturevalue(kernel)
    lies = lies_of(home)
    if kernel != "plain":  # all other files are alike
        lies = {
            lie: content for lie, content in lies.items() if content[0].startswith("index/scan_")
        }
    assert len(lies) > 50
    believed = []
    for number, (lie, (file, change)) in enumerate(lies.items()):
        copy = tmp_path / str(number)
        if not is_refused(forged(home, copy, file, change)):
            believed.append(lie)
        shutil.rmtree(copy)
    assert [lie for lie in believed if not may_be(lie)] == []


ANY_NUMBERS: Final = ("below", "beyond", "without order", "all the same")
COUNTED: Final = Number | Moment
MAY_BE: Final[dict[str, tuple[str, ...]]] = {
    # Only when, how long and how large: any number is one.
    **{f"facts/{one.name}.npy": ANY_NUMBERS for one in SCHEMA if isinstance(one.type, COUNTED)},
    # Other videos could be of these languages, or liked by these viewers.
    **{
        f"facts/{one.name}.npy": ("without order",)
        for one in SCHEMA
        if isinstance(one.type, Word | Words | RiskLevels)
    },
    # Words could speak of any topic that nobody looked for.
    "facts/risk.npy": ("without order", "all the same"),
    "together/rows.npy": ("without order", "all the same"),
    # These only say which postings are read first.
    "index/scan_slopes.npy": ANY_NUMBERS,
    # One number; what comes after it is not read.
    "index/scan_rounding.npy": ("longer",),
    "index/scan_shard_rows.npy": ("longer",),
    "index/scan_block_rows.npy": ("longer",),
}


def may_be(lie: str) -> bool:
    """Tell whether a catalog could have been so, or no answer becomes wrong by it."""
    name, _, kind = lie.partition(" ")
    return any(word in kind for word in MAY_BE.get(name, ()))


SETTINGS: Final[dict[str, tuple[str, Change]]] = {
    "no slope": ("index/meta.json", lambda meta: settings(meta, slope=0)),
    "a slope that is no number": ("index/meta.json", lambda meta: settings(meta, slope=np.nan)),
    "a slope as a word": ("index/meta.json", lambda meta: settings(meta, slope="1")),
    "another pivot": ("index/meta.json", lambda meta: settings(meta, pivot=-3.0)),
    "a pivot without end": ("index/meta.json", lambda meta: settings(meta, pivot=np.inf)),
    "another tf": ("index/meta.json", lambda meta: settings(meta, tf="log")),
    "a tf that is none": ("index/meta.json", lambda meta: settings(meta, tf="cube")),
    "another idf": ("index/meta.json", lambda meta: settings(meta, idf_of_new=np.nan)),
    "another kernel": ("index/meta.json", lambda meta: settings(meta, kernel="levels")),
    "viewers below none": ("together/meta.json", lambda meta: settings(meta, viewers=-1)),
    "fewer tags": ("generation.json", lambda content: {**content, "tags": content["tags"][:-1]}),
    "other tags": ("generation.json", lambda content: {**content, "tags": content["tags"][::-1]}),
    "tags as numbers": ("generation.json", lambda content: {**content, "tags": [1, 2]}),
    "words without order": (
        "facts/meta.json",
        lambda meta: settings(meta, language=["en", "de"]),
    ),
    "fewer words": ("facts/meta.json", lambda meta: settings(meta, language=["de"])),
    "words as numbers": ("facts/meta.json", lambda meta: settings(meta, language=[1, 2])),
}


def settings(meta: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**meta, "settings": {**meta["settings"], **more}}


@pytest.mark.parametrize(("file", "change"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_that_lie_are_refused(
    plain: Path, tmp_path: Path, file: str, change: Change
) -> None:
    assert is_refused(forged(plain, tmp_path / "forged", file, change))


@pytest.mark.parametrize(
    ("file", "change"),
    [("index/scan_rows.npy", LIES["beyond"]), SETTINGS["another pivot"]],
    ids=["arrays", "settings"],
)
def test_a_dump_that_lies_brings_nothing_back(
    plain: Path, tmp_path: Path, file: str, change: Change
) -> None:
    shutil.copytree(plain, tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "generations")
    generations = forged(plain, tmp_path / "home" / "generations", file, change)
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        dump(catalog, generations, tmp_path / "forged.tar")
    with pytest.raises(CorruptData, match="not written by us"):
        restore(tmp_path / "forged.tar", tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("kernel", ["plain", "levels"])
@pytest.mark.parametrize("tf", ["raw", "sqrt", "log"])
def test_what_we_write_is_believed(
    kernel: str, tf: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    shutil.copytree(request.getfixturevalue(kernel), tmp_path / "home")
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        generations = Generations(tmp_path / "home" / "generations")
        tags = catalog.tags.vocabulary().names
        check_consistency(generations.load_current(), tags)
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf=tf, seconds="effective"))
        check_consistency(generations.load_current(), tags)


def test_a_slope_and_dropped_tags_are_believed(plain: Path, tmp_path: Path) -> None:
    shutil.copytree(plain, tmp_path / "home")
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        generations = Generations(tmp_path / "home" / "generations")
        config = IndexConfig(threshold=0.7, tf="raw", slope=0.5, min_df=5)
        reindex(catalog, generations, config)
        opened = generations.load_current()
        assert opened.config == config
        assert (opened.index.idf == 0).any()
        check_consistency(opened, catalog.tags.vocabulary().names)


def test_a_catalog_without_videos_is_believed(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "home" / "catalog.db") as catalog:
        generations = Generations(tmp_path / "home" / "generations")
        reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
        dump(catalog, generations, tmp_path / "empty.tar")
    assert restore(tmp_path / "empty.tar", tmp_path / "again").videos == 0
