"""The engine's thesaurus: which words stand for, or are narrower than, which tag, out of WordNet.

Run: ``python -m models.convert.thesaurus PATH/TO/wordnet``, the folder of data.noun, index.noun,
noun.exc and cntlist.rev. Reads ``senses.txt``, where the meanings of each tag were reviewed, and
``lures.txt``, where it was reviewed what an embedding gets wrong; writes
``engine/keywords/thesaurus/nouns.json.zst``.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backports import zstd

from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import NOUNS, Thesaurus
from engine.keywords.word_lists.videos import VideoWord, video_words
from models.convert.compounds import figurative_words, set_phrases
from models.convert.shares import Shares
from models.convert.wordnet import Nouns
from models.minilm.embedder import shared_minilm

_RULES = Path(__file__).with_name("senses.txt")
_LURES = Path(__file__).with_name("lures.txt")
_NEWER = Path(__file__).with_name("newer_words.txt")
_CATEGORIES = Path(__file__).parents[2] / "engine" / "content" / "categories.toml"

_FILED = 0.8
"""Certainty from which a word and a tag of the same category have to do with each other."""

_MAIN_SHARE = 0.5
"""A meaning that fewer uses of a tag's name have is not the tag's."""

_AROUND = frozenset({"indoors", "outdoors", "people", "person"})
"""Tags that say next to nothing of a thing that is found there, or of what somebody does."""

_FILED_STEPS = 2
"""Steps that a word counts as narrower when it only shares a tag's category."""

_THINGS = frozenset({"05", "06", "13", "17", "19", "20"})
"""WordNet's files of animals, artifacts, food, natural objects, phenomena and plants."""

_Entry = tuple[str, int, float, int, float]
"""A tag, how many steps the word is narrower, the share of its uses that mean it, 1 if they mean a
thing that can be touched, and the share of those who type the word alone and mean it."""


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


def leading(rules: str, nouns: Nouns) -> set[int]:
    """Return the places of all meanings that lead to a tag."""
    return {offset for _, steps in _tags(rules, nouns) for offset in steps}


def _tags(rules: str, nouns: Nouns) -> Iterator[tuple[str, dict[int, int]]]:
    """Yield each tag with the meanings under it and how many steps they are narrower."""
    for line in rules.splitlines():
        if not line.startswith("#"):
            tag, _, rule = line.partition(": ")
            yield tag, _steps(_terms(rule, nouns), nouns)


def build(rules: str, nouns: Nouns, shares: Shares) -> dict[str, list[_Entry]]:
    """Return word -> its entries, by tag."""
    table: dict[str, dict[str, tuple[int, float, int, float]]] = {}
    for tag, meanings in _tags(rules, nouns):
        for offset, steps in meanings.items():
            is_thing = int(nouns.sense(offset).file in _THINGS)
            for word in nouns.sense(offset).words:
                if _is_written_as_another(word, nouns):
                    continue
                used, typed = shares.counted(word)[offset], shares.typed(word)[offset]
                of_word = table.setdefault(plain(word), {})
                min_steps, uses, is_any, sum_typed = of_word.get(tag, (steps, 0.0, 0, 0.0))
                is_any = max(is_any, is_thing)
                of_word[tag] = (min(min_steps, steps), uses + used, is_any, sum_typed + typed)
    return {
        word: [
            (tag, steps, round(used, 2), is_thing, round(typed, 2))
            for tag, (steps, used, is_thing, typed) in sorted(of_word.items())
        ]
        for word, of_word in sorted(table.items())
    }


def _is_written_as_another(word: str, nouns: Nouns) -> bool:
    """Tell whether a word looks like a form of another: Hot Springs, the town, and "men's" room."""
    is_name_like_a_plural = word != word.lower() and word.endswith("s")
    return word.endswith("'s") or (is_name_like_a_plural and word.removesuffix("s") in nouns)


def _with_listed(
    table: dict[str, list[_Entry]], words: Iterable[VideoWord], filed: Mapping[str, list[str]]
) -> dict[str, list[_Entry]]:
    """Return the table with what the list for videos says, which no other use of a word shares."""
    listed = {word.name: word for word in words if not word.phrase}
    tags = {tag for entries in table.values() for tag, *_ in entries}
    result = dict(table)
    for name, word in listed.items():
        above = _ancestors(word, listed)
        steps = {tag: depth for tag, depth in above.items() if tag in tags - _AROUND}
        steps = _one_above_another(steps, table)
        steps = steps or dict.fromkeys(_filed_with(word, filed), _FILED_STEPS)
        # The plural that is listed keeps what its singular leads to.
        known = table.get(name) or table.get(name.removesuffix("s"), [])
        entries = {entry[0]: entry for entry in known}
        for tag, depth in steps.items():
            _, least, _, is_thing, _ = entries.get(tag, (tag, depth, 1.0, 0, 1.0))
            entries[tag] = (tag, min(depth, least), 1.0, is_thing, 1.0)
        if entries and name not in tags:
            result[name] = sorted(entries.values())
    return dict(sorted(result.items()))


def _ancestors(word: VideoWord, listed: Mapping[str, VideoWord]) -> dict[str, int]:
    """Return every word that one brings with it, and how many steps it is above."""
    above: dict[str, int] = {}
    waiting = [(1, parent) for parent in word.parents]
    while waiting:
        depth, name = waiting.pop(0)
        if name not in above:
            above[name] = depth
            waiting += [(depth + 1, one) for one in getattr(listed.get(name), "parents", ())]
    return above


def _one_above_another(
    steps: Mapping[str, int], table: Mapping[str, list[_Entry]]
) -> dict[str, int]:
    """Return tags with their steps, those that are broader than another further up than that.

    The list brings in both at once what a puppy is: a dog, and an animal.
    """
    result = dict(steps)
    for tag, depth in steps.items():
        for broader, further, share, *_ in table.get(tag, []):
            if broader in result and further and share >= _MAIN_SHARE:
                result[broader] = max(result[broader], depth + further)
    return result


def _filed_with(word: VideoWord, filed: Mapping[str, list[str]]) -> list[str]:
    """Return the tags that say the category of a word, both as good as always."""
    return [
        tag
        for category, weight in word.categories.items()
        if weight >= _FILED
        for tag in filed.get(category, [])
    ]


def _tags_by_category(tags: Mapping[str, Mapping[str, float]]) -> dict[str, list[str]]:
    """Return category of the IAB's -> the tags that as good as always say it."""
    result: dict[str, list[str]] = {}
    for tag, categories in tags.items():
        for category, weight in categories.items():
            if weight >= _FILED:
                result.setdefault(category, []).append(tag)
    return result


def _tags_by_word(rules: str) -> dict[str, list[str]]:
    """Read ``tag: word, word`` as word -> its tags."""
    result: dict[str, list[str]] = {}
    for line in rules.splitlines():
        if not line.startswith("#"):
            tag, _, words = line.partition(": ")
            for word in words.split(", "):
                result.setdefault(word, []).append(tag)
    return result


def _with_newer(
    table: dict[str, list[_Entry]], newer: Mapping[str, list[str]]
) -> dict[str, list[_Entry]]:
    """Return the table with words that WordNet lacks, or has in no such meaning."""
    result = dict(table)
    for word, tags in newer.items():
        others = [entry for entry in table.get(plain(word), []) if entry[0] not in tags]
        result[plain(word)] = sorted([*others, *((tag, 1, 1.0, 0, 1.0) for tag in tags)])
    return dict(sorted(result.items()))


def main(wordnet: Path) -> None:
    """Write the table."""
    rules = _RULES.read_text(encoding="utf-8")
    exceptions = (wordnet / "noun.exc").read_text(encoding="latin-1").splitlines()
    irregular = {
        plural.replace("_", " "): singular.replace("_", " ")
        for plural, singular, *_ in (line.split() for line in exceptions)
    }
    with (wordnet / "data.noun").open("rb") as data:
        nouns = Nouns((wordnet / "index.noun").read_text(encoding="latin-1"), data)
        counts = (wordnet / "cntlist.rev").read_text(encoding="latin-1")
        shares = Shares(nouns, counts, shared_minilm())
        words = _with_listed(
            build(rules, nouns, shares),
            video_words(),
            _tags_by_category(tomllib.loads(_CATEGORIES.read_text("utf-8"))["tags"]),
        )
        words = _with_newer(words, _tags_by_word(_NEWER.read_text("utf-8")))
        phrases = set_phrases(nouns, words)
        singulars = Thesaurus(words, irregular=irregular).singulars
        tags_of = {word: [tag for tag, *_ in entries] for word, entries in words.items()}
        figurative = figurative_words(nouns, tags_of, leading(rules, nouns), singulars)
    table = {
        "words": words,
        "irregular": irregular,
        "set_phrases": phrases,
        "figurative": figurative,
        "lures": _tags_by_word(_LURES.read_text(encoding="utf-8")),
    }
    NOUNS.write_bytes(zstd.compress(json.dumps(table, ensure_ascii=False).encode(), 19))
    print(f"{len(words)} words, {len(phrases)} set phrases")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
