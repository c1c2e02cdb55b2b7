"""A video that is not recommended names the rule that keeps it away; a rank is the true rank."""

from dataclasses import replace

import numpy as np
import pytest

from engine.domain.matching.co_watching import ENOUGH_VIEWERS
from engine.domain.matching.filters import And, Field, HasTag
from engine.domain.matching.recommendations import Basis
from engine.domain.viewers import EventKind
from engine.indexes.local.co_likes import CoLikes
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.eligibility import Rule, ViewerEligibilityReport, viewer_eligibility
from engine.search.profiles import Profile, ProfileRules, Reaction
from engine.search.recommend import Question, recommend_page
from support.views import NOW, VIDEOS, snapshot_of

RULES = ProfileRules()
QUESTION = Question(
    Profile({"city": 1.0}, (Reaction("a-cats", EventKind.LIKED, 1.0),), ("a-cats", "d-night")), NOW
)

LIKED_TOGETHER = CoLikes.of([np.array([0, 1, 4])] * ENOUGH_VIEWERS, len(VIDEOS))


def broken(report: ViewerEligibilityReport) -> list[Rule]:
    return [result.rule for result in report.results if not result.passed]


@pytest.mark.parametrize("video", VIDEOS)
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("co_likes", [CoLikes.nothing(), LIKED_TOGETHER])
@pytest.mark.parametrize(
    "where", [And(()), And((HasTag("city"), Field("kind", "in", ("motion",))))]
)
def test_a_video_is_recommended_when_no_rule_is_broken(
    video: str, where: And, co_likes: CoLikes, *, again: bool
) -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=co_likes)
    question = replace(QUESTION, again=again, where=where)
    rules = replace(RULES, co_likes=0.5)
    page = recommend_page(snapshot, replace(question, k=100), rules)
    by_video = {one.video: one for one in page.matches}
    report = viewer_eligibility(snapshot, video, question, rules)
    assert (video in by_video) == (broken(report) == [])
    listed = by_video.get(video)
    assert report.rank == (listed.rank if listed else None)
    assert report.rank_without == (listed.rank_without if listed else None)
    if video in by_video:
        assert report.score == by_video[video].score
    assert sum(reason.share for reason in report.why) == pytest.approx(report.score, abs=1e-9)


def test_the_place_by_score_is_told_beside_the_one_that_likes_of_others_gave() -> None:
    snapshot = snapshot_of(VIDEOS, co_likes=LIKED_TOGETHER)
    rules = replace(RULES, co_likes=0.5)
    report = viewer_eligibility(snapshot, "b-zoo", replace(QUESTION, again=True), rules)
    assert report.results[-1].evidence == "place 1, 3 by score"


def test_a_score_that_is_no_plain_cosine_says_so() -> None:
    plain = snapshot_of(VIDEOS)
    config = replace(plain.config, slope=0.5)
    pivoted = LocalSnapshot.of(replace(plain.generation, config=config))
    for snapshot, formula in ((plain, ""), (pivoted, ", cosine x confidence")):
        report = viewer_eligibility(snapshot, "b-zoo", QUESTION, RULES)
        assert f"the score is {report.score:.4f}{formula}" in [
            one.evidence for one in report.results
        ]


def test_each_rule_is_named_with_its_evidence() -> None:
    snapshot = snapshot_of(VIDEOS)
    liked = viewer_eligibility(snapshot, "a-cats", QUESTION, RULES)
    assert broken(liked) == [Rule.UNSEEN]
    assert "liked" in liked.results[1].evidence
    nowhere = viewer_eligibility(snapshot, "beef", QUESTION, RULES)
    assert broken(nowhere) == [Rule.INDEXED]
    train = viewer_eligibility(snapshot, "e-nothing", QUESTION, RULES)
    assert broken(train) == [Rule.FITS]
    assert "must be above 0" in train.results[-1].evidence
    car = viewer_eligibility(
        snapshot, "b-zoo", replace(QUESTION, where=And((HasTag("cat"),))), RULES
    )
    assert broken(car) == [Rule.WHERE]
    assert (
        car.results[-1].evidence == "the filter asks that 'cat' is observed for at least 1 second"
    )


def test_a_new_viewer_is_told_by_what_the_answer_goes() -> None:
    report = viewer_eligibility(snapshot_of(VIDEOS), "a-cats", Question(Profile(), NOW), RULES)
    assert report.basis is Basis.FRESH
    assert broken(report) == []
    assert report.rank is not None
