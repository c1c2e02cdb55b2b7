"""Seconds on which what made a score was observed: the tracks of a whole page are read together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol, Self, TypeVar

from engine.content.tag_time_ranges import tag_time_ranges, time_ranges_of_tracks
from engine.domain.matching.results import Match
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.ports.catalog import Tracks
from engine.ports.index import IndexSnapshot

TagSeconds = Mapping[str, tuple[TimeRange, ...]]
"""Tag -> when it was observed."""


class Timed(Protocol):
    """A share of a score that can be given the seconds of its tag."""

    @property
    def tag(self) -> str:
        """Name of the tag."""

    def on(self, seconds: tuple[TimeRange, ...]) -> Self:
        """Return the share with the seconds on which its tag was observed."""


Contributing = TypeVar("Contributing", bound=Timed)

_BATCH_SIZE: Final = 100
"""Number of tracks that are held at a time."""

_NOTHING: Final = Track.empty()


def seconds_of_tags(
    tracks: Tracks, snapshot: IndexSnapshot, tags: Mapping[str, Iterable[str]]
) -> dict[str, TagSeconds]:
    """Return, video by video and tag by tag, when some tags counted.

    Args:
        tracks: of the catalog.
        snapshot: its threshold says what counts.
        tags: video -> the tags that are asked for.
    """
    videos = list(tags)
    by_video: dict[str, TagSeconds] = {}
    for first in range(0, len(videos), _BATCH_SIZE):
        batch = videos[first : first + _BATCH_SIZE]
        stored = tracks.some(batch)
        names = [list(dict.fromkeys(tags[video])) for video in batch]
        numbers = [snapshot.vocabulary.numbers(own) for own in names]
        observed = [stored.get(video, _NOTHING) for video in batch]
        ranges = time_ranges_of_tracks(observed, numbers, snapshot.thresholds)
        for video, own, tagged, of in zip(batch, names, numbers, ranges, strict=True):
            by_video[video] = {name: of[number] for name, number in zip(own, tagged, strict=True)}
    return by_video


def seconds_on(track: Track, snapshot: IndexSnapshot, tags: Iterable[str]) -> TagSeconds:
    """Return, tag by tag, when some tags counted on one video."""
    names = list(dict.fromkeys(tags))
    numbers = snapshot.vocabulary.numbers(names)
    ranges = tag_time_ranges(track, numbers, snapshot.thresholds)
    return {name: ranges[number] for name, number in zip(names, numbers, strict=True)}


def with_seconds(
    contributions: Iterable[Contributing], seconds: TagSeconds
) -> tuple[Contributing, ...]:
    """Return shares of a score, each with the seconds of its tag."""
    return tuple(contribution.on(seconds[contribution.tag]) for contribution in contributions)


def matches_with_seconds(
    tracks: Tracks, snapshot: IndexSnapshot, matches: Sequence[Match]
) -> tuple[Match, ...]:
    """Return matches with the seconds on which each of their tags was observed."""
    tags = {match.video: [contribution.tag for contribution in match.why] for match in matches}
    seconds = seconds_of_tags(tracks, snapshot, tags)
    return tuple(
        replace(match, why=with_seconds(match.why, seconds[match.video])) for match in matches
    )
