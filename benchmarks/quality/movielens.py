"""MovieLens-100k as viewers and videos, read out of the wheel of recbole; nothing of it is kept.

F. M. Harper and J. A. Konstan, "The MovieLens Datasets" (2015). Its licence allows research and
forbids redistribution, so it is fetched by who runs this and never lies in the repository.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp

from engine.domain.viewers import Event, EventKind

WHEEL: Final = "recbole==1.2.1"
_FOLDER: Final = "recbole/dataset_example/ml-100k/ml-100k"
_KNOWN: Final = 0.8
_LIKED: Final = 4.0
_SO_SO: Final = 3.0


@dataclass(frozen=True)
class Viewer:
    """One viewer's ratings, cut in time: the first 80% are known.

    Attributes:
        events: what is known.
        expected: the films among the rest that they rated 4 or 5.
        now: when the known part ends.
    """

    events: tuple[Event, ...]
    expected: frozenset[str]
    now: float


@dataclass(frozen=True)
class Films:
    """Films and their tags; no tag is there more than once."""

    ids: Sequence[str]
    tags: Sequence[str]
    counts: "sp.csr_array[np.int64]"


def fetch(folder: Path) -> Mapping[str, list[list[str]]]:
    """Download the wheel into a folder and return its tables, row by row."""
    with zipfile.ZipFile(wheel_of(folder, WHEEL)) as wheel:
        return {
            name: [
                line.split("\t")
                for line in wheel.read(f"{_FOLDER}.{name}").decode("utf-8").splitlines()[1:]
            ]
            for name in ("inter", "item")
        }


def wheel_of(folder: Path, named: str) -> Path:
    """Return a wheel, named as ``package==version``, which is downloaded unless it is there."""
    pattern = f"{named.replace('==', '-')}-*.whl"
    wheel = next(iter(folder.glob(pattern)), None)
    if wheel is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*command, "--dest", folder, named], check=True)  # noqa: S603 - our words
        wheel = next(iter(folder.glob(pattern)))
    return wheel


def temporary() -> Path:
    """Return a folder that outlives one run, so that the next one does not fetch again."""
    folder = Path(tempfile.gettempdir()) / "reelmatch-quality"
    folder.mkdir(exist_ok=True)
    return folder


def viewers_of(ratings: Sequence[Sequence[str]]) -> list[Viewer]:
    """Cut every viewer's ratings in time; those who like nothing afterwards are left out."""
    by_viewer: dict[str, list[tuple[float, str, float]]] = defaultdict(list)
    for viewer, film, rating, at in ratings:
        by_viewer[viewer].append((float(at), _id(film), float(rating)))
    viewers = []
    for _, rated in sorted(by_viewer.items(), key=lambda pair: int(pair[0])):
        rated.sort()
        cut = int(len(rated) * _KNOWN)
        expected = frozenset(film for _, film, rating in rated[cut:] if rating >= _LIKED)
        events = tuple(_event(number, *one) for number, one in enumerate(rated[:cut]))
        if expected:
            viewers.append(Viewer(events, expected, rated[cut - 1][0]))
    return viewers


def films_of(items: Sequence[Sequence[str]], *, years: bool) -> Films:
    """Tag films by genre, and by year and decade if asked."""
    items = sorted(items, key=lambda item: _id(item[0]))
    numbers: dict[str, int] = {}
    rows, columns = [], []
    for row, (_, _, year, genres) in enumerate(items):
        tags = genres.split()
        if years and year.isdigit():
            tags += [year, f"{year[:3]}0s"]
        for tag in dict.fromkeys(tags):
            rows.append(row)
            columns.append(numbers.setdefault(tag, len(numbers)))
    counts = sp.csr_array(
        (np.ones(len(rows), np.int64), (rows, columns)), (len(items), len(numbers))
    )
    return Films([_id(item[0]) for item in items], list(numbers), counts)


def _event(number: int, at: float, film: str, rating: float) -> Event:
    if rating >= _LIKED:
        return Event(str(number), film, EventKind.LIKED, at)
    if rating >= _SO_SO:
        return Event(str(number), film, EventKind.WATCHED, at, 0.5)
    return Event(str(number), film, EventKind.DISLIKED, at)


def _id(film: str) -> str:
    return f"{int(film):016x}"
