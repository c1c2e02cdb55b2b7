"""Tags that lie near others: those beside what is meant, and those that are broader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.domain.matching.keywords import KeywordMatch, TagCandidate
from engine.domain.tags import Tag
from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import Thesaurus, noun_thesaurus
from engine.words.vocabulary import Vocabulary

_FALL: Final = 0.5
"""The share of a weight that each broader tag gets of the one before."""

_MAIN_SHARE: Final = 0.5
"""A meaning that fewer uses of a word have is not taken for what it means."""


def broader_than(name: str, thesaurus: Thesaurus) -> tuple[str, ...]:
    """Return the names of tags that a tag's own is narrower than, the nearest first."""
    entries = (
        entry
        for entry in thesaurus.entries(plain(name))
        if entry.steps and entry.share >= _MAIN_SHARE
    )
    return tuple(entry.tag for entry in sorted(entries, key=lambda one: (one.steps, one.tag)))


@dataclass(frozen=True, slots=True)
class NearTag:
    """Tag that lies near what a word was understood as.

    Attributes:
        weight: above 0.
        word: that it lies near.
    """

    weight: float
    word: KeywordMatch


def near_tags(
    keywords: Mapping[str, float],
    understood: Sequence[KeywordMatch],
    words: Mapping[str, float],
) -> dict[str, NearTag]:
    """Return the tags that lie near what words were understood as, at falling weights.

    Args:
        keywords: tag -> weight.
        understood: the words that some of these tags came of.
        words: word -> weight; near those of weight 0 or less lies nothing.
    """
    near: dict[str, NearTag] = {}
    for match in understood:
        for one in match.near:
            weight = _fallen(words, match, one)
            is_more = one.tag not in near or weight > near[one.tag].weight
            if weight > 0 and one.tag not in keywords and is_more:
                near[one.tag] = NearTag(weight, match)
    return near


def _fallen(words: Mapping[str, float], match: KeywordMatch, candidate: TagCandidate) -> float:
    return words[match.word] * _FALL * candidate.confidence


def unwanted(keywords: Mapping[str, float]) -> dict[str, float]:
    """Return the tags that push videos down, with their weights."""
    return {tag: weight for tag, weight in keywords.items() if weight < 0}


def broader_tags(
    keywords: Mapping[str, float],
    vocabulary: Vocabulary,
    understood: Sequence[KeywordMatch] = (),
    words: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """Return the tags that are broader than those of a profile, each of half the last's weight.

    Args:
        keywords: tag -> weight; those of weight 0 or less have none.
        vocabulary: the tags there are; others are passed over.
        understood: the words that some of these tags came of; what they are narrower than counts
            where the table has nothing broader than their tags.
        words: word -> weight, of those that were understood.
    """
    weights: dict[str, float] = {}
    for label, weight in keywords.items():
        if weight <= 0:
            continue
        for name in broader_than(Tag.parse(label).name, noun_thesaurus()):
            tag = vocabulary.tag(name)
            if tag is not None and tag not in keywords:
                weight *= _FALL
                weights[tag] = weights.get(tag, 0.0) + weight
    for match in understood:
        for one in match.own_broader:
            weight = _fallen(words, match, one)
            if weight > 0 and one.tag not in keywords:
                weights.setdefault(one.tag, weight)
    return weights
