"""Lists of words and moments as fields of a form hold them, there and back without a loss."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

from engine.domain.advertising.campaigns import ALWAYS, FOREVER
from engine.errors import InvalidInput

_ENTRY: Final = re.compile(r'\s*(?:"((?:[^"]|"")*)"[^\S\n]*|([^,\n=]*))(?:=([^,\n]*))?(?:,|\n|$)')
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

    Raises:
        InvalidInput: when a weight is no number.
    """
    return {
        word: 1.0 if weight is None else _weight(word, weight) for word, weight in _entries(text)
    }


def start_text(seconds: int) -> str:
    """Return the beginning of a flight as a day, or as a moment; ``""`` without one."""
    return "" if seconds == ALWAYS else _day_or_moment(seconds, timedelta())


def end_text(seconds: int) -> str:
    """Return the last day of a flight, or the moment it is over; ``""`` without one."""
    return "" if seconds == FOREVER else _day_or_moment(seconds, timedelta(days=1))


def _entries(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each word with what is written after its equals sign, None without one."""
    text, offset = text.replace("\r\n", "\n").replace("\r", "\n"), 0
    while offset < len(text) and (match := _ENTRY.match(text, offset)):
        offset = match.end()
        quoted, plain, weight = match.groups()
        word = plain.strip() if quoted is None else quoted.replace('""', '"')
        if word or quoted is not None or weight is not None:
            yield word, None if weight is None else weight.strip()


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else '"' + word.replace('"', '""') + '"'


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _weight(word: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(
            f"keywords: the weight of {word!r} is no number: write it as 'bicycle = 2'"
        ) from None


def _day_or_moment(seconds: int, after_day: timedelta) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    if moment.time() == time():
        return (moment - after_day).date().isoformat()
    return moment.isoformat()
