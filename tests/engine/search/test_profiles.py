"""Profiles equal the textbook's Rocchio, done in dictionaries, and tell where tags are from."""

from collections.abc import Iterable
from math import log, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.domain.viewers import Event, EventKind
from engine.indexes.local.mean_vector import SHRINKAGE
from engine.search.explain import reasons
from engine.search.profiles import (
    Profile,
    ProfileRules,
    ProfileVector,
    Reaction,
    profile_of,
    profile_vector_of,
)
from support.views import DAY, NOW, TAGS, VIDEOS, Vector, snapshot_of

PLAIN = ProfileRules(mean_share=0.0, power=1.0)


def idf(tag: str) -> float:
    df = sum(tag in counts for counts in VIDEOS.values())
    return log((1 + len(VIDEOS)) / (1 + df)) + 1


def unit(vector: Vector) -> dict[str, float]:
    length = sqrt(sum(value * value for value in vector.values()))
    return {tag: value / length for tag, value in vector.items()} if length else {}


def weighed(vector: Vector) -> dict[str, float]:
    return unit({tag: value * idf(tag) for tag, value in vector.items()})


def added(*vectors: Vector) -> dict[str, float]:
    return {tag: sum(vector.get(tag, 0.0) for vector in vectors) for tag in TAGS}


def times(factor: float, vector: Vector) -> dict[str, float]:
    return {tag: factor * value for tag, value in vector.items()}


def mean(weights: Vector) -> dict[str, float]:
    total = sum(weights.values())
    return added(*(times(w / total, weighed(VIDEOS[video])) for video, w in weights.items()))


def textbook(profile: Profile, rules: ProfileRules) -> dict[str, float]:
    """The query vector, of length 1."""
    likes = {one.video: one.weight for one in profile.reactions if one.weight > 0}
    dislikes = {one.video: -one.weight for one in profile.reactions if one.weight < 0}
    shown: dict[str, float] = {}
    if likes:
        everything = mean(dict.fromkeys(VIDEOS, 1.0))
        known = len(VIDEOS) / (len(VIDEOS) + SHRINKAGE)
        shown = added(mean(likes), times(-rules.mean_share * known, everything))
    if dislikes:
        shown = added(shown, times(-rules.disliked if likes else -1.0, mean(dislikes)))
    felt = list((likes or dislikes).values())
    power = rules.power
    if felt:
        n_effective = sum(felt) ** 2 / sum(weight * weight for weight in felt)
        power += (1 - power) / n_effective**2
    damped = {
        tag: (abs(v) / idf(tag)) ** power * idf(tag) * (1 if v > 0 else -1)
        for tag, v in shown.items()
        if v
    }
    strongest = sorted(damped, key=lambda tag: -abs(damped[tag]))[: rules.most_tags]
    scaled = unit({tag: damped[tag] for tag in strongest})
    if not likes:
        scaled = times(rules.disliked, scaled)
    explicit = weighed(profile.interests)
    both = added(explicit, scaled)
    # What undoes itself is nothing, though floats leave some.
    sizes = {tag: max(abs(explicit.get(tag, 0)), abs(scaled.get(tag, 0))) for tag in both}
    return unit({tag: one for tag, one in both.items() if abs(one) > 1e-12 * sizes[tag]})


weights = st.floats(0.05, 1.0).map(lambda weight: round(weight, 3))
reactions = st.dictionaries(st.sampled_from(list(VIDEOS)), weights | weights.map(lambda w: -w))
interests = st.dictionaries(st.sampled_from(TAGS), st.sampled_from([1.0, 0.4, -0.7]), max_size=3)
rules = st.builds(
    ProfileRules,
    disliked=st.sampled_from([0.1, 0.25, 1.0]),
    mean_share=st.sampled_from([0.0, 0.2, 0.85, 1.0]),
    power=st.sampled_from([0.5, 0.65, 1.0]),
)


def profile(explicit: Vector, felt: Vector) -> Profile:
    kinds = [
        Reaction(video, EventKind.LIKED if weight > 0 else EventKind.DISLIKED, weight)
        for video, weight in felt.items()
    ]
    return Profile(explicit, tuple(kinds), tuple(felt))


@given(interests, reactions, rules)
@example({"city": -0.7, "car": -0.7}, {"c-street": 1.0}, ProfileRules(mean_share=0.0))
def test_the_query_is_the_textbooks(explicit: Vector, felt: Vector, rules: ProfileRules) -> None:
    snapshot = snapshot_of(VIDEOS)
    query = profile_vector_of(profile(explicit, felt), snapshot, rules).query
    actual = {snapshot.vocabulary.names[t]: u for t, u in zip(query.tags, query.units, strict=True)}
    expected = textbook(profile(explicit, felt), rules)
    for tag in TAGS:
        assert actual.get(tag, 0.0) == pytest.approx(expected.get(tag, 0.0), abs=1e-9)


@given(interests, reactions, rules)
@example({"city": -0.7, "car": -0.7}, {"c-street": 1.0}, ProfileRules(mean_share=0.0))
def test_reasons_add_up_to_the_score_and_their_parts_to_each_share(
    explicit: Vector, felt: Vector, rules: ProfileRules
) -> None:
    snapshot = snapshot_of(VIDEOS)
    profile_vector = profile_vector_of(profile(explicit, felt), snapshot, rules)
    query = {
        snapshot.vocabulary.names[t]: u
        for t, u in zip(profile_vector.query.tags, profile_vector.query.units, strict=True)
    }
    for video, counts in VIDEOS.items():
        why = reasons(snapshot, profile_vector, video)
        video_weights = weighed(counts)
        score = sum(query.get(tag, 0.0) * value for tag, value in video_weights.items())
        assert sum(reason.share for reason in why) == pytest.approx(score, abs=1e-9)
        for reason in why:
            parts = reason.explicit + reason.other + sum(one.share for one in reason.from_)
            assert parts == pytest.approx(reason.share, abs=1e-12)
            for source in reason.from_:
                assert reason.tag in VIDEOS[source.video]


@given(st.sampled_from(list(VIDEOS)), st.floats(0.05, 1.0), st.floats(0.3, 1.0))
def test_of_one_liked_video_nothing_is_damped(video: str, weight: float, power: float) -> None:
    snapshot = snapshot_of(VIDEOS)
    rules = ProfileRules(mean_share=0.0, power=power)
    vector = profile_vector_of(profile({}, {video: weight}), snapshot, rules)
    own = snapshot.query_like(video)
    assert vector.query.tags.tolist() == own.tags.tolist()
    assert vector.query.units == pytest.approx(own.units)


def test_likes_that_dislikes_of_the_same_undo_are_no_profile() -> None:
    # Thirds of one in floats: their sum less one is not 0.
    videos = {f"v{number}": {"city": 3, "car": 1} for number in range(12)} | {"other": {"cat": 1}}
    felt = {f"v{number}": 0.1 for number in range(9)} | {"v9": -0.3, "v10": -0.1}
    rules = ProfileRules(disliked=1.0, mean_share=0.0)
    assert profile_vector_of(profile({}, felt), snapshot_of(videos), rules).is_empty


def test_likes_of_long_ago_still_make_a_profile() -> None:
    snapshot = snapshot_of(VIDEOS)
    old = dict.fromkeys(VIDEOS, 1e-180)
    assert not profile_vector_of(profile({}, old), snapshot, ProfileRules()).is_empty


@given(
    st.dictionaries(st.sampled_from(TAGS), st.integers(1, 50), min_size=1),
    st.integers(1, 300),
)
def test_who_likes_what_every_video_shows_is_left_with_all_of_it(
    counts: dict[str, int], n_videos: int
) -> None:
    snapshot = snapshot_of({f"v{number:03}": counts for number in range(n_videos)})
    profile_vector = profile_vector_of(
        profile({}, {"v000": 1.0}), snapshot, ProfileRules(mean_share=1.0)
    )
    query = {snapshot.vocabulary.names[tag]: float(unit) for tag, unit in _pairs(profile_vector)}
    assert set(query) == set(counts)
    assert min(query.values()) > 0


def _pairs(profile_vector: ProfileVector) -> Iterable[tuple[int, float]]:
    return zip(profile_vector.query.tags.tolist(), profile_vector.query.units.tolist(), strict=True)


def test_a_tag_names_the_videos_it_came_from() -> None:
    snapshot = snapshot_of(VIDEOS)
    profile_vector = profile_vector_of(
        profile({"city": 1.0}, {"a-cats": 1.0, "b-zoo": 0.5}), snapshot, PLAIN
    )
    by_tag = {reason.tag: reason for reason in reasons(snapshot, profile_vector, "b-zoo")}
    animal = by_tag["animal"]
    assert [one.video for one in animal.from_] == ["a-cats", "b-zoo"]
    assert animal.explicit == 0.0
    # In proportion to what each put in: its weight times the tag in its vector of length 1.
    ratio = weighed(VIDEOS["a-cats"])["animal"] / (0.5 * weighed(VIDEOS["b-zoo"])["animal"])
    assert animal.from_[0].share / animal.from_[1].share == pytest.approx(ratio)
    assert by_tag["city"].explicit > 0


def test_what_counts_against_a_video_is_named_by_who_was_disliked() -> None:
    snapshot = snapshot_of(VIDEOS)
    profile_vector = profile_vector_of(
        profile({}, {"a-cats": -1.0, "b-zoo": -0.5}), snapshot, PLAIN
    )
    by_tag = {reason.tag: reason for reason in reasons(snapshot, profile_vector, "b-zoo")}
    animal = by_tag["animal"]
    assert animal.share < 0
    assert [one.video for one in animal.from_] == ["a-cats", "b-zoo"]
    assert all(one.share < 0 for one in animal.from_)
    assert sum(one.share for one in animal.from_) == pytest.approx(animal.share)


def event(video: str, kind: EventKind, *, days_ago: float = 0.0, share: float = 1.0) -> Event:
    return Event(f"{video} {kind} {days_ago}", video, kind, NOW - days_ago * DAY, share)


def weights_of(*events: Event, rules: ProfileRules = PLAIN) -> dict[str, float]:
    actual = profile_of({}, events, rules, now=NOW)
    return {reaction.video: reaction.weight for reaction in actual.reactions}


def test_each_kind_of_event_weighs_what_the_rules_say() -> None:
    actual = weights_of(
        event("a", EventKind.LIKED),
        event("b", EventKind.WATCHED, share=0.5),
        event("c", EventKind.SKIPPED),
        event("d", EventKind.DISLIKED),
        event("e", EventKind.HIDDEN),
    )
    assert actual == {"a": 1.0, "b": 0.25, "c": -0.25, "d": -1.0}


def test_events_weigh_half_after_the_half_life() -> None:
    rules = ProfileRules(half_life_days=10.0)
    actual = weights_of(
        event("a", EventKind.LIKED, days_ago=10), event("b", EventKind.LIKED), rules=rules
    )
    assert actual == pytest.approx({"a": 0.5, "b": 1.0})


def test_the_last_outright_word_counts() -> None:
    liked_then_watched = (
        event("a", EventKind.LIKED, days_ago=2),
        event("a", EventKind.WATCHED, days_ago=1, share=0.1),
    )
    changed_their_mind = (
        event("b", EventKind.LIKED, days_ago=2),
        event("b", EventKind.DISLIKED, days_ago=1),
    )
    actual = weights_of(*reversed(liked_then_watched), *changed_their_mind)
    assert actual["a"] > 0.9
    assert actual["b"] < -0.9


def test_what_came_after_now_only_keeps_its_video_away() -> None:
    actual = profile_of({}, [event("a", EventKind.LIKED, days_ago=-1)], PLAIN, now=NOW)
    assert actual.reactions == ()
    assert actual.consumed == ("a",)
