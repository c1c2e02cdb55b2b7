"""The parts of a phrase: what it is about (its heads), and what only says more of that.

English, and without a grammar: a head ends a run of words ("mountain bike" is a bike); a little
word such as *at* ends a run, and what comes after says more, except after *of*. Around what a
phrase is about may stand words that say nothing of it: "cheap opera tickets", "trips to Paris".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.domain.text import folded
from engine.keywords.word_lists.light_words import LIGHT_HEADS, LITTLE_WORDS

TOGETHER: Final = frozenset({"and", "or", "&", ",", "/", "+", "plus"})
SAYS_MORE: Final = frozenset(
    {"at", "in", "on", "for", "with", "by", "from", "to", "near", "about", "under", "over"}
    | {"into", "onto", "during", "between", "without"}
)
LONGEST_PART: Final = 3
_MAX_CHARACTERS: Final = 16  # words and commas of a phrase that are looked at
_CHARACTERS: Final = re.compile(r"[,/&+]|[^\s,/&+]+")


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a phrase that stand together; ``is_head`` when it is about them."""

    words: str
    is_head: bool


def plain(phrase: str) -> str:
    """Return a phrase as it is compared: small letters, single spaces, no hyphens or quotes."""
    text = folded(phrase).replace("\u2019", "'")
    text = re.sub(r"(?<=\w)'s\b", "", text)
    return " ".join(re.sub(r"[-_\"'.!?;:()]+", " ", text).split())


def lighter(phrase: str) -> Iterator[str]:
    """Yield a phrase that was made plain ever shorter, without the light words around its topic.

    First go little words before it, then "trips to", then "tickets" after it.
    """
    words = phrase.split()
    while len(words) > 1:
        if words[0] in LITTLE_WORDS:
            words = words[1:]
        elif is_light(words[0]) and words[1] in SAYS_MORE | {"of"}:
            words = words[2:]
        elif is_light(words[-1]):
            words = words[:-1]
        else:
            return
        yield " ".join(words)


def is_light(word: str) -> bool:
    """Return whether a word says what is done, sold or filmed of what a phrase is about."""
    return word in LIGHT_HEADS or word.removesuffix("s") in LIGHT_HEADS


def parts_of(phrase: str) -> list[Part]:
    """Return the parts of a phrase that was made plain, heads first, longer ones before shorter."""
    parts = [part for run, leads in _runs(phrase) for part in _parts_of_run(run, leads=leads)]
    return sorted(dict.fromkeys(parts), key=lambda part: (not part.is_head, -len(part.words)))


def _runs(phrase: str) -> Iterator[tuple[list[str], bool]]:
    """Cut at little words; say of each run whether it leads or only says more."""
    run: list[str] = []
    leads = True
    for word in _CHARACTERS.findall(phrase)[:_MAX_CHARACTERS]:
        if word in TOGETHER or word in SAYS_MORE or word == "of":
            if run:
                yield run, leads
            run = []
            leads = leads and word not in SAYS_MORE
        elif word not in LITTLE_WORDS:
            run.append(word)
    if run:
        yield run, leads


def _parts_of_run(run: Sequence[str], *, leads: bool) -> Iterator[Part]:
    for start in range(len(run)):
        for end in range(start + 1, min(start + LONGEST_PART, len(run)) + 1):
            yield Part(" ".join(run[start:end]), is_head=leads and end == len(run))
