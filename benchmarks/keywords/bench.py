"""Words as advertisers type them: which are used for what they mean, and for what else.

Run it with ``python benchmarks/keywords/bench.py [tuning|held_out]``; a minute at most. The words
are those of ``tests/data/keywords``: ``typed`` and, of later lists, ``trade`` and ``segments``.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.keywords.matcher import Keywords
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.specific_tags import load_words
from ingest.taggers.visual.tagger import LocalTagger
from models.minilm.embedder import shared_minilm

DATA = Path(__file__).parents[2] / "tests" / "data" / "keywords"
LISTS = ("typed", "trade", "segments")


def read(name: str) -> list[Any]:
    """Return a list of words."""
    words: list[Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return words


def with_general(tag: str) -> set[str]:
    """Return a tag and all that come with it."""
    words = load_words()
    above = words[tag].general if tag in words else ()
    return {tag}.union(*map(with_general, above))


def verdict(used: Sequence[str], one: Mapping[str, Any]) -> str:
    """Return how a word is used: ``right``, ``acceptable``, ``wrong`` or ``not``.

    The first tag tells, or one that comes with it; a tag that is listed as wrong is wrong in any
    place.
    """
    if not used:
        return "not"
    if not set(used).isdisjoint(one.get("not", ())):
        return "wrong"
    first = with_general(used[0])
    if not first.isdisjoint(one["tags"]):
        return "right"
    return "wrong" if first.isdisjoint(one.get("also", ())) else "acceptable"


def rows(name: str, half: str) -> Iterator[str]:
    """Yield the table of half a list, and below it the words that are not used rightly."""
    keywords = Keywords(Vocabulary(LocalTagger.load().tags), Thesaurus.load(), shared_minilm())
    judged: dict[str, list[str]] = {"right": [], "acceptable": [], "not": [], "wrong": []}
    for one in read(f"{name}_{half}"):
        used = [candidate.tag for candidate in keywords.read(one["word"]).used]
        judged[verdict(used, one)].append(" > ".join([one["word"], *used]))
    nothing = read(f"{name}_no_tag_{half}")
    claimed = [word for word in nothing if keywords.read(word).used]
    counts = [str(len(judged[how])) for how in ("acceptable", "not", "wrong")]
    total = sum(map(len, judged.values()))
    yield "| list | right and used | acceptable | not used | another tag used | of none, used |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield (
        f"| {name}, {half} | {len(judged['right'])} of {total} | {' | '.join(counts)}"
        f" | {len(claimed)} of {len(nothing)} |"
    )
    yield f"\nAcceptable: {'; '.join(judged['acceptable'])}."
    yield f"\nNot used: {'; '.join(judged['not'])}."
    yield f"\nAnother tag used: {'; '.join(judged['wrong'])}."
    yield f"\nOf none, used: {'; '.join(claimed)}."


if __name__ == "__main__":
    for half in sys.argv[1:] or ["tuning", "held_out"]:
        for name in LISTS:
            print("\n".join(rows(name, half)), end="\n\n")
