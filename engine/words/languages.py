"""Languages by their codes (BCP 47), and which videos a code that is asked for takes (RFC 4647).

Basic filtering: ``en`` takes ``en`` and ``en-US``, but ``en-US`` takes no ``en``; case does not
matter. The same language may be written in two letters or three: ``eng`` is ``en``, ``ger`` is
``de``.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

ANY: Final = "*"
"""Takes every video whose language is known."""

_UNKNOWN: Final = "und"
_CODE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAX_CODES: Final = 10_000


def is_code(text: str) -> bool:
    """Whether a text is written as a code is, such as ``en``, ``pt-BR`` or ``zh-Hant-TW``."""
    return _CODE.fullmatch(text) is not None


@lru_cache(_MAX_CODES)
def standard(code: str) -> str:
    """Return the one way to write a code: the shortest, as ``pt-BR``; empty when it is unknown.

    What is no code is only brought into small letters.
    """
    text = code.strip().replace("_", "-")
    if text in ("", ANY):
        return text
    from langcodes import standardize_tag
    from langcodes.tag_parser import LanguageTagError

    try:
        tag = standardize_tag(text)
    except LanguageTagError:
        return text.casefold()
    return "" if tag == _UNKNOWN else tag


def ranges_that_take(code: str) -> tuple[str, ...]:
    """Return all that may be asked for to find a video in this language, in small letters.

    >>> ranges_that_take("zh-Hant-TW")
    ('zh-hant-tw', 'zh-hant', 'zh', '*')
    """
    parts = standard(code).casefold().split("-")
    if parts == [""]:
        return ("",)
    return (*("-".join(parts[:end]) for end in range(len(parts), 0, -1)), ANY)


def requested_ranges(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes that are asked for as ``ranges_that_take`` writes them, each once."""
    return tuple(dict.fromkeys(standard(code).casefold() for code in codes))
