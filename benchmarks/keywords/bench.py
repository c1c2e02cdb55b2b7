"""Words as advertisers type them: which are used for what they mean, and for what else.

Run it with ``python benchmarks/keywords/bench.py [tuning|held_out]``; a minute at most. The words
are those of ``tests/data/keywords``: ``typed`` and, of a later list, ``trade``.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.keywords.matcher import Keywords
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.specific_tags import load_words
from ingest.taggers.visual.tagger import LocalTagger
from models.minilm.embedder import shared_minilm

DATA = Path(__file__).parents[2] / "tests" / "data" / "keywords"


def read(name: str) -> list[Any]:
    """Return a list of words."""
    words: list[Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return words


def with_general(tag: str) -> set[str]:
    """Return a tag and all that come with it."""
    words = load_words()
    above = words[tag].general if tag in words else ()
    return {tag}.union(*map(with_general, above))


def rows(name: str, half: str) -> Iterator[str]:
    """Yield the table of half a list, and below it the words that are not used rightly."""
    keywords = Keywords(Vocabulary(LocalTagger.load().tags), Thesaurus.load(), shared_minilm())
    right, unused, wrong = 0, [], []
    for one in read(f"{name}_{half}"):
        tags = [candidate.tag for candidate in keywords.read(one["word"]).used]
        if not tags:
            unused.append(one["word"])
        elif with_general(tags[0]).isdisjoint(one["tags"]):
            wrong.append(f"{one['word']} ({', '.join(tags)})")
        else:
            right += 1
    nothing = read(f"{name}_no_tag_{half}")
    claimed = [word for word in nothing if keywords.read(word).used]
    yield "| list | right and used | not used | another tag used | of none, used |"
    yield "| --- | --- | --- | --- | --- |"
    total = right + len(unused) + len(wrong)
    yield (
        f"| {name}, {half} | {right} of {total} | {len(unused)} | {len(wrong)}"
        f" | {len(claimed)} of {len(nothing)} |"
    )
    yield f"\nNot used: {', '.join(unused)}."
    yield f"\nAnother tag used: {', '.join(wrong)}."


if __name__ == "__main__":
    for half in sys.argv[1:] or ["tuning", "held_out"]:
        for name in ("typed", "trade"):
            print("\n".join(rows(name, half)), end="\n\n")
