"""The nouns that a text is about, for words within sentences: no names, no verbs that look alike.

Run: ``python -m models.convert.running_text PATH/TO/wordnet NAMES``, WordNet's folder and that of
the lists of ``names`` (US Census of 1990). Takes from the engine's thesaurus what is surely meant
by a word that nobody picked as a keyword; writes ``ingest/taggers/lines/running_text.json.zst``.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from backports import zstd

from engine.keywords.thesaurus.nouns import Thesaurus, noun_thesaurus
from ingest.taggers.known_words import known_words

_TABLE = Path(__file__).parents[2] / "ingest" / "taggers" / "lines" / "running_text.json.zst"
_NOUN = "1"
_MIN_SHARE = 0.75  # of the uses of a word that mean the tag
_MAX_STEPS = 3
_MIN_LETTERS = 3
_NAMES = 1_500  # of each of the two lists, the commonest
_COMMON_NAMES = 250  # of each, which are names even where they are words, too
_ACT = "04"  # the file of WordNet's nouns that name what is done
_CALLED = ("10", "14", "18")  # works, groups and people, called by names that say no kind
_INSTANCE = " @i "

Nouns = dict[str, list[list[object]]]
"""Noun -> (tag, steps below it) of each tag that it may mean."""


def _uses(counts: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each lemma was met as a noun, and as anything else."""
    nouns: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for line in counts.splitlines():
        key, _, count = line.split()
        lemma, _, rest = key.partition("%")
        counter = nouns if rest.startswith(f"{_NOUN}:") else others
        counter[lemma.replace("_", " ")] += int(count)
    return nouns, others


def _lemmas(index: str) -> set[str]:
    """Return the lemmas of an ``index`` file; see wndb(5WN)."""
    return {line.split()[0].replace("_", " ") for line in index.splitlines() if line[0] != " "}


def _senses(data: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the offset, the lexicographer file and the words of each meaning; see wndb(5WN)."""
    for line in data.splitlines():
        if not line.startswith(" "):
            fields = line.split()
            words = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            yield fields[0], fields[1], [word.replace("_", " ") for word in words]


def _names_of(data: str) -> set[str]:
    """Return the nouns that are written with a capital letter in every sense."""
    capital: dict[str, bool] = {}
    for _, _, words in _senses(data):
        for word in words:
            capital[word.lower()] = capital.get(word.lower(), True) and word[:1].isupper()
    return {word for word, is_capital in capital.items() if is_capital}


def _called(data: str) -> set[str]:
    """Return the names of works, groups and people."""
    names: dict[str, bool] = {}
    for line in data.splitlines():
        if line.startswith(" "):
            continue
        fields = line.split()
        is_name = _INSTANCE in line and fields[1] in _CALLED
        for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]:
            lemma = word.lower().replace("_", " ")
            names[lemma] = names.get(lemma, True) and is_name
    return {word for word, is_name in names.items() if is_name}


def _acts(data: str, index: str) -> set[str]:
    """Return the nouns whose commonest sense is something that is done."""
    acts = {offset for offset, file, _ in _senses(data) if file == _ACT}
    result = set()
    for line in index.splitlines():
        if not line.startswith(" "):
            fields = line.split()
            if fields[-int(fields[2])] in acts:
                result.add(fields[0].replace("_", " "))
    return result


def _stems(word: str) -> list[str]:
    if not word.endswith("ing"):
        return [word]
    stem = word.removesuffix("ing")
    doubled = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    return [word, stem, f"{stem}e", doubled]


def _nouns(thesaurus: Thesaurus, words: list[str], names: set[str]) -> Nouns:
    table: Nouns = {}
    for word in words:
        entries = [
            [entry.tag, entry.steps]
            for entry in thesaurus.entries(word)
            if entry.share >= _MIN_SHARE and entry.steps <= _MAX_STEPS
        ]
        if entries and word not in names and len(word) >= _MIN_LETTERS:
            table[word] = entries
    return table


def _given_names(folder: Path, common: set[str]) -> list[str]:
    names: set[str] = set()
    for file in ("dist.female.first", "dist.male.first"):
        lines = (folder / file).read_text("ascii").splitlines()
        ranked = [line.split()[0].lower() for line in lines[:_NAMES]]
        names.update(ranked[:_COMMON_NAMES])
        names.update(name for name in ranked if name not in common)
    return sorted(names)


def main(wordnet: Path, names: Path) -> None:
    """Write the table."""
    texts = {file.name: file.read_text("latin-1") for file in wordnet.iterdir() if file.is_file()}
    as_noun, as_other = _uses(texts["cntlist.rev"])
    proper = _names_of(texts["data.noun"])
    acts = _acts(texts["data.noun"], texts["index.noun"])
    thesaurus, listed = noun_thesaurus(), set(known_words())

    def is_rarely_noun(word: str) -> bool:
        if word in listed and word.endswith("ing") and word in acts:
            return False  # who says it as a verb says the same
        return sum(as_other[stem] for stem in _stems(word)) > as_noun[word]

    words = sorted(word for word in thesaurus.words if word not in listed)
    nouns = _nouns(thesaurus, [word for word in words if not is_rarely_noun(word)], proper)
    others = set().union(*(_lemmas(texts[f"index.{of}"]) for of in ("verb", "adj", "adv")))
    common = {word for word, of in as_noun.items() if of > 1 and word not in proper} | others
    known = listed | nouns.keys()
    table = {
        "nouns": nouns,
        "rarely_nouns": sorted(word for word in listed if " " not in word and is_rarely_noun(word)),
        "given_names": _given_names(names, common),
        "places": sorted(word for word in proper if " " not in word and _is_city(thesaurus, word)),
        "named": sorted(
            word
            for word in _called(texts["data.noun"])
            if " " in word and known & set(word.split())
        ),
    }
    _TABLE.write_bytes(zstd.compress(json.dumps(table, ensure_ascii=False).encode(), 19))
    print({name: len(part) for name, part in table.items()}, _TABLE.stat().st_size)


def _is_city(thesaurus: Thesaurus, word: str) -> bool:
    return any(entry.tag == "city" for entry in thesaurus.entries(word))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
