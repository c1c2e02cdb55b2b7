"""Names spelled like a word, from a structure that is made once for many words.

Likeness is 1 less the share of characters to change: insertions, deletions, substitutions, and two
neighbours swapped (optimal string alignment). A name of several words is found by each of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.text import folded

ALIKE: Final = 0.6
"""The least likeness of what is suggested: "dgo" and "dog" have two thirds."""

MAX_CHANGES: Final = 3
"""With more characters changed it is another word."""

MAX_SUGGESTED_WORDS: Final = 10
"""Number of unknown words of one request that get suggestions; others are named or counted."""

_MAX_CHARACTERS: Final = 32
"""A word is compared by its first so many characters: longer ones are no typing mistakes."""

_MAX_COMPARED: Final = 4_096
"""A word is compared with so many names that may be alike, those with the same characters first."""

_ROUNDING: Final = 1e-9

_MAX_NAMES: Final = 32
"""Number of names that are told apart that share one word."""


class Speller:
    """The names of a vocabulary, by length; safe to share between threads.

    Args:
        names: what may be suggested.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names_of: dict[str, list[str]] = {}
        for name in names:
            whole = folded(name)
            for form in dict.fromkeys((whole, *whole.split(" "))):
                same = names_of.setdefault(form[:_MAX_CHARACTERS], [])
                if len(same) < _MAX_NAMES:
                    same.append(name)
        self._names_of = names_of
        self._forms = sorted(names_of, key=len)
        self._lengths = np.array([len(form) for form in self._forms], np.int64)
        self._characters = _characters_in(self._forms)

    def scored(self, word: str) -> dict[str, tuple[float, float]]:
        """Return names that are spelled like a word: how much in part, and how much whole."""
        text = folded(word)[:_MAX_CHARACTERS]
        alike = dict(self._alike(text))
        alike |= {part: 1.0 for part in text.split(" ") if part in self._names_of}
        if not alike and " " in text:
            alike = dict(self._alike(text.rpartition(" ")[2]))
        return {
            name: (in_part, likeness(text, folded(name)[:_MAX_CHARACTERS]))
            for form, in_part in sorted(alike.items(), key=lambda one: one[1])
            for name in self._names_of[form]
        }

    def _alike(self, form: str) -> Sequence[tuple[str, float]]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        max_changes = min(MAX_CHANGES, max(1, floor((1 - ALIKE) * len(form) + _ROUNDING)))
        # What differs more in length than this cannot be alike enough, nor what has too many
        # other characters: a change brings and takes one at most.
        first = bisect_left(self._lengths, len(form) - max_changes)
        last = bisect_right(self._lengths, len(form) + max_changes)
        others = np.bitwise_count(self._characters[first:last] ^ _characters_in([form]))
        likely = np.flatnonzero(others <= 2 * max_changes)
        if len(likely) > _MAX_COMPARED:
            likely = likely[np.argsort(others[likely], kind="stable")[:_MAX_COMPARED]]
        similar = process.extract(
            form,
            [self._forms[number] for number in (first + likely).tolist()],
            scorer=OSA.distance,
            limit=_MAX_NAMES,
            score_cutoff=max_changes,
        )
        alike = (
            (other, 1 - changes / max(len(form), len(other), 1)) for other, changes, _ in similar
        )
        return [(other, likeness) for other, likeness in alike if likeness >= ALIKE - _ROUNDING]


def nearest_of(spellers: Iterable[Speller], word: str, n: int) -> list[str]:
    """Return at most ``n`` names that are spelled like a word, nearest first; possibly none."""
    scored = {name: score for one in spellers for name, score in one.scored(word).items()}
    return sorted(scored, key=lambda name: (*(-part for part in scored[name]), name))[:n]


def nearest_names(word: str, names: Iterable[str], n: int) -> list[str]:
    """Return the same of names that are asked about once."""
    return nearest_of([Speller(names)], word, n)


def likeness(one: str, other: str) -> float:
    """Return how alike two words are written, 0.0 to 1.0."""
    from rapidfuzz.distance import OSA

    return float(OSA.normalized_similarity(one, other))


def _characters_in(forms: Sequence[str]) -> NDArray[np.uint64]:
    """Return the characters of each form, a bit each; some share a bit. Shape (n,)."""
    # A space before each, so that none is empty.
    codes = np.frombuffer(
        "".join(f" {form}" for form in forms).encode("utf-32-le", "surrogatepass"), "<u4"
    )
    bits = np.left_shift(np.uint64(1), codes.astype(np.uint64) % np.uint64(64))
    ends = np.cumsum([len(form) + 1 for form in forms])
    if not len(ends):
        return np.zeros(0, np.uint64)
    return np.bitwise_or.reduceat(bits, np.concatenate([[0], ends[:-1]]))
