"""An assessment follows from both senses, and what nobody heard or saw is unknown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.content.performance import (
    MIN_MUSIC,
    MIN_PERFORMERS,
    MIN_SILENCE,
    MIN_SPEECH,
    PerformanceClassifier,
    Picture,
    Sound,
    classify,
)
from engine.domain.assessments.performance import Performance
from engine.domain.content import SourceTrack, VideoContent
from engine.domain.matching.results import TagCount
from engine.domain.tracks import Track
from engine.domain.videos import KINDS, VideoRecord
from engine.words.vocabulary import Vocabulary

SECONDS = 20
SONG = Sound(SECONDS, silence=0, music=18, singing=6, speech=0, is_complete=True)
SOMEBODY = Picture("motion", SECONDS, performers=15, is_complete=True)
NAMES = (
    *("person", "violin", "dog", "car"),
    *(f"audio:{name}" for name in ("music", "singing", "speech", "silence", "noise")),
)
WORDS = {
    "frames@1": frozenset({"person", "violin", "dog", "car"}),
    "sound@1": frozenset({"music", "singing", "speech", "silence", "noise"}),
    "dogs@1": frozenset({"dog"}),
}


@st.composite
def sounds(draw: st.DrawFn) -> Sound:
    seconds = draw(st.integers(1, 60))
    silence = draw(st.integers(0, seconds))
    upto = st.integers(0, seconds - silence)
    singing = draw(upto)
    music = draw(upto.filter(lambda n: n >= singing))
    return Sound(seconds, silence, music, singing, draw(upto), draw(st.booleans()))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    seconds = draw(st.integers(0, 60))
    performers = draw(st.integers(0, seconds))
    return Picture(draw(st.sampled_from(KINDS)), seconds, performers, draw(st.booleans()))


def expected(sound: Sound | None, picture: Picture) -> Performance:
    """The rules as the documentation tells them."""
    if sound is None:
        return Performance.UNKNOWN
    audible = sound.seconds - sound.silence
    if sound.silence / sound.seconds >= MIN_SILENCE:
        return Performance.SILENT
    if sound.speech / audible >= MIN_SPEECH and sound.speech >= sound.singing:
        return Performance.TALK
    unheard = Performance.OTHER if sound.is_complete else Performance.UNKNOWN
    if sound.music / audible < MIN_MUSIC:
        return unheard
    if picture.kind in ("static", "slideshow", "overlay"):
        return Performance.STATIC_VISUAL
    if picture.kind == "unknown" or picture.seconds == 0:
        return Performance.UNKNOWN
    if picture.performers / picture.seconds >= MIN_PERFORMERS:
        return Performance.PERFORMANCE
    return Performance.OTHER if picture.is_complete else Performance.UNKNOWN


@given(st.none() | sounds(), pictures())
def test_the_rules_are_those_of_the_documentation(sound: Sound | None, picture: Picture) -> None:
    performance, reason = classify(sound, picture)
    # Where a share is just what is asked, a division may round it below.
    assert performance == expected(sound, picture) or _is_on_an_edge(sound, picture)
    assert reason


def _is_on_an_edge(sound: Sound | None, picture: Picture) -> bool:
    assert sound is not None
    audible = max(1, sound.seconds - sound.silence)
    shares = (
        (sound.silence / sound.seconds, MIN_SILENCE),
        (sound.speech / audible, MIN_SPEECH),
        (sound.music / audible, MIN_MUSIC),
        (picture.performers / max(1, picture.seconds), MIN_PERFORMERS),
    )
    return any(abs(share - limit) < 1e-9 for share, limit in shares)


@given(sounds(), pictures())
def test_only_what_is_heard_makes_it_known(sound: Sound, picture: Picture) -> None:
    """Knowing more of a tagger's words never changes an assessment but unknown."""
    partly = classify(replace(sound, is_complete=False), replace(picture, is_complete=False))[0]
    wholly = classify(replace(sound, is_complete=True), replace(picture, is_complete=True))[0]
    assert partly in (wholly, Performance.UNKNOWN)


@pytest.mark.parametrize(
    ("sound", "picture", "performance"),
    [
        (SONG, SOMEBODY, "performance"),
        (SONG, replace(SOMEBODY, kind="static"), "static_visual"),
        (SONG, replace(SOMEBODY, kind="slideshow"), "static_visual"),
        (SONG, replace(SOMEBODY, kind="overlay"), "static_visual"),
        (SONG, replace(SOMEBODY, kind="unknown"), "unknown"),
        (SONG, replace(SOMEBODY, performers=2), "other"),
        (replace(SONG, speech=15), SOMEBODY, "talk"),
        (replace(SONG, speech=5), SOMEBODY, "performance"),
        (replace(SONG, speech=10, singing=16), SOMEBODY, "performance"),
        (replace(SONG, silence=10, music=5, singing=0), SOMEBODY, "performance"),
        (replace(SONG, silence=19, music=1, singing=0), SOMEBODY, "silent"),
        (replace(SONG, music=2, singing=0), SOMEBODY, "other"),
        (None, SOMEBODY, "unknown"),
        (replace(SONG, seconds=0), SOMEBODY, "unknown"),
    ],
)
def test_a_table_of_cases(sound: Sound | None, picture: Picture, performance: str) -> None:
    assert classify(sound, picture)[0] == performance


def track(numbers: Mapping[str, int], length: int = SECONDS) -> Track:
    """Each tag for sure on its first so many seconds."""
    confidences = np.zeros((length, len(numbers)), np.float32)
    for column, seconds in enumerate(numbers.values()):
        confidences[:seconds, column] = 0.9
    return Track.from_confidences(confidences, np.array([NAMES.index(one) for one in numbers]))


def content(
    visual: Mapping[str, int],
    audio: Mapping[str, int] | None,
    *,
    kind: str = "motion",
    tagger: str = "frames@1",
    listener: str = "sound@1",
) -> VideoContent:
    record = VideoRecord("a", "", "ok", "", SECONDS, 0, 0, "", tagger, "", "", kind=kind)
    tracks = [SourceTrack("visual", tagger, track(visual))]
    if audio is not None:
        labels = {f"audio:{name}": seconds for name, seconds in audio.items()}
        tracks.append(SourceTrack("audio", listener, track(labels)))
    return VideoContent(record, tracks)


@pytest.fixture(scope="module")
def classifier() -> PerformanceClassifier:
    return PerformanceClassifier(Vocabulary(NAMES), 0.7, WORDS)


@pytest.mark.parametrize(
    ("visual", "audio", "more", "performance"),
    [
        ({"person": 12}, {"music": 20}, {}, "performance"),
        ({"violin": 12}, {"music": 20}, {}, "performance"),
        ({"dog": 20, "car": 20}, {"music": 20}, {}, "other"),
        ({"person": 20}, {"music": 20}, {"kind": "static"}, "static_visual"),
        ({"person": 20}, {"noise": 20}, {}, "other"),
        ({"person": 20}, {"speech": 15, "music": 20}, {}, "talk"),
        ({"person": 20}, {"silence": 20}, {}, "silent"),
        # A file without sound: somebody listened, and there was nothing.
        ({"person": 20}, {}, {}, "silent"),
        # Nobody listened.
        ({"person": 20}, None, {}, "unknown"),
        # An import: what it says counts, what it does not say is not known.
        ({"person": 20}, {"music": 20}, {"tagger": "import", "listener": "import"}, "performance"),
        ({"person": 20}, {"speech": 20}, {"listener": "import"}, "talk"),
        ({"person": 20}, {"silence": 20}, {"listener": "import"}, "silent"),
        ({"person": 20}, {}, {"listener": "import"}, "unknown"),
        ({"person": 20}, {"noise": 20}, {"listener": "import"}, "unknown"),
        ({"dog": 20}, {"music": 20}, {"tagger": "import"}, "unknown"),
        # A tagger that has no word for people did not look for them.
        ({"dog": 20}, {"music": 20}, {"tagger": "dogs@1"}, "unknown"),
    ],
)
def test_tracks_are_judged_source_by_source(
    classifier: PerformanceClassifier,
    visual: dict[str, int],
    audio: dict[str, int] | None,
    more: dict[str, Any],
    performance: str,
) -> None:
    video = content(visual, audio, **more)
    assert classifier.performance_of(video) == performance
    assert classifier.assessment(video).verdict == performance


def test_the_evidence_is_what_decided(classifier: PerformanceClassifier) -> None:
    audio = {"music": 20, "singing": 5, "noise": 3}
    reported = classifier.assessment(content({"person": 12, "violin": 4, "dog": 20}, audio))
    assert reported.heard == (TagCount("audio:music", 20), TagCount("audio:singing", 5))
    assert reported.seen == (TagCount("person", 12), TagCount("violin", 4))
    assert reported.reason == (
        "music on 20 of 20 seconds with sound; people or instruments in motion on 12 of 20 seconds"
    )


def test_a_seen_word_is_not_heard_and_a_heard_one_not_seen() -> None:
    names = ("music", "audio:person")
    classifier = PerformanceClassifier(Vocabulary(names), 0.7, {"sound@1": frozenset({"music"})})
    record = VideoRecord("a", "", "ok", "", 4, 0, 0, "", "frames@1", "", "", kind="motion")
    ones = np.full((4, 1), 0.9, np.float32)
    tracks = [
        SourceTrack("visual", "frames@1", Track.from_confidences(ones, np.array([0]))),
        SourceTrack("audio", "sound@1", Track.from_confidences(ones, np.array([1]))),
    ]
    reported = classifier.assessment(VideoContent(record, tracks))
    assert (reported.verdict, reported.heard, reported.seen) == (Performance.OTHER, (), ())


def test_tags_that_came_after_the_vocabulary_are_left_out(
    classifier: PerformanceClassifier,
) -> None:
    later = Track.from_confidences(np.full((4, 1), 0.9, np.float32), np.array([len(NAMES) + 3]))
    video = content({"person": 20}, {"music": 20})
    tracks = [SourceTrack("visual", "frames@1", later), video.tracks[1]]
    assert classifier.performance_of(replace(video, tracks=tracks)) is Performance.OTHER


@pytest.mark.parametrize("name", ["guitarist", "Drums", "cello", "women", "boy"])
def test_words_of_others_are_understood(name: str) -> None:
    words = {"sound@1": WORDS["sound@1"]}
    classifier = PerformanceClassifier(Vocabulary((name, *NAMES[1:])), 0.7, words)
    assert (
        classifier.performance_of(content({"person": 0, "violin": 0}, {"music": 20})) == "unknown"
    )
    visual = Track.from_confidences(np.full((20, 1), 0.9, np.float32), np.array([0]))
    video = content({}, {"music": 20})
    video = replace(video, tracks=[SourceTrack("visual", "x", visual), video.tracks[1]])
    assert classifier.performance_of(video) is Performance.PERFORMANCE
