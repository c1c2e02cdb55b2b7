"""The campaigns that fit one video best, among those that may run on it.

Term at a time, as the plain search of videos: the video's tags add up every campaign's score, and a
campaign is asked for its rules only when its score is good enough. The sums are in 64 bits and in
the order of the tags, so that a score is that of the search from the other side, to the last bit.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import MIN_MATCH_SCORE, Keys, floor_of_key, key_of, push, unload
from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats, ForwardRows, term_frequency
from engine.kernels.weigh import weigh

Starts = NDArray[np.int64]
Numbers = NDArray[np.int64]

STATE: Final = 1
FLIGHT: Final = 2
LANGUAGE: Final = 4
KIND: Final = 8
EXCLUSIONS: Final = 16
GROUPS: Final = 32
CATEGORIES: Final = 64
SUITABILITY: Final = 128
RELEVANCE: Final = 256

EVERY_RULE: Final = 511
"""All of the rules above at once."""


class Rules(NamedTuple):
    """When each campaign may run; of each list, campaign c owns ``starts[c]:starts[c + 1]``.

    Args:
        active: shape (n,), whether it is not paused.
        begins: shape (n,), when its flight begins, seconds since 1970.
        ends: shape (n,), when it is over.
        least: shape (n,), the least score.
        kinds: shape (n,), a bit for each kind of video it wants; 0 for all.
        language_starts: shape (n + 1,).
        languages: numbers of those it wants; none for all.
        excluded_starts: shape (n + 1,).
        excluded: tags that rule a video out.
        need_starts: shape (n + 1,).
        needs: for each set of tags, of which one must have been seen, its size and then the tags.
        wanted_starts: shape (n + 1,).
        wanted: categories, one of which a video must have; none for all.
        unwanted_starts: shape (n + 1,).
        unwanted: categories that rule a video out.
    """

    active: NDArray[np.bool_]
    begins: Numbers
    ends: Numbers
    least: Floats
    kinds: Numbers
    language_starts: Starts
    languages: Numbers
    excluded_starts: Starts
    excluded: Numbers
    need_starts: Starts
    needs: Numbers
    wanted_starts: Starts
    wanted: Numbers
    unwanted_starts: Starts
    unwanted: Numbers


class Target(NamedTuple):
    """Target that campaigns are matched with: a video, or a viewer, at one moment.

    Args:
        frequencies: shape (n_tags,), the term frequency of each tag; 0 where it was not seen.
        divisor: what a sum is divided by to be a score.
        has_language: shape (n_languages,), which of those that campaigns name take it.
        kind: its bit.
        has_category: shape (n_categories,).
        safe: whether no topic is at the floor that nothing runs beside.
        now: seconds since 1970.
        rules: which of the rules count, as a sum.
    """

    frequencies: Floats
    divisor: float
    has_language: NDArray[np.bool_]
    kind: int
    has_category: NDArray[np.bool_]
    safe: bool
    now: int
    rules: int


def _weigh_rows(starts: Starts, tags: Numbers, weights: Floats, idf: Floats, into: Floats) -> None:
    """Bring the keywords of every campaign to length 1 and multiply them by idf once more.

    Args:
        starts: shape (n + 1,).
        tags: rising within a campaign, each once.
        weights: aligned with ``tags``.
        idf: shape (n_tags,), 0 for a tag that does not count.
        into: filled, aligned with ``tags``: what a term frequency is multiplied by; 0 for tags
            that are not known.
    """
    longest = 0
    for row in range(starts.size - 1):
        longest = max(longest, starts[row + 1] - starts[row])
    known, unknown = np.empty(longest, np.int64), np.empty(longest, np.int64)
    units = np.empty(longest, np.float64)
    for row in range(starts.size - 1):
        start, end = starts[row], starts[row + 1]
        n_known, _ = weigh(tags[start:end], weights[start:end], idf, known, units, unknown)
        at = 0
        for place in range(start, end):
            into[place] = 0.0
            if at < n_known and known[at] == tags[place]:
                into[place] = units[at] * idf[known[at]]
                at += 1


weigh_rows = compiled(_weigh_rows)


def _invert(
    starts: Starts,
    tags: Numbers,
    weights: Floats,
    posting_starts: Starts,
    rows: NDArray[np.int32],
    impacts: Floats,
) -> None:
    """Turn campaigns' keywords into the campaigns of every tag.

    Args:
        starts: shape (n + 1,).
        tags: by campaign, all below n_tags.
        weights: aligned with ``tags``.
        posting_starts: filled, shape (n_tags + 1,), all 0 before.
        rows: filled, aligned with ``impacts``: campaigns, rising within a tag.
        impacts: filled, the weights.
    """
    for at in range(tags.size):
        posting_starts[tags[at] + 1] += 1
    for tag in range(posting_starts.size - 1):
        posting_starts[tag + 1] += posting_starts[tag]
    free = posting_starts[:-1].copy()
    for row in range(starts.size - 1):
        for at in range(starts[row], starts[row + 1]):
            to = free[tags[at]]
            rows[to] = row
            impacts[to] = weights[at]
            free[tags[at]] = to + 1


invert = compiled(_invert)


def _show(forward: ForwardRows, row: int, frequencies: Floats) -> float:
    """Write a video's term frequencies into the dense ``frequencies``; return its divisor.

    Added up as ``engine.kernels.forward.score_row`` does, so that scores are the same both ways.
    """
    squares = 0.0
    for at in range(forward.starts[row], forward.starts[row + 1]):
        tag = forward.tags[at]
        frequency = term_frequency(forward.counts[at], forward.tf)
        frequencies[tag] = frequency
        weight = frequency * forward.idf[tag]
        squares += weight * weight
    return (1.0 - forward.slope) * forward.pivot + forward.slope * float(np.sqrt(squares))


show = compiled(_show)


def _has_any(starts: Starts, numbers: Numbers, row: int, has: NDArray[np.bool_]) -> bool:
    for at in range(starts[row], starts[row + 1]):
        if 0 <= numbers[at] < has.size and has[numbers[at]]:
            return True
    return False


has_any = compiled(_has_any)


def _saw_any(tags: Numbers, start: int, end: int, frequencies: Floats) -> bool:
    for at in range(start, end):
        if tags[at] < frequencies.size and frequencies[tags[at]] > 0.0:
            return True
    return False


saw_any = compiled(_saw_any)


def _wants_language(rules: Rules, row: int, has: NDArray[np.bool_]) -> bool:
    if rules.language_starts[row] == rules.language_starts[row + 1]:
        return True
    return has_any(rules.language_starts, rules.languages, row, has)


wants_language = compiled(_wants_language)


def _saw_needs(rules: Rules, row: int, frequencies: Floats) -> bool:
    at, end = rules.need_starts[row], rules.need_starts[row + 1]
    while at < end:
        following = at + 1 + rules.needs[at]
        if not saw_any(rules.needs, at + 1, following, frequencies):
            return False
        at = following
    return True


saw_needs = compiled(_saw_needs)


def _fits_categories(rules: Rules, row: int, has: NDArray[np.bool_]) -> bool:
    if has_any(rules.unwanted_starts, rules.unwanted, row, has):
        return False
    if rules.wanted_starts[row] == rules.wanted_starts[row + 1]:
        return True
    return has_any(rules.wanted_starts, rules.wanted, row, has)


fits_categories = compiled(_fits_categories)


def _failing_columns(rules: Rules, row: int, score: float, target: Target) -> int:
    """Return which of the rules that are one number a campaign are broken, as a sum."""
    asked = target.rules
    broken = 0
    if asked & STATE and not rules.active[row]:
        broken += STATE
    if asked & FLIGHT and not rules.begins[row] <= target.now < rules.ends[row]:
        broken += FLIGHT
    if asked & RELEVANCE and score < rules.least[row]:
        broken += RELEVANCE
    if asked & SUITABILITY and not target.safe:
        broken += SUITABILITY
    if asked & KIND and rules.kinds[row] != 0 and not rules.kinds[row] & target.kind:
        broken += KIND
    return broken


failing_columns = compiled(_failing_columns)


def _failing_lists(rules: Rules, row: int, target: Target) -> int:
    """Return which of the rules that are lists are broken, as a sum."""
    asked, seen = target.rules, target.frequencies
    broken = 0
    if asked & LANGUAGE and not wants_language(rules, row, target.has_language):
        broken += LANGUAGE
    start, end = rules.excluded_starts[row], rules.excluded_starts[row + 1]
    if asked & EXCLUSIONS and saw_any(rules.excluded, start, end, seen):
        broken += EXCLUSIONS
    if asked & GROUPS and not saw_needs(rules, row, seen):
        broken += GROUPS
    if asked & CATEGORIES and not fits_categories(rules, row, target.has_category):
        broken += CATEGORIES
    return broken


failing_lists = compiled(_failing_lists)


def _add_up(
    posting_starts: Starts,
    rows: NDArray[np.int32],
    impacts: Floats,
    seen: Numbers,
    frequencies: Floats,
    sums: Floats,
) -> None:
    """Add to ``sums``, shape (n,), what each tag that was seen gives to every campaign.

    Args:
        posting_starts: shape (n_tags + 1,).
        rows: the campaigns of every tag.
        impacts: aligned with ``rows``.
        seen: the target's tags, rising.
        frequencies: shape (n_tags,), the target's.
        sums: all 0 before.
    """
    for tag in seen:
        if tag >= posting_starts.size - 1:
            break
        frequency = frequencies[tag]
        for at in range(posting_starts[tag], posting_starts[tag + 1]):
            sums[rows[at]] += impacts[at] * frequency


add_up = compiled(_add_up)


def _choose(
    rules: Rules,
    target: Target,
    sums: Floats,
    asked: NDArray[np.bool_],
    keys: Keys,
    scores: Floats,
) -> int:
    """Keep the best campaigns that may run; return how many.

    Args:
        rules: of all campaigns.
        target: where they would run.
        sums: shape (n,), what ``add_up`` gave; all 0 after.
        asked: shape (n,), which campaigns count, or (0,) for all.
        keys: filled, shape (k,), best first.
        scores: filled, aligned with ``keys``.
    """
    size, k = 0, keys.size
    enough = MIN_MATCH_SCORE
    for row in range(sums.size):
        score = sums[row] / target.divisor
        sums[row] = 0.0
        if score <= MIN_MATCH_SCORE or score < enough or (asked.size > 0 and not asked[row]):
            continue
        if failing_columns(rules, row, score, target) or failing_lists(rules, row, target):
            continue
        size = push(keys, scores, size, k, key_of(score, row), score)
        if size == k:
            enough = floor_of_key(keys[0])
    unload(keys, scores, size)
    return size


choose = compiled(_choose)
