"""Judge the first words shown of a video, before and after they are weighed.

    python benchmarks/accuracy/shown.py --clips FOLDER... [--kept FILE] [--write]

Each source counts as a video of its labelled seconds, a photograph as one of a single second.
*Before*: each tag by itself; a word counts from one second on, and those of most seconds come
first. *After*: weighed, by weights that were fitted without the place that a source is from.

Specific words have no labels: those of the last three sets were judged by eye (``specific``);
elsewhere they are left out of the count.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from fit import THRESHOLD, held_out
from frames import (
    FOR_ONE_WORD,
    OF_DRAWN,
    SETS,
    TELLING_NOTHING,
    Label,
    Truth,
    find_source,
    outputs_of_variants,
    read_labels,
)
from numpy.typing import NDArray
from themes import TOP

from engine.content.counting import enough_seconds
from engine.domain.matching.results import TagCount
from engine.search.tag_ranking import TagIdf
from ingest.changes.motion_classifier import MotionClassifier
from ingest.decoding.frames import open_video
from ingest.taggers.visual.model_outputs import Evidence, Networks
from ingest.taggers.visual.seconds_agree import SecondsAgree
from ingest.taggers.visual.specific_tags import Specifics

HERE: Final = Path(__file__).parent
_MIN_SECONDS: Final = 2
_MIN_STRETCH, _MAX_APART = 3, 2  # labelled seconds, and seconds between two of them
_MUSIC: Final = ("music", "musical instrument", "concert", "performance", "musician")
_PHOTOGRAPHS: Final = (".png", ".jpg", ".jpeg", ".webp")
_TALK: Final = ("asl-", "friday", "carphone")
"""Beginnings of names of clips on which people only talk, or sign, into a camera that is fixed."""

_COLUMNS: Final = (
    *("telling", "a wrong word among the five", "no word", "precision of a video"),
    *("precision of a second", "recall of a second", "music told"),
)

Counted = NDArray[np.bool_]
"""Shape (n_frames, n_tags), which words are said of which frame."""


@dataclass(frozen=True, slots=True)
class Video:
    """One source: the rows of its frames, and which words are right of it, or nobody can tell."""

    source: str
    rows: NDArray[np.intp]
    right: frozenset[str]
    unsure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show words.

    Attributes:
        name: of the row.
        confidences: of each frame, shape (n_frames, n_tags).
        tags: the words, a column each.
        min_seconds: seconds from which on a word counts for a video.
        by_idf: whether words are ordered by how telling they are, too.
    """

    name: str
    confidences: NDArray[np.float32]
    tags: tuple[str, ...]
    min_seconds: int
    by_idf: bool

    @property
    def certain(self) -> Counted:
        """Mask of the words that are said of each frame."""
        return self.confidences >= THRESHOLD

    def shown(self, video: Video) -> list[str]:
        """Return the words of a video, the first ones first."""
        seconds = self.certain[video.rows].sum(axis=0)
        enough = enough_seconds(len(video.rows), self.min_seconds)
        counts = [
            TagCount(self.tags[tag], int(seconds[tag])) for tag in np.flatnonzero(seconds >= enough)
        ]
        if self.by_idf:
            return [count.tag for count in TagIdf.of(None).ranked(counts)]
        return [one.tag for one in sorted(counts, key=lambda one: (-one.seconds, one.tag))]


def main() -> None:
    """Print the tables; write them when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the networks said, to look only once"
    )
    parser.add_argument("--write", action="store_true", help="write SHOWN.md, too")
    arguments = parser.parse_args()
    labels, tags = read_labels(), Networks.load().tags
    variants = outputs_of_variants(labels, arguments.clips, arguments.stored)
    videos = _videos(labels)
    held = held_out(variants, labels, tags, arguments.stored).confidences
    after = _after(held, variants[0], tags)
    ways = (
        Way("before", variants[0].confidences, tags, 1, by_idf=False),
        after,
        _in_its_shot(after, videos, labels, arguments.clips),
    )
    lines = ["| sources | | " + " | ".join(_COLUMNS) + " |", "| --- " * (len(_COLUMNS) + 2) + "|"]
    for name, some in _rows(videos, labels):
        lines += [
            f"| {name} ({len(some)}) | {way.name} | {' | '.join(_cells(way, some, labels))} |"
            for way in ways
        ]
    lines += _wrong_words([video for video in videos if _is_judged(video, labels)], labels, after)
    text = "\n".join(lines)
    print(text)
    if arguments.write:
        (HERE / "SHOWN.md").write_text(text + "\n")


def _after(weighed: NDArray[np.float32], evidence: Evidence, tags: tuple[str, ...]) -> Way:
    specifics = Specifics.load(tags)
    rows = zip(weighed, evidence.words, evidence.objects, strict=True)
    confidences = np.stack([specifics.add(*row) for row in rows])
    return Way("after", confidences, specifics.tags, _MIN_SECONDS, by_idf=True)


def _in_its_shot(
    after: Way, videos: Sequence[Video], labels: Sequence[Label], folders: Sequence[Path]
) -> Way:
    """Return what is shown once the seconds of each stretch of a clip agree."""
    agreement = SecondsAgree.of(after.tags)
    confidences = after.confidences.copy()
    for video in videos:
        if len(video.rows) >= _MIN_STRETCH:
            rows = video.rows[np.argsort([labels[row].second for row in video.rows])]
            seconds = np.array([labels[row].second for row in rows])
            for stretch in _stretches(seconds, find_source(video.source, folders)):
                agreed = confidences[rows[stretch]]
                agreement.settle(agreed)
                confidences[rows[stretch]] = agreed
    return replace(after, name="in its shot", confidences=confidences)


def _stretches(seconds: NDArray[np.intp], path: Path) -> list[NDArray[np.intp]]:
    """Return the places of labelled seconds, stretch by stretch in which one picture goes on."""
    classifier = MotionClassifier()
    with open_video(path) as video:
        joined = [classifier.add(second).joined for second in video.seconds()]
    begins = np.cumsum(~(np.array(joined) & classifier.changes().goes_on))[seconds]
    apart = (np.diff(seconds) > _MAX_APART) | (np.diff(begins) > 0)
    return np.split(np.arange(len(seconds)), np.flatnonzero(apart) + 1)


def _videos(labels: Sequence[Label]) -> list[Video]:
    by_source: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        by_source.setdefault(label.source, []).append(row)
    videos = []
    for source, rows in by_source.items():
        own = [labels[row] for row in rows]
        right = frozenset().union(*(label.present for label in own))
        unsure = frozenset().union(*(label.unsure for label in own)) - right
        judged = own[0].specific
        right |= {word for word, is_right in judged.items() if is_right}
        videos.append(Video(source, np.array(rows), right, unsure))
    return videos


def _rows(
    videos: Sequence[Video], labels: Sequence[Label]
) -> Iterator[tuple[str, Sequence[Video]]]:
    chosen = [labels[video.rows[0]].chosen for video in videos]
    yield "all", [video for video, name in zip(videos, chosen, strict=True) if name != FOR_ONE_WORD]
    for one in SETS:
        yield one, [video for video, name in zip(videos, chosen, strict=True) if name == one]
    others = [video for video, name in zip(videos, chosen, strict=True) if name != OF_DRAWN]
    yield f"all but {OF_DRAWN}", [v for v in others if labels[v.rows[0]].chosen != FOR_ONE_WORD]
    # Pictures of that set that come as GIF are no clips.
    clips = [video for video in others if not video.source.lower().endswith(_PHOTOGRAPHS)]
    yield "clips", clips
    yield "clips but talk", [video for video in clips if not video.source.startswith(_TALK)]


def _is_judged(video: Video, labels: Sequence[Label]) -> bool:
    return bool(labels[video.rows[0]].chosen == SETS[-1])


def _cells(way: Way, videos: Sequence[Video], labels: Sequence[Label]) -> Iterator[str]:
    general = set(_general())
    telling = wrong = silent = right_words = wrong_words = 0
    music = named = 0
    for video in videos:
        judged = general | {word for row in video.rows for word in labels[row].specific}
        shown = way.shown(video)
        first = [word for word in shown[:TOP] if word in judged and word not in video.unsure]
        telling += any(word in video.right and word not in TELLING_NOTHING for word in first)
        wrong += any(word not in video.right for word in first)
        silent += not shown
        counted = [word for word in shown if word in judged and word not in video.unsure]
        right_words += sum(word in video.right for word in counted)
        wrong_words += sum(word not in video.right for word in counted)
        if "music" in video.right:
            music += 1
            named += any(word in video.right and word in _MUSIC for word in shown)
    n_videos = len(videos)
    for number in (telling, wrong, silent):
        yield f"{number / n_videos:.1%}"
    yield f"{right_words / max(1, right_words + wrong_words):.1%}"
    yield from _by_second(way, labels, np.concatenate([video.rows for video in videos]))
    yield f"{named} of {music}"


def _by_second(way: Way, labels: Sequence[Label], rows: NDArray[np.intp]) -> Iterator[str]:
    general = _general()
    truth = Truth.of([labels[row] for row in rows], general)
    certain = way.certain[rows, : len(general)] & truth.counted
    there = truth.present & truth.counted
    yield f"{(certain & there).sum() / max(1, certain.sum()):.1%}"
    yield f"{(certain & there).sum() / max(1, there.sum()):.1%}"


def _wrong_words(videos: Sequence[Video], labels: Sequence[Label], way: Way) -> Iterator[str]:
    yield f"\nWrong among the first five, of the {SETS[-1]} set; in italics what is right:\n"
    yield "| seen by a person | wrong | specific |\n| --- | --- | --- |"
    general = set(_general())
    for video in videos:
        label = labels[video.rows[0]]
        first = [word for word in way.shown(video)[:TOP] if word not in video.unsure]
        wrong = [word for word in first if word in general and word not in video.right]
        own = [_judged(word, label.specific) for word in first if word not in general]
        if wrong or own:
            yield f"| {label.shows} | {', '.join(wrong)} | {', '.join(own)} |"


def _judged(word: str, judged: Mapping[str, bool]) -> str:
    if word not in judged:
        return f"{word} (not judged)"
    return f"*{word}*" if judged[word] else word


@cache
def _general() -> tuple[str, ...]:
    return Networks.load().tags


if __name__ == "__main__":
    main()
