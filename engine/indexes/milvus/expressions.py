"""Filters as expressions of Milvus.

No text of anybody is pasted: words and ids are stored, and asked for, in letters that cannot end
a literal (``letters_of``). What passes is what ``engine.indexes.local.filters`` lets through.
"""

import json
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import quote, unquote

from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.assessments.sensitivity import level_index
from engine.domain.assessments.suitability import N_TOPICS, RISKS, Risk, risk_index, topic_index
from engine.domain.matching.filters import And, Field, Filter, HasTag, Ids, Not, Or
from engine.domain.metadata import (
    COLUMNS,
    Bounds,
    IabCategories,
    Language,
    Moment,
    Number,
    RiskLevels,
    RiskLimit,
    SensitivityLevel,
    Words,
)
from engine.indexes.local.filters import of_any_source
from engine.words.languages import requested_ranges
from engine.words.vocabulary import Vocabulary

RANGES: Final = "language_ranges"
"""The field of the ranges of languages that take a video's."""

_EVERY: Final = "seconds >= 0"
_NONE: Final = "seconds < 0"
_MAX_NUMBER: Final = 2**62
_UNKNOWN_RISK: Final = RISKS.index(Risk.UNKNOWN)


def letters_of(text: str) -> str:
    """Return a text in letters, digits and ``_.-~%``; each text in others."""
    return quote(text, safe="", errors="surrogatepass")


def text_of(letters: str) -> str:
    """Return the text that ``letters_of`` wrote."""
    return unquote(letters, errors="surrogatepass")


def expression_of(where: Filter, vocabulary: Vocabulary) -> str:
    """Return a filter as an expression; empty for every video.

    Raises:
        UnknownTag: when a tag is not in the vocabulary.
        InvalidInput: when there is no such sensitive level, topic, risk or IAB category.
    """
    compiled = _compiled(of_any_source(where, vocabulary), vocabulary)
    return "" if compiled == _EVERY else compiled


def _compiled(where: Filter, vocabulary: Vocabulary) -> str:
    match where:
        case And(parts):
            return _joined(" and ", (_compiled(one, vocabulary) for one in parts)) or _EVERY
        case Or(parts):
            return _joined(" or ", (_compiled(one, vocabulary) for one in parts)) or _NONE
        case Not(part):
            return f"(not {_compiled(part, vocabulary)})"
        case Ids(ids):
            return _one_of("id", ids)
        case HasTag(tag, at_least):
            (number,) = vocabulary.numbers([tag])
            return _has_tag(number, at_least)
        case Field():
            return _passes(where)
        case _:
            raise TypeError(f"{where!r} is no filter")


def _joined(word: str, parts: Iterable[str]) -> str:
    together = word.join(parts)
    return f"({together})" if together else ""


def _has_tag(tag: int, at_least: int) -> str:
    # What a missing key is compared to is not the same in all versions; whether it is there, is.
    count = f'counts["{tag:d}"]'
    return f"(exists {count} and {count} >= {at_least:d})" if at_least > 0 else _EVERY


def _one_of(field: str, words: Collection[str]) -> str:
    listed = _list(words)
    return f"({field} in {listed})" if listed else _NONE


def _any_of(field: str, words: Collection[str]) -> str:
    listed = _list(words)
    return f"array_contains_any({field}, {listed})" if listed else _NONE


def _list(words: Collection[str]) -> str:
    return json.dumps(sorted(map(letters_of, words))) if words else ""


def _passes(field: Field) -> str:
    name, value = field.name, field.value
    match COLUMNS[name].type:
        case Number(is_zero_unknown=is_zero_unknown):
            return _between(name, value, is_zero_unknown=is_zero_unknown)
        case Moment():
            return _between(name, value)
        case SensitivityLevel():
            return f"({name} <= {level_index(value):d})"
        case RiskLevels():
            return _no_riskier(name, RiskLimit(*value))
        case Language():
            return _any_of(RANGES, requested_ranges(value))
        case IabCategories():
            return _any_of(name, content_taxonomy().with_all_below(value))
        case Words():
            return _any_of(name, value)
        case _:
            return _one_of(name, value)


def _between(name: str, bounds: Bounds, *, is_zero_unknown: bool = False) -> str:
    low, high = bounds
    if is_zero_unknown and bounds != (None, None):
        low = max(1, low or 0)
    parts: list[str] = []
    if low is not None:
        parts.append(f"{name} >= {_stored(low):d}")
    if high is not None:
        parts.append(f"{name} <= {_stored(high):d}")
    return _joined(" and ", parts) or _EVERY


def _stored(bound: int) -> int:
    """Return a bound as near as a column of numbers has it; none is stored beyond."""
    return min(max(bound, -_MAX_NUMBER), _MAX_NUMBER)


def _no_riskier(name: str, limit: RiskLimit) -> str:
    highest = risk_index(limit.at_most)
    topics = [topic_index(limit.topic)] if limit.topic else range(N_TOPICS)
    return _joined(" and ", (_topic(f"{name}[{at:d}]", highest, limit) for at in topics)) or _EVERY


def _topic(own: str, highest: int, limit: RiskLimit) -> str:
    if not limit.unknown:
        return f"{own} <= {highest:d}"
    # What words say of a topic that nobody looked for stands behind ``unknown``.
    behind = f"({own} >= {_UNKNOWN_RISK:d} and {own} <= {_UNKNOWN_RISK + highest:d})"
    return f"({own} <= {highest:d} or {behind})"
