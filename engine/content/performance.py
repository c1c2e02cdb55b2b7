"""Whether a video is a performance, or a picture over a song: the rules. Pure.

Sound decides first: silence, then speech, then music. Where there is music, it is the picture that
tells a performance from a static visual. What nobody heard or saw is unknown, not absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.domain.assessments.performance import Performance, PerformanceAssessment
from engine.domain.content import VideoContent
from engine.domain.matching.results import TagCount
from engine.domain.tags import AUDIO, VISUAL, Tag
from engine.domain.tracks import Threshold, Track
from engine.keywords.phrases import plain
from engine.keywords.thesaurus.nouns import noun_thesaurus
from engine.words.vocabulary import Vocabulary

MIN_SILENCE: Final = 0.9
"""Share of the seconds that must be silent; all other shares of sound are of those with sound."""

MIN_SPEECH: Final = 0.4
"""Share of the seconds with speech from which on a video is talk."""

MIN_MUSIC: Final = 0.4
"""Share of the seconds with music or singing from which on there is music."""

MIN_PERFORMERS: Final = 0.25
"""Share of the seconds with people or instruments from which on they are who performs."""

MAX_PERFORMERS: Final = 5
"""Number of people and instruments that are named as evidence."""

_STILL_KINDS: Final = frozenset({"static", "slideshow", "overlay"})

_AUDIO_ROLES: Final[Mapping[str, frozenset[str]]] = {
    "music": frozenset({"music", "song", "singing", "rapping", "choir"}),
    "singing": frozenset({"song", "singing", "rapping", "choir"}),
    "speech": frozenset({"speech", "talk", "talking", "conversation", "narration"}),
    "silence": frozenset({"silence"}),
}
_PERFORMERS: Final = frozenset(
    {
        *("person", "people", "man", "woman", "boy", "girl", "child", "adult", "portrait", "crowd"),
        *("musician", "singer", "dancer", "concert", "dance", "musical instrument"),
    }
)
_BROADER: Final = frozenset({"person", "people", "musician", "musical instrument"})
# Tags of others are narrower than these by so many steps, in so much of their use.
_MAX_STEPS: Final = 3
_MIN_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound of a video, in seconds.

    Attributes:
        seconds: number of seconds that were analyzed.
        silence: on how many there is none.
        music: on how many there is music or singing.
        singing: on how many there is singing.
        speech: on how many there is speech.
        is_complete: whether what was not said is not there.
    """

    seconds: int
    silence: int
    music: int
    singing: int
    speech: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Picture of a video, in seconds.

    Attributes:
        kind: as in ``VideoRecord``.
        seconds: number of seconds that were analyzed.
        performers: on how many there are people or instruments.
        is_complete: whether what was not said is not there.
    """

    kind: str
    seconds: int
    performers: int
    is_complete: bool


def classify(sound: Sound | None, picture: Picture) -> tuple[Performance, str]:
    """Return the kind of performance and the reason; ``sound`` is None where none was analyzed."""
    if sound is None:
        return Performance.UNKNOWN, "its sound was not heard"
    if not sound.seconds:
        return Performance.UNKNOWN, "not one second of its sound was heard"
    if sound.silence >= MIN_SILENCE * sound.seconds:
        return Performance.SILENT, f"no sound on {sound.silence} of {sound.seconds} seconds"
    audible = sound.seconds - sound.silence
    if sound.speech >= MIN_SPEECH * audible and sound.speech >= sound.singing:
        return Performance.TALK, f"speech on {sound.speech} of {audible} seconds with sound"
    music = f"music on {sound.music} of {audible} seconds with sound"
    if sound.music >= MIN_MUSIC * audible:
        performance, reason = _with_music(picture)
        return performance, f"{music}; {reason}"
    reason = f"{music}, speech on {sound.speech}"
    if sound.is_complete:
        return Performance.OTHER, reason
    return Performance.UNKNOWN, f"{reason}; what was heard besides is not known"


def _with_music(picture: Picture) -> tuple[Performance, str]:
    if picture.kind in _STILL_KINDS:
        return Performance.STATIC_VISUAL, f"the picture is of kind {picture.kind}"
    if picture.kind != "motion" or not picture.seconds:
        return Performance.UNKNOWN, "whether the picture moves is not known"
    reason = f"people or instruments in motion on {picture.performers} of {picture.seconds} seconds"
    if picture.performers >= MIN_PERFORMERS * picture.seconds:
        return Performance.PERFORMANCE, reason
    if picture.is_complete:
        return Performance.OTHER, reason
    return Performance.UNKNOWN, f"{reason}; who else is there is not known"


class PerformanceClassifier:
    """Judges videos whose tags are numbered by one vocabulary.

    Args:
        vocabulary: of the tracks.
        threshold: least confidence that counts.
        words: tagger, with version -> every tag that it can name; of others that is not known.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        threshold: Threshold,
        words: Mapping[str, frozenset[str]],
    ) -> None:
        self._names = vocabulary.names
        self._threshold = threshold
        self._words = words
        self._roles = _roles_of(vocabulary.names)

    def performance_of(self, content: VideoContent) -> Performance:
        """Return what a video is; as ``assessment``, without its evidence."""
        return classify(self._sound(content), self._picture(content))[0]

    def assessment(self, content: VideoContent) -> PerformanceAssessment:
        """Return what a video is, and what says so."""
        performance, reason = classify(self._sound(content), self._picture(content))
        audio, visual = content.of(AUDIO), content.of(VISUAL)
        return PerformanceAssessment(
            performance,
            reason,
            content.record.kind,
            content.record.seconds,
            self._counts(audio.track, *_AUDIO_ROLES) if audio else (),
            self._counts(visual.track, "performer")[:MAX_PERFORMERS] if visual else (),
        )

    def _sound(self, content: VideoContent) -> Sound | None:
        audio = content.of(AUDIO)
        if audio is None:
            return None
        track, words = audio.track, self._words.get(audio.tagger)
        is_complete = words is not None and not words.isdisjoint(_AUDIO_ROLES["music"])
        seconds = {role: self._seconds(track, role) for role in _AUDIO_ROLES}
        if is_complete and not len(track.tags):  # a file without sound
            seconds["silence"] = track.n_seconds
        return Sound(seconds=track.n_seconds, is_complete=is_complete, **seconds)

    def _picture(self, content: VideoContent) -> Picture:
        visual, kind = content.of(VISUAL), content.record.kind
        if visual is None:
            return Picture(kind, 0, 0, is_complete=False)
        words = self._words.get(visual.tagger)
        is_complete = words is not None and _names_performers(words)
        performers = self._seconds(visual.track, "performer")
        return Picture(kind, visual.track.n_seconds, performers, is_complete=is_complete)

    def _of_role(self, track: Track, role: str) -> NDArray[np.bool_]:
        """Return which observations count and are of a role, shape (n_observations,)."""
        # A tag that came after the vocabulary was read has the last place, and no role.
        is_of_role = self._roles[role].take(track.tags, mode="clip")
        return is_of_role & track.passing(self._threshold)

    def _seconds(self, track: Track, role: str) -> int:
        which = np.flatnonzero(self._of_role(track, role))
        return len(np.unique(np.searchsorted(track.starts, which, side="right")))

    def _counts(self, track: Track, *roles: str) -> tuple[TagCount, ...]:
        which = np.logical_or.reduce([self._of_role(track, role) for role in roles])
        tags, seconds = np.unique(track.tags[which], return_counts=True)
        counts = (TagCount(self._names[tag], int(n)) for tag, n in zip(tags, seconds, strict=True))
        return tuple(sorted(counts, key=lambda count: (-count.seconds, count.tag)))


@lru_cache(maxsize=8)
def _roles_of(names: tuple[str, ...]) -> dict[str, NDArray[np.bool_]]:
    """Return which tags are of each role, shape (n_tags + 1,); the last place is for no tag."""
    tags = [Tag.parse(label) for label in names]

    def those(source: str, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
        return np.array([*(tag.source == source and fits(tag.name) for tag in tags), False])

    audio = {role: those(AUDIO, words.__contains__) for role, words in _AUDIO_ROLES.items()}
    return {**audio, "performer": those(VISUAL, _is_performer)}


@lru_cache(maxsize=64)
def _names_performers(words: frozenset[str]) -> bool:
    return any(map(_is_performer, words))


@cache
def _is_performer(name: str) -> bool:
    """Tell whether a tag is one of people or instruments, or narrower by a few steps."""
    tag = plain(name)
    return tag in _PERFORMERS or any(
        entry.tag in _BROADER and entry.steps <= _MAX_STEPS and entry.share >= _MIN_SHARE
        for entry in noun_thesaurus().entries(tag)
    )
