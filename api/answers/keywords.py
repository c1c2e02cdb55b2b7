"""How words were understood."""

from typing import Any

from engine.keywords import Reading


def reading_json(reading: Reading) -> dict[str, Any]:
    """Return how a word was understood, and the way to each of its meanings."""
    return {
        "word": reading.word,
        "status": reading.status,
        "meanings": [
            {
                "tag": meaning.tag,
                "confidence": round(meaning.confidence, 4),
                "how": meaning.how,
                "by": meaning.by,
            }
            for meaning in reading.meanings
        ],
        "used": [meaning.tag for meaning in reading.used],
    }
