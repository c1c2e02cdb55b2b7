"""Campaigns meet videos: the textbook's cosine and rules, and the same from either side."""

from dataclasses import replace
from math import log, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.advertising.campaigns import Campaign, CampaignState, Group, Keyword
from engine.domain.assessments.iab.taxonomy import content_taxonomy
from engine.domain.matching.filters import And
from engine.indexes.local.snapshot import LocalSnapshot
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.rules import MIN_RELEVANCE, rules_as_filters
from engine.targeting.targeting import Fit, Targeting, campaign_query
from engine.words.vocabulary import Vocabulary
from support.campaigns import TAGS, Shown, campaign, changed, keyword_match, snapshot_of

NOW = 1_000
VOCABULARY = Vocabulary(TAGS)
LANGUAGES = ("", "de", "DE-ch", "eng", "en-US", "EN")
CATEGORIES = ("422", "1", "2", "3")
"""Pets; automotive, and two below each other under it."""
KINDS = ("motion", "static", "unknown")
PERFORMANCES = ("performance", "talk", "unknown")

tags = st.sampled_from(TAGS)
some_tags = st.lists(tags, max_size=2, unique=True)
weights = st.one_of(st.sampled_from([1.0, 2.0, -1.0]), st.floats(-3, 3).map(lambda w: round(w, 2)))


@st.composite
def many_videos(draw: st.DrawFn) -> list[Shown]:
    shown = st.builds(
        Shown,
        id=st.just(""),
        seconds=st.dictionaries(tags, st.integers(1, 9), max_size=4),
        language=st.sampled_from(LANGUAGES),
        kind=st.sampled_from(KINDS),
        performance=st.sampled_from(PERFORMANCES),
        iab=st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True).map(tuple),
        at_floor=st.sampled_from([False, False, False, True]),
    )
    videos = draw(st.lists(shown, min_size=1, max_size=8))
    return [replace(video, id=f"v{number}") for number, video in enumerate(videos)]


@st.composite
def many_campaigns(draw: st.DrawFn) -> list[Campaign]:
    some_categories = st.lists(st.sampled_from(CATEGORIES), max_size=1).map(tuple)
    words = some_tags.map(lambda names: tuple(keyword_match(name) for name in names))
    group = st.builds(Group, st.sampled_from(["any", "all"]), words.filter(bool))
    criteria = st.fixed_dictionaries(
        {
            "min_relevance": st.sampled_from([0.0, 0.0, 0.3, 0.8]),
            "languages": st.lists(st.sampled_from(LANGUAGES), max_size=2, unique=True),
            "kinds": st.lists(st.sampled_from(KINDS), max_size=2, unique=True),
            "performance": st.lists(st.sampled_from(PERFORMANCES), max_size=2, unique=True),
            "categories": some_categories,
            "exclude_categories": some_categories,
        }
    )
    made = st.builds(
        Campaign,
        id=st.just(""),
        advertiser=st.sampled_from(["acme", "zeta"]),
        name=st.just("n"),
        keywords=st.dictionaries(tags, weights, min_size=1, max_size=4).map(
            lambda profile: tuple(Keyword(keyword_match(t), w) for t, w in profile.items())
        ),
        groups=st.lists(group, max_size=2).map(tuple),
        exclude=words,
        criteria=criteria,
        begins=st.sampled_from([0, NOW, NOW + 1]),
        ends=st.sampled_from([NOW, NOW + 1, 2 * NOW]),
        state=st.sampled_from([CampaignState.ACTIVE, CampaignState.ACTIVE, CampaignState.PAUSED]),
    )
    campaigns = draw(st.lists(made, min_size=1, max_size=8))
    return [replace(one, id=f"c{number}") for number, one in enumerate(campaigns)]


def takes(language_range: str, language: str) -> bool:
    """Whether a language that is asked for takes a video's, spelled out for these few."""
    short = {"": "", "de": "de", "DE-ch": "de-ch", "eng": "en", "en-US": "en-us", "EN": "en"}
    one, other = short[language_range], short[language]
    return one == other or (bool(one) and other.startswith(f"{one}-"))


def cosine(profile: dict[str, float], seconds: Any, videos: list[Shown]) -> float:
    def idf(tag: str) -> float:
        df = sum(tag in video.seconds for video in videos)
        return log((1 + len(videos)) / (1 + df)) + 1

    where = {tag: weight * idf(tag) for tag, weight in profile.items()}
    video_weights = {tag: count * idf(tag) for tag, count in seconds.items()}
    lengths = sqrt(sum(w * w for w in where.values()) * sum(s * s for s in video_weights.values()))
    dot = sum(weight * video_weights.get(tag, 0) for tag, weight in where.items())
    return dot / lengths if lengths else 0.0


def may_run(one: Campaign, video: Shown, score: float) -> bool:
    """The rules as a reader of the documentation would write them."""
    video_weights = set(video.seconds)
    groups = (
        any(word.word in video_weights for word in group.words)
        if group.rule == "any"
        else all(word.word in video_weights for word in group.words)
        for group in one.groups
    )

    def asks(criterion: str) -> tuple[str, ...]:
        return tuple(one.criteria.get(criterion, ()))

    filed = {above.id for own in video.iab for above in content_taxonomy().path(own)}
    return (
        not video.at_floor
        and (not asks("categories") or not filed.isdisjoint(asks("categories")))
        and filed.isdisjoint(asks("exclude_categories"))
        and one.state is CampaignState.ACTIVE
        and one.begins <= NOW < one.ends
        and (
            not asks("languages") or any(takes(word, video.language) for word in asks("languages"))
        )
        and (not asks("kinds") or video.kind in asks("kinds"))
        and (not asks("performance") or video.performance in asks("performance"))
        and not any(word.word in video_weights for word in one.exclude)
        and all(groups)
        and score >= MIN_RELEVANCE.of(one)
    )


def targeting_of(campaigns: list[Campaign], snapshot: LocalSnapshot) -> Targeting:
    index = CampaignIndex.empty().changed(campaigns, (), VOCABULARY, 1)
    return Targeting.of(index, snapshot)


def fits(targeting: Targeting, video: str, k: int = 100) -> list[Fit]:
    return targeting.for_video(video, k, now=NOW)


@given(many_videos(), many_campaigns())
def test_a_video_gets_the_campaigns_that_may_run_by_the_textbook_cosine(
    videos: list[Shown], campaigns: list[Campaign]
) -> None:
    snapshot = snapshot_of(videos)
    targeting = targeting_of(campaigns, snapshot)
    for video in videos:
        score_of = {fit.campaign: fit.score for fit in fits(targeting, video.id)}
        scores = {one.id: cosine(one.profile, video.seconds, videos) for one in campaigns}
        for one in campaigns:
            score, edge = scores[one.id], abs(scores[one.id] - MIN_RELEVANCE.of(one)) < 1e-9
            expected = score > 1e-8 and may_run(one, video, score)
            assert edge or abs(score) < 1e-8 or (one.id in score_of) == expected
        assert score_of == pytest.approx({name: scores[name] for name in score_of}, abs=1e-9)


@given(
    many_videos(),
    many_campaigns(),
    st.sampled_from(["raw", "sqrt", "log"]),
    st.sampled_from([1.0, 0.3]),
)
def test_scores_and_rules_are_the_same_from_either_side(
    videos: list[Shown], campaigns: list[Campaign], tf: str, slope: float
) -> None:
    snapshot = snapshot_of(videos, tf=tf, slope=slope)
    targeting = targeting_of(campaigns, snapshot)
    from_videos = {
        (fit.campaign, video.id): fit.score for video in videos for fit in fits(targeting, video.id)
    }
    from_campaigns = {
        (one.id, match.video): match.score
        for one in campaigns
        if one.state is CampaignState.ACTIVE and one.begins <= NOW < one.ends
        for match in snapshot.search(
            campaign_query(one, snapshot), 100, And(tuple(rules_as_filters(one).values()))
        )
        if match.score >= MIN_RELEVANCE.of(one)
    }
    # The same to the last bit, not nearly.
    assert from_videos == from_campaigns


@given(many_videos(), many_campaigns())
def test_every_broken_rule_is_named(videos: list[Shown], campaigns: list[Campaign]) -> None:
    snapshot = snapshot_of(videos)
    targeting = targeting_of(campaigns, snapshot)
    for video in videos:
        target = targeting.target(video.id, now=NOW)
        for row, one in enumerate(campaigns):
            filters = rules_as_filters(one)
            broken = {
                rule
                for rule, where in filters.items()
                if not snapshot.passes([video.id], where).all()
            }
            if one.state is CampaignState.PAUSED:
                broken.add("state")
            if not one.begins <= NOW < one.ends:
                broken.add("flight")
            if MIN_RELEVANCE.of(one) > 0.5:
                broken.add("relevance")
            assert set(targeting.broken_rules(row, 0.5, target)) == broken


@given(many_videos(), many_campaigns(), st.data())
def test_an_index_that_changed_step_by_step_is_the_one_made_at_once(
    videos: list[Shown], campaigns: list[Campaign], data: st.DataObject
) -> None:
    snapshot = snapshot_of(videos)
    index = CampaignIndex.empty()
    left = {}
    for step in range(3):
        new = data.draw(st.lists(st.sampled_from(campaigns), unique_by=lambda one: one.id))
        new = [changed(one, min_relevance=step / 10) for one in new]
        ids = [one.id for one in campaigns if one not in new]
        gone = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
        gone = [name for name in gone if name not in {one.id for one in new}]
        index = index.changed(new, gone, VOCABULARY, step)
        left.update({one.id: one for one in new})
        left = {name: one for name, one in left.items() if name not in gone}
    stepwise = Targeting.of(index, snapshot)
    in_one_go = targeting_of(list(left.values()), snapshot)
    for video in videos:
        assert fits(stepwise, video.id) == fits(in_one_go, video.id)


def test_ties_go_to_the_lower_id_and_k_cuts_the_list() -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3})])
    targeting = targeting_of([campaign(name, {"car": 1}) for name in ("c", "a", "b")], snapshot)
    assert [fit.campaign for fit in fits(targeting, "v", k=2)] == ["a", "b"]


def test_a_word_of_several_tags_counts_on_each_by_how_sure_it_is() -> None:
    ride = Keyword(keyword_match("ride", car=1.0, train=0.95), 2.0)
    one = Campaign("c", "acme", "n", (ride, Keyword(keyword_match("car"), 1.0)))
    assert one.profile == {"car": 3.0, "train": 1.9}


def test_of_a_word_of_several_tags_one_is_enough_for_a_group() -> None:
    ride = keyword_match("ride", car=1.0, train=0.95)
    both = campaign("c", {"city": 1}, groups=(Group("all", (ride, keyword_match("city"))),))
    assert both.needs == (("car", "train"), ("city",))


def test_a_viewer_gets_running_campaigns_whatever_they_ask_of_videos() -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3, "cat": 1}), Shown("w", {"train": 1})])
    targeting = targeting_of(
        [
            campaign("a", {"car": 1}, kinds=("static",), exclude=(keyword_match("cat"),)),
            campaign("b", {"car": 1, "cat": 1}),
            campaign("late", {"car": 1}, begins=NOW + 1),
            campaign("picky", {"cat": 1, "car": 0.1}, min_relevance=0.5),
        ],
        snapshot,
    )
    query = snapshot.query([TAGS.index("car")], [1.0])
    score_of = targeting.for_viewer(query, 10, now=NOW)
    assert [fit.campaign for fit in score_of] == ["a", "b"]
    assert score_of[0].score == pytest.approx(1.0)
    assert score_of[1].score == pytest.approx(
        cosine({"car": 1, "cat": 1}, {"car": 1}, [Shown("v", {"car": 3, "cat": 1}), Shown("w", {})])
    )


def test_tags_that_came_after_the_index_count_for_nothing_from_either_side() -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3}), Shown("w", {"cat": 1})])
    newer = Vocabulary((*TAGS, "zebra"))
    one = campaign("c", {"car": 1, "zebra": 2}, exclude=(keyword_match("zebra"),))
    needy = campaign("d", {"car": 1}, groups=(Group("any", (keyword_match("zebra"),)),))
    index = CampaignIndex.empty().changed([one, needy], (), newer, 1)
    (fit,) = fits(Targeting.of(index, snapshot), "v")
    assert fit.campaign == "c"
    assert fit.score == pytest.approx(1.0)
    query = snapshot.query(newer.numbers(one.profile), list(one.profile.values()))
    assert [match.score for match in snapshot.search(query, 5)] == [fit.score]


def test_beside_an_index_that_lacks_performances_only_who_asks_for_one_does_not_run() -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3}, performance="talk")])
    asks, does_not = campaign("a", {"car": 1}, performance=("talk",)), campaign("b", {"car": 1})
    fitting = fits(targeting_of([asks, does_not], snapshot), "v")
    assert [fit.campaign for fit in fitting] == ["a", "b"]
    metadata = snapshot.generation.metadata
    columns = {name: one for name, one in metadata.columns.items() if name != "performance"}
    older = replace(snapshot.generation, metadata=replace(metadata, columns=columns))
    fitting = fits(targeting_of([asks, does_not], LocalSnapshot.of(older)), "v")
    assert [fit.campaign for fit in fitting] == ["b"]


def test_nothing_runs_beside_what_is_at_the_floor() -> None:
    snapshot = snapshot_of([Shown("v", {"car": 3}, at_floor=True), Shown("w", {"car": 1})])
    one = campaign("c", {"car": 1}, suitability={"adult": "high"})
    assert fits(targeting_of([one], snapshot), "v") == []
    assert [fit.campaign for fit in fits(targeting_of([one], snapshot), "w")] == ["c"]
