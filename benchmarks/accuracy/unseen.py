"""How right and how telling the tagger is on frames that nothing was fitted to, as it is shipped.

    python benchmarks/accuracy/unseen.py --clips FOLDER... [--kept FILE] [--write]

Each way to say the general words is judged: what the networks say of each by itself, all of it
weighed, and that with what the specific words bring along. The specific words are listed beside
what a person wrote down, to be judged by eye.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from evaluate import THRESHOLD, Table, tally
from frames import Truth, look_at, read_unseen
from themes import by_frame

from ingest.taggers.evidence import Evidence, Networks
from ingest.taggers.specifics import Specifics
from ingest.taggers.weighing import Weighing

HERE: Final = Path(__file__).parent


def main() -> None:
    """Print the tables; write them when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument("--kept", type=Path, help="what the networks said, to look only once")
    parser.add_argument("--write", action="store_true", help="write UNSEEN.md, too")
    arguments = parser.parse_args()
    evidence = look_at(read_unseen(), arguments.clips, arguments.kept)
    text = "\n".join(_report(evidence))
    print(text)
    if arguments.write:
        (HERE / "UNSEEN.md").write_text(text + "\n")


def _report(evidence: Evidence) -> Iterator[str]:
    tags = Networks.load().tags
    specifics = Specifics.load(tags)
    weighed = Weighing.load(tags).weigh(evidence)
    everything = np.stack(
        [specifics.add(*row) for row in zip(weighed, evidence.words, evidence.objects, strict=True)]
    )
    truth = Truth.of(read_unseen(), tags)
    n_sources = len(set(truth.sources))
    yield f"{len(weighed)} frames of {n_sources} sources; words said with {THRESHOLD} or more.\n"
    yield "| | right | wrong | missed | precision | recall | telling | a wrong word | no word |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, confidences in (
        ("each by itself", evidence.confidences),
        ("weighed", weighed),
        ("with what specific words bring", everything[:, : len(tags)]),
    ):
        yield _row(name, truth, confidences, tags)
    yield "\n| seen by a person | specific words |\n| --- | --- |"
    said = json.loads((HERE / "unseen.json").read_text())
    for one, own in zip(said, everything[:, len(tags) :], strict=True):
        words = [specifics.names[word] for word in np.flatnonzero(own >= THRESHOLD)]
        if words:
            yield f"| {one['seen']} | {', '.join(words)} |"


def _row(name: str, truth: Truth, confidences: Table, tags: tuple[str, ...]) -> str:
    one = tally(truth, confidences, np.ones(len(confidences), bool))
    shares = (f"{share.mean():.1%}" for share in by_frame(truth, confidences, tags))
    return (
        f"| {name} | {one.right} | {one.wrong} | {one.missed} | {one.precision:.3f} |"
        f" {one.recall:.3f} | {' | '.join(shares)} |"
    )


if __name__ == "__main__":
    main()
