"""Words of fifteen languages -> tags: English by a table and a network, the others by another.

Which language a word is of is told by who asks, or else by its letters. A word of Latin letters of
which nothing is known is read as English first, and as any other language where English is not
sure of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.domain.tags import explicit_tag
from engine.errors import InvalidInput
from engine.keywords.foreign import (
    ENGLISH,
    MAX_READ,
    ForeignWords,
    languages_of,
    meaning_of,
    written,
)
from engine.keywords.foreign_denials import denies
from engine.keywords.matcher import (
    MAX_CANDIDATES,
    Keywords,
    keyword_match,
)
from engine.keywords.weights import weighted_tags
from engine.words.vocabulary import Vocabulary

_PER: Final = 100

MAYBE_ENGLISH: Final = 0.1
"""Discount of the others' network on a word that may be English, which it knows less."""

ONE_ALONE: Final = 0.55
"""The most that a network alone makes us sure of a word that may be of any language."""


class MultilingualKeywords:
    """Understands words as tags of one vocabulary. Safe to share between threads.

    Args:
        english: reads English words.
        foreign: reads those of other languages; None where their network is not installed.
    """

    def __init__(self, english: Keywords, foreign: ForeignWords | None) -> None:
        self.english = english
        self.foreign = foreign

    @property
    def vocabulary(self) -> Vocabulary:
        """The tags there are."""
        return self.english.vocabulary

    def grown(self, vocabulary: Vocabulary) -> "MultilingualKeywords":
        """Return what understands words as tags of a vocabulary that begins with this one."""
        foreign = None if self.foreign is None else self.foreign.grown(vocabulary.words)
        return MultilingualKeywords(self.english.grown(vocabulary), foreign)

    def read(self, word: str, language: str = "") -> KeywordMatch:
        """Say which tags a word may mean; as ``read_all``."""
        (match,) = self.read_all([word], language)
        return match

    def read_all(self, words: Sequence[str], language: str = "") -> list[KeywordMatch]:
        """Say which tags each of some words may mean.

        Args:
            words: words or phrases of people.
            language: what they are of, a code (BCP 47); where it is empty, their letters tell.

        Raises:
            InvalidInput: when a word is empty or too long, there are no tags yet, or words of the
                language are read by an extra that is not installed.
        """
        if not words:
            return []
        possible = self._languages(words, language)
        english = self._in_english(words, possible)
        foreign = self._in_others(words, possible, english)
        return [
            KeywordMatch(word, Status.REFUSED, (), languages)
            if self._is_denial(word, language)
            else _chosen(word, languages, english[at], foreign.get(at))
            for at, (word, languages) in enumerate(zip(words, possible, strict=True))
        ]

    def _is_denial(self, word: str, language: str) -> bool:
        """Tell whether a word of another language denies something, where nothing else is known."""
        return denies(word, languages_of(word, language)) and not self.english.is_noun(word)

    def profile(
        self, keywords: Mapping[str, float], *, strict: bool = False, language: str = ""
    ) -> tuple[dict[str, float], list[KeywordMatch]]:
        """Turn weighted words into weighted tags, as ``Keywords.profile``.

        A word of another language than English is read even where it is spelled like a tag, unless
        it names the tag's source.
        """
        tag_of = self.vocabulary.tag
        named = keywords if is_english(language) else filter(explicit_tag, keywords)
        tags = {word: tag for word in named if (tag := tag_of(word)) is not None}
        matches = self.read_all([word for word in keywords if word not in tags], language)
        return weighted_tags(keywords, tags, matches, strict=strict)

    def _languages(self, words: Sequence[str], language: str) -> list[tuple[str, ...]]:
        """Return the languages that each word is read in."""
        possible = [languages_of(word, language) for word in words]
        if self.foreign is not None:
            return possible
        if language and any(one and ENGLISH not in one for one in possible):
            raise InvalidInput(
                f"words of the language {language!r} are read by an extra that is not installed",
                hint="pip install 'reelmatch[languages]'",
            )
        return [tuple(one for one in languages if one == ENGLISH) for languages in possible]

    def _in_english(
        self, words: Sequence[str], possible: Sequence[tuple[str, ...]]
    ) -> list[KeywordMatch | None]:
        """Return how each word is understood that is English, or of which the English is known."""
        meanings = [
            word if ENGLISH in languages else meaning_of(word, languages)
            for word, languages in zip(words, possible, strict=True)
        ]
        texts = [meaning for meaning in meanings if meaning is not None]
        # Words that are too long or empty are refused alike, whatever they are read in.
        self.english.check(words)
        read = iter(self.english.read_all(texts))
        return [
            None if meaning is None else _of(word, next(read))
            for word, meaning in zip(words, meanings, strict=True)
        ]

    def _in_others(
        self,
        words: Sequence[str],
        possible: Sequence[tuple[str, ...]],
        english: Sequence[KeywordMatch | None],
    ) -> dict[int, KeywordMatch]:
        """Return how words are understood that may be of another language, by their places."""
        if self.foreign is None:
            return {}
        places = [
            at
            for at, languages in enumerate(possible)
            if languages not in ((), (ENGLISH,))
            and not _is_sure(english[at])
            # The other network knows English, too, but not what is denied.
            and not (ENGLISH in languages and self.english.denies(words[at]))
        ][: MAX_READ * max(_PER, len(words)) // _PER]
        texts = [written(words[at], possible[at]) for at in places]
        candidates = self.foreign.candidates(texts, MAX_CANDIDATES)
        return {
            at: keyword_match(words[at], _doubted(own) if ENGLISH in possible[at] else own)
            for at, own in zip(places, candidates, strict=True)
        }


def is_english(language: str) -> bool:
    """Tell whether words are read as English, or as whatever their letters tell."""
    return languages_of("", language)[:1] == (ENGLISH,)


def _of(word: str, english: KeywordMatch) -> KeywordMatch:
    """Return a match of a word's English as one of the word."""
    if english.word == word:
        return english
    candidates = tuple(
        replace(one, method=MatchMethod.TRANSLATION, by=english.word) for one in english.candidates
    )
    return replace(english, word=word, candidates=candidates)


def _doubted(candidates: Sequence[TagCandidate]) -> list[TagCandidate]:
    return [replace(one, confidence=max(0.0, one.confidence - MAYBE_ENGLISH)) for one in candidates]


def _is_sure(match: KeywordMatch | None) -> bool:
    """Tell whether a word is English, or its English known: no other language is asked."""
    if match is None or not match.candidates:
        return False
    method = match.candidates[0].method
    return method is MatchMethod.TRANSLATION or (
        bool(match.used) and method is not MatchMethod.EMBEDDING
    )


def _chosen(
    word: str,
    languages: tuple[str, ...],
    english: KeywordMatch | None,
    foreign: KeywordMatch | None,
) -> KeywordMatch:
    """Return the surer one, with the languages it was read in: all where it is not used."""
    if english is not None and foreign is not None:
        english = _agreed(word, english, foreign)
    is_better = foreign is not None and _confidence(foreign) > _confidence(english)
    if foreign is not None and not foreign.used:
        # Of words that mean nothing for sure, what English suggests comes first.
        is_better = foreign.status is Status.SUGGESTED and _is_refused(english)
    best = foreign if is_better or english is None else english
    if best is None:
        return KeywordMatch(word, Status.REFUSED, (), languages)
    if not best.used:
        return replace(best, languages=languages)
    is_foreign = best is foreign
    read = tuple(one for one in languages if (one != ENGLISH) is is_foreign)
    return replace(best, languages=read or languages)


def _agreed(word: str, english: KeywordMatch, foreign: KeywordMatch) -> KeywordMatch:
    """Return how a word is understood in English, unless only its letters are like English.

    Both networks know English. A tag that is near for one alone, and not among the nearest of the
    other, is near for pieces of the word: "hipoteca", a mortgage, is no hippopotamus.
    """
    if not english.candidates or english.candidates[0].tag in [
        one.tag for one in foreign.candidates
    ]:
        return english
    return keyword_match(
        word,
        [
            replace(one, confidence=min(one.confidence, ONE_ALONE))
            if one.method is MatchMethod.EMBEDDING
            else one
            for one in english.candidates
        ],
    )


def _is_refused(match: KeywordMatch | None) -> bool:
    """Tell whether English knows nothing of a word, and no tag that is spelled like it."""
    if match is None or not match.candidates:
        return True
    is_spelled = match.candidates[0].method is MatchMethod.SPELLING
    return match.status is Status.REFUSED and not is_spelled


def _confidence(match: KeywordMatch | None) -> float:
    return match.candidates[0].confidence if match is not None and match.candidates else 0.0
