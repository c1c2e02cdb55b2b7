"""Precision of what is said of people with ``REELMATCH_PEOPLE=on``, a word a row.

    python benchmarks/accuracy/people.py --clips FOLDER... [--kept FILE] [--write]

Thresholds were chosen on one half of the places that pictures and clips are from; the other half
says how it went. ``--write`` also writes what the listing of tags tells of these words.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from fit import THRESHOLD
from frames import find_source
from PIL import Image

from ingest.decoding.frames import open_video
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.visual import face_words
from ingest.taggers.visual.black_bars import without_bars
from ingest.taggers.visual.face_words import FACE_WORDS, MIN_SHARES, PRECISION_FILE, FaceWords
from ingest.taggers.visual.faces import FaceFinder
from ingest.taggers.visual.model_outputs import Networks
from ingest.taggers.visual.nudity import NudityDetector
from ingest.taggers.visual.resize import Shrinkable
from ingest.taggers.visual.specific_tags import Specifics
from ingest.taggers.visual.tag_calibration import TagCalibration
from ingest.taggers.visual.tagger import LocalTagger
from ingest.taggers.visual.with_faces import LocalTaggerWithFaces
from models.cards import load_card, weights_path

HERE: Final = Path(__file__).parent
_SIZES: Final = (16, 20, 24, 28, 32, 40, 56)
_LARGE: Final = 56  # pixels of a face, from which on its picture can be shrunk to all of these


@dataclass(frozen=True, slots=True)
class Shot:
    """Labels of what a person sees on one shot, or one picture.

    Attributes:
        source: as ``frames`` finds it.
        seconds: of the shot; (0,) of a picture.
        half: ``tune`` or ``held out``.
        lure: it shows something that looks like a face and is none, or is drawn or carved.
        present: words that hold.
        unsure: words that reasonable people could disagree on.
    """

    source: str
    seconds: tuple[int, ...]
    half: str
    lure: bool
    present: frozenset[str]
    unsure: frozenset[str]


@dataclass(slots=True)
class Row:
    """Counts of how often a word was said, and how that was."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def named(self) -> int:
        """Count of how often it was said where nobody can doubt."""
        return self.right + self.wrong


def main() -> None:
    """Print the tables; write them when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument("--kept", dest="stored", type=Path, help="what was said, to look only once")
    parser.add_argument("--write", action="store_true", help="write PEOPLE.md, too")
    arguments = parser.parse_args()
    shots = read_shots()
    named = _named(shots, arguments.clips, arguments.stored)
    text = "\n".join(_report(shots, named, arguments.clips))
    print(text)
    if arguments.write:
        (HERE / "PEOPLE.md").write_text(text + "\n")
        held_out = _rows(shots, named, "held out")
        judged = {word: [held_out[word].named, held_out[word].right] for word in FACE_WORDS}
        beside = weights_path(load_card("blazeface")).with_name(PRECISION_FILE)
        beside.write_text(json.dumps(judged) + "\n")


def read_shots() -> list[Shot]:
    """Return the labelled shots."""
    return [
        Shot(
            one["source"],
            tuple(range(one["first"], one["last"] + 1)),
            one["half"],
            one["lure"],
            frozenset(one["present"]),
            frozenset(one["unsure"]),
        )
        for one in json.loads((HERE / "people.json").read_text())
    ]


def _named(shots: Sequence[Shot], folders: Sequence[Path], stored: Path | None) -> Confidences:
    """Return the confidence of every word on every shot, shape (n_shots, 4)."""
    if stored and stored.is_file():
        confidences: Confidences = np.load(stored)
        return confidences
    tagger = _tagger()
    n_words = len(MIN_SHARES)
    named = np.zeros((len(shots), n_words), np.float32)
    faces = FaceWords.load(tuple(MIN_SHARES))
    for number, frames in _frames(shots, folders):
        # Without a face nothing is said, whatever the other networks see: most looks end here.
        if not any(faces.confidences(Shrinkable(without_bars(frame))).any() for frame in frames):
            continue
        seconds = np.stack([tagger.tag(frame) for frame in frames])
        tagger.settle(seconds, np.ones(len(seconds), bool), np.ones(len(seconds), bool))
        named[number] = seconds[:, -n_words:].max(axis=0)
    if stored:
        np.save(stored, named)
    return named


class _NoNudity(NudityDetector):
    """Is not asked: a third of the time goes into it."""

    def __init__(self) -> None:
        pass

    def confidence(self, frame: Shrinkable) -> float:  # noqa: ARG002
        return 0.0


def _tagger() -> LocalTaggerWithFaces:
    networks = Networks.load()
    calibration, specifics = TagCalibration.load(networks.tags), Specifics.load(networks.tags)
    local = LocalTagger(networks, calibration, specifics, _NoNudity(), "")
    return LocalTaggerWithFaces(local, FaceWords.load(tuple(MIN_SHARES)), "")


def _frames(shots: Sequence[Shot], folders: Sequence[Path]) -> Iterator[tuple[int, list[Frame]]]:
    """Yield the frames of each shot, pictures too decoded as ingest does, with its place."""
    for number, shot in enumerate(shots):
        with open_video(find_source(shot.source, folders)) as video:
            seconds = (one for one in video.seconds() if one.index in shot.seconds)
            yield number, [one.frame for one in islice(seconds, len(shot.seconds))]


def _rows(shots: Sequence[Shot], named: Confidences, half: str) -> dict[str, Row]:
    rows = {word: Row() for word in MIN_SHARES}
    for shot, confidences in zip(shots, named, strict=True):
        if shot.half != half:
            continue
        for (word, row), confidence in zip(rows.items(), confidences, strict=True):
            if word in shot.unsure:
                continue
            if confidence >= THRESHOLD:
                row.right += word in shot.present
                row.wrong += word not in shot.present
            else:
                row.missed += word in shot.present
    return rows


def _report(shots: Sequence[Shot], named: Confidences, folders: Sequence[Path]) -> Iterator[str]:
    clips = sum(len(shot.seconds) > 1 for shot in shots)
    empty = sum(not shot.present | shot.unsure for shot in shots)
    lures = sum(shot.lure for shot in shots)
    yield (
        f"{len(shots)} shots, {clips} of them of clips, the others pictures: {empty} without"
        f" anybody, among them {lures} drawings, statues, dolls, masks and animals.\n"
    )
    for half in ("tune", "held out"):
        n_shots = sum(shot.half == half for shot in shots)
        yield f"\n## {half.capitalize()}: {n_shots} shots\n"
        yield "| word | said | right | wrong | missed | right of said |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for word, row in _rows(shots, named, half).items():
            share = f"{row.right / row.named:.0%}" if row.named else ""
            yield (f"| {word} | {row.named} | {row.right} | {row.wrong} | {row.missed} | {share} |")
    yield "\n## Said wrongly\n"
    yield "| half | word | source |\n| --- | --- | --- |"
    for shot, confidences in zip(shots, named, strict=True):
        for word, confidence in zip(MIN_SHARES, confidences, strict=True):
            if confidence >= THRESHOLD and word not in shot.present | shot.unsure:
                yield f"| {shot.half} | {word} | {shot.source} |"
    yield "\n## By size: pictures of the tune half with one kind of adults, shrunk\n"
    yield "| pixels of the largest face | pictures | woman or man said | right |"
    yield "| --- | --- | --- | --- |"
    yield from _by_size(shots, folders)


def _by_size(shots: Sequence[Shot], folders: Sequence[Path]) -> Iterator[str]:
    face_words.MIN_SIZE = 0  # type: ignore[misc]
    words, finder = FaceWords.load(), FaceFinder.load()
    chosen = [
        shot
        for shot in shots
        if shot.half == "tune"
        and len(shot.seconds) == 1
        and len(shot.present & {"woman", "man"}) == 1
        and not (shot.present | shot.unsure) & {"child"}
    ]
    counts = {size: [0, 0, 0] for size in _SIZES}
    for number, (frame,) in _frames(chosen, folders):
        sizes = [face.size for face in finder.find(Shrinkable(frame))]
        if not sizes or max(sizes) < _LARGE:
            continue
        for size, count in counts.items():
            picture = Image.fromarray(frame)
            scale = size / max(sizes)
            shape = [max(1, round(side * scale)) for side in picture.size]
            # Where it lay: as small within a frame as large as before.
            small = Image.new("RGB", picture.size, (116, 116, 116))
            small.paste(picture.resize(shape, Image.Resampling.BOX))
            confidences = words.confidences(Shrinkable(np.asarray(small)))[:2]
            count[0] += 1
            for word, confidence in zip(("woman", "man"), confidences, strict=True):
                count[1] += bool(confidence >= THRESHOLD)
                count[2] += bool(confidence >= THRESHOLD) and word in chosen[number].present
    for size, (pictures, n_named, right) in counts.items():
        yield f"| {size} | {pictures} | {n_named} | {right} |"


if __name__ == "__main__":
    main()
