"""Whether a text is English, by the little words in it."""

import re
from collections.abc import Iterable
from typing import Final

from engine.words.languages import standard
from ingest.taggers.lines.word_lists import foreign_words, function_words

_LETTERS: Final = re.compile(r"[^\W\d_]+")


def is_english(texts: Iterable[str], language: str = "") -> bool:
    """Tell whether texts are English.

    Args:
        texts: that belong together.
        language: what is said of them, a code; where it is empty, their words tell.
    """
    if code := standard(language):
        return code.split("-")[0] == "en"
    words = [word.lower() for text in texts for word in _LETTERS.findall(text)]
    latin = [word for word in words if word.isascii()]
    if len(latin) < len(words) / 2 or not words:
        return False
    foreign = sum(word in foreign_words() for word in words) + (len(words) - len(latin))
    return sum(word in function_words() for word in latin) >= foreign
