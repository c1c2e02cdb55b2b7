"""A video as the ``content`` object of OpenRTB 2.6 (section 3.2.16)."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from engine.content.categories import CategoryScore
from engine.domain.assessments.iab.taxonomy import CATTAX, content_taxonomy
from engine.domain.assessments.suitability import VECTORS, TopicRisk
from engine.domain.matching.results import TagCount
from engine.domain.tags import Tag
from engine.domain.videos import VideoRecord
from engine.words.languages import standard

MAX_KEYWORDS: Final = 30
"""Number of tags that are given as keywords."""

GENRE_SCORE: Final = 0.5
"""A genre is claimed from this score of a category on: half of the video is about it."""

DATA_NAME: Final = "reelmatch"

# AdCOM 1.0, List: Content Contexts.
_VIDEO: Final = 1

# Of the IAB's CTV Genre Mapping, what tags can tell: id in the content taxonomy 3.1 -> genre.
_GENRES: Final = {
    "422": "Animals",
    "VKIV56": "Nature",
    "1": "Automotive",
    "216": "Cooking",
    "680": "Gaming",
    "274": "Home & Garden",
    "159": "Outdoors",
    "453": "Religion",
    "483": "Sports",
    "389": "War",
}


def content_object(
    video: VideoRecord,
    tags: Sequence[TagCount],
    scores: Sequence[CategoryScore],
    risks: Sequence[TopicRisk],
    ext: dict[str, Any],
) -> dict[str, Any]:
    """Return the object; what is not known is left out.

    Args:
        video: its metadata.
        tags: its counts, those that tell most first.
        scores: its categories, best first.
        risks: of the topics of brand safety; those that were seen are categories, too.
        ext: evidence, as the exchange-specific extension.
    """
    risky = [risk.topic.category for risk in risks if risk.risk in VECTORS]
    # Who reads keywords knows no sources.
    keywords = dict.fromkeys(Tag.parse(count.tag).name for count in tags)
    return {
        "id": video.id,
        "title": video.title,
        **({"url": video.source} if video.source.startswith(("http://", "https://")) else {}),
        "cattax": CATTAX,
        "cat": [*(one.category for one in scores), *risky],
        **_genres(scores),
        "context": _VIDEO,
        # Only one of keywords and kwarray may be present.
        "kwarray": [*islice(keywords, MAX_KEYWORDS)],
        "len": video.seconds,
        **_language(video.language),
        "data": [{"name": DATA_NAME, "segment": [_segment(count, video) for count in tags]}],
        "ext": {DATA_NAME: ext},
    }


def _segment(count: TagCount, video: VideoRecord) -> dict[str, str]:
    return {"id": count.tag, "name": count.tag, "value": f"{count.seconds / video.seconds:.4f}"}


def _genres(scores: Sequence[CategoryScore]) -> dict[str, Any]:
    """Return genre, genres and their taxonomy, or nothing."""
    taxonomy = content_taxonomy()
    above = [
        category.id
        for one in scores
        if one.score >= GENRE_SCORE
        for category in reversed(taxonomy.path(one.category))
        if category.id in _GENRES
    ]
    genres = list(dict.fromkeys(above))
    return {"genre": _GENRES[genres[0]], "gtax": CATTAX, "genres": genres} if genres else {}


def _language(code: str) -> dict[str, str]:
    """Return ``language`` for ISO 639-1, else ``langb``: only one of them should be present."""
    code = standard(code)
    if not code:
        return {}
    return {"language": code} if len(code) == 2 else {"langb": code}
