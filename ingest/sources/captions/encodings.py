"""Text of captions from bytes, whatever encoding they have; nothing says which."""

import codecs
from collections.abc import Mapping
from typing import Final

from charset_normalizer import CharsetMatch, from_bytes

_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8",
    # Before UTF-16, whose mark of the same order it begins with.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SINGLE: Final = ("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256")
_DOUBLE: Final = ("cp932", "euc_jp", "gb18030", "big5", "cp949", "utf_16_le", "utf_16_be")
_ENCODINGS: Final = (*_SINGLE, *_DOUBLE)
"""Those in which captions are found, the more usual first."""

_OF_LANGUAGE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), "cp1250"),
    **dict.fromkeys(("bg", "mk", "ru", "sr", "uk"), "cp1251"),
    "ar": "cp1256",
    "el": "cp1253",
    "fa": "cp1256",
    "he": "cp1255",
    "ja": "cp932",
    "ko": "cp949",
    "tr": "cp1254",
    "zh": "gb18030",
}
_SAMPLE_BYTES: Final = 64 << 10


def decoded(content: bytes, language: str = "") -> str:
    """Return the text that bytes stand for; what cannot be read is replaced, NUL is left out.

    A mark at the beginning decides, then whether they are UTF-8, then what the letters look like;
    where several encodings look alike, that of the language.

    Args:
        content: of any kind.
        language: a code such as ``pl``, as far as it is known.
    """
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if encoding is None and _is_utf8(content):
        encoding = "utf-8"
    encoding = encoding or _guessed(content[:_SAMPLE_BYTES], language)
    text = content.decode(encoding, errors="replace")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\0", "")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    # UTF-16 may be UTF-8, too: of letters, digits and breaks every other byte is 0.
    return content.count(0) * 20 <= len(content)


def _guessed(sample: bytes, language: str) -> str:
    own = _OF_LANGUAGE.get(language.partition("-")[0].lower(), _ENCODINGS[0])
    order = list(dict.fromkeys((own, *_ENCODINGS)))
    # An even number of bytes: UTF-16 is cut between two letters.
    detected = from_bytes(sample[: len(sample) & ~1], cp_isolation=order)
    matches = [match for match in detected if match.encoding in order]
    if not matches:
        return own

    def likeness(match: CharsetMatch) -> tuple[float, float]:
        return match.chaos, match.coherence

    alike = [match.encoding for match in matches if likeness(match) == likeness(matches[0])]
    return min(alike, key=order.index)
