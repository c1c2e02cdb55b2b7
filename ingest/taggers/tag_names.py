"""Names of tags as the vocabulary has them."""

from typing import Final

from engine.domain.text import UnusableText, composed, is_blank, tidy_words
from engine.errors import InvalidInput

MAX_TAG_CHARACTERS: Final = 100
"""Characters in the name of a tag."""


def tidy_tag(name: str) -> str:
    """Return a tag's name as the vocabulary has it: NFC, lower case, single spaces, none around.

    Raises:
        InvalidInput: nothing is left, it is too long, or holds characters that cannot be printed.
    """
    try:
        tidy = composed(tidy_words(name).lower())
    except UnusableText as error:
        raise InvalidInput(f"the tag {error}") from error
    if is_blank(tidy):
        raise InvalidInput("a tag without a name")
    if len(tidy) > MAX_TAG_CHARACTERS:
        raise InvalidInput(
            f"the tag {tidy[:20]!r}... has {len(tidy)} characters:"
            f" at most {MAX_TAG_CHARACTERS} are taken"
        )
    return tidy
