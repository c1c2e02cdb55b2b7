"""Write how common tags are: the share of the labelled pictures and clips that show each.

    python benchmarks/accuracy/shares.py

Every source counts once, however many of its frames are labelled; ``engine/search/tag_ranking.py``
reads it. What faces say is labelled on frames of their own.
"""

import json
from collections import Counter, defaultdict
from typing import Final

from frames import FOR_ONE_WORD, OF_DRAWN, read_labels
from people import read_shots

from engine.search.tag_ranking import MIN_SHARE, SHARES

_DIGITS: Final = 4
_LEFT_OUT: Final = (FOR_ONE_WORD, "fourth", OF_DRAWN)
"""Gathered for what is seldom seen, not for what is common."""


def main() -> None:
    """Write it."""
    labels = [label for label in read_labels() if label.chosen not in _LEFT_OUT]
    frames = Counter(label.source for label in labels)
    shares: defaultdict[str, float] = defaultdict(float)
    for label in labels:
        for tag in label.present:
            shares[tag] += 1 / frames[label.source] / len(frames)
    shots = read_shots()
    shots_of = Counter(shot.source for shot in shots)
    for shot in shots:
        for word in shot.present:
            shares[word] += 1 / shots_of[shot.source] / len(shots_of)
    rounded = {tag: max(2 * MIN_SHARE, round(share, _DIGITS)) for tag, share in shares.items()}
    lines = [f"{json.dumps(tag)}: {share}" for tag, share in sorted(rounded.items())]
    SHARES.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
