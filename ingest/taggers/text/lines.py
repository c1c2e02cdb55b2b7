"""Lines of text with the seconds they are on, made of what was read now and then."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES, Line
from engine.domain.time_ranges import TimeRange

SIMILAR: Final = 0.75
"""Two readings are of one line when no more than a quarter of their characters differs."""

_MIN_BEGINNING: Final = 6
"""Characters from which on a line that comes up letter by letter is known by its beginning."""

_MISSED_SECONDS: Final = 2
"""A line that was not found for so long was there all the same."""


@dataclass(slots=True)
class Span:
    """Text that was read at one place.

    Attributes:
        text: at least three letters.
        score: of the reading, 0.0 to 1.0.
        start: the first second it stands there.
        end: the second after the last.
    """

    text: str
    score: float
    start: int
    end: int

    @property
    def sureness(self) -> tuple[float, int]:
        """Order of readings of one line: of nearly equal scores, the one that is longer."""
        return round(self.score, 1), len(self.text)


def similar(text: str, other: str) -> bool:
    """Tell whether two readings may be of one line, or of its beginning."""
    short, long = sorted((text.casefold(), other.casefold()), key=len)
    beginning = long[: len(short)] if len(short) >= _MIN_BEGINNING else long
    return any(
        Levenshtein.normalized_similarity(short, one, score_cutoff=SIMILAR) >= SIMILAR
        for one in (long, beginning)
    )


def joined(spans: Iterable[Span], detected_at: Sequence[int]) -> list[Span]:
    """Join what was read of the same line, in order of its start; each keeps its surest reading.

    Text that moves is found now here, now there. Between two of its places it was there, unless
    somebody looked and did not find it.

    Args:
        spans: of all places.
        detected_at: the seconds on which all of the picture was looked at, rising.
    """
    lines: list[Span] = []
    recent: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        recent = [one for one in recent if _may_go_on(one, span.start, detected_at)]
        same = next((one for one in recent if similar(one.text, span.text)), None)
        if same is None:
            own = Span(span.text, span.score, span.start, span.end)
            lines.append(own)
            recent.append(own)
            continue
        same.end = max(same.end, span.end)
        if span.sureness > same.sureness:
            same.text, same.score = span.text, span.score
    return lines


def _may_go_on(span: Span, start: int, detected_at: Sequence[int]) -> bool:
    if start - span.end <= _MISSED_SECONDS:
        return True
    return bisect_left(detected_at, span.end) == bisect_left(detected_at, start)


def as_lines(spans: Sequence[Span]) -> tuple[Line, ...]:
    """Return lines as they are stored, the first so many where there are very many."""
    lines: list[Line] = []
    room = MAX_CHARACTERS
    for span in spans[:MAX_LINES]:
        text = span.text[:MAX_LINE_CHARACTERS].rstrip()
        room -= len(text)
        if room < 0:
            break
        lines.append(Line(text, TimeRange(span.start, span.end)))
    return tuple(lines)
