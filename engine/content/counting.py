"""Observations and a threshold in, tag counts out. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.domain.counts import Counts
from engine.domain.matching.results import Observation, TagCount
from engine.domain.tracks import FULL_SCALE, NEW_CONTENT, Threshold, Track
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary


def check_threshold(threshold: float) -> float:
    """Return ``threshold`` when it can be one: a number from 0.0 to 1.0.

    Raises:
        InvalidInput: otherwise.
    """
    if not math.isfinite(threshold) or not 0.0 <= threshold <= 1.0:
        raise InvalidInput(f"threshold {threshold} is not between 0.0 and 1.0; 0.7 is usual")
    return threshold


def passing_observations(track: Track, threshold: Threshold) -> NDArray[np.bool_]:
    """Return which observations count, shape (n_observations,).

    Raises:
        InvalidInput: when a threshold is not between 0.0 and 1.0.
    """
    for one in (threshold,) if isinstance(threshold, float | int) else np.unique(threshold):
        check_threshold(float(one))
    return track.passing(threshold)


def count_tags(track: Track, threshold: Threshold) -> Counts:
    """Count, per tag, the seconds on which its confidence reached the threshold.

    What is observed of the whole video is counted on each of its seconds.
    """
    passing = track.tags[passing_observations(track, threshold)]
    tags, seconds = np.unique(passing, return_counts=True)
    return _with_whole(track, threshold, tags, seconds, track.n_seconds)


def _with_whole(
    track: Track,
    threshold: Threshold,
    tags: NDArray[np.uint32],
    counts: NDArray[np.int64],
    n_all: int,
) -> Counts:
    """Add the tags of the whole video to counts, with all that there is to count, at least 1."""
    if not len(track.whole_tags):  # a reindex counts millions
        return Counts(tags.astype(np.uint32), counts.astype(np.uint32))
    whole = track.whole_tags[track.passing_whole(threshold)]
    alone = ~np.isin(tags, whole)
    tags = np.concatenate([tags[alone], whole])
    counts = np.concatenate([counts[alone], np.full(len(whole), max(n_all, 1))])
    order = np.argsort(tags)
    return Counts(tags[order].astype(np.uint32), counts[order].astype(np.uint32))


def enough_seconds(n_seconds: int, min_seconds: int) -> int:
    """Return the seconds from which on a tag counts: ``min_seconds``, or half of a short video."""
    return min(min_seconds, max(1, -(-n_seconds // 2)))


def steady(counts: Counts, seconds: Counts, n_seconds: int, min_seconds: int) -> Counts:
    """Keep the tags that are on a video for long enough to be believed.

    Args:
        counts: of the video, seconds or distinct seconds.
        seconds: of the same tags.
        n_seconds: of the video.
        min_seconds: seconds; of a video of less than twice as many, half of its seconds are enough.
    """
    enough = seconds.seconds >= enough_seconds(n_seconds, min_seconds)
    return Counts(counts.tags[enough], counts.seconds[enough])


def count_steady(track: Track, threshold: Threshold, least_seconds: int) -> Counts:
    """Count as ``count_tags``, and keep what is on the video for long enough, as ``steady``."""
    counts = count_tags(track, threshold)
    return steady(counts, counts, track.n_seconds, least_seconds)


def count_distinct_seconds(track: Track, threshold: Threshold) -> Counts:
    """Count, per tag, the distinct seconds on which its confidence reached the threshold.

    A distinct second is one with new content and those that still show it, so a picture shown
    for four minutes counts once: its *effective* seconds.
    """
    passing = np.flatnonzero(passing_observations(track, threshold))
    segment_of_second = np.cumsum(track.changes.has(NEW_CONTENT))
    second = np.searchsorted(track.starts, passing, side="right") - 1
    pairs = np.unique(np.stack([track.tags[passing], segment_of_second[second]]), axis=1)
    tags, segments = np.unique(pairs[0], return_counts=True)
    n_distinct = int(segment_of_second[-1]) if track.n_seconds else 0
    return _with_whole(track, threshold, tags.astype(np.uint32), segments, n_distinct)


def tag_counts(
    track: Track, threshold: Threshold, vocabulary: Vocabulary, least_seconds: int = 1
) -> list[TagCount]:
    """Return the counts with the tags' names, most seconds first, then by name.

    Those of fewer than ``least_seconds`` are left out, as ``steady`` says.
    """
    counts = count_steady(track, threshold, least_seconds)
    whole = set(track.whole_tags.tolist())
    named = [
        TagCount(vocabulary.names[tag], int(seconds), True if tag in whole else None)
        for tag, seconds in zip(counts.tags, counts.seconds, strict=True)
    ]
    return sorted(named, key=lambda count: (-count.seconds, count.tag))


def observations_at(track: Track, second: int, vocabulary: Vocabulary) -> list[Observation]:
    """Return everything seen at one second, surest first, then by name.

    Raises:
        InvalidInput: when the video has no such second.
    """
    if not 0 <= second < track.n_seconds:
        has = f"seconds 0 to {track.n_seconds - 1}" if track.n_seconds else "no seconds"
        raise InvalidInput(f"there is no second {second}: the video has {has}")
    own = slice(int(track.starts[second]), int(track.starts[second + 1]))
    observations = [
        Observation(second, vocabulary.names[tag], _confidence(confidence))
        for tag, confidence in zip(track.tags[own], track.confidences[own], strict=True)
    ]
    return sorted(observations, key=lambda one: (-one.confidence, one.tag))


def observations_of(track: Track, tag: str, vocabulary: Vocabulary) -> list[Observation]:
    """Return the confidence of one tag at every second; 0.0 where it was not stored.

    Raises:
        UnknownTag: when ``tag`` is not in the vocabulary.
    """
    (number,) = vocabulary.numbers([tag])
    tag = vocabulary.names[number]
    positions = np.flatnonzero(track.tags == number)
    confidences = np.zeros(track.n_seconds, np.uint16)
    confidences[np.searchsorted(track.starts, positions, side="right") - 1] = track.confidences[
        positions
    ]
    return [Observation(k, tag, _confidence(value)) for k, value in enumerate(confidences)]


def surest_observation(track: Track, vocabulary: Vocabulary) -> Observation | None:
    """Return what was seen most surely on all seconds, the first of equals; None if nothing was."""
    if not len(track.tags):
        return None
    best = int(np.argmax(track.confidences))
    second = int(np.searchsorted(track.starts, best, side="right")) - 1
    tag, confidence = track.tags[best], track.confidences[best]
    return Observation(second, vocabulary.names[tag], _confidence(confidence))


def _confidence(stored: np.uint16) -> float:
    # Four digits are finer than the steps of 1/65,535 matter, and read well.
    return round(int(stored) / FULL_SCALE, 4)
