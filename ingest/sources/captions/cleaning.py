"""Spoken words of a cue: without markup, names of speakers and descriptions of sounds."""

import html
import re
from collections.abc import Iterator
from typing import Final

from engine.domain.text import without_refused

# Every expression takes time in proportion to the text, whatever it is.
_OVERRIDE: Final = re.compile(r"(\{[^{}]*\})")
_DRAWING: Final = re.compile(r"\\p(\d)")
_BREAK: Final = re.compile(r"\\[Nn]|\r\n?|\n")
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>|</>|<\d[\d:.]*>")
_SUNG: Final = re.compile(r"[♩♪♫♬][^♩♪♫♬]*[♩♪♫♬]|[♩♪♫♬][^♩♪♫♬\n]*")
_SOUND: Final = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|（[^（）]*）|【[^【】]*】")  # noqa: RUF001
_NAME: Final = r"[\w.'’-]{1,20}(?: [\w.'’-]{1,20}){0,2}"  # noqa: RUF001
_TURN: Final = re.compile(rf">{{2,}}\s*(?:{_NAME}:\s)?|^\s*[-\N{{EN DASH}}\N{{EM DASH}}]+\s*")
_LABEL: Final = re.compile(r"^\s*([^\W\d_][\w .'&/#-]{0,39}):\s*")
# Marks of direction, joiners of nothing and hyphens where a line may be broken: none is spoken.
_UNSEEN: Final = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]")


def spoken_lines(text: str) -> list[str]:
    """Return the lines of a cue that are spoken, without those of which nothing is left.

    Args:
        text: with the markup of ASS, HTML and WebVTT; lines apart by breaks of either.
    """
    plain = _BREAK.sub("\n", _undrawn(text)).replace("\\h", " ")
    plain = html.unescape(_MARKUP.sub("", plain))
    plain = _UNSEEN.sub("", plain)
    # Over the breaks: a sound may be described on two lines.
    plain = _SOUND.sub(" ", _SUNG.sub(" ", plain))
    return list(_spoken(plain))


def _undrawn(text: str) -> str:
    """Return a text without the overrides of ASS, and without the pictures drawn by them."""
    parts, is_drawing = [], False
    for part in _OVERRIDE.split(text):
        if _OVERRIDE.fullmatch(part):
            scales = _DRAWING.findall(part)
            is_drawing = scales[-1] != "0" if scales else is_drawing
        elif not is_drawing:
            parts.append(part)
    return "".join(parts)


def _spoken(plain: str) -> Iterator[str]:
    for line in plain.split("\n"):
        turn = _TURN.sub("", line)
        label = _LABEL.match(turn)
        spoken = turn[label.end() :] if label and label[1].isupper() else turn
        words = " ".join(spoken.split())
        if not words.isprintable():
            words = " ".join(without_refused(words).split())
        # A cue that its reader did not know for one, as its time is written in another way.
        if any(map(str.isalnum, words)) and "-->" not in words:
            yield words
