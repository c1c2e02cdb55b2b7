"""Text cut into the pieces that BERT reads (WordPiece, Wu et al. 2016; BERT base uncased).

The package ``tokenizers`` does the same, and brings a client of a model hub along; a keyword is
short, so plain Python will do.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

_START: Final = "[CLS]"
_END: Final = "[SEP]"
_UNKNOWN: Final = "[UNK]"
_INSIDE: Final = "##"
_MAX_WORD_CHARACTERS: Final = 100
_FIRST_IDEOGRAPH: Final = "\u3400"
_IDEOGRAPHS: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Cuts texts into numbered pieces."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._longest_piece = max((len(piece) for piece in pieces), default=0)

    def numbers(self, text: str, max_pieces: int) -> list[int]:
        """Return the pieces of a text between a start and an end one, ``max_pieces`` at most."""
        pieces: list[str] = []
        for word in _words(text):
            if len(pieces) >= max_pieces - 2:
                break
            pieces += self._pieces(word)
        return [self._numbers[piece] for piece in (_START, *pieces[: max_pieces - 2], _END)]

    def _pieces(self, word: str) -> list[str]:
        """Return the longest pieces from the left that a word is made of."""
        if len(word) > _MAX_WORD_CHARACTERS:
            return [_UNKNOWN]
        pieces: list[str] = []
        start = 0
        while start < len(word):
            piece = self._longest(word, start)
            if not piece:
                return [_UNKNOWN]
            pieces.append(piece)
            start += len(piece.removeprefix(_INSIDE) if start else piece)
        return pieces

    def _longest(self, word: str, start: int) -> str:
        for end in range(min(len(word), start + self._longest_piece), start, -1):
            piece = (_INSIDE if start else "") + word[start:end]
            if piece in self._numbers:
                return piece
        return ""


def _words(text: str) -> Iterator[str]:
    """Cut at spaces and around punctuation and ideographs, in small letters without accents."""
    word = ""
    for character in _plain(text):
        if character.isspace() or _is_one_piece(character):
            if word:
                yield word
            word = ""
            if not character.isspace():
                yield character
        else:
            word += character
    if word:
        yield word


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.lower()
    kept_text = "".join(character for character in text if not _is_noise(character))
    parts = unicodedata.normalize("NFD", kept_text)
    bare = "".join(character for character in parts if unicodedata.category(character) != "Mn")
    return bare.lower()


def _is_noise(character: str) -> bool:
    if character in "\t\n\r":
        return False
    return character in "\0\ufffd" or unicodedata.category(character).startswith("C")


def _is_one_piece(character: str) -> bool:
    if character.isalnum() and character < _FIRST_IDEOGRAPH:
        return False
    code = ord(character)
    is_ascii_symbol = 33 <= code <= 126 and not character.isalnum()
    is_ideograph = any(first <= code <= last for first, last in _IDEOGRAPHS)
    return is_ascii_symbol or is_ideograph or unicodedata.category(character).startswith("P")
