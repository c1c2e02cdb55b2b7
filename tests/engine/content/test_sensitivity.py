"""An assessment of sensitive content names its seconds, and is of what somebody looked for."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import (
    DEFAULT_RULES,
    LEVELS,
    TOPICS,
    Level,
    Rule,
    Rules,
    SensitivityAssessment,
    TopicAssessment,
    read_rules,
)
from engine.domain.tracks import NEW_CONTENT, ChangeTrack, Track
from engine.errors import InvalidInput
from engine.words.vocabulary import Vocabulary

NAMES = ("cat", "nudity", "weapon", "gun", "beer", "blood")
WORDS = frozenset(NAMES)
NOBODY = TopicAssessment(Level.UNKNOWN, ())


DEFAULT = "nudity"


def a_track(*seconds: dict[str, float], changes: ChangeTrack | None = None) -> Track:
    confidences = [[second.get(name, 0.0) for name in NAMES] for second in seconds]
    matrix = np.array(confidences, np.float32).reshape(-1, len(NAMES))
    return Track.from_confidences(matrix, np.arange(len(NAMES)), changes)


def judged(
    track: Track, words: frozenset[str] | None = WORDS, rules: str = "nudity"
) -> SensitivityAssessment:
    return SensitivityClassifier(Vocabulary(NAMES), read_rules(rules)).assessment(track, words)


@pytest.mark.parametrize(
    ("nudity", "level", "seconds"),
    [
        ((0.0, 0.3, 0.49), Level.NONE, ()),
        ((0.0, 0.6, 0.0), Level.FLAG, (1,)),
        ((0.0, 0.85, 0.0), Level.BLOCK, (1,)),
        ((0.6, 0.0, 0.55), Level.BLOCK, (0, 2)),
        ((), Level.UNKNOWN, ()),
    ],
)
def test_where_it_is_strict_one_doubtful_second_flags_and_two_block(
    nudity: tuple[float, ...], level: Level, seconds: tuple[int, ...]
) -> None:
    assessment = judged(a_track(*({"nudity": value} for value in nudity)), rules="nudity=strict")
    assert (assessment.level, assessment.seconds) == (level, seconds)
    assert assessment.topics["nudity"] == TopicAssessment(level, seconds)


def test_a_doubtful_picture_that_stands_still_is_one_look_however_long() -> None:
    still = ChangeTrack(np.array([NEW_CONTENT, 0, 0, 0], np.uint8), np.zeros(4, np.uint8))
    track = a_track(*[{"nudity": 0.6}] * 4, changes=still)
    assert judged(track, rules="nudity=strict").topics["nudity"] == TopicAssessment(
        Level.FLAG, (0, 1, 2, 3)
    )


def test_each_topic_has_a_level_and_seconds_of_its_own() -> None:
    track = a_track({"gun": 0.9}, {"beer": 0.6}, {"cat": 0.99}, {"weapon": 0.5, "beer": 0.3})
    topics = judged(track, rules="nudity").topics
    assert topics["weapons"] == TopicAssessment(Level.BLOCK, (0, 3))
    assert topics["alcohol"] == TopicAssessment(Level.FLAG, (1,))
    assert topics["nudity"] == topics["violence"] == TopicAssessment(Level.NONE, ())


def test_the_level_is_the_worst_of_the_topics_that_count() -> None:
    track = a_track({"gun": 0.9}, {"beer": 0.6})
    assert judged(track, rules="nudity").level is Level.NONE
    assert judged(track, rules="nudity,alcohol").level is Level.FLAG
    assert judged(track, rules="nudity,alcohol,weapons").level is Level.BLOCK
    assert judged(track, rules="nudity,alcohol,weapons").seconds == (0, 1)
    assert judged(track, rules="").level is Level.NONE


def test_a_topic_that_the_tagger_has_no_words_for_is_unknown_and_so_is_the_whole() -> None:
    track = a_track({"cat": 0.9})
    assessment = judged(track, frozenset({"cat", "nudity"}), "nudity,weapons")
    assert assessment.level is Level.UNKNOWN
    assert assessment.topics["nudity"] == TopicAssessment(Level.NONE, ())
    assert assessment.topics["weapons"] == assessment.topics["gambling"] == NOBODY


def test_of_a_tagger_whose_words_are_not_known_only_what_it_said_counts() -> None:
    assessment = judged(a_track({"beer": 0.9}, {"gun": 0.2}), None, "alcohol,weapons")
    assert assessment.level is Level.BLOCK
    assert assessment.topics["alcohol"] == TopicAssessment(Level.BLOCK, (0,))
    assert assessment.topics["weapons"] == TopicAssessment(Level.NONE, ())
    assert assessment.topics["nudity"] == NOBODY


def test_thresholds_are_set_by_topic() -> None:
    track = a_track({"nudity": 0.6, "beer": 0.6})
    assessment = judged(track, rules="nudity=0.3:0.6:strict,alcohol=0.7:0.9")
    assert assessment.topics["nudity"].level is Level.BLOCK
    assert assessment.topics["alcohol"].level is Level.NONE


def test_tags_that_came_after_the_vocabulary_are_no_matter() -> None:
    classifier = SensitivityClassifier(Vocabulary(("cat", "nudity")), read_rules("nudity=strict"))
    track = a_track({"nudity": 0.6, "blood": 0.9})
    assert classifier.assessment(track, WORDS).topics["violence"].level is Level.NONE
    assert classifier.assessment(track, WORDS).topics["nudity"].level is Level.FLAG


seconds_of_tags = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.1, 0.5, 0.6, 0.8, 0.95])),
    max_size=6,
)
some_words = st.none() | st.frozensets(st.sampled_from(NAMES))
some_rules = st.sampled_from(
    ["nudity=strict", "nudity=strict,weapons,alcohol", "nudity=strict,weapons=0.6:0.9,violence"]
)


@given(seconds_of_tags, some_words, some_rules)
def test_the_level_of_each_second_and_of_the_whole_is_what_the_words_say(
    seconds: list[dict[str, float]], words: frozenset[str] | None, text: str
) -> None:
    track, rules = a_track(*seconds), read_rules(text)
    classifier = SensitivityClassifier(Vocabulary(NAMES), rules)
    along = classifier.second_levels(track, words)
    expected = naive_levels(seconds, words, rules)
    assert {topic: [LEVELS[index] for index in levels] for topic, levels in along.items()} == {
        topic: [level for level, _ in levels] for topic, levels in expected.items()
    }
    assessment = classifier.assessment(track, words)
    assert classifier.level(track, words) is assessment.level
    for topic, levels in expected.items():
        present = tuple(second for second, (_, is_present) in enumerate(levels) if is_present)
        assert assessment.topics[topic].seconds == present
    counting = [assessment.topics[rule.topic].level for rule in rules]
    assert assessment.level == max(counting, key=LEVELS.index, default=Level.NONE)


def naive_levels(
    seconds: list[dict[str, float]], words: frozenset[str] | None, rules: Rules
) -> dict[str, list[tuple[Level, bool]]]:
    """The level of each second of each topic, and whether it is evidence."""
    named = {tag for second in seconds for tag in second}
    rule_of = {rule.topic: rule for rule in rules}
    levels_of: dict[str, list[tuple[Level, bool]]] = {}
    for topic, tags in TOPICS.items():
        rule = rule_of.get(topic) or Rule(topic)
        is_judged = bool(tags & (named if words is None else words))
        levels_of[topic] = []
        for second in seconds:
            surest = max((second[tag] for tag in tags & second.keys()), default=0.0)
            if surest >= rule.block:
                level = Level.BLOCK
            elif surest >= rule.flag:
                level = Level.FLAG
            else:
                level = Level.NONE if is_judged else Level.UNKNOWN
            levels_of[topic].append((level, surest >= rule.flag))
    return levels_of


def test_no_tag_speaks_of_two_topics() -> None:
    tags = [tag for words in TOPICS.values() for tag in words]
    assert len(tags) == len(set(tags))
    assert all(tag == " ".join(tag.lower().split()) for tag in tags)


def test_rules_are_read_as_they_are_written() -> None:
    assert read_rules("nudity=0.4:0.9, weapons") == (Rule("nudity", 0.4, 0.9), Rule("weapons"))
    assert read_rules("nudity,weapons,alcohol") == DEFAULT_RULES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nuditty", "no sensitive topic 'nuditty': choose from nudity, weapons"),
        ("nudity=0.5", "write a sensitive topic as nudity=0.5:0.8"),
        ("nudity=a:b", "write a sensitive topic as"),
        ("nudity=0.9:0.8", "the second not below the first"),
        ("nudity=0.0:0.8", "two numbers from 0.05 to 1.0"),
        ("nudity=nan:0.8", "two numbers from 0.05 to 1.0"),
        ("nudity,nudity=0.6:0.9", "names a sensitive topic twice"),
    ],
)
def test_rules_that_cannot_be_used_are_named(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_rules(text)


def test_every_word_of_every_topic_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sensitive.md").read_text()
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    for topic, tags in TOPICS.items():
        assert [tag for tag in tags if tag not in rows[topic]] == []


def seconds_of_nudity(*confidences: float) -> Track:
    return a_track(*({"nudity": value} for value in confidences))


@pytest.mark.parametrize(
    ("nudity", "level", "seconds"),
    [
        pytest.param((0.1, 0.6, 0.1, 0.1, 0.1, 0.1), Level.NONE, (), id="an unconfirmed second"),
        pytest.param((0.1, 0.97, 0.1, 0.1, 0.1, 0.1), Level.NONE, (), id="a sure look alone"),
        pytest.param((0.6, 0.6, 0.1, 0.6, 0.1, 0.6), Level.NONE, (), id="unconfirmed ones"),
        pytest.param((0.1, 0.6, 0.6, 0.2, 0.6, 0.6), Level.FLAG, (1, 2, 4, 5), id="four of five"),
        pytest.param((0.1, 0.95, 0.3, 0.95, 0.1, 0.1), Level.FLAG, (1, 3), id="two sure of three"),
        pytest.param((0.95, 0.95, 0.95, 0.1, 0.1, 0.1), Level.FLAG, (0, 1, 2), id="three sure"),
        pytest.param((0.1, 0.95, 0.95, 0.95, 0.95, 0.1), Level.BLOCK, (1, 2, 3, 4), id="four sure"),
        pytest.param((0.95,) * 3, Level.BLOCK, (0, 1, 2), id="short, all sure"),
        pytest.param((0.95, 0.95), Level.FLAG, (0, 1), id="too short to be certain"),
        pytest.param((0.6, 0.6), Level.FLAG, (0, 1), id="short and unconfirmed"),
        pytest.param((0.6, 0.1), Level.NONE, (), id="short, one of two"),
        pytest.param((0.6,), Level.NONE, (), id="one unconfirmed second"),
        pytest.param((0.95,), Level.FLAG, (0,), id="one sure look"),
    ],
)
def test_several_looks_in_a_row_must_agree_on_nudity(
    nudity: tuple[float, ...], level: Level, seconds: tuple[int, ...]
) -> None:
    track = seconds_of_nudity(*nudity)
    assert judged(track, rules=DEFAULT).topics["nudity"] == TopicAssessment(level, seconds)
    by_second = SensitivityClassifier(Vocabulary(NAMES), DEFAULT_RULES).second_levels(track, WORDS)
    assert tuple(np.flatnonzero(by_second["nudity"]).tolist()) == seconds


def test_a_sure_picture_that_stands_still_is_flagged_not_blocked() -> None:
    still = ChangeTrack(np.array([NEW_CONTENT, 0, 0, 0], np.uint8), np.zeros(4, np.uint8))
    track = a_track(*[{"nudity": 0.99}] * 4, changes=still)
    assert judged(track, rules=DEFAULT).topics["nudity"] == TopicAssessment(
        Level.FLAG, (0, 1, 2, 3)
    )


def test_what_a_service_says_of_nudity_needs_no_agreement() -> None:
    track = seconds_of_nudity(0.1, 0.97, 0.1, 0.1, 0.1, 0.1)
    assert judged(track, words=None, rules=DEFAULT).level is Level.BLOCK


@given(st.lists(st.floats(0, 1), max_size=14), st.floats(0, 1))
def test_more_nudity_is_never_judged_milder(confidences: list[float], more: float) -> None:
    milder = judged(seconds_of_nudity(*confidences), rules=DEFAULT)
    worse = judged(seconds_of_nudity(*(max(one, more) for one in confidences)), rules=DEFAULT)
    assert LEVELS.index(worse.level) >= LEVELS.index(milder.level)
    assert set(milder.seconds) <= set(worse.seconds)


@given(st.lists(st.floats(0, 1), max_size=14))
def test_the_strict_rule_is_never_milder(confidences: list[float]) -> None:
    track = seconds_of_nudity(*confidences)
    usual, strict = judged(track, rules=DEFAULT), judged(track, rules="nudity=strict")
    assert LEVELS.index(strict.level) >= LEVELS.index(usual.level)
    assert set(usual.seconds) <= set(strict.seconds)


def test_rules_are_read_with_and_without_strict() -> None:
    assert read_rules("nudity=strict") == (Rule("nudity", 0.5, 0.8, strict=True),)
    assert read_rules("nudity=0.4:0.7:strict") == (Rule("nudity", 0.4, 0.7, strict=True),)
    assert read_rules("nudity=0.4:0.7") == (Rule("nudity", 0.4, 0.7),)
    assert read_rules("nudity,weapons") == (Rule("nudity", 0.5, 0.9), Rule("weapons", 0.5, 0.8))
    for wrong in ("nudity=strict:0.5", "nudity=0.5:strict", "nudity=lax", "nudity=0.5"):
        with pytest.raises(InvalidInput, match=r"write a sensitive topic as nudity=0\.5:0\.8"):
            read_rules(wrong)
