"""Packages of Debian as videos, lists of packages as viewers, read by apt-get; nothing is kept.

Two descriptions: debtags, which people gave (each there or not), and the words of the descriptions,
as often as they are there. Two kinds of viewers: metapackages, which list what goes together for a
purpose (astronomy, photography), and maintainers, of whom hardly two have a package in common. The
lists have no order in time, so that what is expected is drawn at random.
"""

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from movielens import Films, Viewer

from engine.domain.viewers import Event, EventKind

_KNOWN: Final = 0.8
_MIN_LISTED: Final = 10
_MAX_LISTED: Final = 200
_NOW: Final = 1_000.0
_DEPENDS: Final = ("Depends", "Recommends", "Suggests")
_WORD: Final = re.compile(r"[a-z][a-z+-]{2,}")

Record = Mapping[str, str]


@dataclass(frozen=True)
class Packages:
    """Source packages that people have tagged.

    Attributes:
        tags: source -> its debtags.
        words: source -> the words of its longest description, as often as they are there.
        metapackages: viewer -> the sources listed.
        maintainers: viewer -> the sources maintained.
    """

    tags: Mapping[str, Counter[str]]
    words: Mapping[str, Counter[str]]
    metapackages: Mapping[str, list[str]]
    maintainers: Mapping[str, list[str]]


def fetch_packages(folder: Path) -> Packages:
    """Update lists of packages in a folder of their own, and read them."""
    lists = folder / "debian"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    options = (f"Dir::State::Lists={lists}", "Acquire::Languages=en", "Acquire::GzipIndexes=false")
    command = ["apt-get", "update", "-q", *(part for one in options for part in ("-o", one))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our words
    records = [one for path in sorted(lists.glob("*_Packages")) for one in _records(path)]
    long = {
        one["Description-md5"]: one.get("Description-en", "")
        for path in sorted(lists.glob("*_Translation-en"))
        for one in _records(path)
    }
    source_of = {one["Package"]: one.get("Source", one["Package"]).split()[0] for one in records}
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    words: dict[str, Counter[str]] = defaultdict(Counter)
    maintainers: dict[str, list[str]] = defaultdict(list)
    for one in records:
        source = source_of[one["Package"]]
        tags[source].update(_parts(one.get("Tag", "")))
        described = Counter(_WORD.findall(long.get(one.get("Description-md5", ""), "").lower()))
        words[source] = max(words[source], described, key=Counter.total)
        maintainers[one["Maintainer"]].append(source)
    tagged = {source: Counter(dict.fromkeys(own, 1)) for source, own in tags.items() if own}
    listed = {
        one["Package"]: [source_of.get(name, "") for name in _listed(one)]
        for one in records
        if one.get("Section", "").endswith("metapackages")
    }
    return Packages(
        tagged,
        {source: words[source] for source in tagged},
        _enough(listed, tagged),
        _enough(maintainers, tagged),
    )


def viewers_of_lists(lists: Mapping[str, Sequence[str]], sources: Iterable[str]) -> list[Viewer]:
    """Cut every list, in an order drawn at random."""
    numbers = {source: _id(number) for number, source in enumerate(sorted(sources))}
    rng = np.random.default_rng(0)
    viewers = []
    for _, own in sorted(lists.items()):
        liked = [numbers[own[at]] for at in rng.permutation(len(own))[:_MAX_LISTED]]
        cut = int(len(liked) * _KNOWN)
        events = tuple(
            Event(str(at), video, EventKind.LIKED, _NOW) for at, video in enumerate(liked[:cut])
        )
        viewers.append(Viewer(events, frozenset(liked[cut:]), _NOW))
    return viewers


def films_of_counts(counts: Mapping[str, Counter[str]]) -> Films:
    """Return sources and how often each is tagged as what."""
    sources = sorted(counts)
    numbers: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, source in enumerate(sources):
        for tag, count in sorted(counts[source].items()):
            rows.append(row)
            columns.append(numbers.setdefault(tag, len(numbers)))
            values.append(count)
    shape = (len(sources), len(numbers))
    matrix = sp.csr_array((np.array(values, np.int64), (rows, columns)), shape)
    return Films([_id(row) for row in range(len(sources))], list(numbers), matrix)


def _enough(
    lists: Mapping[str, Iterable[str]], known: Mapping[str, object]
) -> dict[str, list[str]]:
    """Return lists of as many known sources as can be cut, each source once."""
    matches = {name: sorted(set(own) & known.keys()) for name, own in lists.items()}
    return {name: own for name, own in matches.items() if len(own) >= _MIN_LISTED}


def _records(path: Path) -> Iterator[dict[str, str]]:
    """Yield the records of a file of apt: a field a line, indented lines going on with it."""
    record: dict[str, str] = {}
    name = ""
    for line in path.read_text("utf-8").splitlines():
        if not line and record:
            yield record
            record = {}
        elif line.startswith(" "):
            record[name] += f" {line.strip()}"
        elif line:
            name, _, value = line.partition(": ")
            name = name.rstrip(":")
            record[name] = value
    if record:
        yield record


def _listed(record: Record) -> list[str]:
    parts = (part for name in _DEPENDS for part in _parts(record.get(name, "")))
    return [part.split()[0].partition(":")[0] for part in parts]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,|]", text) if part.strip()]


def _id(number: int) -> str:
    return f"{number:016x}"
