"""Judge how much the tagger tells, theme by theme, on frames it was not fitted to.

    python benchmarks/accuracy/themes.py --clips FOLDER... [--kept FILE] [--write]

A row a theme: words right, wrong and missed at the threshold, on how many frames one of the five
surest words is right and says more than that there are people, clothes, or which side of a wall
it is; on how many one of the five is wrong; and on how many nothing is said.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from evaluate import Some, Table, tally
from fit import THRESHOLD, held_out
from frames import TELLING_NOTHING, Truth, outputs_of_variants, read_labels
from numpy.typing import NDArray

from ingest.taggers.visual.model_outputs import Networks

HERE: Final = Path(__file__).parent
TOP: Final = 5


def main() -> None:
    """Print the table; write it when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the networks said, to look only once"
    )
    parser.add_argument("--write", action="store_true", help="write THEMES.md, too")
    arguments = parser.parse_args()
    labels, tags = read_labels(), Networks.load().tags
    variants = outputs_of_variants(labels, arguments.clips, arguments.stored)
    confidences = held_out(variants, labels, tags, arguments.stored).confidences
    themes = np.array([label.theme for label in labels])
    chosen = themes != ""
    truth = Truth.of(labels, tags).rows(chosen)
    text = "\n".join(_report(truth, themes[chosen], confidences[chosen], tags))
    print(text)
    if arguments.write:
        (HERE / "THEMES.md").write_text(text + "\n")


def _report(
    truth: Truth, themes: NDArray[np.str_], confidences: Table, tags: tuple[str, ...]
) -> Iterator[str]:
    yield (
        f"Words said with {THRESHOLD} or more on {len(themes)} frames of"
        f" {len(set(truth.sources))} sources. *Telling*: of the {TOP} surest words one is right"
        f" and none of {', '.join(TELLING_NOTHING)}.\n"
    )
    yield "| theme | frames | right | wrong | missed | telling | a wrong word | no word |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    telling, wrong, silent = by_frame(truth, confidences, tags)
    counted, numbers = np.unique(themes, return_counts=True)
    order = counted[np.argsort(-numbers, kind="stable")]
    for theme in ("all", *order):
        rows = np.ones(len(themes), bool) if theme == "all" else themes == theme
        one = tally(truth, confidences, rows)
        yield (
            f"| {theme} | {rows.sum()} | {one.right} | {one.wrong} | {one.missed} |"
            f" {telling[rows].sum()} | {wrong[rows].sum()} | {silent[rows].sum()} |"
        )
    whole = tally(truth, confidences, np.ones(len(themes), bool))
    yield (
        f"\nAll: precision {whole.precision:.3f}, recall {whole.recall:.3f}; telling"
        f" {telling.mean():.1%}, a wrong word {wrong.mean():.1%}, no word {silent.mean():.1%}."
    )


def by_frame(truth: Truth, confidences: Table, tags: tuple[str, ...]) -> tuple[Some, Some, Some]:
    """Return whether each frame's surest words tell something, hold a wrong one, or are none."""
    tells = np.array([tag not in TELLING_NOTHING for tag in tags])
    telling, wrong, silent = (np.zeros(len(confidences), bool) for _ in range(3))
    for frame, of_frame in enumerate(confidences):
        surest = np.argsort(-of_frame, kind="stable")
        certain = surest[(of_frame[surest] >= THRESHOLD) & truth.counted[frame, surest]][:TOP]
        present = truth.present[frame, certain]
        telling[frame] = (present & tells[certain]).any()
        wrong[frame] = (~present).any()
        silent[frame] = len(certain) == 0
    return telling, wrong, silent


if __name__ == "__main__":
    main()
