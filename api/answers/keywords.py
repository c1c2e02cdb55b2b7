"""Answers on the interpretation of keywords."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.spelling import MAX_SUGGESTED_WORDS
from engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine.domain.keywords import KeywordMatch


def reading_json(reading: "KeywordMatch") -> dict[str, Any]:
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


def ignored_json(readings: "Sequence[KeywordMatch]") -> list[dict[str, Any]]:
    """Return the words that were left out because they mean no tag for sure."""
    ignored = [reading for reading in readings if not reading.used]
    if not ignored:
        return []
    from engine.keywords.matcher import nearest_tags

    return [{"word": reading.word, "nearest": nearest_tags(reading)} for reading in ignored]


def ignored_tags_json(words: Sequence[str], vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return the words that were left out because they are no tags, the first with suggestions."""
    named = words[:MAX_SUGGESTED_WORDS]
    return [
        *({"word": word, "nearest": vocabulary.nearest(word)} for word in named),
        *({"word": word, "nearest": []} for word in words[len(named) :]),
    ]
