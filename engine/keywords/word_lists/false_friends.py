"""Words of other languages that are spelled like English ones and mean something else."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from engine.domain.text import folded

_LIST: Final = Path(__file__).with_name("false_friends.txt")


@cache
def false_friends() -> Mapping[str, Mapping[str, str]]:
    """Return language -> word, folded -> meaning in English; read once."""
    friends: dict[str, dict[str, str]] = {}
    for language, word, meaning in read_false_friends(_LIST.read_text("utf-8")):
        friends.setdefault(language, {})[folded(word)] = meaning
    return friends


def read_false_friends(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield language, word and meaning; a language stands above its words.

    Raises:
        ValueError: naming what cannot be read.
    """
    language = ""
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if "=" not in line:
            language = line
            continue
        for entry in line.split(","):
            word, equals, meaning = map(str.strip, entry.partition("="))
            if not (language and word and equals and meaning):
                raise ValueError(f"{entry.strip()!r}: write a word, =, and what it means")
            yield language, word, meaning
