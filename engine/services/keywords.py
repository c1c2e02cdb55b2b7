"""Words of people understood as tags: by one embedding for as long as a process serves."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.matching.keywords import IgnoredWord, KeywordMatch
from engine.errors import ReelmatchError, UnknownTag
from engine.keywords.embeddings import Embedder, EmbeddingSimilarity
from engine.keywords.foreign import ForeignWords
from engine.keywords.matcher import Keywords
from engine.keywords.multilingual import MultilingualKeywords, is_english
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.services.ignored_words import ignored_keywords
from engine.words.vocabulary import Vocabulary

log = logging.getLogger(__name__)

_MAX_TEXTS: Final = 4_096
_MAX_KEYWORDS: Final = 2  # the live view may be a moment behind the catalog
_FEW_TAGS: Final = 200  # are embedded in a moment, when the first question needs them
_WAITED_TAGS: Final = 1_000
_WAIT_SECONDS: Final = 10.0
_ENGLISH: Final = "English"
_FOREIGN: Final = "foreign"


class Recent:
    """An embedder that remembers the vectors of the texts it was asked for last.

    Args:
        embedder: makes the vectors.
        size: how many are remembered.
    """

    def __init__(self, embedder: Embedder, size: int = _MAX_TEXTS) -> None:
        self._embedder = embedder
        self._size = size
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._changing = threading.Lock()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text, shape (n_texts, n_dimensions)."""
        with self._changing:
            known = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new or not texts:
            known |= zip(new, self._embedder.embed(new), strict=True)
        with self._changing:
            for text in texts:
                self._known[text] = known[text]
                self._known.move_to_end(text)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return np.array([known[text] for text in texts], np.float32)

    def pieces(self, text: str) -> int:
        """Return how many pieces of a text are read, as if it were new: no answer hangs on that."""
        return self._embedder.pieces(text)


def understood_interests(
    keyword_service: "KeywordService",
    vocabulary: Vocabulary,
    interests: Mapping[str, float],
    *,
    language: str,
    strict: bool,
    is_all: bool,
) -> tuple[dict[str, float], tuple[IgnoredWord, ...]]:
    """Return the tags that a viewer's interests mean in a language, and the words that mean none.

    Args:
        keyword_service: of words as tags.
        vocabulary: the tags there are.
        interests: word -> weight.
        language: of the words, a code.
        strict: refuse words that cannot be used, instead of leaving them out.
        is_all: whether nothing else is known of the viewer.

    Raises:
        UnknownTag: when words, or without ``strict`` all there is to go by, cannot be used.
    """
    try:
        weights, matches = keyword_service.profile(
            vocabulary, interests, strict=strict, language=language
        )
    except UnknownTag:
        if strict or is_all:
            raise
        weights = {}
        matches = keyword_service.of(vocabulary).read_all(list(interests), language)
    return weights, ignored_keywords(matches)


class KeywordService:
    """Understands words as tags of whatever vocabulary there is now; safe between threads.

    Args:
        embedder: of words of people, in English.
        tag_embedder: of tags, which remembers all of them.
        foreign: the same two for words of other languages; None where nothing reads these.
    """

    def __init__(
        self,
        embedder: Embedder,
        tag_embedder: Embedder,
        foreign: tuple[Embedder, Embedder] | None = None,
    ) -> None:
        self._embedder = Recent(embedder)
        self._tags = tag_embedder
        self._foreign = None if foreign is None else (Recent(foreign[0]), foreign[1])
        self._changing = threading.Lock()
        self._known: list[MultilingualKeywords] = []
        self._preparer: threading.Thread | None = None
        self._waiting = threading.Condition()
        self._next: dict[str, EmbeddingSimilarity] = {}
        self._stopping = False

    def start(self) -> None:
        """Embed tags in a thread of its own from now on, so that no question has to."""
        self._preparer = threading.Thread(target=self._prepare, name="tag-embedder", daemon=True)
        self._preparer.start()

    def prepare(self, vocabulary: Vocabulary) -> None:
        """Make ready what words that are no tags need; a few tags are left for the first one."""
        vocabulary.prepare()
        if len(vocabulary) > _FEW_TAGS:
            self._want(_ENGLISH, self.of(vocabulary).english.similarity)

    def close(self) -> None:
        """Stop embedding tags."""
        with self._waiting:
            self._stopping = True
            self._waiting.notify_all()
        if self._preparer is not None:
            self._preparer.join()

    def of(self, vocabulary: Vocabulary) -> MultilingualKeywords:
        """Return what understands words as tags of this vocabulary."""
        with self._changing:
            for known in self._known:
                if known.vocabulary is vocabulary or known.vocabulary == vocabulary:
                    return known
            known = self._fresh(vocabulary)
            self._known = [known, *self._known][:_MAX_KEYWORDS]
            return known

    def _fresh(self, vocabulary: Vocabulary) -> MultilingualKeywords:
        for known in self._known:
            names = known.vocabulary.names
            if names == vocabulary.names[: len(names)]:
                return known.grown(vocabulary)
        english = Keywords(
            vocabulary,
            noun_thesaurus(),
            self._embedder,
            tag_embedder=self._tags,
            complete=partial(self._complete, _ENGLISH),
        )
        foreign = None
        if self._foreign is not None:
            foreign = ForeignWords(
                vocabulary.words, *self._foreign, partial(self._complete, _FOREIGN)
            )
        return MultilingualKeywords(english, foreign)

    def profile(
        self,
        vocabulary: Vocabulary,
        keywords: Mapping[str, float],
        *,
        strict: bool = False,
        language: str = "",
    ) -> tuple[dict[str, float], list[KeywordMatch]]:
        """Turn weighted words into weighted tags, and say how each that is no tag was understood.

        Nothing is loaded as long as every word is a tag.

        Args:
            vocabulary: the tags there are.
            keywords: word -> weight.
            strict: refuse words that cannot be used, instead of leaving them out.
            language: of the words, a code; where it is empty, their letters tell.

        Raises:
            UnknownTag: when words, or without ``strict`` all of them, cannot be used.
            InvalidInput: for words that are empty or too long, or of a language that is read by an
                extra which is not installed.
        """
        if is_english(language) and all(word in vocabulary for word in keywords):
            return vocabulary.weights(keywords), []
        return self.of(vocabulary).profile(keywords, strict=strict, language=language)

    def _complete(self, kind: str, similarity: EmbeddingSimilarity) -> None:
        if self._preparer is None:
            similarity.complete()
            return
        self._want(kind, similarity)
        if similarity.missing <= _WAITED_TAGS:
            # Soon done. Of thousands of new tags, words are understood by their names meanwhile.
            with self._waiting:
                self._waiting.wait_for(
                    lambda: self._stopping or kind not in self._next, _WAIT_SECONDS
                )

    def _want(self, kind: str, similarity: EmbeddingSimilarity) -> None:
        # Of each kind the newest has the tags of those before.
        with self._waiting:
            self._next[kind] = similarity
            self._waiting.notify_all()

    def _prepare(self) -> None:
        while True:
            with self._waiting:
                self._waiting.wait_for(lambda: self._stopping or bool(self._next))
                if self._stopping:
                    return
                kind, similarity = next(iter(self._next.items()))
            try:
                similarity.complete(self._is_stopping)
            except ReelmatchError as error:
                log.warning("tags cannot be embedded: %s", error)
            with self._waiting:
                if self._next.get(kind) is similarity:
                    del self._next[kind]
                self._waiting.notify_all()

    def _is_stopping(self) -> bool:
        return self._stopping
