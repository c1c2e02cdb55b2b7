"""Keywords as they were understood: frozen records."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MatchMethod(StrEnum):
    """The way from a word to a tag."""

    EXACT = "exact"
    PLURAL = "plural"
    SYNONYM = "synonym"
    BROADER = "broader"
    EMBEDDING = "embedding"
    SPELLING = "spelling"
    TRANSLATION = "translation"


class Status(StrEnum):
    """Status of a word."""

    USED = "used"
    SUGGESTED = "suggested"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TagCandidate:
    """One tag a word may mean.

    Attributes:
        tag: the tag.
        confidence: 0.0 to 1.0.
        method: the way that led there.
        by: the words that led there: all of the keyword, or a part.
    """

    tag: str
    confidence: float
    method: MatchMethod
    by: str


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """The interpretation of a word.

    Attributes:
        word: as it was given.
        status: ``used`` from a confidence of 0.60 on, ``suggested`` from 0.45 on, else ``refused``.
        candidates: best first; of a word that is not used, the nearest tags, possibly none.
        languages: those it was understood in, by their codes; of a word that is not used, those
            that were tried, none where nothing reads its language.
    """

    word: str
    status: Status
    candidates: tuple[TagCandidate, ...]
    languages: tuple[str, ...] = ("en",)

    @property
    def used(self) -> tuple[TagCandidate, ...]:
        """The meanings that stand for the word in a search: the best, and those about as good."""
        if self.status is not Status.USED:
            return ()
        best = self.candidates[0].confidence
        if len(self.candidates) == 1 and best >= USED:
            return self.candidates  # as nearly always: campaigns are read by the 100,000
        minimum = max(USED, AS_GOOD * best)
        return tuple(candidate for candidate in self.candidates if candidate.confidence >= minimum)

    @property
    def near(self) -> tuple[TagCandidate, ...]:
        """Meanings that are sure enough, and less so than those that stand for the word."""
        used = self.used
        return tuple(
            one for one in self.candidates if used and one not in used and one.confidence >= USED
        )

    @property
    def own_broader(self) -> tuple[TagCandidate, ...]:
        """Tags that the word is narrower than, by the table, and that do not stand for it."""
        used = self.used
        return tuple(
            one
            for one in self.candidates
            if used
            and one not in used
            and one.method is MatchMethod.BROADER
            and one.confidence >= SUGGESTED
        )


@dataclass(frozen=True, slots=True)
class IgnoredWord:
    """A word that was left out.

    Attributes:
        word: as it was given.
        nearest: tags it may have meant, those spelled like it first.
        languages: those in which it was tried to understand it, none where nothing reads its own;
            None where only tags are taken.
    """

    word: str
    nearest: tuple[str, ...]
    languages: tuple[str, ...] | None = None


USED: Final = 0.6
"""From this confidence on, a meaning is used without asking."""

SUGGESTED: Final = 0.45
"""From this confidence on, a meaning is worth asking about."""

AS_GOOD: Final = 0.9
"""A meaning is used beside the best one when it has so much of its confidence."""
