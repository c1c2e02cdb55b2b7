"""Words of people -> tags, with a confidence and the way that led there.

The ways, surest first: the word is a tag (exact) or the plural of one; WordNet has it as a synonym
of a tag, or as narrower than one, so that the tag is broader; its embedding is near a tag's. Of a
phrase, its parts count, too: what it is about for most, the rest for less. Of a word that means
nothing for sure, the tags that are spelled like it come first.

What many words cost is bounded: the network, a millisecond or more a word, reads so many pieces of
words for each hundred, those first that the table does not know, and ten words are looked up by
spelling. The others are understood by the table alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Final

from engine.domain.matching.keywords import (
    SUGGESTED,
    USED,
    KeywordMatch,
    MatchMethod,
    Status,
    TagCandidate,
)
from engine.errors import InvalidInput
from engine.keywords.broader import broader_than
from engine.keywords.confidence import confidence_by_embedding
from engine.keywords.denials import affirmed, denied_tags
from engine.keywords.embeddings import Cosines, Embedder, EmbeddingSimilarity
from engine.keywords.noun_lookup import NounLookup
from engine.keywords.phrases import Part, is_light, lighter, parts_of, plain
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.keywords.weights import weighted_tags
from engine.words.spelling import MAX_SUGGESTED_WORDS, likeness
from engine.words.vocabulary import Vocabulary

MAX_KEYWORD_CHARACTERS: Final = 200
"""A keyword of more characters is refused."""

MAX_CANDIDATES: Final = 5
"""Number of candidates that are told of a word."""

EMBEDDED_PIECES: Final = 56
"""Number of pieces that the network reads of a hundred words: one has three or four, with
its start and end, letters drawn at random twice as many."""

_MIN_PIECES: Final = 3  # of any word
_CUTTING: Final = 2  # what it costs to see, in pieces, that a text has too many
_WORDS: Final = 100

# Tuned on tests/data/keywords/tuning.json; docs/keywords.md says what they do.
_HEAD: Final = 0.85
_MORE: Final = 0.58
_TOPIC: Final = 0.95  # of a phrase with light words around it
_SPELLED: Final = 0.4
_AGREEING: Final = 0.35
_AGREEMENT: Final = 0.2
_AGREED: Final = 0.62  # used, and below what is surer alone: a part is no head
_GUESSED: Final = 0.85  # less than what is about as good
_MISSPELT: Final = 0.8  # likeness: one character of five to nine, two of ten or more


class Keywords:
    """Understands words as tags of one vocabulary. Safe to share between threads."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        thesaurus: Thesaurus,
        embedder: Embedder,
        *,
        tag_embedder: Embedder | None = None,
        complete: Callable[[EmbeddingSimilarity], object] = EmbeddingSimilarity.complete,
    ) -> None:
        """Prepare; tags are embedded when they are first needed.

        Args:
            vocabulary: the tags there are; a word means those of any source.
            thesaurus: what words lead to.
            embedder: makes vectors of words.
            tag_embedder: makes or remembers those of tags, of the same kind; ``embedder`` unless
                given.
            complete: called before words are compared with tags that have no vector yet; embeds
                them, or lets somebody else do it.
        """
        self.vocabulary = vocabulary
        self._thesaurus = thesaurus
        self._embedder = embedder
        self._tag_embedder = tag_embedder or embedder
        self._complete = complete
        self._nouns = NounLookup(vocabulary.words.names, thesaurus)
        self.similarity = EmbeddingSimilarity(vocabulary.words, self._embedder, self._tag_embedder)

    def grown(self, vocabulary: Vocabulary) -> "Keywords":
        """Return what understands words as tags of a vocabulary that begins with this one."""
        longer = copy(self)
        longer.vocabulary = vocabulary
        words = vocabulary.words
        longer._nouns = self._nouns.grown(words.names[len(self.vocabulary.words) :])
        longer.similarity = EmbeddingSimilarity(
            words, self._embedder, self._tag_embedder, self.similarity
        )
        return longer

    def read(self, word: str) -> KeywordMatch:
        """Say which tags a word may mean.

        Raises:
            InvalidInput: when the word is empty or too long, or there are no tags yet.
        """
        (match,) = self.read_all([word])
        return match

    def read_all(self, words: Sequence[str]) -> list[KeywordMatch]:
        """Say which tags each of some words may mean; quicker than one by one.

        Raises:
            InvalidInput: when a word is empty or too long, or there are no tags yet.
        """
        if not words:
            return []  # so that words that all are tags load nothing
        self.check(words)
        texts = [affirmed(word, self._nouns) for word in words]
        cosines = self._cosines([text for text in texts if text])
        matches = [self._read(word, text, cosines) for word, text in zip(words, texts, strict=True)]
        doubted = [
            number
            for number, (text, match) in enumerate(zip(texts, matches, strict=True))
            if text and (not match.used or self._may_be_misspelt(text, match))
        ]
        for number in doubted[:MAX_SUGGESTED_WORDS]:
            matches[number] = self._spelled(matches[number], texts[number])
        return matches

    def check(self, words: Iterable[str]) -> list[str]:
        """Return words as they are compared.

        Raises:
            InvalidInput: when a word is empty or too long, or there are no tags yet.
        """
        texts = [_checked(word) for word in words]
        if not len(self.vocabulary):
            raise InvalidInput(
                "no tags are known yet: ingest videos first", hint="run 'reelmatch ingest'"
            )
        return texts

    def denies(self, word: str) -> bool:
        """Tell whether a phrase says of something that it is not there."""
        return affirmed(word, self._nouns) != plain(word)

    def is_noun(self, word: str) -> bool:
        """Tell whether the table knows a word or a phrase as one noun."""
        return self._nouns.is_one_noun(plain(word))

    def _cosines(self, texts: Sequence[str]) -> dict[str, Cosines]:
        """Return how near texts are to tags, as far as the network may read them."""
        unknown = self.similarity.unknown()
        # The table is surer of what it knows: there the network adds little.
        unsure_first = sorted(dict.fromkeys(texts), key=lambda text: self._is_sure(text, unknown))
        left = EMBEDDED_PIECES * max(_WORDS, len(texts)) // _WORDS
        texts = [*texts, *map(self._topic, texts)]
        read: set[str] = set()
        for text in unsure_first:
            if left < _MIN_PIECES:
                break
            pieces = self.similarity.cost(text)
            if pieces <= left:
                read.add(text)
            left -= pieces if pieces <= left else _CUTTING
        embedded = [text for text in dict.fromkeys(texts) if text in read]
        if embedded and self.similarity.missing:
            self._complete(self.similarity)
        cosines = dict.fromkeys(texts, unknown)
        return cosines | dict(zip(embedded, self.similarity.of(embedded), strict=True))

    def _is_sure(self, text: str, unknown: Cosines) -> bool:
        return any(candidate.confidence >= USED for candidate in self._nouns.find(text, unknown))

    def _read(self, word: str, text: str, cosines: Mapping[str, Cosines]) -> KeywordMatch:
        if not text:
            return keyword_match(word, [])
        best: dict[str, TagCandidate] = {}
        for candidate in self._of_text_or_topic(text, cosines):
            before = best.get(candidate.tag)
            if before is None or candidate.confidence > before.confidence:
                best[candidate.tag] = candidate
        unknown = self.similarity.unknown()
        for tag in denied_tags(word, best, self._nouns, unknown):
            del best[tag]
        near = cosines[text]
        ranked = sorted(best.values(), key=lambda m: (-m.confidence, -near[m.tag], m.tag))
        return keyword_match(word, self._without_broader(text, ranked))

    def _of_text_or_topic(
        self, text: str, cosines: Mapping[str, Cosines]
    ) -> Iterator[TagCandidate]:
        topic = self._topic(text)
        for read in dict.fromkeys((text, topic)):
            for one in self._candidates(read, cosines[read]):
                is_guess = one.method is MatchMethod.EMBEDDING
                sure = one if is_guess else self._agreed(read, one, cosines[read][one.tag])
                share = 1.0 if read == text else _TOPIC
                yield replace(sure, confidence=share * sure.confidence)

    def _topic(self, text: str) -> str:
        """Return what a phrase is about, without light words around it; no noun is cut."""
        topic = text
        for shorter in lighter(text):
            if self._nouns.is_one_noun(topic):
                break
            topic = shorter
        return topic

    def _agreed(self, text: str, candidate: TagCandidate, cosine: float) -> TagCandidate:
        """Return a candidate of the table, surer where the network says the same of the whole.

        They err in different ways: the table takes a part for the whole ("car insurance"), the
        network a neighbour for the thing itself. How far a word is under a tag is doubted by the
        network already, whose word does not count twice.
        """
        if (
            candidate.by == text
            or cosine < _AGREEING
            or self._thesaurus.is_lure(text, plain(candidate.tag))
        ):
            return candidate
        agreed = max(candidate.confidence, cosine) + _AGREEMENT * min(candidate.confidence, cosine)
        return replace(candidate, confidence=max(candidate.confidence, min(_AGREED, agreed)))

    def _without_broader(self, text: str, ranked: Sequence[TagCandidate]) -> list[TagCandidate]:
        """Return candidates among which none that is merely broader is about as good as the best.

        Whoever says skiing means a winter sport, and not a ball game; and who says rock music, and
        there is rock, no other music.
        """
        if not ranked:
            return []
        best = ranked[0]
        head = text.removeprefix(f"{plain(best.tag)} ")
        broader = map(plain, broader_than(best.tag, self._thesaurus))
        above = {*broader, *self._above(text, best.tag), head} - {text}
        most = _GUESSED * best.confidence
        lowered = [
            replace(one, confidence=min(one.confidence, most)) if plain(one.tag) in above else one
            for one in ranked[1:]
        ]
        return [best, *sorted(lowered, key=lambda one: -one.confidence)]

    def _above(self, text: str, tag: str) -> set[str]:
        """Return the plain names of tags that are further up than one, of the same meaning."""
        entries = self._thesaurus.entries(text)
        own = [entry for entry in entries if entry.tag == plain(tag)]
        return {
            entry.tag
            for entry in entries
            for one in own
            if entry.share == one.share and entry.steps > one.steps
        }

    def _may_be_misspelt(self, text: str, match: KeywordMatch) -> bool:
        """Return whether a word is written much like a tag, and only the network knows it.

        The network reads words in pieces, and is no judge of those it never met.
        """
        if not match.candidates or " " in text:
            return False
        if match.candidates[0].method is not MatchMethod.EMBEDDING:
            return False
        if next(self._nouns.find(text, self.similarity.unknown()), None) is not None:
            return False
        return any(likeness(text, tag) >= _MISSPELT for tag in self.vocabulary.nearest(text)[:1])

    def _spelled(self, match: KeywordMatch, text: str) -> KeywordMatch:
        """Put the tags that are spelled like a word before those that are near in meaning."""
        best_confidence = match.candidates[0].confidence if match.candidates else 0.0
        spelled = [
            TagCandidate(tag, max(best_confidence, _SPELLED), MatchMethod.SPELLING, match.word)
            for tag in self._spelled_like(text)
        ]
        names = {candidate.tag for candidate in spelled}
        others = [
            # Beside a tag that is written so, what the network guesses of the pieces is not used.
            replace(candidate, confidence=min(candidate.confidence, _GUESSED * best_confidence))
            if spelled and candidate.method is MatchMethod.EMBEDDING
            else candidate
            for candidate in match.candidates
            if candidate.tag not in names
        ]
        return keyword_match(match.word, [*spelled, *others])

    def _spelled_like(self, text: str) -> list[str]:
        """Return the tags that are spelled like a word nobody knows, or like a whole phrase.

        One word of a phrase is like many a tag ("gift card" is no golf cart).
        """
        if next(self._nouns.find(text, self.similarity.unknown()), None) is not None:
            return []
        nearest = self.vocabulary.nearest(text)
        if " " not in text:
            return nearest
        return [tag for tag in nearest if likeness(text, plain(tag)) >= _MISSPELT]

    def profile(
        self, keywords: Mapping[str, float], *, strict: bool = False
    ) -> tuple[dict[str, float], list[KeywordMatch]]:
        """Turn weighted words into weighted tags; words that are tags stay as they are.

        Args:
            keywords: word -> weight.
            strict: refuse words that cannot be used, instead of leaving them out.

        Returns:
            tag -> weight, and how each word that is no tag was understood, also those that are
            left out. The weight of a word goes to its meanings, times their confidence; what
            several words give a tag adds up.

        Raises:
            UnknownTag: when words, or without ``strict`` all of them, cannot be used.
        """
        tags = {word: tag for word in keywords if (tag := self.vocabulary.tag(word)) is not None}
        matches = self.read_all([word for word in keywords if word not in tags])
        return weighted_tags(keywords, tags, matches, strict=strict)

    def _candidates(self, text: str, cosines: Cosines) -> Iterator[TagCandidate]:
        parts = [] if self._nouns.is_one_noun(text) else parts_of(text)
        phrases = [part.words for part in parts if " " in part.words]
        nouns = [text, *filter(self._nouns.is_one_noun, phrases)]
        yield from self._nouns.find(text, cosines)
        for tag in cosines.nearest(MAX_CANDIDATES):
            sure = confidence_by_embedding(nouns, plain(tag), cosines[tag], self._thesaurus)
            yield TagCandidate(tag, sure, MatchMethod.EMBEDDING, text)
        for part in parts:
            if part.words == text or is_light(part.words):
                continue
            if not any(_is_within(part.words, noun) for noun in nouns[1:]):
                yield from self._of_part(part, cosines)

    def _of_part(self, part: Part, cosines: Cosines) -> Iterator[TagCandidate]:
        share = _HEAD if part.is_head else _MORE
        for candidate in self._nouns.find(part.words, cosines):
            yield TagCandidate(
                candidate.tag, share * candidate.confidence, candidate.method, part.words
            )


def keyword_match(word: str, ranked: Sequence[TagCandidate]) -> KeywordMatch:
    """Return how a word is understood, given its candidates, best first."""
    status = _status(ranked[0].confidence) if ranked else Status.REFUSED
    return KeywordMatch(word, status, tuple(ranked[:MAX_CANDIDATES]))


def _is_within(words: str, noun: str) -> bool:
    return words != noun and f" {words} " in f" {noun} "


def _status(confidence: float) -> Status:
    if confidence >= USED:
        return Status.USED
    return Status.SUGGESTED if confidence >= SUGGESTED else Status.REFUSED


def _checked(word: str) -> str:
    text = plain(word)
    if not text:
        raise InvalidInput(f"the keyword {word!r} is empty: write a word or a phrase")
    if len(word) > MAX_KEYWORD_CHARACTERS:
        raise InvalidInput(
            f"a keyword of {len(word)} characters is too long:"
            f" at most {MAX_KEYWORD_CHARACTERS} are read"
        )
    return text
