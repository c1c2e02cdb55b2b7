"""Measure of how right the words for sound are, on labelled sound that comes in packages.

    python benchmarks/accuracy/sound.py FOLDER [--write]

Fetches Debian packages of games and of telephone systems into ``FOLDER`` (with ``apt-get`` and
``dpkg``; some 2 GB), hears every file that ``labels/sounds.json`` names, and prints how often each
word is right: where its file is labelled with it, and wrong where it is labelled without.
``--write`` makes ``SOUND.md`` of it. The networks' scores are kept in ``FOLDER/heard``: new shares
need no second run of theirs. Nothing of the sound is kept here.

Rules with ``held_out`` name packages that the shares of ``ingest/taggers/audio/words.py`` are not
fitted to; for each kind of music it is told which share the other packages alone would give.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import hashlib
import itertools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from ingest.taggers.audio.kinds import KIND_SHARES
from ingest.taggers.audio.networks import Events, Networks
from ingest.taggers.audio.scoring import SLOT_SECONDS, SoundScorer, SoundScores
from ingest.taggers.audio.spectra import RATE
from ingest.taggers.audio.words import (
    EVENT_SHARES,
    TAGS,
    confidences,
    event_shares,
    kind_shares,
)
from models.cards import load_card, load_json

HERE = Path(__file__).parent
LABELS = HERE / "labels" / "sounds.json"
THRESHOLD = 0.7
WORDS = tuple(word for word in TAGS if word != "silence")
MIN_DBFS = -50
SECONDS_OF_MUSIC, SECONDS_OF_OTHERS = 45, 20
MIN_SECONDS = {"music": 40, "speech": 2, "noise": 1}

HEAD = """# How right the words for sound are

Made by `sound.py`: {} files of Debian packages, {} seconds. A file is labelled as a whole: by its
package, its folder, or the genre that its makers wrote into it. Of the seconds on which a word is
said (confidence 0.7), *right* is the share whose file has that label, were there as many labelled
seconds with as without; *as they are* the share on these files, most of which are without.
Seconds below -50 dB are left out of *found*, and files whose label does not tell a word of its
lines. No package is of both parts.

| word | packages | files with, without | right | as they are | said wrongly | found |
| --- | --- | --- | --- | --- | --- | --- |"""

GENRES = """
## Kinds of music, and a guitar

The share of musicnn's tag that says a word is here the least at which every second is right
on the packages it is fitted to, {} files. *Held out* are {} files of others; *best* is what any
share gives there. A guitar is the track of one alone in two packages of songs for a game; music
that is labelled as electronic is taken to be without.

| word | share | right on the fitted | right on the held out | best |
| --- | --- | --- | --- | --- |"""
TRIED = tuple(round(0.1 + 0.02 * step, 2) for step in range(36))
FITTED = 1.0
INSTRUMENTS = {"guitar": ("guitar",)}
PARTS = ("fitted to", "held out")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file and what it is, what it is not; of other words nobody knows."""

    file: Path
    is_: frozenset[str]
    is_not: frozenset[str]
    held_out: bool

    def truth(self, word: str) -> bool | None:
        """Whether the word is right of it; None if nobody knows."""
        if word in self.is_:
            return True
        kinds = {"music", "speech", "noise"}
        known_not = self.is_not | (kinds - self.is_)
        if "music" not in self.is_:
            known_not |= {"singing", *KIND_SHARES, *INSTRUMENTS}
        return False if word in known_not else None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="make SOUND.md")
    arguments = parser.parse_args()
    labelled = [
        one for rule in json.loads(LABELS.read_text()) for one in find(arguments.folder, rule)
    ]
    networks = Networks.load()
    scores = [score_sound(one, networks, arguments.folder / "heard") for one in labelled]
    text = report(labelled, scores)
    print(text)
    if arguments.write:
        (HERE / "SOUND.md").write_text(text)


def find(folder: Path, rule: dict[str, Any]) -> Iterator[Labelled]:
    """Yield the files of a rule, long enough to tell, in the order of a digest of their names."""
    root = folder / rule["package"]
    if not root.exists():
        fetch(rule["package"], root)
    files = [
        file
        for file in root.glob(rule["files"])
        if file.is_file() and not file.is_symlink() and rule.get("except", "\0") not in file.name
    ]
    files.sort(key=lambda file: hashlib.sha256(file.name.encode()).digest())
    least = max(MIN_SECONDS.get(word, 0) for word in rule["is"])
    long_enough = [file for file in files if length(file) >= least]
    for file in long_enough[: rule.get("most")]:
        yield Labelled(
            file, frozenset(rule["is"]), frozenset(rule.get("not", ())), rule.get("held_out", False)
        )


def fetch(package: str, root: Path) -> None:
    """Unpack a Debian package."""
    root.mkdir(parents=True)
    subprocess.run(["apt-get", "download", "-q", package], cwd=root, check=True)  # noqa: S603, S607
    (archive,) = root.glob("*.deb")
    subprocess.run(["dpkg", "-x", archive.name, "."], cwd=root, check=True)  # noqa: S603, S607
    archive.unlink()


def length(file: Path) -> float:
    """Return the seconds of a sound; 0 of other files."""
    try:
        with av.open(str(file)) as container:
            return (container.duration or 0) / 1e6 if container.streams.audio else 0.0
    except av.FFmpegError:
        return 0.0


def score_sound(one: Labelled, networks: Networks, folder: Path) -> SoundScores:
    """Hear the middle of a piece of music, the beginning of others; once."""
    folder.mkdir(exist_ok=True)
    cached = folder / f"{hashlib.sha256(str(one.file).encode()).hexdigest()[:24]}.npz"
    if not cached.exists():
        is_music = "music" in one.is_
        start = 15 if is_music and length(one.file) > 75 else 0
        scorer = SoundScorer(networks)
        for samples in decode(one.file, start, SECONDS_OF_MUSIC if is_music else SECONDS_OF_OTHERS):
            scorer.feed(samples)
        scores = scorer.end(max(1, round(scorer.n_samples / RATE)))
        np.savez(cached, levels=scores.levels, slots=scores.slots, events=np.stack(scores.events))
    with np.load(cached) as arrays:
        return SoundScores(arrays["levels"], Events(*arrays["events"]), arrays["slots"])


def decode(file: Path, start: int, n_seconds: int) -> Iterator[NDArray[np.int16]]:
    """Yield some seconds of a sound."""
    resampler = AudioResampler("s16", "mono", RATE)
    skip, left = start * RATE, n_seconds * RATE
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            for made in resampler.resample(frame):
                samples = made.to_ndarray()[0]
                now = samples[min(skip, len(samples)) :][:left]
                skip, left = max(0, skip - len(samples)), left - len(now)
                yield now
            if not left:
                return


def report(labelled: list[Labelled], scores: list[SoundScores]) -> str:
    """Return the tables."""
    tags = load_json(load_card("musicnn"), "tags.json")
    named = [confidences(one, tags) >= THRESHOLD for one in scores]
    n_seconds = sum(len(one.levels) for one in scores)
    lines = [HEAD.format(len(labelled), n_seconds)]
    files = list(zip(labelled, scores, named, strict=True))
    for word in WORDS:
        parts = ([one for one in files if one[0].held_out == part] for part in (False, True))
        lines += [_line(word, name, own) for name, own in zip(PARTS, parts, strict=True)]
    n_held_out = sum(one.held_out for one in labelled)
    lines.append(GENRES.format(len(labelled) - n_held_out, n_held_out))
    kinds = {word: names for word, (names, _) in KIND_SHARES.items()} | INSTRUMENTS
    for word, names in kinds.items():
        columns = [tags.index(name) for name in names]
        lines.append(_fitted(word, columns, list(zip(labelled, scores, strict=True))))
    return "\n".join(lines) + "\n"


def _fitted(word: str, columns: list[int], files: list[tuple[Labelled, SoundScores]]) -> str:
    """Return the line of a word whose share is fitted to the packages that are not held out."""
    shares = _shares(word, columns, files)

    def named(share: float, *, held_out: bool) -> tuple[float, int]:
        right, wrong = (int((shares[held_out, truth] >= share).sum()) for truth in (True, False))
        return right / max(1, right + wrong), right + wrong

    good = [share for share in TRIED if named(share, held_out=False)[0] >= FITTED]
    share = good[0] if good else max(TRIED, key=lambda one: named(one, held_out=False))
    cells = [
        f"{right:.1%} of {n}"
        for right, n in (named(share, held_out=part) for part in (False, True))
    ]
    best = max(named(one, held_out=True)[0] for one in TRIED)
    return f"| `{word}` | {share:.2f} | {' | '.join(cells)} | {best:.1%} |"


def _shares(
    word: str, columns: list[int], files: list[tuple[Labelled, SoundScores]]
) -> dict[tuple[bool, bool], NDArray[np.float32]]:
    """Return the shares of seconds of music, by whether they are held out and have the word."""
    keys = list(itertools.product((False, True), (False, True)))
    parts: dict[tuple[bool, bool], list[NDArray[np.float32]]] = {key: [] for key in keys}
    for one, score in files:
        if (truth := one.truth(word)) is not None and len(score.slots):
            of_second = np.arange(len(score.levels)) // SLOT_SECONDS
            kind = kind_shares(score, columns)[np.minimum(of_second, len(score.slots) - 1)]
            is_music = event_shares(score)["music"] >= EVENT_SHARES["music"]
            parts[one.held_out, truth].append(np.where(is_music, kind, 0).astype(np.float32))
    return {key: np.concatenate([np.zeros(0, np.float32), *own]) for key, own in parts.items()}


def _line(
    word: str, part: str, files: list[tuple[Labelled, SoundScores, NDArray[np.bool_]]]
) -> str:
    column = TAGS.index(word)
    seconds, over, n_files = ({True: 0, False: 0} for _ in range(3))
    for one, scores, named in files:
        truth = one.truth(word)
        if truth is None:
            continue
        counted = scores.levels > MIN_DBFS if truth else np.ones(len(named), bool)
        n_files[truth] += 1
        seconds[truth] += int(counted.sum())
        over[truth] += int(named[counted, column].sum())
    right, wrong = (over[truth] / max(1, seconds[truth]) for truth in (True, False))
    share = over[True] / max(1, over[True] + over[False])
    return (
        f"| `{word}` | {part} | {n_files[True]}, {n_files[False]} |"
        f" {right / (right + wrong):.1%} | {share:.1%} |"
        f" {over[False]} of {seconds[False]} | {over[True]} of {seconds[True]} |"
    )


if __name__ == "__main__":
    main()
