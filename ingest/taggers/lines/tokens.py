"""Words of a text in runs that belong together, without addresses, handles and times."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.keywords.phrases import plain

_LEFT_OUT: Final = re.compile(
    r"https?://\S+|\bwww\.\S+|\S+@\S+\.\w+|(?<!\w)@\w+|\b\d{1,2}:\d{2}(?::\d{2})?\b"
)
_ADDRESS: Final = re.compile(r"https?://|\bwww\.|\S@\S+\.\w")
_PIECE: Final = re.compile(r"#?[^\W_]+(?:['\u2019\u2010-][^\W_]+)*|[^\w\s#]+|_+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
# What ends a run of words, and of these what ends a sentence, too.
_ENDING: Final = frozenset('.!?:;|([{"\u201c\u00ab\u2013\u2014\u2022\u2026')
_BETWEEN: Final = _ENDING | frozenset(",)]}/\\\u201d\u00bb+*=~")


def has_address(text: str) -> bool:
    """Tell whether a text leads elsewhere; the line of a shop is about what is sold there."""
    return _ADDRESS.search(text) is not None


class Token(NamedTuple):
    """One word.

    Attributes:
        text: as it is written.
        word: as words are compared.
        begins: whether it is the first of a sentence.
    """

    text: str
    word: str
    begins: bool

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[:1].isupper()


def runs_of(text: str) -> Iterator[list[Token]]:
    """Yield the runs of words of a text that no sign parts."""
    run: list[Token] = []
    begins = True
    for match in _PIECE.finditer(_LEFT_OUT.sub(" . ", text)):
        piece = match.group()
        if piece[0] == "#" and len(piece) > 1:
            if run:
                yield run
            yield [Token(part, plain(part), begins=True) for part in _CAMEL.split(piece[1:])]
            run, begins = [], True
        elif piece[0].isalnum():
            if word := plain(piece):
                run.append(Token(piece, word, begins))
                begins = False
        elif piece == "-" or _BETWEEN & set(piece):
            if run:
                yield run
            run = []
            begins = begins or piece == "-" or bool(_ENDING & set(piece))
    if run:
        yield run
