"""Measure of how right the words for sound are, on labelled sound that comes in packages.

    python benchmarks/accuracy/sound.py FOLDER [--write]

Fetches Debian packages of games and of telephone systems into ``FOLDER`` (with ``apt-get`` and
``dpkg``; some 2 GB), hears every file that ``labels/sounds.json`` names, and prints how often each
word is right: where its file is labelled with it, and wrong where it is labelled without.
``--write`` makes ``SOUND.md`` of it. The networks' scores are kept in ``FOLDER/heard``: new shares
need no second run of theirs. Nothing of the sound is kept here.

The files are halved by a digest of their names, so that it shows whether the shares of
``ingest/taggers/audio/words.py`` fit one half only.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import hashlib
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

from ingest.taggers.audio.networks import Events, Networks
from ingest.taggers.audio.scoring import SoundScorer, SoundScores
from ingest.taggers.audio.spectra import RATE
from ingest.taggers.audio.words import KIND_SHARES, TAGS, confidences
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
lines. The shares from which words are said were chosen with both halves in view.

| word | half | files with, without | right | as they are | said wrongly | found |
| --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file and what it is, what it is not; of other words nobody knows."""

    file: Path
    is_: frozenset[str]
    is_not: frozenset[str]

    @property
    def half(self) -> int:
        """Return to which half of the files it belongs."""
        return hashlib.sha256(self.file.name.encode()).digest()[0] % 2

    def truth(self, word: str) -> bool | None:
        """Whether the word is right of it; None if nobody knows."""
        if word in self.is_:
            return True
        kinds = {"music", "speech", "noise"}
        known_not = self.is_not | (kinds - self.is_)
        if "music" not in self.is_:
            known_not |= {"singing", *KIND_SHARES}
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
        yield Labelled(file, frozenset(rule["is"]), frozenset(rule.get("not", ())))


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
    stored = folder / f"{hashlib.sha256(str(one.file).encode()).hexdigest()[:24]}.npz"
    if not stored.exists():
        is_music = "music" in one.is_
        start = 15 if is_music and length(one.file) > 75 else 0
        scorer = SoundScorer(networks)
        for samples in decode(one.file, start, SECONDS_OF_MUSIC if is_music else SECONDS_OF_OTHERS):
            scorer.feed(samples)
        scores = scorer.end(max(1, round(scorer.n_samples / RATE)))
        np.savez(stored, levels=scores.levels, slots=scores.slots, events=np.stack(scores.events))
    with np.load(stored) as arrays:
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
    spoken = [confidences(one, tags) >= THRESHOLD for one in scores]
    n_seconds = sum(len(one.levels) for one in scores)
    lines = [HEAD.format(len(labelled), n_seconds)]
    files = list(zip(labelled, scores, spoken, strict=True))
    for word in WORDS:
        halves = ([one for one in files if one[0].half == half] for half in (0, 1))
        lines += [_line(word, half, own) for half, own in enumerate(halves)]
    return "\n".join(lines) + "\n"


def _line(
    word: str, half: int, files: list[tuple[Labelled, SoundScores, NDArray[np.bool_]]]
) -> str:
    column = TAGS.index(word)
    seconds, over, n_files = ({True: 0, False: 0} for _ in range(3))
    for one, scores, spoken in files:
        truth = one.truth(word)
        if truth is None:
            continue
        counted = scores.levels > MIN_DBFS if truth else np.ones(len(spoken), bool)
        n_files[truth] += 1
        seconds[truth] += int(counted.sum())
        over[truth] += int(spoken[counted, column].sum())
    right, wrong = (over[truth] / max(1, seconds[truth]) for truth in (True, False))
    share = over[True] / max(1, over[True] + over[False])
    return (
        f"| `{word}` | {'first' if half == 0 else 'second'} | {n_files[True]}, {n_files[False]} |"
        f" {right / (right + wrong):.1%} | {share:.1%} |"
        f" {over[False]} of {seconds[False]} | {over[True]} of {seconds[True]} |"
    )


if __name__ == "__main__":
    main()
