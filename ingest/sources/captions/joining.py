"""Lines of text with their seconds, from cues as they come: any order, overlapping, repeating."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.domain.lines import MAX_CHARACTERS, MAX_LINE_CHARACTERS, MAX_LINES, Line
from engine.domain.time_ranges import TimeRange
from ingest.sources.captions.cleaning import spoken_lines
from ingest.sources.captions.cues import Cue

_UNKNOWN_SECONDS: Final = 2.0
"""A cue without an end, or with one before its start, is shown for so long."""

_MAX_SECONDS: Final = 30.0
"""Longest time of a cue: one that is longer is a notice, or its time is wrong."""

_FOLLOWS_SECONDS: Final = 1.0
"""Time within which words that come again are the same, not said twice."""


@dataclass(slots=True)
class _Spoken:
    start: float
    end: float
    text: str


def spoken_of(cues: Iterable[Cue], n_seconds: int) -> tuple[tuple[Line, ...], bool]:
    """Return the lines that cues show, by time, and whether there were more than are stored.

    Lines that a cue repeats of the one before, as automatic captions do that roll upwards, are
    taken once, when they come up; a line that grows is taken as it is in the end.

    Args:
        cues: in any order.
        n_seconds: of the video; what is shown outside of it is left out.
    """
    joined = _joined(sorted(_bounded(cues, n_seconds), key=lambda cue: (cue.start, cue.end)))
    lines: list[Line] = []
    n_characters = 0
    for one in joined:
        text = one.text[:MAX_LINE_CHARACTERS]
        n_characters += len(text)
        if len(lines) == MAX_LINES or n_characters > MAX_CHARACTERS:
            return tuple(lines), True
        seconds = TimeRange(math.floor(one.start), math.ceil(one.end))
        lines.append(Line(text, seconds))
    return tuple(lines), False


def _bounded(cues: Iterable[Cue], n_seconds: int) -> Iterable[Cue]:
    for cue in cues:
        end = cue.end if cue.end > cue.start else cue.start + _UNKNOWN_SECONDS
        start, end = max(0.0, cue.start), min(end, cue.start + _MAX_SECONDS, n_seconds)
        if start < end:
            yield Cue(start, end, cue.text)


def _joined(cues: Sequence[Cue]) -> list[_Spoken]:
    spoken: list[_Spoken] = []
    before: list[str] = []  # the lines of the cue before
    until = -math.inf  # when they are gone
    for cue in cues:
        lines = spoken_lines(cue.text)
        if not lines:
            continue
        if cue.start > until + _FOLLOWS_SECONDS:
            before = []
        new = [line for line in lines if line not in before]
        if spoken and before and not new:
            spoken[-1].end = max(spoken[-1].end, cue.end)
        elif spoken and before and new[0].startswith(f"{before[-1]} "):
            grown = new[0].removeprefix(before[-1])
            spoken[-1].text = " ".join([spoken[-1].text + grown, *new[1:]])
            spoken[-1].end = max(spoken[-1].end, cue.end)
        else:
            spoken.append(_Spoken(cue.start, cue.end, " ".join(new)))
        before, until = lines, max(cue.end, until)
    return spoken
