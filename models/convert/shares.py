"""Shares of each meaning in a noun's use, 0.0 to 1.0; of a noun they add up to 1.

WordNet's own counts are of texts of 1961, by hand and few: jazz is idle talk there, and a
microwave is radiation. A network that read what people write today puts a word near the gloss of
what they mean by it. Each errs alone, so of a word that is typed both have half a say.
"""

import re
from typing import Final

import numpy as np

from engine.keywords.embeddings import Embedder
from models.convert.wordnet import Nouns

_NOUN: Final = "1"
_TEMPERATURE: Final = 0.1
_MAX_BROADER: Final = 2


class Shares:
    """Shares of the meanings of nouns.

    Args:
        nouns: WordNet's.
        counts: text of ``cntlist.rev``.
        embedder: makes vectors of words and glosses.
    """

    def __init__(self, nouns: Nouns, counts: str, embedder: Embedder) -> None:
        self._nouns = nouns
        self._uses = _uses(counts)
        self._embedder = embedder
        self._known: dict[str, dict[int, float]] = {}

    def typed(self, word: str) -> dict[int, float]:
        """Return the share of each sense of a noun in what people type, by its place: both say."""
        lemma = word.lower().replace(" ", "_")
        if lemma not in self._known:
            near = self._near(lemma)
            self._known[lemma] = {
                offset: (share + near[offset]) / 2 for offset, share in self.counted(word).items()
            }
        return self._known[lemma]

    def counted(self, word: str) -> dict[int, float]:
        """Return the share of each sense of a noun in texts; those never met have a little."""
        lemma = word.lower().replace(" ", "_")
        return _normalised(
            {
                offset: self._uses.get((lemma, number), 0) + 1 / number
                for number, offset in enumerate(self._nouns.offsets(lemma), start=1)
            }
        )

    def _near(self, lemma: str) -> dict[int, float]:
        """Return shares by how near the word is to its glosses."""
        offsets = self._nouns.offsets(lemma)
        if len(offsets) == 1:
            return {offsets[0]: 1.0}
        word = lemma.replace("_", " ")
        vectors = self._embedder.embed([word, *(self._text(one, word) for one in offsets)])
        weights = np.exp(vectors[1:] @ vectors[0] / _TEMPERATURE)
        return _normalised(dict(zip(offsets, weights.tolist(), strict=True)))

    def _text(self, offset: int, word: str) -> str:
        """Return what a meaning is, without the word, which is near itself in any meaning."""
        sense = self._nouns.sense(offset)
        broader = [name for one in sense.broader for name in self._nouns.sense(one).words]
        text = f"{sense.gloss} ({', '.join(broader[:_MAX_BROADER])})"
        return re.sub(rf"\b{re.escape(word)}(?:e?s)?\b", "it", text, flags=re.IGNORECASE)


def _normalised(weights: dict[int, float]) -> dict[int, float]:
    total = sum(weights.values())
    return {offset: weight / total for offset, weight in weights.items()}


def _uses(counts: str) -> dict[tuple[str, int], int]:
    """Read ``lemma%type:... sense count``: how often a noun was met in each of its senses."""
    result = {}
    for line in counts.splitlines():
        key, number, count = line.split()
        lemma, _, rest = key.partition("%")
        if rest.startswith(f"{_NOUN}:"):
            result[lemma, int(number)] = int(count)
    return result
