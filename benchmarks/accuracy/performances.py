"""Measure of how right assessments of performances are: every picture with every sound.

    PYTHONPATH=tests python benchmarks/accuracy/performances.py CLIPS SOUNDS [--write]

``CLIPS`` holds the clips that ``labels/performances.json`` names; pictures at rest are made of
photographs of packages. ``SOUNDS`` is the folder of ``sound.py``, into which the packages of
the same file are fetched (150 MB). Pictures and sounds are each tagged once, and the tracks put
together as if one file held them. ``--write`` makes ``PERFORMANCES.md`` of it.

The shares of ``engine/content/performance.py`` were chosen on the sounds of the first half, which
are of other packages than those of the second.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sound import find, score_sound

from engine.catalogs.sqlite.catalog import Catalog
from engine.content.performance import PerformanceClassifier
from engine.domain.assessments.performance import PERFORMANCES
from engine.domain.content import SourceTrack, VideoContent
from engine.domain.tags import AUDIO, VISUAL
from engine.domain.tracks import Track
from ingest.pipeline import ingest_file
from ingest.taggers.audio.networks import Networks
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.audio.words import TAGS, confidences
from ingest.taggers.visual.tagger import LocalTagger
from models.cards import load_card, load_json
from support.footage import photograph, write_video
from support.stills import read_photograph, slideshow, still

HERE: Final = Path(__file__).parent
LABELS: Final = HERE / "labels" / "performances.json"
THRESHOLD: Final = 0.7
SHAPE: Final = (270, 480)

HEAD: Final = """# How right assessments of performances are

Made by `performances.py`: {} pictures (clips with people in motion, clips without, photographs
at rest), each with {} sounds of packages and without sound. *Right* is the share of the videos that
truly are of a kind and are found to be.

| half of the sounds | truly | right | else found to be |
| --- | --- | --- | --- |"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--write", action="store_true", help="make PERFORMANCES.md")
    arguments = parser.parse_args()
    labels = json.loads(LABELS.read_text())
    sounds = [*heard(arguments.sounds, labels["sounds"])]
    with (
        tempfile.TemporaryDirectory() as folder,
        Catalog.open(Path(folder) / "catalog.db") as catalog,
    ):
        pictures = [*seen(arguments.clips, labels["clips"], Path(folder), catalog)]
        results = judged(catalog, pictures, sounds)
    text = "\n".join([HEAD.format(len(pictures), len(sounds)), *lines(results)]) + "\n"
    print(text)
    if arguments.write:
        (HERE / "PERFORMANCES.md").write_text(text)


def heard(
    folder: Path, rules: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, str, NDArray[np.float32]]]:
    """Yield the half of a sound, what it is, and the confidence of each word on its seconds."""
    networks, tags = Networks.load(), load_json(load_card("musicnn"), "tags.json")
    for rule in rules:
        for one in find(folder, {**rule, "is": [rule["is"]]}):
            sound = score_sound(one, networks, folder / "heard")
            yield rule["half"], rule["is"], confidences(sound, tags)


def seen(
    clips: Path, labels: Mapping[str, str], folder: Path, catalog: Catalog
) -> Iterator[tuple[str, VideoContent]]:
    """Yield what is truly seen on a video, and what was."""
    tagger = LocalTagger.load()
    files = {clips / name: label for name, label in labels.items()}
    photos = [read_photograph(photograph(name)) for name in ("astronaut.png", "china.jpg")]
    photos += [read_photograph(photograph(name)) for name in ("coffee.png", "chelsea.png")]
    for number, photo in enumerate(photos):
        made = write_video(folder / f"still{number}.mp4", still(photo, SHAPE, 12, 5), rate=5)
        files[made] = "still"
    for each in (2, 3, 4):
        made = write_video(folder / f"slides{each}.mp4", slideshow(photos, SHAPE, each, 5), rate=5)
        files[made] = "still"
    for file, label in files.items():
        result = ingest_file(file, catalog, tagger)
        (content,) = catalog.content.of([result.video or ""])
        yield label, content


def judged(
    catalog: Catalog,
    pictures: Sequence[tuple[str, VideoContent]],
    sounds: Sequence[tuple[int, str, NDArray[np.float32]]],
) -> Counter[tuple[int, str, str]]:
    """Count videos by half, what they truly are, and what they are found to be."""
    tagger = LocalSoundTagger()
    tagger_id = f"{tagger.name}@{tagger.version}"
    catalog.taggers.remember(tagger_id, tagger.tags)
    numbers = catalog.tags.number(TAGS, AUDIO)
    vocabulary = catalog.tags.vocabulary()
    classifier = PerformanceClassifier(vocabulary, THRESHOLD, catalog.taggers.words())
    silence = np.zeros((1, len(TAGS)), np.float32)
    counts: Counter[tuple[int, str, str]] = Counter()
    for label, content in pictures:
        visual = content.of(VISUAL)
        assert visual is not None
        n_seconds = content.record.seconds
        for half, sound, confidences_of_sound in (
            *sounds,
            (0, "none", silence),
            (1, "none", silence),
        ):
            rows = np.arange(n_seconds) % len(confidences_of_sound)
            track = Track.from_confidences(confidences_of_sound[rows], numbers)
            both = VideoContent(content.record, [visual, SourceTrack(AUDIO, tagger_id, track)])
            counts[half, truth(label, sound), classifier.performance_of(both).value] += 1
    return counts


def truth(picture: str, sound: str) -> str:
    """Return what a video of a picture and a sound truly is."""
    if sound != "music":
        return {"speech": "talk", "noise": "other", "none": "silent"}[sound]
    return {"still": "static_visual", "people": "performance", "nobody": "other"}[picture]


def lines(counts: Counter[tuple[int, str, str]]) -> Iterator[str]:
    """Yield a line of the table for each half and truth."""
    for half in (0, 1):
        for true in PERFORMANCES:
            own = {
                got: n for (where, is_, got), n in counts.items() if (where, is_) == (half, true)
            }
            if not own:
                continue
            wrong = ", ".join(f"`{got}` {n}" for got, n in sorted(own.items()) if got != true)
            name = "first" if half == 0 else "second"
            right = f"{own.get(true, 0)} of {sum(own.values())}"
            yield f"| {name} | `{true}` | {right} | {wrong} |"


if __name__ == "__main__":
    main()
