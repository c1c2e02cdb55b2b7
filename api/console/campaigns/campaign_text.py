"""Lists of words and moments as fields of a form hold them, there and back without a loss."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from math import isfinite, nan
from typing import Final

from engine.domain.advertising.campaigns import ALWAYS, FOREVER
from engine.errors import InvalidInput
from engine.keywords.denied_nouns import has_denial

_ENTRY: Final = re.compile(r'\s*(?:"((?:[^"]|"")*)"[^\S\n]*|([^,\n=]*))(?:=([^,\n]*))?(?:,|\n|$)')
_LINE: Final = re.compile(r'\s*([^"=\n]*)(?:=([^"\n]*))?(?:\n|$)')
_PLAIN: Final = re.compile(r'[^\s",=](?:[^",=\n]*[^\s",=])?')


def words_text(words: Iterable[str]) -> str:
    """Return words with commas between; quoted when a character means something here."""
    return ", ".join(map(_quoted, words))


def weighted_text(keywords: Iterable[tuple[str, float]]) -> str:
    """Return a keyword a line, with its weight unless that is 1."""
    return "\n".join(
        _quoted(word) + ("" if weight == 1 else f" = {_number(weight)}")
        for word, weight in keywords
    )


def words_in(text: str) -> list[str]:
    """Return the words of a field: between commas or on lines of their own, some quoted."""
    return [word + (f"={weight}" if weight is not None else "") for word, weight in _entries(text)]


def weighted_in(text: str) -> dict[str, float]:
    """Return the keywords of a field with their weights, 1.0 for those without.

    A line that says what is not wanted is one keyword: "no dogs, cats".

    Raises:
        InvalidInput: when a weight is no number.
    """
    return {
        word: 1.0 if weight is None else _weight(word, weight)
        for word, weight in _entries(text, is_one=has_denial)
    }


def start_text(seconds: int) -> str:
    """Return the beginning of a flight as a day, or as a moment; ``""`` without one."""
    return "" if seconds == ALWAYS else _day_or_moment(seconds, timedelta())


def end_text(seconds: int) -> str:
    """Return the last day of a flight, or the moment it is over; ``""`` without one."""
    return "" if seconds == FOREVER else _day_or_moment(seconds, timedelta(days=1))


def _entries(
    text: str, is_one: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[str, str | None]]:
    """Yield each word with what is written after its equals sign, None without one.

    Args:
        text: of the field.
        is_one: tells whether commas of a line stand within its word.
    """
    text, offset = text.replace("\r\n", "\n").replace("\r", "\n"), 0
    while offset < len(text):
        quoted, plain, weight, offset = _entry(text, offset, is_one)
        word = plain.strip() if quoted is None else quoted.replace('""', '"')
        if word or quoted is not None or weight is not None:
            yield word, None if weight is None else weight.strip()


def _entry(
    text: str, offset: int, is_one: Callable[[str], bool]
) -> tuple[str | None, str, str | None, int]:
    """Return what is quoted or plain of the entry at an offset, its weight, and where it ends."""
    is_start = offset == 0 or text[offset - 1] == "\n"
    line = _LINE.match(text, offset) if is_start else None
    if line is not None and is_one(line[1]):
        return None, line[1], line[2], line.end()
    entry = _ENTRY.match(text, offset)
    if entry is None:
        return None, "", None, len(text)
    return entry[1], entry[2] or "", entry[3], entry.end()


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else '"' + word.replace('"', '""') + '"'


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _weight(word: str, text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = nan
    if not isfinite(weight):
        raise InvalidInput(
            f"keywords: the weight of {word!r} is no number: write it as 'bicycle = 2'"
        )
    return weight


def _day_or_moment(seconds: int, after_day: timedelta) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    if moment.time() == time():
        return (moment - after_day).date().isoformat()
    return moment.isoformat()
