"""The tracks of a page are read some at a time, and every match gets its own seconds."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from engine.domain.matching.results import Contribution, Match
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.ports.catalog import Tracks
from engine.services.evidence import matches_with_seconds
from support.views import TAGS, snapshot_of


class Shown:
    """Tracks of videos ``v0``, ``v1`` ...: a cat on so many seconds and one; odd ones have none."""

    def __init__(self) -> None:
        self.requested: list[list[str]] = []

    def some(self, videos: Sequence[str]) -> dict[str, Track]:
        self.requested.append(list(videos))
        numbers = {video: int(video[1:]) for video in videos}
        return {video: _cats(number + 1) for video, number in numbers.items() if number % 2 == 0}


def _cats(seconds: int) -> Track:
    return Track.from_confidences(
        np.full((seconds, 1), 0.9, np.float32), np.array([TAGS.index("cat")])
    )


def test_tracks_are_read_some_at_a_time_and_matches_keep_their_order() -> None:
    shown = Shown()
    videos = [f"v{number}" for number in range(250)][::-1]
    matches = [Match(video, 0.5, (Contribution("cat", 0.5),)) for video in videos]
    snapshot = snapshot_of({"a": {"cat": 1}})
    timed = matches_with_seconds(cast(Tracks, shown), snapshot, matches)
    assert [len(requested) for requested in shown.requested] == [100, 100, 50]
    assert [match.video for match in timed] == videos
    for match in timed:
        number = int(match.video[1:])
        expected = (TimeRange(0, number + 1),) if number % 2 == 0 else ()
        assert match.why == (Contribution("cat", 0.5, expected),)


def test_of_no_match_nothing_is_read() -> None:
    shown = Shown()
    assert matches_with_seconds(cast(Tracks, shown), snapshot_of({"a": {"cat": 1}}), []) == ()
    assert shown.requested == []
