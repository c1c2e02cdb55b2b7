"""Files of events: our own, a JSON object a line, and ratings of MovieLens, read as streams."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import IO, Final

from pydantic import ConfigDict, ValidationError

from api.http.schemas.viewers import Id, StoredEventInput
from engine.domain.viewers import Event, EventKind, check_event, check_id
from engine.errors import InvalidInput

MAX_LINE_BYTES: Final = 65_536
"""A longer line is passed over, and never held."""

FORMS: Final = ("jsonl", "movielens")

LIKED: Final = 4.0
"""A rating of so many stars or more is a like."""

SO_SO: Final = 3.0
"""From so many on the film was watched, and not disliked."""

SO_SO_SHARE: Final = 0.5
"""The share watched that stands for such a rating."""

MAX_RATING: Final = 5.0

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_COLUMNS: Final = ("userId", "movieId", "rating", "timestamp")
_SEPARATORS: Final = ("::", "\t", ",")
"""Of ``ratings.dat``, ``u.data`` and ``ratings.csv``."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of a file.

    Attributes:
        line: its number, from 1.
        viewer: who did it.
        event: what was done.
    """

    line: int
    viewer: str
    event: Event


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no event, numbered from 1, and the reason."""

    line: int
    reason: str


def read_events(
    file: IO[bytes], form: str | None = None, *, now: float
) -> Iterator[EventLine | BadLine]:
    """Yield the events of a file, and in their places the lines that are none.

    Args:
        file: bytes, line by line; in memory is one at a time.
        form: one of ``FORMS``; None tells it from the first line.
        now: seconds since 1970; when an event was that does not say.
    """
    read: Callable[[str], tuple[str, Event]] | None = None
    for number, line in enumerate(_bounded_lines(file), start=1):
        if line is None:
            yield BadLine(number, f"longer than {MAX_LINE_BYTES} bytes")
            continue
        try:
            text = line.removeprefix(_BYTE_ORDER_MARK if number == 1 else b"").decode("utf-8")
            if not (text := text.strip()):
                continue
            if read is None:
                read = _reader(text, form, now)
                if _is_heading(text):
                    continue
            viewer, event = read(text)
            yield EventLine(number, check_id("viewer", viewer), check_event("", event, now))
        except ValidationError as error:
            yield BadLine(number, _reason(error))
        except UnicodeDecodeError:
            yield BadLine(number, "this is no UTF-8 text")
        except RecursionError:
            yield BadLine(number, "nested too deeply")
        except json.JSONDecodeError as error:
            yield BadLine(number, f"no JSON: {error}")
        except (InvalidInput, ValueError) as error:
            yield BadLine(number, str(error))


def _bounded_lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """Yield the lines of a file, None for one that is too long."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
        yield None


def _reader(first: str, form: str | None, now: float) -> Callable[[str], tuple[str, Event]]:
    """Return what reads the lines of a file that begins like this."""
    if form is None:
        form = "movielens" if _is_heading(first) or _is_rating(first) else "jsonl"
    if form == "jsonl":
        return partial(_event_of_json, now=now)
    return partial(_event_of_rating, separator=_separator(first))


def _separator(line: str) -> str:
    return next((one for one in _SEPARATORS if one in line), ",")


def _is_heading(line: str) -> bool:
    return _parts(line, ",") == list(_COLUMNS)


def _is_rating(line: str) -> bool:
    parts = _parts(line, _separator(line))
    return parts[0][:1].isdigit() and len(parts) == len(_COLUMNS)


def _parts(line: str, separator: str) -> list[str]:
    """Return the columns of a line; those between commas may be quoted.

    Raises:
        InvalidInput: it cannot be read as such.
    """
    if separator != ",":
        return [part.strip() for part in line.split(separator)]
    try:
        return [part.strip() for part in next(csv.reader([line]))]
    except csv.Error as error:
        raise InvalidInput(f"no comma-separated values: {error}") from None


class _Line(StoredEventInput):
    """A line of a file of our own."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    viewer: Id


def _event_of_json(text: str, *, now: float) -> tuple[str, Event]:
    line = _Line.model_validate(json.loads(text))
    return line.viewer, line.event(line.id, now)


def _reason(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(_named, item['loc']))}: {item['msg']}" if item["loc"] else item["msg"]
        for item in error.errors()
    )


def _named(part: int | str) -> str:
    """Return a field's name as it is, and any other of the file without its control characters."""
    return str(part) if part in _Line.model_fields else f"{part!r:.80}"


def _event_of_rating(text: str, *, separator: str) -> tuple[str, Event]:
    """Read ``userId,movieId,rating,timestamp``.

    The event's id is made of film and time, so that the same rating is the same event.

    Raises:
        InvalidInput: it is no such line.
    """
    columns = _parts(text, separator)
    if len(columns) != len(_COLUMNS):
        raise InvalidInput(f"{len(columns)} columns: a line has {', '.join(_COLUMNS)}")
    viewer, film, stars, moment = columns
    rating, at = _number("rating", stars), _number("timestamp", moment)
    if not 0.0 <= rating <= MAX_RATING:
        raise InvalidInput(f"rating is {stars[:40]}: a rating is from 0 to {MAX_RATING:g}")
    event_id = f"{film}@{moment}"
    if rating >= LIKED:
        return viewer, Event(event_id, film, EventKind.LIKED, at)
    if rating >= SO_SO:
        return viewer, Event(event_id, film, EventKind.WATCHED, at, SO_SO_SHARE)
    return viewer, Event(event_id, film, EventKind.DISLIKED, at)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise InvalidInput(f"{name} is no number: {text[:40]!r}")
    return number
