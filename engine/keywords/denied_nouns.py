"""Nouns that a phrase says are not there: "non-alcoholic", "sugar-free", "dogs not allowed".

English, and without a grammar, as the parts of a phrase.
"""

import re
from collections.abc import Callable, Sequence
from itertools import groupby, islice
from typing import Final, Protocol

from engine.domain.text import folded
from engine.keywords.phrases import LONGEST_PART, TOGETHER, plain

_DENIED: Final = re.compile(
    r"\b(?P<denier>(?:but\s+)?(?:no|without|w/o|zero|0\s*%|free\s+(?:from|of))"
    r"|(?:(?:but|and|do|does|must|should|may)\s+)?(?<!why\s)(?<!me[\s-])not(?!\s+(?:only|just|all|every|so|too|very|always|your)\b)"
    r"|don't|exclud(?:es?|ing)|except(?:\s+for)?|(?:everything|anything|all)\s+but"
    r"|(?:other|rather)\s+than|instead\s+of|never|minus|avoid(?:ing)?|omit(?:ting)?"
    r"|no(?:body|\s+one)\s+with|nothing(?!\s+(?:but|else|like)\b))"
    r":?\s+(?:(?:show|want|like|include|allow|contain|have|feature|mention|with|about|of|to|from"
    r"|(?:suitable\s+)?for)\s+)?"
    r"(?:(?:an?|any|the|my|your|our|their|these|those|more|other)\s+)*"
    r"(?P<noun>\w+(?:\s+\w+){0,2})"
    r"|\b(?:no-|non(?:\s+|-)?)(?P<part>\w{3,})"
    # Nothing is without pizza where delivery is free.
    r"|\b(?P<lacking>\w+)(?:-|\s+(?!free\s+(?:delivery|shipping|refills?|trials?|samples?|gifts?"
    r"|entry|admission|parking|wi-?fi|downloads?|from|of)\b))free\b"
)
# What "no cats or dogs" denies is "no cats, no dogs". A list of exceptions has commas, too; after a
# comma, "a house without stairs, a garden" may have what comes.
_ONE_MORE: Final = r"(?!\s*(?:(?:n?or|and)\s+)?(?:no|not|without|an?|the)\b)\s*"
_NEXT: Final = re.compile(rf"^\s*(?:\b(?:n?or|and)\s|[&/+]){_ONE_MORE}")
_NEXT_EXCEPTION: Final = re.compile(
    rf"^\s*(?:,\s*(?:(?:and|or)\s)?|\b(?:n?or|and)\s|[&/+]){_ONE_MORE}"
)
_NO_COMMAS: Final = ("no", "without", "w/o", "not")
# At the end of a phrase, or of a part of it: "books banned in schools" are about books.
_BANNED: Final = re.compile(
    r"(?P<nouns>[^,;.!?]+?)\s+(?:(?:are|is)\s+)?"
    r"(?:(?:not|aren't|isn't)\s+(?:allowed|welcome|permitted|included|accepted)"
    r"|(?:must|should|may)\s+not\s+(?:appear|be\s+(?:shown|seen))|excluded|forbidden|prohibited|banned)(?:\s+(?:here|inside|please|at\s+all))?\s*(?=[,;.!?]|$)"
)
_MINUS: Final = re.compile(r"(?:^|(?<=[\s,;(]))[-!\u2212](?=[^\W\d_])")
"""As in the field of a search: "hotel -pool"."""

_SEPARATOR: Final = re.compile(r"\s*(?:,\s*(?:(?:n?or|and)\s)?|\b(?:n?or|and)\b|[&/+])\s*")
_POLITE: Final = re.compile(r"\bplease\b")
_COMMAS: Final = re.compile(r",[\s,]*,")
_MIN_LIST: Final = 3


class Nouns(Protocol):
    """Whatever knows nouns, made plain."""

    def is_one_noun(self, text: str) -> bool:
        """Tell whether several words have a meaning of their own: "red meat"."""

    def is_plural(self, noun: str) -> bool:
        """Tell whether a noun may be a plural."""

    def are_of_a_kind(self, one: str, other: str) -> bool:
        """Tell whether two nouns have something broader in common."""


def has_denial(phrase: str) -> bool:
    """Tell whether a phrase says of anything that it is not there."""
    text = folded(phrase).replace("\u2019", "'")
    return any(pattern.search(text) for pattern in (_MINUS, _DENIED, _BANNED))


def denied_in(phrase: str, nouns: Nouns) -> tuple[list[str], str]:
    """Return what a phrase says is not there, and what else it says, both made plain.

    Args:
        phrase: as it was written: hyphens and colons tell "sugar-free" from "coffee: free refills".
        nouns: tells what is denied with a word: all of "no red meat".
    """
    text = _MINUS.sub("no ", folded(phrase).replace("\u2019", "'"))
    denied, text = _banned_in(_POLITE.sub("", text), nouns)
    others, end = [], 0
    while match := _DENIED.search(text, end):
        group = match.lastgroup or ""
        words = re.findall(r"\w+", match[group])
        while len(words) > 1 and not nouns.is_one_noun(" ".join(words)):
            words.pop()
        others.append(text[end : match.start()])
        end = match.end()
        if group == "noun":
            start = match.start(group)
            denier = match["denier"]
            # Where nothing stands before, there is nothing that "no dogs, cats" may go on with.
            following = _DENIED.search(text, start)
            listed = text[start : following.start() if following else len(text)]
            is_list = not plain("".join(others)) and _is_list(listed, nouns)
            more = _NEXT if denier.endswith(_NO_COMMAS) and not is_list else _NEXT_EXCEPTION
            end = _end_of_words(text, start, len(words))
            text = text[:end] + more.sub(f" {denier} ", text[end:])
        denied.append(" ".join(words))
    rest = _COMMAS.sub(",", plain(",".join([*others, text[end:]]))).strip(", ")
    # Of "no cars and no trucks" nothing is left.
    return denied, "" if TOGETHER.issuperset(re.findall(r"\w+|[^\w\s]", rest)) else rest


def _banned_in(text: str, nouns: Nouns) -> tuple[list[str], str]:
    """Return what a text says is banned, and what else it says."""
    denied: list[str] = []
    others: list[str] = []
    end = 0
    for one in _BANNED.finditer(text):
        denied += _banned(one["nouns"].split(), nouns.is_one_noun)
        others.append(text[end : one.start()])
        end = one.end()
    if not denied:
        return [], text
    rest = text[end:]
    others = [part for part in (*others, rest) if plain(part)]
    if len(others) == 1 and others[0] is not rest and _is_list(others[0], nouns):
        listed = _items(others[0])
        together = [one for one in listed if _is_listed(one, denied, len(listed), nouns)]
        others = [one for one in listed if one not in together]
        denied = [*together, *denied]
    return denied, ",".join(others)


def _is_listed(item: str, banned: Sequence[str], before: int, nouns: Nouns) -> bool:
    """Tell whether an item before the comma is one of a list of what is banned.

    "Cats, dogs and birds not allowed" is written as "hotel, cats and dogs not allowed" is. Items of
    a list are of a kind, or all many, or all one.
    """
    if any(nouns.are_of_a_kind(item, one) for one in banned):
        return True
    are_many = {nouns.is_plural(one) for one in (item, *banned)}
    return are_many == {True} or (are_many == {False} and before + len(banned) >= _MIN_LIST)


def _items(text: str) -> list[str]:
    return [item for part in _SEPARATOR.split(text) if (item := plain(part))]


def _is_list(text: str, nouns: Nouns) -> bool:
    """Tell whether a text is nothing but nouns with commas or little words between them."""
    return all(" " not in item or nouns.is_one_noun(item) for item in _items(text))


def _banned(words: list[str], is_noun: Callable[[str], bool]) -> list[str]:
    """Return the nouns of some words, joined by *and* or *or*, without what says more of them."""
    nouns = []
    for is_between, group in groupby(words, TOGETHER.__contains__):
        if is_between:
            continue
        item = [*group]
        ends = (" ".join(item[-n:]) for n in range(min(LONGEST_PART, len(item)), 1, -1))
        nouns.append(next(filter(is_noun, ends), item[-1]))
    return nouns


def _end_of_words(text: str, start: int, count: int) -> int:
    words = re.finditer(r"\w+", text[start:])
    return start + [word.end() for word in islice(words, count)][-1]
