"""Measure of what the words of titles are said to mean, on titles that are hard to understand.

    python benchmarks/accuracy/titles.py [--list]

``labels/titles.json`` has 240 titles with descriptions and publishers' words, written for this
after those of real videos of 18 kinds: songs, films, teams, brands, people and figures of speech
that are called like things, 40 of them in other languages. ``labels/told.json`` has 158 more, 36 of
them files in folders: 52 that rules were made on, 52 and 54 that were looked at once each.
``labels/trending.json`` has 77 titles with their publishers' words as they stand in public tables
of what was watched most in 2017, from two places of them, all in order but one in Korean; the
rules had not seen them when they were measured. ``about`` says what is surely seen or heard. A tag
counts as right where ``about`` has it, a word of it, or what is a kind of it; what nobody thought
of counts as wrong, so the share is a lower bound. ``--list`` prints what is said of each.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from engine.keywords.phrases import plain
from ingest.sources.metadata_lines import metadata_lines
from ingest.taggers.lines.nouns import candidate_tags
from ingest.taggers.lines.tagger import tags_told

LABELS = Path(__file__).parent / "labels"
PARTS = {
    "titles, first half": ("titles.json", slice(120)),
    "titles, second half": ("titles.json", slice(120, None)),
    "titles and files, made on": ("told.json", slice(52)),
    "titles and files, looked at once": ("told.json", slice(52, 104)),
    "titles and files, looked at last": ("told.json", slice(104, None)),
    "titles of 2017, never looked at before": ("trending.json", slice(None)),
}
THRESHOLD = 0.7


def told(entry: dict[str, Any]) -> list[str]:
    """Return the tags that a title and what stands below it are said to mean."""
    lines = metadata_lines(
        title=entry.get("title", ""),
        source=entry.get("source", "https://films.example/1"),
        description=entry.get("description", ""),
        tags=entry.get("tags", ()),
    )
    return [tag for tag, confidence in tags_told(lines).items() if confidence >= THRESHOLD]


def is_right(tag: str, about: list[str]) -> bool:
    """Tell whether a tag is one of the words, a part of one, or what one is a kind of."""
    return any(
        tag in word.split()
        or word in tag.split()
        or tag == word
        or tag in {one.tag for one in candidate_tags(plain(word))}
        for word in about
    )


def main() -> None:
    """Print a line a part, and what is said of each title where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    for name, (file, part) in PARTS.items():
        entries = json.loads((LABELS / file).read_text("utf-8"))[part]
        n_told = n_right = n_silent = 0
        for entry in entries:
            tags = told(entry)
            n_told += len(tags)
            n_right += sum(is_right(tag, entry["about"]) for tag in tags)
            n_silent += not tags
            if arguments.list:
                written = entry.get("title") or entry["source"]
                print(f"{written}\n    {', '.join(tags)} | {', '.join(entry['about'])}")
        print(
            f"{name}: {n_told} tags on {len(entries) - n_silent} of {len(entries)},"
            f" {n_right / n_told:.0%} among what is listed"
        )


if __name__ == "__main__":
    main()
