"""Words that stand within sentences and the tags that they surely mean.

A keyword is picked by somebody and means a tag; a word of a sentence may be a name, a verb or a
figure of speech. So only nouns count that mean one thing for the most part, by WordNet's counts.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import noun_thesaurus
from ingest.taggers.known_words import known_parents, known_words
from ingest.taggers.lines.word_lists import ambiguous, nature, rooms, settings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TABLE: Final = Path(__file__).with_name("running_text.json.zst")
"""Made by ``models/convert/running_text.py``."""

_PLURAL: Final = 0.99
_SYNONYM: Final = 0.97
_BROADER: Final = 0.92
_STEP: Final = 0.04
_PARENT: Final = 0.9
# What is on nearly every video says nothing where only a word of it is told; that there is text is
# told by reading it.
_TELLS_NOTHING: Final = frozenset(
    {"indoors", "outdoors", "person", "people", "portrait", "text", "tool"}
)


class CandidateTag(NamedTuple):
    """A tag that a noun means, with how surely, 0.0 to 1.0."""

    tag: str
    confidence: float


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(zstd.decompress(TABLE.read_bytes()))
    return table


@cache
def given_names() -> frozenset[str]:
    """Return the names that people are given, in small letters (US Census of 1990)."""
    return frozenset(_table()["given_names"])


@cache
def places() -> frozenset[str]:
    """Return the names of cities that are one word, in small letters."""
    return frozenset(_table()["places"])


@cache
def called() -> frozenset[str]:
    """Return names of people, groups and works that hold a noun, in small letters."""
    return frozenset(_table()["named"])


@cache
def rarely_nouns() -> frozenset[str]:
    """Return the tags that are verbs or adjectives where they stand within a sentence."""
    return frozenset(_table()["rarely_nouns"])


@cache
def tag_names() -> tuple[str, ...]:
    """Return every tag that words may mean, rising."""
    # A command that queues jobs needs no networks.
    from ingest.taggers.audio.words import TAGS as SOUND_TAGS

    return tuple(sorted({*known_words(), *SOUND_TAGS} - _TELLS_NOTHING))


@cache
def _exact() -> dict[str, str]:
    """Return form -> tag; those that mean several things have none."""
    unsure = {name for name, phrase in known_words().items() if phrase} | ambiguous()
    names = [name for name in tag_names() if name not in unsure]
    forms = {plain(name): name for name in names}
    for name in names:
        for form in (*noun_thesaurus().singulars(plain(name)), plain(name).replace(" ", "")):
            if form not in ambiguous():  # shorts are not short
                forms.setdefault(form, name)
    return forms


def tag_of(noun: str) -> str | None:
    """Return the tag that a noun is called like, itself or in the plural."""
    exact = _exact()
    forms = (noun, *noun_thesaurus().singulars(noun))
    return next((exact[form] for form in forms if form in exact), None)


@cache
def candidate_tags(noun: str) -> tuple[CandidateTag, ...]:
    """Return the tags that a noun surely means, the nearest first, and those above them."""
    direct = _direct(noun)
    above = [
        CandidateTag(parent, _PARENT * one.confidence)
        for one in direct
        for parent in known_parents().get(one.tag, ())
        if parent not in settings() or parent in _kinds(one.tag) - rooms()
    ]
    best: dict[str, CandidateTag] = {}
    for one in (*direct, *above):
        if one.tag not in _TELLS_NOTHING and one.tag not in best:
            best[one.tag] = one
    return tuple(best.values())


def _kinds(tag: str) -> set[str]:
    """Return the tags that a tag is a kind of."""
    return {entry.tag for entry in noun_thesaurus().entries(plain(tag))}


@cache
def is_of_nature(tag: str) -> bool:
    """Tell whether a tag is of an animal, a plant or a landscape, after which much is called."""
    return not nature().isdisjoint({tag, *known_parents().get(tag, ()), *_kinds(tag)})


def _direct(noun: str) -> Sequence[CandidateTag]:
    if tag := tag_of(noun):
        return [CandidateTag(tag, 1.0 if noun == plain(tag) else _PLURAL)]
    nouns = _table()["nouns"]
    for form in (noun, *noun_thesaurus().singulars(noun)):
        if form in nouns and form not in ambiguous():
            return [
                CandidateTag(tag, _by_steps(steps))
                for tag, steps in nouns[form]
                if not steps or tag not in settings()  # what is used there, or a part of it
            ]
    return []


def _by_steps(steps: int) -> float:
    return _BROADER - _STEP * steps if steps else _SYNONYM
