"""Measure the tagger: precision, recall and reliability on frames labelled by eye.

    python benchmarks/accuracy/evaluate.py --clips FOLDER... [--kept FILE] [--write]

Compares what the networks say of each tag by themselves with what is said once all of it is
weighed, by weights that were fitted without all that is of the same repository or package.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from fit import THRESHOLD, held_out
from frames import FOR_ONE_WORD, SETS, Truth, outputs_of_variants, read_labels
from numpy.typing import NDArray

from ingest.taggers.visual.model_outputs import Networks

HERE: Final = Path(__file__).parent
_BINS: Final = (0.05, 0.3, 0.5, 0.7, 0.85, 1.0001)
_CLIPS: Final = (
    *("dog.mp4", "coffee.mp4", "cars.mp4", "big-buck-bunny.mp4", "juggle.mp4"),
    *("people-one-by-one.mp4", "flower.mp4", "asl-bird.mkv", "asl-book.mkv", "asl-eat.mkv"),
    *("asl-walk.mkv", "friday.mp4", "stream.webm", "bottles.mp4", "elf.webm", "rabbit.webm"),
)
_TOP: Final = 5

Table = NDArray[np.float32]
Some = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tally:
    """Right and wrong words over the threshold, and what was missed."""

    right: int
    wrong: int
    missed: int

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
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the networks said, to look only once"
    )
    parser.add_argument("--write", action="store_true", help="write RESULTS.md, too")
    arguments = parser.parse_args()
    labels, tags = read_labels(), Networks.load().tags
    truth = Truth.of(labels, tags)
    variants = outputs_of_variants(labels, arguments.clips, arguments.stored)
    chosen = np.array([label.chosen for label in labels])
    weighed = held_out(variants, labels, tags, arguments.stored).confidences
    text = "\n".join(_report(truth, chosen, variants[0].confidences, weighed, tags))
    print(text)
    if arguments.write:
        (HERE / "RESULTS.md").write_text(text + "\n")


def tally(truth: Truth, confidences: Table, rows: Some, tag: int | slice = slice(None)) -> Tally:
    """Count on some frames at the threshold."""
    counted, present = truth.counted[rows][:, tag], truth.present[rows][:, tag]
    certain = confidences[rows][:, tag] >= THRESHOLD
    return Tally(
        int((certain & present & counted).sum()),
        int((certain & ~present & counted).sum()),
        int((~certain & present & counted).sum()),
    )


def _report(
    truth: Truth, chosen: NDArray[np.str_], before: Table, after: Table, tags: Sequence[str]
) -> Iterator[str]:
    yield f"Words said with {THRESHOLD} or more. *Before*: each tag by itself. *After*: weighed, by"
    yield "weights that were fitted without the repository or package that a frame is from."
    yield "\n| frames | of sources | | right | wrong | missed | precision | recall |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, rows in (
        ("all", chosen != FOR_ONE_WORD),
        *((name, chosen == name) for name in SETS),
    ):
        for when, confidences in (("before", before), ("after", after)):
            one = tally(truth, confidences, rows)
            yield (
                f"| {name} ({rows.sum()}) | {len(set(truth.sources[rows]))} | {when} |"
                f" {one.right} | {one.wrong} | {one.missed} |"
                f" {one.precision:.3f} | {one.recall:.3f} |"
            )
    yield "\nReliability: of the words said with such a confidence, so many are right."
    yield "\n| confidence | words before | right | words after | right |"
    yield "| --- | --- | --- | --- | --- |"
    yield from _reliability(truth, before, after)
    yield from _clips(truth, after, tags)
    yield "\nEach tag, on all frames: right, wrong, missed."
    yield "\n| tag | before | after |"
    yield "| --- | --- | --- |"
    yield from _each_tag(truth, before, after, tags)


def _reliability(truth: Truth, before: Table, after: Table) -> Iterator[str]:
    for low, high in pairwise(_BINS):
        cells = []
        for confidences in (before, after):
            inside = truth.counted & (confidences >= low) & (confidences < high)
            cells += [str(inside.sum()), f"{truth.present[inside].mean():.2f}"]
        yield f"| {low:.2f} to {min(high, 1.0):.2f} | {' | '.join(cells)} |"


def _clips(truth: Truth, confidences: Table, tags: Sequence[str]) -> Iterator[str]:
    yield "\nThe five words said on most of a clip's labelled seconds; right ones in bold."
    yield "\n| clip | seconds | words, and on how many |"
    yield "| --- | --- | --- |"
    n_right = 0
    for clip in _CLIPS:
        rows = truth.sources == clip
        certain = (confidences[rows] >= THRESHOLD).sum(axis=0)
        there = (truth.present & truth.counted)[rows].any(axis=0)
        order = np.lexsort((-confidences[rows].mean(axis=0), -certain))[:_TOP]
        top = [int(tag) for tag in order if certain[tag]]
        n_right += any(there[tag] for tag in top)
        words = [
            f"**{tags[tag]}** {certain[tag]}" if there[tag] else f"{tags[tag]} {certain[tag]}"
            for tag in top
        ]
        yield f"| {clip} | {rows.sum()} | {', '.join(words)} |"
    yield f"\n{n_right} of {len(_CLIPS)} have a right word among them."


def _each_tag(truth: Truth, before: Table, after: Table, tags: Sequence[str]) -> Iterator[str]:
    everything = np.ones(len(truth.sources), bool)
    there = (truth.present & truth.counted).sum(axis=0)
    for tag in np.argsort(-there, kind="stable"):
        one, other = (tally(truth, table, everything, tag) for table in (before, after))
        if there[tag] or one.wrong or other.wrong:
            cells = (f"{t.right}, {t.wrong}, {t.missed}" for t in (one, other))
            yield f"| {tags[tag]} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
