"""The engine's thesaurus: which words stand for, or are narrower than, which tag, out of WordNet.

Run: ``python -m models.convert.thesaurus PATH/TO/wordnet``, the folder of data.noun, index.noun,
noun.exc and cntlist.rev. Reads ``senses.txt``, where the meanings of each tag were reviewed, and
``lures.txt``, where it was reviewed what an embedding gets wrong; writes
``engine/keywords/thesaurus/nouns.json.zst``.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from backports import zstd

from models.convert.wordnet import Nouns

_RULES = Path(__file__).with_name("senses.txt")
_LURES = Path(__file__).with_name("lures.txt")
_TABLE = Path(__file__).parents[2] / "engine" / "keywords" / "thesaurus" / "nouns.json.zst"
_NOUN = "1"

_Entry = tuple[str, int, float]
"""A tag, how many steps the word is narrower, and the share of its uses that mean it."""


@dataclass(frozen=True)
class _Term:
    """One meaning of a rule.

    Attributes:
        offset: where it stands.
        steps: 0 when its words are synonyms of the tag, 1 when they are narrower.
        only_itself: nothing under it is taken.
        left_out: it is taken away, with all under it.
    """

    offset: int
    steps: int
    only_itself: bool
    left_out: bool


def _terms(rule: str, nouns: Nouns) -> list[_Term]:
    return [_term(term.strip(), nouns) for term in rule.split(",")]


def _term(text: str, nouns: Nouns) -> _Term:
    noun, _, number = text.strip("->!").partition("#")
    try:
        offset = nouns.offset(noun, int(number or 1))
    except (KeyError, IndexError):
        raise SystemExit(f"senses.txt: WordNet has no {text!r}") from None
    return _Term(offset, int(text[0] == ">"), text[-1] == "!", text[0] == "-")


def _steps(terms: list[_Term], nouns: Nouns) -> dict[int, int]:
    """Return each meaning under a tag and how many steps it is narrower."""
    barred = {term.offset for term in terms if term.left_out}
    result: dict[int, int] = {}
    waiting = [(term.steps, term.offset, term.only_itself) for term in terms if not term.left_out]
    while waiting:
        waiting.sort()
        steps, offset, only_itself = waiting.pop(0)
        if offset in barred or result.get(offset, steps + 1) <= steps:
            continue
        result[offset] = steps
        if not only_itself:
            waiting += [(steps + 1, below, False) for below in nouns.sense(offset).narrower]
    return result


def _uses(counts: str) -> dict[tuple[str, int], int]:
    """Read ``lemma%type:... sense count``: how often a noun was met in each of its senses."""
    result = {}
    for line in counts.splitlines():
        key, number, count = line.split()
        lemma, _, rest = key.partition("%")
        if rest.startswith(f"{_NOUN}:"):
            result[lemma, int(number)] = int(count)
    return result


def _shares(word: str, nouns: Nouns, uses: dict[tuple[str, int], int]) -> dict[int, float]:
    """Return how much of a noun's use each of its senses has; those never met have a little."""
    lemma = word.lower().replace(" ", "_")
    weights = {
        offset: uses.get((lemma, number), 0) + 1 / number
        for number, offset in enumerate(nouns.offsets(word), start=1)
    }
    total = sum(weights.values())
    return {offset: weight / total for offset, weight in weights.items()}


def build(rules: str, nouns: Nouns, uses: dict[tuple[str, int], int]) -> dict[str, list[_Entry]]:
    """Return word -> its entries, by tag."""
    table: dict[str, dict[str, tuple[int, float]]] = {}
    for line in rules.splitlines():
        if line.startswith("#"):
            continue
        tag, _, rule = line.partition(": ")
        for offset, steps in _steps(_terms(rule, nouns), nouns).items():
            for word in nouns.sense(offset).words:
                share = _shares(word, nouns, uses)[offset]
                of_word = table.setdefault(word.lower(), {})
                min_steps, total = of_word.get(tag, (steps, 0.0))
                of_word[tag] = (min(min_steps, steps), total + share)
    return {
        word: [(tag, steps, round(share, 2)) for tag, (steps, share) in sorted(of_word.items())]
        for word, of_word in sorted(table.items())
    }


def _set_phrases(nouns: Nouns, words: dict[str, list[_Entry]]) -> list[str]:
    """Return the nouns of several words that lead to no tag, though a part of theirs would."""
    several = (noun.replace("_", " ") for noun in nouns.all() if "_" in noun)
    return sorted(
        noun
        for noun in several
        if noun not in words and any(part in words for part in noun.split())
    )


def _lures(rules: str) -> dict[str, list[str]]:
    """Return word -> the tags it does not mean."""
    result: dict[str, list[str]] = {}
    for line in rules.splitlines():
        if not line.startswith("#"):
            tag, _, words = line.partition(": ")
            for word in words.split(", "):
                result.setdefault(word, []).append(tag)
    return result


def main(wordnet: Path) -> None:
    """Write the table."""
    rules = _RULES.read_text(encoding="utf-8")
    with (wordnet / "data.noun").open("rb") as data:
        nouns = Nouns((wordnet / "index.noun").read_text(encoding="latin-1"), data)
        words = build(rules, nouns, _uses((wordnet / "cntlist.rev").read_text(encoding="latin-1")))
        phrases = _set_phrases(nouns, words)
    exceptions = (wordnet / "noun.exc").read_text(encoding="latin-1").splitlines()
    irregular = {
        plural.replace("_", " "): singular.replace("_", " ")
        for plural, singular, *_ in (line.split() for line in exceptions)
    }
    table = {
        "words": words,
        "irregular": irregular,
        "set_phrases": phrases,
        "lures": _lures(_LURES.read_text(encoding="utf-8")),
    }
    _TABLE.write_bytes(zstd.compress(json.dumps(table, ensure_ascii=False).encode(), 19))
    print(f"{len(words)} words, {len(phrases)} set phrases")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
