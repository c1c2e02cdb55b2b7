"""Why a video is not recommended names the rule that keeps it away; a place is the true place."""

from dataclasses import replace

import pytest

from engine.domain.filters import And, Field, HasTag
from engine.domain.recommendations import Basis
from engine.domain.viewers import EventKind
from engine.search.eligibility import Rule, ViewerEligibilityReport, viewer_case
from engine.search.profiles import Profile, ProfileRules, Reaction
from engine.search.recommend import Question, recommend_page
from support.views import NOW, VIDEOS, view_of

RULES = ProfileRules()
ASKED = Question(
    Profile({"city": 1.0}, (Reaction("a-cats", EventKind.LIKED, 1.0),), ("a-cats", "d-night")), NOW
)


def broken(case: ViewerEligibilityReport) -> list[Rule]:
    return [ruling.rule for ruling in case.rulings if not ruling.kept]


@pytest.mark.parametrize("video", VIDEOS)
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    "where", [And(()), And((HasTag("city"), Field("kind", "in", ("motion",))))]
)
def test_a_video_is_recommended_when_no_rule_is_broken(
    video: str, where: And, *, again: bool
) -> None:
    view = view_of(VIDEOS)
    question = replace(ASKED, again=again, where=where)
    page = recommend_page(view, replace(question, k=100), RULES)
    places = {one.video: one for one in page.found}
    case = viewer_case(view, video, question, RULES)
    assert (video in places) == (broken(case) == [])
    assert case.rank == (places[video].rank if video in places else None)
    if video in places:
        assert case.score == places[video].score
    assert sum(reason.share for reason in case.why) == pytest.approx(case.score, abs=1e-9)


def test_each_rule_is_named_with_its_evidence() -> None:
    view = view_of(VIDEOS)
    liked = viewer_case(view, "a-cats", ASKED, RULES)
    assert broken(liked) == [Rule.UNSEEN]
    assert "liked" in liked.rulings[1].evidence
    nowhere = viewer_case(view, "beef", ASKED, RULES)
    assert broken(nowhere) == [Rule.INDEXED]
    train = viewer_case(view, "e-nothing", ASKED, RULES)
    assert broken(train) == [Rule.FITS]
    assert "must be above 0" in train.rulings[-1].evidence
    car = viewer_case(view, "b-zoo", replace(ASKED, where=And((HasTag("cat"),))), RULES)
    assert broken(car) == [Rule.WHERE]
    assert car.rulings[-1].evidence == "the filter asks that 'cat' is seen for at least 1 second"


def test_a_new_viewer_is_told_by_what_the_answer_goes() -> None:
    case = viewer_case(view_of(VIDEOS), "a-cats", Question(Profile(), NOW), RULES)
    assert case.basis is Basis.FRESH
    assert broken(case) == []
    assert case.rank is not None
