"""The parts of a phrase: what it is about (its heads), and what only says more of that.

English, and without a grammar: a head ends a run of words ("mountain bike" is a bike); a little
word such as *at* ends a run, and what comes after says more, except after *of*. Around what a
phrase is about may stand words that say nothing of it: "cheap opera tickets", "trips to Paris".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from engine.domain.text import folded
from engine.keywords.word_lists.light_words import LIGHT_HEADS, LITTLE_WORDS

_TOGETHER: Final = frozenset({"and", "or", "&", ",", "/", "+", "plus"})
_SAYS_MORE: Final = frozenset(
    {"at", "in", "on", "for", "with", "by", "from", "to", "near", "about", "under", "over"}
    | {"into", "onto", "during", "between", "without"}
)
_LONGEST_PART: Final = 3
_MAX_CHARACTERS: Final = 16  # words and commas of a phrase that are looked at
_DENIED: Final = re.compile(
    r"\b(?P<denier>no|without|(?:(?:but|and)\s+)?(?<!why\s)(?<!me[\s-])not(?!\s+(?:only|just|all|every|so|too|very|always|your)\b)"
    r"|don't|excluding|except(?:\s+for)?|(?:everything|anything|all)\s+but|(?:other|rather)\s+than"
    r"|instead\s+of|never|minus|avoid(?:ing)?)\s+(?:(?:show|want|like|include|allow)\s+)?"
    r"(?:(?:an?|any|the|my|your|our|their|these|those|more|other)\s+)*"
    r"(?P<noun>\w+(?:\s+\w+){0,2})"
    r"|\b(?:no-|non(?:\s+|-)?)(?P<part>\w{3,})"
    # Nothing is without pizza where delivery is free.
    r"|\b(?P<lacking>\w+)(?:-|\s+(?!free\s+(?:delivery|shipping|refills?|trials?|samples?|gifts?"
    r"|entry|admission|parking|wi-?fi|downloads?)\b))free\b"
)
# What "no cats or dogs" denies is "no cats, no dogs". A list of exceptions has commas, too; after a
# comma, "a house without stairs, a garden" may have what comes.
_ONE_MORE: Final = r"\s*(?!no\b|not\b|without\b|an?\b|the\b)"
_NEXT: Final = re.compile(rf"^\s*(?:\b(?:n?or|and)\s|[&/+]){_ONE_MORE}")
_NEXT_EXCEPTION: Final = re.compile(
    rf"^\s*(?:,\s*(?:(?:and|or)\s)?|\b(?:n?or|and)\s|[&/+]){_ONE_MORE}"
)
_NO_COMMAS: Final = ("no", "without", "not")
# At the end of a phrase, or of a part of it: "books banned in schools" are about books.
_BANNED: Final = re.compile(
    r"(?P<nouns>[^,;.!?]+?)\s+(?:(?:are|is)\s+)?"
    r"(?:(?:not|aren't|isn't)\s+(?:allowed|welcome|permitted|included|accepted)"
    r"|excluded|forbidden|prohibited|banned)\s*(?=[,;.!?]|$)"
)
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


def denied_in(phrase: str, is_noun: Callable[[str], bool]) -> tuple[list[str], str]:
    """Return what a phrase says is not there, and what else it says, both made plain.

    Args:
        phrase: as it was written: hyphens and colons tell "sugar-free" from "coffee: free refills".
        is_noun: tells whether several words are one noun, all of which is denied: "no red meat".
    """
    text = folded(phrase).replace("\u2019", "'")
    nouns, others, end = [], [], 0
    for one in _BANNED.finditer(text):
        banned, before = _banned(one["nouns"].split(), is_noun)
        nouns += banned
        others += [text[end : one.start()], " ".join(before)]
        end = one.end()
    if nouns:
        text, others, end = ",".join([*others, text[end:]]), [], 0
    while match := _DENIED.search(text, end):
        group = match.lastgroup or ""
        words = re.findall(r"\w+", match[group])
        while len(words) > 1 and not is_noun(" ".join(words)):
            words.pop()
        nouns.append(" ".join(words))
        others.append(text[end : match.start()])
        end = match.end()
        if group == "noun":
            end = _end_of_words(text, match.start(group), len(words))
            denier = match["denier"]
            more = _NEXT if denier.endswith(_NO_COMMAS) else _NEXT_EXCEPTION
            text = text[:end] + more.sub(f" {denier} ", text[end:])
    return nouns, plain(",".join([*others, text[end:]])).strip(", ")


def _banned(words: list[str], is_noun: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Return the nouns at the end of some words, joined by *and* or *or*, and the words before."""
    nouns: list[str] = []
    while words:
        ends = (words[-n:] for n in range(min(_LONGEST_PART, len(words)), 1, -1))
        noun = next((end for end in ends if is_noun(" ".join(end))), words[-1:])
        nouns.insert(0, " ".join(noun))
        words = words[: -len(noun)]
        if not words or words[-1] not in _TOGETHER:
            break
        words = words[:-1]
    return nouns, words


def _end_of_words(text: str, start: int, count: int) -> int:
    words = re.finditer(r"\w+", text[start:])
    return start + [word.end() for word in islice(words, count)][-1]


def lighter(phrase: str) -> Iterator[str]:
    """Yield a phrase that was made plain ever shorter, without the light words around its topic.

    First go little words before it, then "trips to", then "tickets" after it.
    """
    words = phrase.split()
    while len(words) > 1:
        if words[0] in LITTLE_WORDS:
            words = words[1:]
        elif is_light(words[0]) and words[1] in _SAYS_MORE | {"of"}:
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
        if word in _TOGETHER or word in _SAYS_MORE or word == "of":
            if run:
                yield run, leads
            run = []
            leads = leads and word not in _SAYS_MORE
        elif word not in LITTLE_WORDS:
            run.append(word)
    if run:
        yield run, leads


def _parts_of_run(run: Sequence[str], *, leads: bool) -> Iterator[Part]:
    for start in range(len(run)):
        for end in range(start + 1, min(start + _LONGEST_PART, len(run)) + 1):
            yield Part(" ".join(run[start:end]), is_head=leads and end == len(run))
