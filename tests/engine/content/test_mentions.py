"""Mentions of a topic raise a video's risks, and never clear one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.brand_suitability import SuitabilityClassifier
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import LEVELS, Level, read_rules
from engine.domain.assessments.suitability import BRAND_TOPICS, RISKS, Risk, topic_index
from engine.domain.metadata import RiskLimit
from engine.domain.tracks import FULL_SCALE, Track
from engine.indexes.local.filters import _no_riskier
from engine.words.vocabulary import Vocabulary

SEEN = ("cat", "weapon", "beer", "nudity", "military", "blood")
SAID = ("text:gun", "speech:naked", "metadata:weapon", "audio:fight", "people:beer", "text:cat")
NAMES = (*SEEN, *SAID)
RULES = read_rules("nudity=strict,weapons,alcohol")
SENSITIVITY = SensitivityClassifier(Vocabulary(NAMES), RULES)
SUITABILITY = SuitabilityClassifier(Vocabulary(NAMES), RULES)

words = st.one_of(st.none(), st.frozensets(st.sampled_from(SEEN)), st.just(frozenset(SEEN)))
confidence = st.sampled_from([0.0, 0.0, 0.3, 0.6, 0.95])


def a_track(seconds: list[dict[str, float]], whole: dict[str, float] | None = None) -> Track:
    rows = [[second.get(name, 0.0) for name in NAMES] for second in seconds]
    matrix = np.array(rows, np.float32).reshape(-1, len(NAMES))
    track = Track.from_confidences(matrix, np.arange(len(NAMES)))
    given = sorted(
        (NAMES.index(name), sure) for name, sure in (whole or {}).items() if sure >= 0.05
    )
    return replace(
        track,
        whole_tags=np.array([number for number, _ in given], np.uint32),
        whole_confidences=np.array([sure * FULL_SCALE for _, sure in given], np.uint16),
    )


@st.composite
def seen_and_said(draw: st.DrawFn) -> tuple[Track, Track]:
    """Draw the track of a picture, and the same with what other sources say."""
    some_seen = st.dictionaries(st.sampled_from(SEEN), confidence, max_size=3)
    some_said = st.dictionaries(st.sampled_from(SAID), confidence, max_size=3)
    seconds = draw(st.lists(st.tuples(some_seen, some_said), max_size=6))
    alone = a_track([observed for observed, _ in seconds])
    return alone, a_track([observed | spoken for observed, spoken in seconds], draw(some_said))


@given(seen_and_said(), words)
def test_other_sources_never_lower_a_level(
    tracks: tuple[Track, Track], words: frozenset[str] | None
) -> None:
    alone, both = tracks
    before, after = (SENSITIVITY.assessment(track, words) for track in tracks)
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)
    assert set(after.seconds) >= set(before.seconds)
    assert SENSITIVITY.level(both, words) is after.level
    for topic, own in before.topics.items():
        assert LEVELS.index(after.topics[topic].level) >= LEVELS.index(own.level)
        assert own.mentioned_by == ()
    for topic, levels in SENSITIVITY.second_levels(alone, words).items():
        assert np.all(SENSITIVITY.second_levels(both, words)[topic] >= levels)


@given(seen_and_said(), words)
def test_no_filter_lets_through_what_it_did_not_before_something_was_said(
    tracks: tuple[Track, Track], words: frozenset[str] | None
) -> None:
    before, after = (SUITABILITY.risks(track, words)[None] for track in tracks)
    for topic in ("", *(one.name for one in BRAND_TOPICS)):
        for at_most in RISKS[: RISKS.index(Risk.UNKNOWN)]:
            for unknown in (False, True):
                limit = RiskLimit(at_most, topic, unknown)
                assert _no_riskier(before, limit)[0] >= _no_riskier(after, limit)[0]
    assert np.all(
        SUITABILITY.risky_seconds(tracks[1], words, {"arms": "low", "drugs": "none"})
        >= SUITABILITY.risky_seconds(tracks[0], words, {"arms": "low", "drugs": "none"})
    )
    given = [SUITABILITY.assessments(track, words) for track in tracks]
    for first, second, code in zip(*given, after[0], strict=True):
        assert RISKS.index(second.risk) >= RISKS.index(first.risk)
        assert second.looked_for == first.looked_for
        # What the index holds is what the assessment says.
        unknown_at = RISKS.index(Risk.UNKNOWN)
        if second.risk is Risk.UNKNOWN:
            assert code == unknown_at + RISKS.index(second.mentioned)
        else:
            assert RISKS[code] is second.risk
        assert bool(second.mentioned_by) == (second.mentioned is not Risk.NONE)


@pytest.mark.parametrize(
    ("whole", "words", "risk", "mentioned"),
    [
        # A title with a gun in it, on footage where somebody looked and saw none.
        ({"metadata:weapon": 0.97}, frozenset(SEEN), Risk.MEDIUM, Risk.MEDIUM),
        ({"metadata:weapon": 0.6}, frozenset(SEEN), Risk.LOW, Risk.LOW),
        ({"metadata:weapon": 0.4}, frozenset(SEEN), Risk.NONE, Risk.NONE),
        # On a video that nobody looked at for arms it stays unknown, and is told besides.
        ({"metadata:weapon": 0.97}, frozenset({"cat"}), Risk.UNKNOWN, Risk.MEDIUM),
    ],
)
def test_a_title_with_a_gun_raises_the_risk(
    whole: dict[str, float], words: frozenset[str], risk: Risk, mentioned: Risk
) -> None:
    track = a_track([{"cat": 0.9}] * 10, whole)
    arms = SUITABILITY.assessments(track, words)[topic_index("arms")]
    assert (arms.risk, arms.mentioned, arms.seconds) == (risk, mentioned, ())
    assert arms.mentioned_by == (() if mentioned is Risk.NONE else ("metadata",))
    is_unsuitable = mentioned is Risk.MEDIUM
    assert SUITABILITY.risky_seconds(track, words, {"arms": "low"}).all() == is_unsuitable


def test_what_is_spoken_counts_on_its_seconds() -> None:
    track = a_track([{}, {"text:gun": 0.6}, {}, {"text:gun": 0.6}, {}])
    weapons = SENSITIVITY.assessment(track, frozenset(SEEN)).topics["weapons"]
    # Two mentions that are suspected are certain, as two looks are.
    assert (weapons.level, weapons.seconds) == (Level.BLOCK, (1, 3))
    assert weapons.mentioned_by == ("text",)
    arms = SUITABILITY.assessments(track, frozenset(SEEN))[topic_index("arms")]
    assert (arms.risk, arms.seconds) == (Risk.MEDIUM, (1, 3))
    risky = SUITABILITY.risky_seconds(track, frozenset(SEEN), {"arms": "none"})
    assert np.flatnonzero(risky).tolist() == [1, 3]


def test_words_alone_never_rule_a_video_out_for_everybody() -> None:
    # Seen for sure twice, nudity is at the floor; spoken of, it is as risky as one sure look.
    spoken = a_track([{"speech:naked": 1.0}] * 6, {"metadata:weapon": 1.0})
    adult = SUITABILITY.assessments(spoken, frozenset(SEEN))[topic_index("adult")]
    assert adult.risk is Risk.HIGH
    naked = a_track([{"nudity": 1.0}] * 6)
    assert SUITABILITY.assessments(naked, frozenset(SEEN))[topic_index("adult")].risk is Risk.FLOOR
