"""Words of people -> tags, with a confidence and the way that led there.

The ways, surest first: the word is a tag (exact) or the plural of one; WordNet has it as a synonym
of a tag, or as narrower than one, so that the tag is broader; its embedding is near a tag's. Of a
phrase, its parts count, too: what it is about for most, the rest for less.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from engine.errors import InvalidInput, UnknownTag
from engine.nearness import Cosines, Embedder, Nearness
from engine.phrases import Part, parts_of, plain
from engine.thesaurus.nouns import Entry, Thesaurus
from engine.vocabulary import SUGGESTIONS, Vocabulary

USED: Final = 0.6
"""From this confidence on, a meaning is used without asking."""

SUGGESTED: Final = 0.45
"""From this confidence on, a meaning is worth asking about."""

AS_GOOD: Final = 0.9
"""A meaning is used beside the best one when it has so much of its confidence."""

LONGEST_KEYWORD: Final = 200
"""A keyword of more characters is refused."""

MOST_MEANINGS: Final = 5
"""So many meanings of a word are told."""

# Tuned on tests/data/keywords/tuning.json; docs/keywords.md says what they do.
_PLURAL: Final = 0.99
_SYNONYM: Final = 0.97
_BROADER: Final = 0.92
_STEP: Final = 0.04
_DOUBT: Final = 0.3
_NO_DOUBT: Final = 0.55
_RARE: Final = 0.25
_HEAD: Final = 0.85
_MORE: Final = 0.58
_LURED: Final = 0.4
_PART_OF_NAME: Final = 0.8
_ALIKE: Final = 0.7


class How(StrEnum):
    """The way from a word to a tag."""

    EXACT = "exact"
    PLURAL = "plural"
    SYNONYM = "synonym"
    BROADER = "broader"
    EMBEDDING = "embedding"


class Status(StrEnum):
    """What becomes of a word."""

    USED = "used"
    SUGGESTED = "suggested"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One tag a word may mean.

    Attributes:
        tag: the tag.
        confidence: 0.0 to 1.0.
        how: the way that led there.
        by: the words that led there: all of the keyword, or a part.
    """

    tag: str
    confidence: float
    how: How
    by: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a word was understood.

    Attributes:
        word: as it was given.
        status: ``used`` from a confidence of 0.60 on, ``suggested`` from 0.45 on, else ``refused``.
        meanings: best first; of a refused word, the nearest tags.
    """

    word: str
    status: Status
    meanings: tuple[Meaning, ...]

    @property
    def used(self) -> tuple[Meaning, ...]:
        """The meanings that stand for the word in a search: the best, and those about as good."""
        if self.status is not Status.USED:
            return ()
        least = max(USED, AS_GOOD * self.meanings[0].confidence)
        return tuple(meaning for meaning in self.meanings if meaning.confidence >= least)


class Keywords:
    """Understands words as tags of one vocabulary. Safe to share between threads."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        thesaurus: Thesaurus,
        embedder: Embedder,
        *,
        tag_embedder: Embedder | None = None,
    ) -> None:
        """Prepare; tags are embedded when they are first needed.

        Args:
            vocabulary: the tags there are.
            thesaurus: what words lead to.
            embedder: makes vectors of words.
            tag_embedder: makes or remembers those of tags, of the same kind; ``embedder`` unless
                given.
        """
        self.vocabulary = vocabulary
        self._thesaurus = thesaurus
        self._plain = _first_by((plain(tag), tag) for tag in vocabulary.names)
        self._singular = _first_by(
            (form, tag)
            for name, tag in self._plain.items()
            for form in (name, *thesaurus.singulars(name), name.replace(" ", ""))
        )
        self._nearness = Nearness(vocabulary, embedder, tag_embedder or embedder)

    def read(self, word: str) -> Reading:
        """Say which tags a word may mean.

        Raises:
            InvalidInput: when the word is empty or too long, or there are no tags yet.
        """
        (reading,) = self.read_all([word])
        return reading

    def read_all(self, words: Sequence[str]) -> list[Reading]:
        """Say which tags each of some words may mean; quicker than one by one.

        Raises:
            InvalidInput: when a word is empty or too long, or there are no tags yet.
        """
        if not words:
            return []  # so that words that all are tags load nothing
        texts = [_checked(word) for word in words]
        if not len(self.vocabulary):
            raise InvalidInput("no tags are known yet: run 'reelmatch ingest' first")
        return [
            self._read(word, text, cosines)
            for word, text, cosines in zip(words, texts, self._nearness.of(texts), strict=True)
        ]

    def _read(self, word: str, text: str, cosines: Cosines) -> Reading:
        best: dict[str, Meaning] = {}
        for meaning in self._meanings(text, cosines):
            before = best.get(meaning.tag)
            if before is None or meaning.confidence > before.confidence:
                best[meaning.tag] = meaning
        ranked = sorted(best.values(), key=lambda m: (-m.confidence, -cosines[m.tag], m.tag))
        return Reading(word, _status(ranked[0].confidence), tuple(ranked[:MOST_MEANINGS]))

    def profile(self, keywords: Mapping[str, float]) -> tuple[dict[str, float], list[Reading]]:
        """Turn weighted words into weighted tags; words that are tags stay as they are.

        Returns:
            tag -> weight, and how each word that is no tag was understood. The weight of a word
            goes to its meanings, times their confidence; what several words give a tag adds up.

        Raises:
            UnknownTag: for all words at once that cannot be used, each with the nearest tags.
        """
        readings = self.read_all([word for word in keywords if word not in self.vocabulary])
        useless = [reading for reading in readings if not reading.used]
        if useless:
            raise UnknownTag({reading.word: self.nearest(reading) for reading in useless})
        weights = {word: weight for word, weight in keywords.items() if word in self.vocabulary}
        for reading in readings:
            for meaning in reading.used:
                given = keywords[reading.word] * meaning.confidence
                weights[meaning.tag] = weights.get(meaning.tag, 0.0) + given
        return weights, readings

    def nearest(self, reading: Reading) -> list[str]:
        """Return the tags a person may have meant: one spelled alike, then the meanings."""
        alike = get_close_matches(reading.word, self.vocabulary.names, n=1, cutoff=_ALIKE)
        tags = [*alike, *(meaning.tag for meaning in reading.meanings)]
        return list(dict.fromkeys(tags))[:SUGGESTIONS]

    def _meanings(self, text: str, cosines: Cosines) -> Iterator[Meaning]:
        yield from self._of_noun(text, cosines)
        for tag in cosines.nearest(MOST_MEANINGS):
            yield Meaning(tag, self._by_embedding(text, tag, cosines[tag]), How.EMBEDDING, text)
        if self._thesaurus.is_set_phrase(text):
            return
        for part in parts_of(text):
            if part.words != text:
                yield from self._of_part(part, cosines)

    def _of_part(self, part: Part, cosines: Cosines) -> Iterator[Meaning]:
        share = _HEAD if part.is_head else _MORE
        for meaning in self._of_noun(part.words, cosines):
            yield Meaning(meaning.tag, share * meaning.confidence, meaning.how, part.words)

    def _of_noun(self, noun: str, cosines: Cosines) -> Iterator[Meaning]:
        if noun in self._plain:
            yield Meaning(self._plain[noun], 1.0, How.EXACT, noun)
        for form in (noun, noun.replace(" ", ""), *self._thesaurus.singulars(noun)):
            if form in self._singular:
                yield Meaning(self._singular[form], _PLURAL, How.PLURAL, noun)
        entries = self._thesaurus.entries(noun) or self._thesaurus.entries(noun.replace(" ", ""))
        for entry in entries:
            tag = self._plain.get(entry.tag)
            if tag is not None:
                how = How.BROADER if entry.steps else How.SYNONYM
                yield Meaning(tag, _confidence(entry, cosines[tag]), how, noun)

    def _by_embedding(self, text: str, tag: str, cosine: float) -> float:
        """Return how sure the embedding alone makes us."""
        name = plain(tag)
        if self._thesaurus.is_lure(text, name):
            return max(0.0, min(cosine, _LURED))
        if f" {text} " in f" {name} " and text != name and not name.endswith(text):
            # "wind" is near "wind instrument" for its letters, not for its sense.
            cosine *= _PART_OF_NAME
        return max(0.0, min(1.0, cosine))


def _confidence(entry: Entry, cosine: float) -> float:
    """Return how sure an entry of the thesaurus makes us.

    A synonym needs no support. The further a word is under a tag, the more the embedding must
    agree (grammar is a science, three steps up, yet nobody who says one means the other). A
    meaning that few uses of the word have counts for less.
    """
    sure = _SYNONYM
    if entry.steps:
        doubt = max(0.0, _NO_DOUBT - cosine) / _NO_DOUBT
        sure = max(0.0, _BROADER - entry.steps * (_STEP + _DOUBT * doubt))
    return float(sure * entry.share**_RARE)


def _status(confidence: float) -> Status:
    if confidence >= USED:
        return Status.USED
    return Status.SUGGESTED if confidence >= SUGGESTED else Status.REFUSED


def _checked(word: str) -> str:
    text = plain(word)
    if not text:
        raise InvalidInput(f"the keyword {word!r} is empty: write a word or a phrase")
    if len(word) > LONGEST_KEYWORD:
        raise InvalidInput(
            f"a keyword of {len(word)} characters is too long: at most {LONGEST_KEYWORD} are read"
        )
    return text


def _first_by(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a dictionary in which the first pair of a key counts."""
    found: dict[str, str] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
