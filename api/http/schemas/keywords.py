"""Answers on the interpretation of keywords."""

from pydantic import BaseModel, ConfigDict


class TagCandidate(BaseModel):
    """A tag that a word may mean, how sure that is, and the way and the words that led there."""

    tag: str
    confidence: float
    how: str
    by: str


class KeywordMatch(BaseModel):
    """The interpretation of a word; ``used`` are the tags that stand for it in a search.

    ``languages`` are those it was understood in, or, when it is not used, those that were tried.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "word": "sneakers",
                    "status": "used",
                    "meanings": [
                        {
                            "tag": "footwear",
                            "confidence": 0.8092,
                            "how": "broader",
                            "by": "sneakers",
                        },
                        {
                            "tag": "clothing",
                            "confidence": 0.55,
                            "how": "embedding",
                            "by": "sneakers",
                        },
                    ],
                    "used": ["footwear"],
                    "languages": ["en"],
                }
            ]
        }
    )

    word: str
    status: str
    meanings: list[TagCandidate]
    used: list[str]
    languages: list[str]


class IgnoredKeyword(BaseModel):
    """A word that was left out, and the tags it may have meant, those spelled like it first.

    ``languages`` are those that were tried; left out where only tags are taken.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"word": "dgo", "nearest": ["dog"]}]})

    word: str
    nearest: list[str]
    languages: list[str] | None = None


class KeywordMatchList(BaseModel):
    """The interpretation of several words, in the order they were given."""

    keywords: list[KeywordMatch]


class VocabularyTag(BaseModel):
    """A tag, and on how many videos of the live generation it counts.

    Of words of the tagger that comes along, ``general`` are those that come with it; ``right`` of
    ``said`` labelled frames is how often it, or the kind of a specific word, was right.
    """

    tag: str
    videos: int
    general: list[str]
    said: int
    right: int


class VocabularyTagPage(BaseModel):
    """Tags by name; ``next`` is the cursor of the next page, null on the last."""

    tags: list[VocabularyTag]
    next: str | None
