"""Nouns -> tags by their form and by WordNet, without a network."""

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Final

from engine.domain.matching.keywords import MatchMethod, TagCandidate
from engine.keywords.confidence import confidence_of
from engine.keywords.embeddings import Cosines
from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import Thesaurus

# Tuned on tests/data/keywords/tuning.json; docs/keywords.md says what they do.
_PLURAL: Final = 0.99
_UNKNOWN_COSINE: Final = 0.4  # of a word that is not read and what it is narrower than: as usual


class NounLookup:
    """Finds the tags that a noun names, or that are its synonym or broader."""

    def __init__(self, tags: Iterable[str], thesaurus: Thesaurus) -> None:
        """Prepare the names of tags, without sources; the first of a form counts."""
        self._thesaurus = thesaurus
        self._plain: dict[str, str] = {}
        self._singular: dict[str, str] = {}
        self._add(tags)

    def grown(self, tags: Iterable[str]) -> "NounLookup":
        """Return what finds more tags, too."""
        longer = copy(self)
        longer._plain, longer._singular = dict(self._plain), dict(self._singular)
        longer._add(tags)
        return longer

    def _add(self, tags: Iterable[str]) -> None:
        new = [(plain(tag), tag) for tag in tags]
        for name, tag in new:
            self._plain.setdefault(name, tag)
        for name, tag in new:
            for form in (name, *self._thesaurus.singulars(name), name.replace(" ", "")):
                self._singular.setdefault(form, self._plain.get(name, tag))

    def is_one_noun(self, text: str) -> bool:
        """Tell whether a phrase has a meaning of its own, which its parts alone need not have."""
        return (
            self._thesaurus.is_set_phrase(text)
            or bool(self._thesaurus.entries(text))
            or text in self._singular
        )

    def is_plural(self, noun: str) -> bool:
        """Tell whether a noun is the plural of one that is known."""
        return any(self.is_one_noun(form) for form in self._thesaurus.singulars(noun))

    def are_of_a_kind(self, one: str, other: str) -> bool:
        """Tell whether two nouns may mean the same tag, or have a broader one in common."""
        return not self._tags(one).isdisjoint(self._tags(other))

    def _tags(self, noun: str) -> set[str]:
        names = (noun, *self._thesaurus.singulars(noun))
        own = {name for name in names if name in self._plain}
        return own | {entry.tag for entry in self._thesaurus.entries(noun)}

    def find(self, noun: str, cosines: Cosines) -> Iterator[TagCandidate]:
        """Yield the tags that a noun may mean.

        Args:
            noun: made plain.
            cosines: how near it is to tags, by which what is broader is judged.
        """
        if noun in self._plain:
            yield TagCandidate(self._plain[noun], 1.0, MatchMethod.EXACT, noun)
        joined = noun.replace(" ", "")
        for form in (noun, joined, *self._thesaurus.singulars(noun)):
            if form in self._singular:
                yield TagCandidate(self._singular[form], _PLURAL, MatchMethod.PLURAL, noun)
        entries = self._thesaurus.entries(noun)
        if not entries and joined != noun:
            entries = self._thesaurus.entries(joined)
        for entry in entries:
            tag = self._plain.get(entry.tag)
            if tag is not None:
                method = MatchMethod.BROADER if entry.steps else MatchMethod.SYNONYM
                cosine = cosines[tag] if cosines.is_known else _UNKNOWN_COSINE
                yield TagCandidate(tag, confidence_of(entry, cosine), method, noun)
