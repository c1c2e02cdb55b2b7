"""Tags that the local tagger often says by mistake."""

from typing import Final

ARTWORK_TAGS: Final = ("books", "text", "toys", "medical")
"""What ``local`` takes covers, posters and screenshots for: of these over 0.7, half are wrong.
They count only where two looks show them; see ``engine.confirmation``."""
