"""Measure of what the words of titles are said to mean, on titles that are hard to understand.

    python benchmarks/accuracy/titles.py [--list]

``labels/titles.json`` has 240 titles with descriptions and publishers' words, written for this
after those of real videos of 18 kinds: songs, films, teams, brands, people and figures of speech
that are called like things, 40 of them in other languages; ``about`` says what is surely seen or
heard. A tag counts as right where ``about`` has it or a word of it; broader ones that it does not
list count as wrong, so the share is a lower bound. ``--list`` prints what is said of each.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from ingest.sources.metadata_lines import metadata_lines
from ingest.taggers.lines.tagger import tags_told

LABELS = Path(__file__).parent / "labels" / "titles.json"
FIRST_HALF = 120
THRESHOLD = 0.7


def told(entry: dict[str, Any]) -> list[str]:
    """Return the tags that a title and what stands below it are said to mean."""
    is_file = entry["kind"] == "file name"
    lines = metadata_lines(
        title=entry["title"],
        source=f"/films/{entry['title']}" if is_file else "https://films.example/1",
        description=entry.get("description") or "",
        tags=entry.get("tags") or (),
    )
    return [tag for tag, confidence in tags_told(lines).items() if confidence >= THRESHOLD]


def is_right(tag: str, about: list[str]) -> bool:
    """Tell whether a tag is one of the words, or one of them is a part of the other."""
    return any(tag == word or tag in word.split() or word in tag.split() for word in about)


def main() -> None:
    """Print a line a half, and what is said of each title where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    entries = json.loads(LABELS.read_text("utf-8"))
    for name, half in (("first", entries[:FIRST_HALF]), ("second", entries[FIRST_HALF:])):
        n_told = n_right = n_silent = 0
        for entry in half:
            tags = told(entry)
            right = [tag for tag in tags if is_right(tag, entry["about"])]
            n_told, n_right = n_told + len(tags), n_right + len(right)
            n_silent += not tags
            if arguments.list:
                print(f"{entry['title']}\n    {', '.join(tags)} | {', '.join(entry['about'])}")
        print(
            f"{name} half: {n_told} tags on {len(half) - n_silent} of {len(half)} titles,"
            f" {n_right / n_told:.0%} among what is listed"
        )


if __name__ == "__main__":
    main()
