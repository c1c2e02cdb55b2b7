"""Recommendations: by a profile, with what others like, or honestly by newness alone."""

from dataclasses import replace

import numpy as np
import pytest

from engine.domain.assessments.sensitivity import Level
from engine.domain.matching.co_watching import ENOUGH_VIEWERS, LearnedMix
from engine.domain.matching.filters import EVERY_VIDEO, HasTag
from engine.domain.matching.recommendations import Basis
from engine.domain.metadata import VideoMetadata
from engine.domain.viewers import EventKind
from engine.errors import InvalidInput
from engine.indexes.local.co_likes import CoLikes
from engine.search.co_watching import co_like_sources
from engine.search.matches import recommend
from engine.search.profiles import Profile, ProfileRules, Reaction, profile_vector_of
from engine.search.recommend import (
    Page,
    Question,
    recommend_many,
    recommend_page,
)
from engine.search.rerank import Ranking
from support.views import DAY, NOW, VIDEOS, snapshot_of

RULES = ProfileRules()


def videos_of(page: Page) -> list[str]:
    return [one.video for one in page.matches]


def liking(*videos: str, interests: dict[str, float] | None = None) -> Profile:
    reactions = tuple(Reaction(video, EventKind.LIKED, 1.0) for video in videos)
    return Profile(interests or {}, reactions, videos)


def test_seen_videos_do_not_come_back_unless_asked() -> None:
    snapshot = snapshot_of(VIDEOS)
    question = Question(liking("a-cats"), NOW)
    assert "a-cats" not in videos_of(recommend_page(snapshot, question, RULES))
    again = recommend_page(snapshot, replace(question, again=True), RULES)
    assert videos_of(again)[0] == "a-cats"


def test_scores_are_those_of_the_search() -> None:
    snapshot = snapshot_of(VIDEOS)
    page = recommend_page(snapshot, Question(liking("a-cats"), NOW), RULES)
    plain = recommend(snapshot, interests={}, liked=["a-cats"], k=10)
    assert [(one.video, one.score) for one in plain] == [
        (one.video, one.score) for one in page.matches
    ]
    assert page.basis is Basis.PROFILE


def test_pages_end_where_the_list_does() -> None:
    snapshot = snapshot_of(VIDEOS)
    question = Question(Profile({"animal": 1.0, "city": 1.0, "train": 0.1}), NOW, k=2)
    whole = videos_of(recommend_page(snapshot, replace(question, k=10), RULES))
    shown: list[str] = []
    while True:
        page = recommend_page(snapshot, replace(question, shown=tuple(shown)), RULES)
        shown += videos_of(page)
        if not page.more:
            break
    assert shown == whole
    assert len(whole) == 5


def metadata(level: Level, days_old: float) -> VideoMetadata:
    return {"seconds": 30, "added_at": int(NOW - days_old * DAY), "sensitive": level}


def test_without_a_profile_come_the_newest_harmless_videos() -> None:
    own = {
        "a-cats": metadata(Level.NONE, 9),
        "b-zoo": metadata(Level.FLAG, 0),
        "c-street": metadata(Level.NONE, 1),
        "d-night": metadata(Level.UNKNOWN, 0),
        "e-nothing": metadata(Level.NONE, 400),
    }
    page = recommend_page(snapshot_of(VIDEOS, metadata=own), Question(Profile(), NOW), RULES)
    assert page.basis is Basis.FRESH
    assert videos_of(page) == ["c-street", "a-cats", "e-nothing"]
    assert all(one.score == 0.0 and one.why == () for one in page.matches)


def test_where_nobody_judged_the_unjudged_come_and_it_is_said() -> None:
    own = {video: metadata(Level.UNKNOWN, row) for row, video in enumerate(VIDEOS)}
    own["a-cats"] = metadata(Level.BLOCK, 0)
    page = recommend_page(snapshot_of(VIDEOS, metadata=own), Question(Profile(), NOW, k=2), RULES)
    assert page.basis is Basis.FRESH_UNJUDGED
    assert "a-cats" not in videos_of(page)
    assert page.more


def test_the_fallback_is_varied() -> None:
    videos = {f"v{n}": {"cat": 10} for n in range(4)} | {"w": {"car": 5}}
    own = {video: metadata(Level.NONE, 0.01 * row) for row, video in enumerate(videos)}
    page = recommend_page(snapshot_of(videos, metadata=own), Question(Profile(), NOW), RULES)
    assert videos_of(page)[:2] == ["v0", "w"]


def test_only_dislikes_fall_back_and_still_count() -> None:
    page = recommend_page(
        snapshot_of(VIDEOS), Question(Profile({"city": -1.0, "car": -1.0}), NOW), RULES
    )
    assert page.basis is Basis.FRESH
    assert videos_of(page)[-1] == "c-street"


def test_liked_videos_that_are_gone_leave_nothing_to_go_by() -> None:
    page = recommend_page(snapshot_of(VIDEOS), Question(liking("deleted"), NOW), RULES)
    assert page.basis is Basis.FRESH


def co_likes(n_viewers: int) -> CoLikes:
    """Everybody who likes the cats likes the train, which is worth much."""
    ids = sorted(VIDEOS)
    both = np.array([ids.index("a-cats"), ids.index("e-nothing")])
    return replace(CoLikes.of([both] * n_viewers, len(ids)), learned=LearnedMix(0.8))


def test_what_is_liked_together_comes_though_no_tag_is_shared() -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes(ENOUGH_VIEWERS))
    page = recommend_page(snapshot, Question(liking("a-cats"), NOW), RULES)
    first = page.matches[0]
    assert first.video == "e-nothing"
    cosine = ENOUGH_VIEWERS / (ENOUGH_VIEWERS + 5.0)
    # Both parts at one spread, then mixed.
    scores = np.array([one.score for one in page.matches])
    spread = np.std([cosine] + [0.0] * (len(scores) - 1))
    added = 0.8 / 0.2 * scores.std() / spread * cosine
    assert first.co_likes == pytest.approx(added, rel=1e-6)
    # The score is still the cosine of the tags alone.
    assert first.score == sum(reason.share for reason in first.why)
    assert first.score <= 0.0
    assert [move.by for move in first.moved] == ["together"]
    profile_vector = profile_vector_of(liking("a-cats"), snapshot, RULES)
    ((source,),) = co_like_sources(snapshot, profile_vector, [first.video], [first.co_likes])
    assert source.video == "a-cats"
    assert source.share == pytest.approx(first.co_likes)


def test_of_videos_liked_together_equally_often_the_better_fitting_comes_first() -> None:
    ids = sorted(VIDEOS)
    all_three = np.array([ids.index(video) for video in ("a-cats", "b-zoo", "e-nothing")])
    snapshot = snapshot_of(VIDEOS, co_likes=CoLikes.of([all_three] * ENOUGH_VIEWERS, len(ids)))
    rules = replace(RULES, co_likes=0.8)
    profile = liking("a-cats", interests={"city": 0.1})
    zoo, train = recommend_page(snapshot, Question(profile, NOW, k=2), rules).matches
    assert [one.video for one in (zoo, train)] == ["b-zoo", "e-nothing"]
    assert zoo.co_likes == train.co_likes > 0


def test_newness_weighs_as_much_where_much_is_liked_together() -> None:
    own = {video: metadata(Level.NONE, 0 if video == "b-zoo" else 300) for video in VIDEOS}
    snapshot = snapshot_of(VIDEOS, metadata=own, co_likes=co_likes(ENOUGH_VIEWERS))
    question = Question(liking("a-cats"), NOW)
    assert videos_of(recommend_page(snapshot, question, RULES))[0] == "e-nothing"
    newest = replace(question, ranking=Ranking(freshness=0.6))
    assert videos_of(recommend_page(snapshot, newest, RULES))[0] == "b-zoo"


def test_too_few_viewers_prove_nothing() -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes(ENOUGH_VIEWERS - 1))
    page = recommend_page(snapshot, Question(liking("a-cats"), NOW), RULES)
    assert "e-nothing" not in videos_of(page)
    assert all(one.co_likes == 0.0 for one in page.matches)


def test_what_is_liked_together_passes_the_filter_too() -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes(ENOUGH_VIEWERS))
    question = Question(liking("a-cats"), NOW, where=HasTag("animal"))
    assert videos_of(recommend_page(snapshot, question, RULES)) == ["b-zoo"]


@pytest.mark.parametrize("ranking", [Ranking(), Ranking(diversity=0.5), Ranking(freshness=0.4)])
@pytest.mark.parametrize("viewers", [0, ENOUGH_VIEWERS])
def test_many_at_once_get_what_each_gets_alone(ranking: Ranking, viewers: int) -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes(viewers))
    profiles = [liking(video, interests={"city": 0.3}) for video in VIDEOS]
    profiles += [Profile(), liking(*list(VIDEOS)[:3]), Profile({"animal": 1.0})]
    questions = [Question(profile, NOW, k=2, ranking=ranking) for profile in profiles]
    many = recommend_many(snapshot, questions, RULES, where=EVERY_VIDEO)
    assert [page for _, page in many] == [
        recommend_page(snapshot, question, RULES) for question in questions
    ]


def test_a_count_that_makes_no_sense_is_named() -> None:
    with pytest.raises(InvalidInput, match="k is 0"):
        recommend_page(snapshot_of(VIDEOS), Question(Profile(), NOW, k=0), RULES)
