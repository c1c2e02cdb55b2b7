"""Co-watching in a video's value: mixed by z-scores, told apart, and nothing at mix 0."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.matching.co_watching import ENOUGH_VIEWERS, MAX_MIX, LearnedMix
from engine.domain.viewers import EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.search.co_watching import added_to_scores
from engine.search.profiles import Profile, ProfileRules, Reaction, profile_vector_of
from engine.search.recommend import Page, Question, page_of
from support.views import NOW, VIDEOS, snapshot_of

IDS = sorted(VIDEOS)
RULES = ProfileRules()

amounts = st.lists(
    st.tuples(st.floats(-1.0, 1.0), st.floats(0.0, 1.0)), min_size=2, max_size=30, unique=True
)
likes = st.lists(
    st.sets(st.integers(0, len(IDS) - 1), min_size=2), min_size=ENOUGH_VIEWERS, max_size=40
)


@given(amounts, st.floats(0.05, MAX_MIX))
def test_the_order_is_that_of_mixed_z_scores(parts: list[tuple[float, float]], mix: float) -> None:
    scores, co_likes = np.array(parts).T
    if scores.std() < 1e-3 or co_likes.std() < 1e-3:
        return
    value = scores + added_to_scores(scores, co_likes, mix)
    standard = [(one - one.mean()) / one.std() for one in (scores, co_likes)]
    mixed = (1 - mix) * standard[0] + mix * standard[1]
    # One is the other times a number above 0, and moved.
    times = scores.std() / (1 - mix)
    assert value - value.mean() == pytest.approx(times * mixed, abs=1e-6)


@given(amounts)
def test_mix_0_adds_nothing(parts: list[tuple[float, float]]) -> None:
    scores, co_likes = np.array(parts).T
    assert not added_to_scores(scores, co_likes, 0.0).any()


def test_where_all_or_nothing_is_liked_together_nothing_is_added() -> None:
    assert added_to_scores(np.array([0.1, 0.2]), np.array([0.3, 0.3]), 0.5).tolist() == [0, 0]
    assert added_to_scores(np.zeros(0), np.zeros(0), 0.5).tolist() == []
    # Tags that tell nothing apart leave it to co-watching.
    assert added_to_scores(np.array([0.2, 0.2]), np.array([0.0, 1.0]), 0.5).tolist() == [0, 2]


def page(co_likes: CoLikes | None, rules: ProfileRules, *, explained: bool = False) -> Page:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes)
    reactions = tuple(Reaction(video, EventKind.LIKED, 1.0) for video in IDS[:3])
    question = Question(Profile({"city": 0.2}, reactions, tuple(IDS[:1])), NOW)
    vector = profile_vector_of(question.profile, snapshot, rules)
    return page_of(snapshot, vector, question, rules, explained=explained)


@settings(max_examples=20, deadline=None)
@given(likes)
def test_mix_0_is_tags_alone_to_the_bit(liked: list[set[int]]) -> None:
    rows = [np.array(sorted(own)) for own in liked]
    co_likes = CoLikes.of(rows, len(IDS))
    alone = page(None, RULES)
    assert page(replace(co_likes, learned=LearnedMix(0.5)), replace(RULES, co_likes=0.0)) == alone
    assert page(co_likes, RULES) == alone, "what was learned is 0"


@settings(max_examples=20, deadline=None)
@given(likes, st.sampled_from([0.1, 0.5, MAX_MIX]))
def test_shares_add_up_and_co_watching_is_told_apart(liked: list[set[int]], mix: float) -> None:
    rows = [np.array(sorted(own)) for own in liked]
    co_likes = replace(CoLikes.of(rows, len(IDS)), learned=LearnedMix(mix))
    learned = page(co_likes, RULES, explained=True)
    assert learned == page(co_likes, replace(RULES, co_likes=mix), explained=True)
    values = []
    for one in learned.matches:
        assert sum(reason.share for reason in one.why) == pytest.approx(one.score, abs=1e-6)
        assert one.co_likes_from is not None
        given_by = sum(source.share for source in one.co_likes_from)
        assert given_by == pytest.approx(one.co_likes, rel=1e-6)
        values.append(one.score + one.co_likes)
    assert values == sorted(values, reverse=True)
