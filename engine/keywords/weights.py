"""Weights of tags, by the words that mean them; words that mean none are left out or refused."""

from collections.abc import Mapping, Sequence

from engine.domain.matching.keywords import KeywordMatch
from engine.errors import UnknownTag
from engine.keywords.denied_nouns import has_denial
from engine.keywords.foreign import languages_of
from engine.keywords.foreign_denials import denies
from engine.words.spelling import MAX_SUGGESTED_WORDS
from engine.words.vocabulary import SUGGESTIONS


def weighted_tags(
    keywords: Mapping[str, float],
    tags: Mapping[str, str],
    matches: list[KeywordMatch],
    *,
    strict: bool,
) -> tuple[dict[str, float], list[KeywordMatch]]:
    """Return the weights that words give to tags, and the matches; see ``Keywords.profile``.

    Args:
        keywords: word -> weight.
        tags: word -> the tag that it is.
        matches: how the other words were understood.
        strict: refuse words that cannot be used.

    Raises:
        UnknownTag: when words, or without ``strict`` all of them, cannot be used.
    """
    weights: dict[str, float] = {}
    for word, tag in tags.items():
        weights[tag] = weights.get(tag, 0.0) + keywords[word]
    for match in matches:
        for candidate in match.used:
            given = keywords[match.word] * candidate.confidence
            weights[candidate.tag] = weights.get(candidate.tag, 0.0) + given
    useless = [match for match in matches if not match.used]
    if useless and (strict or not weights):
        raise unknown_words(useless)
    return weights, matches


def nearest_tags(match: KeywordMatch) -> list[str]:
    """Return the tags a person may have meant, those spelled like the word first."""
    return [candidate.tag for candidate in match.candidates][:SUGGESTIONS]


def unknown_words(matches: Sequence[KeywordMatch]) -> UnknownTag:
    """Return the error that names words which cannot be used, the first ten with suggestions."""
    named = matches[:MAX_SUGGESTED_WORDS]
    nearest = {match.word: nearest_tags(match) for match in named}
    languages = {match.word: match.languages for match in named}
    denials = {match.word for match in named if only_denies(match.word, nearest[match.word])}
    more = len(matches) - len(named)
    return UnknownTag(nearest, more=more, languages=languages, denials=denials)


def only_denies(word: str, nearest: Sequence[str]) -> bool:
    """Tell whether a word that means no tag only says what is not wanted.

    Args:
        word: as it was written.
        nearest: the tags it may have meant: none of what only denies.
    """
    return not nearest and (has_denial(word) or denies(word, languages_of(word)))
