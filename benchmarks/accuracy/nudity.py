"""Count how often harmless footage that is hard to judge is taken for nudity.

    python benchmarks/accuracy/nudity.py --clips FOLDER... [--kept FILE] [--write]

Every labelled frame that shows people, faces, babies, sport, swimwear, cosmetics, food, toys or
animals becomes a clip of twelve looks, as a camera sees that moves over it and closes in: twelve
parts of it, each three quarters to whole. All of them are harmless. What a look is given, and
which level the clips have by the rules as they are, goes into NUDITY.md.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from frames import Label, read_labels, source_frames
from numpy.typing import NDArray

from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import Rules, read_rules
from engine.domain.tracks import Track
from engine.words.vocabulary import Vocabulary
from ingest.taggers.base import Frame
from ingest.taggers.visual.nudity import NUDITY, NudityDetector
from ingest.taggers.visual.resize import Shrinkable

HERE: Final = Path(__file__).parent
N_CROPS: Final = 12
MIN_PART: Final = 0.75
_SHOWN: Final = (0.2, 0.5, 0.7, 0.8, 0.9, 0.95)
_SEED: Final = 4

HARD: Final = {
    "people": {"person", "people", "portrait", "crowd"},
    "babies": {"baby"},
    "sport and swimming": {"sport", "swimming", "swimwear", "gym", "beach"},
    "fashion and cosmetics": {"fashion", "dress", "cosmetics", "jewelry"},
    "food": {"food", "fruit", "dessert", "drink"},
    "toys": {"toys"},
    "animals": {"animal", "pet", "primate"},
}
"""Kind of hard frame -> the words that make a labelled frame one."""

Confidences = NDArray[np.float64]


def main() -> None:
    """Print the tables; write them when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the network said, to look only once"
    )
    parser.add_argument("--write", action="store_true", help="write NUDITY.md, too")
    arguments = parser.parse_args()
    hard = frozenset().union(*HARD.values())
    labels = [label for label in read_labels() if hard & label.present]
    crops = _stored_crops(labels, arguments.clips, arguments.stored)
    text = "\n".join(_report(labels, crops))
    print(text)
    if arguments.write:
        (HERE / "NUDITY.md").write_text(text + "\n")


def _stored_crops(labels: list[Label], folders: list[Path], stored: Path | None) -> Confidences:
    if stored and stored.is_file():
        crops: Confidences = np.load(stored)
        if crops.shape == (len(labels), N_CROPS):
            return crops
    detector = NudityDetector.load()
    crops = np.zeros((len(labels), N_CROPS))
    for row, frame in source_frames(labels, folders):
        parts = _parts(frame, np.random.default_rng([_SEED, row]))
        crops[row] = [detector.confidence(Shrinkable(part)) for part in parts]
    if stored:
        np.save(stored, crops)
    return crops


def _parts(frame: Frame, random: np.random.Generator) -> Iterator[Frame]:
    height, width, _ = frame.shape
    for _ in range(N_CROPS):
        share = random.uniform(MIN_PART, 1.0)
        rows, columns = round(height * share), round(width * share)
        top = random.integers(height - rows + 1)
        left = random.integers(width - columns + 1)
        yield np.ascontiguousarray(frame[top : top + rows, left : left + columns])


def _report(labels: list[Label], crops: Confidences) -> Iterator[str]:
    sources = len({label.source for label in labels})
    yield f"{len(labels)} harmless frames of {sources} sources, {N_CROPS} looks at parts of each.\n"
    yield "| confidence of a look | looks | of 1,000 |"
    yield "| --- | --- | --- |"
    for threshold in _SHOWN:
        n = int((crops >= threshold).sum())
        yield f"| {threshold} or more | {n} | {1000 * n / crops.size:.1f} |"
    yield "\nEach frame as a clip of these looks:\n"
    yield "| clips | | flagged | blocked | flagged if strict | blocked if strict |"
    yield "| --- | --- | --- | --- | --- | --- |"
    rows = {"all": np.ones(len(labels), bool)}
    for name, words in HARD.items():
        rows[name] = np.array([bool(words & label.present) for label in labels])
    usual = _levels(crops, read_rules("nudity"))
    strict = _levels(crops, read_rules("nudity=strict"))
    for name, of in rows.items():
        cells = [
            (levels[of] == level).sum() for levels in (usual, strict) for level in ("flag", "block")
        ]
        yield f"| {name} | {of.sum()} | {' | '.join(map(str, cells))} |"


def _levels(crops: Confidences, rules: Rules) -> NDArray[np.str_]:
    vocabulary = Vocabulary((NUDITY,))
    classifier = SensitivityClassifier(vocabulary, rules)
    tracks = (
        Track.from_confidences(clip[:, None].astype(np.float32), np.zeros(1, np.uint32))
        for clip in crops
    )
    return np.array([classifier.level(track, frozenset([NUDITY])) for track in tracks])


if __name__ == "__main__":
    main()
