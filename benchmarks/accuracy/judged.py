"""Write how often each word was right, on labelled frames that its weights were not fitted to.

    python benchmarks/accuracy/judged.py --clips FOLDER... [--kept FILE]

General words count as the labels say. Specific words have no labels of their own: one counts as
right where a general word that it brings is there, so it says how often the kind was right. The
tagger's list of words (``reelmatch tags --vocabulary``) shows it.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from fit import FOLDER, THRESHOLD, held_out
from frames import Truth, outputs_of_variants, read_labels
from numpy.typing import NDArray

from ingest.taggers.known_words import PRECISION_FILE
from ingest.taggers.visual.model_outputs import Evidence, Networks
from ingest.taggers.visual.specific_tags import Specifics, load_words

Counted = dict[str, tuple[int, int]]
"""Word -> on how many frames it was said, and was right."""


def main() -> None:
    """Write it beside the networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the networks said, to look only once"
    )
    arguments = parser.parse_args()
    labels, tags = read_labels(), Networks.load().tags
    variants = outputs_of_variants(labels, arguments.clips, arguments.stored)
    counts_of = judged(
        Truth.of(labels, tags),
        variants[0],
        held_out(variants, labels, tags, arguments.stored).confidences,
        tags,
    )
    lines = [f"{json.dumps(tag)}: {list(counts)}" for tag, counts in sorted(counts_of.items())]
    path = FOLDER / PRECISION_FILE
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def judged(
    truth: Truth, evidence: Evidence, weighed: NDArray[np.float32], tags: tuple[str, ...]
) -> Counted:
    """Count for every word that was said at all."""
    specifics = Specifics.load(tags)
    rows = zip(weighed, evidence.words, evidence.objects, strict=True)
    everything = np.stack([specifics.add(*row) for row in rows])
    numbers = {tag: number for number, tag in enumerate(tags)}
    parents = {word: one.general for word, one in load_words().items()}
    counts_of: Counted = {}
    for column, word in enumerate(specifics.tags):
        kinds = [column] if word in numbers else _general(word, parents, numbers)
        if not kinds:
            continue
        counts = (everything[:, column] >= THRESHOLD) & truth.counted[:, kinds].any(axis=1)
        right = counts & (truth.present & truth.counted)[:, kinds].any(axis=1)
        if counts.any():
            counts_of[word] = int(counts.sum()), int(right.sum())
    return counts_of


def _general(
    word: str, parents: Mapping[str, tuple[str, ...]], numbers: Mapping[str, int]
) -> list[int]:
    """Return the nearest words above that are labelled."""
    above = parents[word]
    while above and not any(name in numbers for name in above):
        above = tuple(further for name in above for further in parents.get(name, ()))
    return [numbers[name] for name in above if name in numbers]


if __name__ == "__main__":
    main()
