"""Limits of captions, which may be anything."""

from typing import Final

MAX_BYTES: Final = 16 << 20
"""Bytes that are read of a file of captions; that of a film has a hundredth of it."""

MAX_CUES: Final = 100_000
"""Cues that are taken of one file: more than two a second for twelve hours."""

MAX_CUE_CHARACTERS: Final = 2_000

MAX_CHARACTERS: Final = 4_000_000
"""Characters of all cues that are taken of one file, markup among them."""
