"""Lists for an evaluation are those of recommendations, whoever the viewer is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batch.evaluation import lists
from engine.batch.evaluation.lists import lists_of_many
from engine.domain.matching.co_watching import ENOUGH_VIEWERS
from engine.domain.matching.filters import EVERY_VIDEO
from engine.domain.viewers import Event, EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import VIEWER_RULES, ProfileRules, profile_of
from engine.search.recommend import Question, ranked_many
from support.views import DAY, NOW, TAGS, snapshot_of

KINDS = [EventKind.LIKED, EventKind.WATCHED, EventKind.DISLIKED, EventKind.HIDDEN]
N_VIDEOS = 60


@pytest.fixture(scope="module")
def series_snapshot() -> LocalSnapshot:
    """Give videos of few tags, so many of one series, some of which are liked together."""
    rng = np.random.default_rng(0)
    videos = {
        f"v{number:02d}": {
            TAGS[tag]: int(count)
            for tag, count in zip(rng.permutation(5)[:3], rng.integers(1, 9, 3), strict=True)
        }
        for number in range(N_VIDEOS)
    }
    liked = [np.sort(rng.permutation(N_VIDEOS)[:6]) for _ in range(ENOUGH_VIEWERS)]
    return snapshot_of(videos, co_likes=CoLikes.of(liked, N_VIDEOS))


some_events = st.lists(
    st.tuples(st.integers(0, N_VIDEOS - 1), st.sampled_from(KINDS), st.integers(0, 90)), max_size=8
)
some_viewers = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(TAGS), st.floats(-1, 1), max_size=2), some_events),
    max_size=5,
)


@given(some_viewers, st.sampled_from([0, 1, 2]), st.sampled_from([0.0, 0.5]), st.integers(1, 70))
def test_lists_are_those_of_recommendations(
    series_snapshot: LocalSnapshot,
    viewers: list[tuple[dict[str, float], list[tuple[int, EventKind, int]]]],
    variety: int,
    mix: float,
    k: int,
) -> None:
    rules: ProfileRules = replace(VIEWER_RULES, variety=variety, co_likes=mix)
    questions = [
        Question(
            profile_of(
                interests,
                [
                    Event(str(at), f"v{video:02d}", kind, NOW - days * DAY, 0.8)
                    for at, (video, kind, days) in enumerate(events)
                ],
                rules,
                now=NOW,
            ),
            NOW,
            k,
        )
        for interests, events in viewers
    ]
    expected = [
        (basis, [one.candidate.video for one in ranked])
        for basis, ranked in ranked_many(series_snapshot, questions, rules, where=EVERY_VIDEO)
    ]
    with pytest.MonkeyPatch.context() as patch:
        # So few that some lists depend on videos beyond the first that were found.
        patch.setattr(lists, "LOOK_AHEAD", 2)
        assert lists_of_many(series_snapshot, questions, rules) == expected
