"""Rules of text: what a title, a tag or an id may hold, how it is stored, when two are the same.

Every script is welcome, with the joiners, marks and spaces it needs. Refused is what changes how
other text is shown or is no text: controls, lone surrogates, bidirectional overrides, line and
paragraph separators, private use, and code points that mean nothing.
"""

import re
import unicodedata
from typing import Final

from engine.errors import InvalidInput

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x85]+")
_RESERVED: Final = (
    # For emoji to come (Extended_Pictographic), and for ideographs: newer Unicode gives them a
    # meaning that this Python does not know yet.
    (0x1F000, 0x1FAFF),
    (0x1FC00, 0x1FFFD),
    (0x20000, 0x2FFFD),
    (0x30000, 0x3FFFD),
)


class UnusableText(InvalidInput):
    """Text with characters that are not taken; the message shows it."""


def tidy_line(text: str) -> str:
    """Return one line of text as it is stored: NFC, every space U+0020, none around it.

    Raises:
        UnusableText: it holds characters that are not taken.
    """
    refuse_characters(tidy := _tidy(text))
    return tidy


def tidy_words(text: str) -> str:
    """Return what ``tidy_line`` does, with single spaces."""
    return " ".join(part for part in tidy_line(text).split(" ") if part)


def cleaned_line(text: str, instead: str = REPLACEMENT) -> str:
    """Return what ``tidy_line`` does, with ``instead`` for each character that is not taken."""
    tidy = _tidy(text)
    if tidy.isprintable():
        return tidy
    return "".join(instead if _is_refused(character) else character for character in tidy).strip(
        " "
    )


def shown(text: str, instead: str = REPLACEMENT) -> str:
    """Return text as a terminal or a log may show it: controls and overrides replaced."""
    if text.isprintable():
        return text
    return "".join(instead if _is_refused(character) else character for character in text)


def without_refused(text: str) -> str:
    """Return what ``tidy_line`` does, without characters that are not taken; breaks are spaces."""
    lines = "".join(
        " " if unicodedata.category(character) in ("Zl", "Zp") else character for character in text
    )
    return cleaned_line(lines, "")


def refuse_characters(text: str) -> None:
    """Check that every character of a text is taken.

    Raises:
        UnusableText: naming the first that is not.
    """
    if text.isprintable():
        return
    for character in text:
        if _is_refused(character):
            raise UnusableText(
                f"{text[:40]!r} holds characters that cannot be printed (U+{ord(character):04X})"
            )


def refuse_controls(name: str) -> None:
    """Check the name of a file or an address: bytes that are no text, controls and overrides.

    Private use and code points without a meaning are let through: file systems use them.

    Raises:
        UnusableText: naming the first that is not taken.
    """
    if name.isprintable():
        return
    for character in name:
        if 0xDC80 <= ord(character) <= 0xDCFF:
            raise UnusableText(f"{name[-80:]!r} is no UTF-8 text: rename the file")
        if character in _OVERRIDES or unicodedata.category(character) in _CONTROLS:
            raise UnusableText(
                f"{name[-80:]!r} holds characters that cannot be printed (U+{ord(character):04X}):"
                " rename the file"
            )


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen: it is empty, or spaces and joiners only."""
    return all(unicodedata.category(character) in ("Zs", "Cf") for character in text)


def folded(text: str) -> str:
    """Return a text as it is compared where case, width and invisible characters do not matter."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isprintable():
        plain = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFC", plain).split())


def composed(text: str) -> str:
    """Return a text in Unicode's form NFC, in which the same letters are the same text."""
    return unicodedata.normalize("NFC", text)


def forms_of(text: str) -> tuple[str, ...]:
    """Return a text as it is, composed (NFC) and decomposed (NFD), each once."""
    forms = (text, composed(text), unicodedata.normalize("NFD", text))
    return tuple(dict.fromkeys(forms))


def _tidy(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    line = _BREAKS.sub(" ", text)
    spaced = "".join(
        " " if unicodedata.category(character) == "Zs" else character for character in line
    )
    return composed(spaced).strip(" ")


def _is_refused(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":
        return not any(first <= ord(character) <= last for first, last in _RESERVED)
    return category in _CONTROLS or category == "Co" or character in _OVERRIDES
