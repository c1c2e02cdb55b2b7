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

REQUIRED: Final = 1
"""Mark of a requirement: at least one of its tokens is had."""

BARRED: Final = 0
"""Mark of a requirement: none of its tokens is had."""


class Rules(NamedTuple):
    """Columns by which it is decided whether each campaign may run.

    A rule asks for a number between two bounds, or for tokens: what a target has or has not. Each
    rule has a bit.

    Args:
        bounds: shape (n, n_ranges, 2), the lowest number that passes and the lowest above it that
            does not.
        range_bits: shape (n_ranges,), the bit of each rule about a number.
        starts: shape (n + 1,); campaign c owns ``requirements[starts[c]:starts[c + 1]]``.
        requirements: for each of a campaign the bit of its rule, ``REQUIRED`` or ``BARRED``, the
            number of tokens, and then the tokens.
    """

    bounds: NDArray[np.float64]
    range_bits: Numbers
    starts: Starts
    requirements: NDArray[np.int32]


class Target(NamedTuple):
    """Target that campaigns are matched with: a video, or a viewer, at one moment.

    Args:
        frequencies: shape (n_tags,), the term frequency of each tag; 0 where it was not seen.
        divisor: what a sum is divided by to be a score.
        values: shape (n_ranges,), the number that each rule about one asks; NaN for the score.
        has: shape (n_tokens,), which of the tokens that campaigns name.
        is_video: whether rules about tokens count.
    """

    frequencies: Floats
    divisor: float
    values: Floats
    has: NDArray[np.bool_]
    is_video: bool


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
        for at_token in range(start, end):
            into[at_token] = 0.0
            if at < n_known and known[at] == tags[at_token]:
                into[at_token] = units[at] * idf[known[at]]
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


def _failing_ranges(rules: Rules, row: int, score: float, target: Target) -> int:
    """Return which of the rules about a number are broken, as a sum of bits."""
    broken = 0
    for at in range(target.values.size):
        value = target.values[at]
        if np.isnan(value):
            value = score
        if not rules.bounds[row, at, 0] <= value < rules.bounds[row, at, 1]:
            broken |= rules.range_bits[at]
    return broken


failing_ranges = compiled(_failing_ranges)


def _failing_requirements(rules: Rules, row: int, target: Target) -> int:
    """Return which of the rules about tokens are broken, as a sum of bits."""
    broken = 0
    if not target.is_video:
        return broken
    requirements, has = rules.requirements, target.has
    at, end = rules.starts[row], rules.starts[row + 1]
    while at < end:
        first = at + 3
        following = first + requirements[at + 2]
        is_met = 0
        for at_token in range(first, following):
            if requirements[at_token] < has.size and has[requirements[at_token]]:
                is_met = 1
                break
        if is_met != requirements[at + 1]:
            broken |= requirements[at]
        at = following
    return broken


failing_requirements = compiled(_failing_requirements)


def _add_up(
    posting_starts: Starts,
    rows: NDArray[np.int32],
    impacts: Floats,
    tags: Numbers,
    frequencies: Floats,
    sums: Floats,
) -> None:
    """Add to ``sums``, shape (n,), what each tag that was seen gives to every campaign.

    Args:
        posting_starts: shape (n_tags + 1,).
        rows: the campaigns of every tag.
        impacts: aligned with ``rows``.
        tags: the target's tags, rising.
        frequencies: shape (n_tags,), the target's.
        sums: all 0 before.
    """
    for tag in tags:
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
    requirements: NDArray[np.bool_],
    keys: Keys,
    scores: Floats,
) -> int:
    """Keep the best campaigns that may run; return how many.

    Args:
        rules: of all campaigns.
        target: where they would run.
        sums: shape (n,), what ``add_up`` gave; all 0 after.
        requirements: shape (n,), which campaigns count, or (0,) for all.
        keys: filled with rows, shape (k,), best first.
        scores: filled, aligned with ``keys``.
    """
    size, k = 0, keys.size
    enough = MIN_MATCH_SCORE
    for row in range(sums.size):
        score = sums[row] / target.divisor
        sums[row] = 0.0
        if (
            score <= MIN_MATCH_SCORE
            or score < enough
            or (requirements.size > 0 and not requirements[row])
        ):
            continue
        if failing_ranges(rules, row, score, target) or failing_requirements(rules, row, target):
            continue
        size = push(keys, scores, size, k, key_of(score, row), score)
        if size == k:
            enough = floor_of_key(keys[0])
    unload(keys, scores, size)
    return size


choose = compiled(_choose)
