"""The risk of each topic is the worst of its seconds, and never that of what nobody looked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.brand_suitability import SuitabilityClassifier
from engine.domain.assessments.iab.taxonomy import SENSITIVE_TOPICS, content_taxonomy
from engine.domain.assessments.sensitivity import FLAG, TOPICS, read_rules
from engine.domain.assessments.suitability import (
    BRAND_TOPICS,
    RISKS,
    VECTORS,
    Ladder,
    Risk,
    TopicRisk,
    topic_index,
)
from engine.domain.tracks import FULL_SCALE, NEW_CONTENT, ChangeTrack, Track, min_stored
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary

NAMES = ("cat", "nudity", "weapon", "beer", "military", "blood")
WORDS = frozenset(NAMES)
SOURCE = {"nudity": "nudity", "weapons": "weapon", "alcohol": "beer"}
SOURCE |= {"military": "military", "violence": "blood"}


def a_track(*seconds: dict[str, float], changes: ChangeTrack | None = None) -> Track:
    confidences = [[second.get(name, 0.0) for name in NAMES] for second in seconds]
    matrix = np.array(confidences, np.float32).reshape(-1, len(NAMES))
    return Track.from_confidences(matrix, np.arange(len(NAMES)), changes)


def still(n_seconds: int) -> ChangeTrack:
    flags = np.zeros(n_seconds, np.uint8)
    flags[0] = NEW_CONTENT
    return ChangeTrack(flags, np.zeros(n_seconds, np.uint8))


CLASSIFIER = SuitabilityClassifier(Vocabulary(NAMES), read_rules("nudity=strict,weapons,alcohol"))


def risk(name: str, track: Track, words: frozenset[str] | None = WORDS) -> TopicRisk:
    return CLASSIFIER.assessments(track, words)[topic_index(name)]


def test_the_topics_are_those_below_sensitive_topics_and_the_levels_the_vector() -> None:
    taxonomy = content_taxonomy()
    below = taxonomy.with_all_below([SENSITIVE_TOPICS]) - {SENSITIVE_TOPICS}
    assert {topic.category for topic in BRAND_TOPICS} == below
    assert len(BRAND_TOPICS) == 11
    assert [VECTORS[level] for level in (Risk.FLOOR, Risk.HIGH, Risk.MEDIUM, Risk.LOW)] == [
        "bsr001",
        "bsr002",
        "bsr003",
        "bsr004",
    ]
    for topic in BRAND_TOPICS:
        assert set(topic.ladders) <= set(TOPICS)


@pytest.mark.parametrize(
    ("topic", "tag", "confidences", "level", "seconds"),
    [
        ("arms", "weapon", (0.0, 0.4, 0.0), Risk.NONE, ()),
        ("arms", "weapon", (0.0, 0.5, 0.0), Risk.LOW, (1,)),
        ("arms", "weapon", (0.0, 0.6, 0.0), Risk.LOW, (1,)),
        ("arms", "weapon", (0.6, 0.0, 0.6), Risk.MEDIUM, (0, 2)),
        ("arms", "weapon", (0.0, 0.9, 0.0), Risk.MEDIUM, (1,)),
        ("arms", "weapon", (0.9, 0.0, 0.9), Risk.HIGH, (0, 2)),
        ("arms", "weapon", (0.9, 0.9, *[0.0] * 8), Risk.HIGH, (0, 1)),
        ("arms", "weapon", (0.9, 0.9, *[0.0] * 9), Risk.MEDIUM, (0, 1)),
        ("adult", "nudity", (0.0, 0.6, 0.0), Risk.MEDIUM, (1,)),
        ("adult", "nudity", (0.0, 0.9, 0.0), Risk.HIGH, (1,)),
        ("adult", "nudity", (0.9, 0.9, *[0.0] * 20), Risk.FLOOR, (0, 1)),
        ("drugs", "beer", (0.9, 0.0, 0.0, 0.0, 0.0, 0.0), Risk.MEDIUM, (0,)),
        ("death", "military", (0.9, 0.0, 0.0), Risk.LOW, (0,)),
        ("death", "blood", (0.9, 0.0, 0.0), Risk.HIGH, (0,)),
    ],
)
def test_a_topic_is_as_risky_as_it_is_sure_and_frequent(
    topic: str, tag: str, confidences: tuple[float, ...], level: Risk, seconds: tuple[int, ...]
) -> None:
    assessment = risk(topic, a_track(*({tag: value} for value in confidences)))
    assert (assessment.risk, assessment.seconds) == (level, seconds)


def test_who_asks_for_the_risks_alone_is_told_the_same_at_the_threshold_itself() -> None:
    track = a_track({}, {"weapon": min_stored(FLAG) / FULL_SCALE}, {})
    assessments = CLASSIFIER.assessments(track, WORDS)
    assert assessments[topic_index("arms")].risk == Risk.LOW
    assert [RISKS[one] for one in CLASSIFIER.risks(track, WORDS)] == [
        one.risk for one in assessments
    ]


def test_a_picture_that_stands_still_is_one_look_however_long() -> None:
    track = a_track(*[{"nudity": 0.9}] * 60, changes=still(60))
    assert risk("adult", track).risk == Risk.HIGH


@pytest.mark.parametrize(
    "topic", ["crime", "debated", "hate", "obscenity", "piracy", "spam", "terrorism"]
)
def test_what_no_tag_can_tell_is_unknown(topic: str) -> None:
    assessment = risk(topic, a_track({"blood": 1.0, "weapon": 1.0}))
    assert assessment == TopicRisk(BRAND_TOPICS[topic_index(topic)], Risk.UNKNOWN, (), (), ())


def test_a_part_that_nobody_looked_for_is_named() -> None:
    drugs = risk("drugs", a_track({"cat": 1.0}))
    assert drugs.risk == Risk.NONE
    assert drugs.looked_for == ("alcohol",)
    assert drugs.not_looked_for == ("tobacco", "drugs")


def test_the_silence_of_a_tagger_whose_words_are_not_known_says_nothing() -> None:
    assessments = CLASSIFIER.assessments(a_track({"cat": 1.0, "weapon": 0.9}, {}), None)
    known = {assessment.topic.name: assessment.risk for assessment in assessments}
    assert known.pop("arms") == Risk.MEDIUM
    assert set(known.values()) == {Risk.UNKNOWN}


def test_a_video_without_seconds_is_unknown_throughout() -> None:
    assert {RISKS[risk] for risk in CLASSIFIER.risks(Track.empty(), WORDS)} == {Risk.UNKNOWN}


def test_only_seconds_over_what_is_tolerated_are_risky() -> None:
    track = a_track({}, {"weapon": 0.6}, {"beer": 0.9}, {}, {}, {}, {}, {})
    risky = CLASSIFIER.risky_seconds(track, WORDS, {"arms": "none", "drugs": "medium"})
    assert np.flatnonzero(risky).tolist() == [1]
    risky = CLASSIFIER.risky_seconds(track, WORDS, {"avbNf2": "low", "pg0WhF": "low"})
    assert np.flatnonzero(risky).tolist() == [2]
    assert not CLASSIFIER.risky_seconds(track, WORDS, {}).any()


def test_the_floor_makes_every_second_risky_whatever_is_tolerated() -> None:
    track = a_track({"nudity": 0.9}, {"nudity": 0.9}, {}, {})
    assert CLASSIFIER.risky_seconds(track, WORDS, {}).all()
    assert CLASSIFIER.risky_seconds(track, WORDS, {"adult": "floor"}).all()


@pytest.mark.parametrize(
    ("tolerated", "says"),
    [
        ({"arms": "some"}, "no risk level 'some': choose from none, low"),
        ({"guns": "low"}, "no brand suitability topic 'guns': choose from adult, arms"),
    ],
)
def test_what_cannot_be_tolerated_is_named(tolerated: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        CLASSIFIER.risky_seconds(a_track({}), WORDS, tolerated)


def by_hand(ladder: Ladder, confidences: list[float], n_seconds: int) -> list[Risk]:
    """One sensitive topic's risk per second, every second a look of its own."""
    present = [value >= 0.5 for value in confidences]
    certain = [value >= 0.8 for value in confidences]
    often = sum(certain) >= 2 and sum(certain) / n_seconds >= ladder.share
    risks = []
    for is_present, is_certain in zip(present, certain, strict=True):
        if is_certain:
            risks.append(ladder.often if often else ladder.certain)
        elif is_present:
            risks.append(ladder.certain if sum(present) >= 2 else ladder.suspected)
        else:
            risks.append(Risk.NONE)
    return risks


seconds = st.dictionaries(
    st.sampled_from(NAMES[1:]), st.sampled_from([0.1, 0.3, 0.6, 0.7, 0.9, 1.0]), max_size=4
)


@given(st.lists(seconds, min_size=1, max_size=12))
def test_risks_are_those_worked_out_by_hand(shown: list[dict[str, float]]) -> None:
    actual = CLASSIFIER.second_risks(a_track(*shown), WORDS)
    assert actual.shape == (11, len(shown))
    for row, topic in enumerate(BRAND_TOPICS):
        known = {name: ladder for name, ladder in topic.ladders.items() if name in SOURCE}
        columns = [
            by_hand(ladder, [second.get(SOURCE[name], 0.0) for second in shown], len(shown))
            for name, ladder in known.items()
        ]
        expected = [max(RISKS.index(one) for one in row) for row in zip(*columns, strict=True)]
        assert actual[row].tolist() == (expected or [RISKS.index(Risk.UNKNOWN)] * len(shown))
    worst = [max(row) for row in actual.tolist()]
    assert CLASSIFIER.risks(a_track(*shown), WORDS).tolist() == worst
