"""When what made a score was observed: the tracks of a whole page are read together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.recommendations import Reason
from engine.domain.results import Contribution, Match
from engine.domain.time_ranges import SecondRange
from engine.domain.tracks import Track
from engine.ports.catalog import Tracks
from engine.ports.index import IndexSnapshot

TagSeconds = Mapping[str, tuple[SecondRange, ...]]
"""Tag -> when it was observed."""

Share = TypeVar("Share", bound=Contribution | Reason)

_BATCH_SIZE: Final = 100
"""So many tracks are held at once."""

_NOTHING: Final = Track.empty()


def seconds_of_tags(
    tracks: Tracks, view: IndexSnapshot, tags: Mapping[str, Iterable[str]]
) -> dict[str, TagSeconds]:
    """Return, video by video and tag by tag, when some tags counted.

    Args:
        tracks: of the catalog.
        view: its threshold says what counts.
        tags: video -> the tags that are asked for.
    """
    videos, found = list(tags), {}
    for first in range(0, len(videos), _BATCH_SIZE):
        batch = videos[first : first + _BATCH_SIZE]
        stored = tracks.some(batch)
        for video in batch:
            found[video] = seconds_on(stored.get(video, _NOTHING), view, tags[video])
    return found


def seconds_on(track: Track, view: IndexSnapshot, tags: Iterable[str]) -> TagSeconds:
    """Return, tag by tag, when some tags counted on one video."""
    names = list(dict.fromkeys(tags))
    numbers = view.vocabulary.numbers(names)
    ranges = tag_time_ranges(track, numbers, view.thresholds)
    return {name: ranges[number] for name, number in zip(names, numbers, strict=True)}


def with_seconds(shares: Iterable[Share], seconds: TagSeconds) -> tuple[Share, ...]:
    """Return shares of a score, each with the seconds of its tag."""
    return tuple(replace(share, seconds=seconds[share.tag]) for share in shares)


def matches_with_seconds(
    tracks: Tracks, view: IndexSnapshot, matches: Sequence[Match]
) -> tuple[Match, ...]:
    """Return matches with the seconds on which each of their tags was observed."""
    tags = {match.video: [share.tag for share in match.why] for match in matches}
    seconds = seconds_of_tags(tracks, view, tags)
    return tuple(
        replace(match, why=with_seconds(match.why, seconds[match.video])) for match in matches
    )
