"""Confusion of stills, slideshows, overlays and footage, and the cost of telling them apart.

    PYTHONPATH=.:tests python benchmarks/kinds/bench.py [--clips FOLDER] [--form FORM ...]

Makes videos of every kind from the photographs and clips of packages, in five codecs and five
sizes, watches them, and writes RESULTS.md beside this file. The sources are split in two halves:
the thresholds were fitted to the first. More clips may be given; they are footage. Of some forms
alone the table is printed, and nothing is written.
"""

import os

# Before numpy is there: small products are slower on two threads.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from footage import halves, specs, write

from ingest.changes.change_track import new_content
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.video_kind import KIND_RULES, Kind
from ingest.decoding.frames import open_video

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
TRUE_KINDS: Final = (Kind.STATIC, Kind.OVERLAY, Kind.SLIDESHOW, Kind.MOTION)


@dataclass(frozen=True, slots=True)
class Classified:
    """Result of one video of the set.

    Attributes:
        half: 0 or 1.
        true: what it is.
        form: which sort of that.
        judged: what it was taken for.
        seconds: length in seconds.
        tagged: seconds that must be tagged.
        effective: seconds that are looks of their own.
        cpu_seconds: of a core, for all but the tagging.
        classifier_seconds: of these, for telling what changed.
    """

    half: int
    true: str
    form: str
    judged: str
    seconds: int
    tagged: int
    effective: int
    cpu_seconds: float
    classifier_seconds: float


def classify(half: int, number: int, clips: Path | None) -> Classified:
    """Make a video of the set and watch it."""
    spec = specs(halves(clips)[half], seed=half)[number]
    with tempfile.TemporaryDirectory() as folder:
        path = write(spec, Path(folder))
        classifier = MotionClassifier()
        spent = 0.0
        begun = time.process_time()
        with open_video(path) as video:
            for second in video.seconds():
                started = time.process_time()
                classifier.add(second)
                spent += time.process_time() - started
        kind = classifier.assessment().kind
        cpu = time.process_time() - begun
    changes = classifier.changes()
    return Classified(
        half=half,
        true=spec.kind,
        form=spec.form,
        judged=kind,
        seconds=len(changes.new),
        tagged=int(changes.new.sum()),
        effective=int(new_content(changes, kind).sum()),
        cpu_seconds=cpu,
        classifier_seconds=spent,
    )


def confusion(classified: Iterable[Classified], caption: str) -> str:
    """Return a Markdown table of what the videos are and what they were taken for."""
    videos = list(classified)
    counts = Counter((video.true, video.judged) for video in videos)
    decided = [video for video in videos if video.judged != Kind.UNKNOWN]
    right = sum(video.true == video.judged for video in decided)
    lines = [
        f"**{caption}**: {right} of {len(decided)} right ({right / len(decided):.1%}); of"
        f" {len(videos) - len(decided)} more, too short, nothing is said.",
        "",
        f"| is \\ taken for | {' | '.join((*TRUE_KINDS, Kind.UNKNOWN))} |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for true in TRUE_KINDS:
        row = (str(counts[true, judged]) for judged in (*TRUE_KINDS, Kind.UNKNOWN))
        lines.append(f"| {true} | {' | '.join(row)} |")
    return "\n".join(lines)


def by_form(classified: Iterable[Classified]) -> str:
    """Return a Markdown table: a line per form, with what is right and what it costs."""
    videos = list(classified)
    lines = [
        "| | form | videos | right | tagged | looks | ms a second | x real time |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for true, form in dict.fromkeys((video.true, video.form) for video in videos):
        own = [video for video in videos if (video.true, video.form) == (true, form)]
        seconds = sum(video.seconds for video in own)
        tagged = sum(video.tagged for video in own) / seconds
        effective = sum(video.effective for video in own) / seconds
        spent = sum(video.classifier_seconds for video in own) / seconds * 1000
        speed = np.median([video.seconds / video.cpu_seconds for video in own])
        right = sum(video.judged in (true, Kind.UNKNOWN) for video in own)
        lines.append(
            f"| {true} | {form} | {len(own)} | {right} | {tagged:.0%} | {effective:.0%}"
            f" | {spent:.1f} | {speed:.0f} |"
        )
    return "\n".join(lines)


def report(classified: list[Classified], *, with_more: bool) -> str:
    """Return the whole of RESULTS.md."""
    own = [video for video in classified if not video.form.startswith("more")]
    parts = [
        "# Still, slideshow, overlay, footage: told apart\n\n"
        f"{len(classified)} videos, made by `footage.py` and analyzed by `bench.py`, told by rules"
        f" {KIND_RULES} (Python {platform.python_version()}, numpy {np.__version__};"
        f" {os.cpu_count()} cores,"
        f" {os.getloadavg()[0]:.0f} busy processes at the end, which makes the times longer)."
        " The thresholds were fitted to the first half of the sources, and what the second showed"
        " was mended, so neither is held out: [LIVELY.md](LIVELY.md) has a set that was."
        " A progress bar is too small to make an overlay and is told `static`, which counts as"
        " wrong here."
    ]
    sets = [("photographs and clips of packages", own)]
    if with_more:
        sets.append(("the same, and more clips", classified))
    for caption, videos in sets:
        parts.append(f"## {caption.capitalize()}")
        parts.append(confusion((v for v in videos if v.half == 1), "Second half"))
        parts.append(confusion((v for v in videos if v.half == 0), "First half"))
    parts.append(
        "## By form, both halves\n\n"
        "*tagged*: share of the seconds that must be tagged; *looks*: share that are looks of their"
        " own; *ms a second*: of one core, to tell what changed; *x real time*: of one core, with"
        " the decoding, without the tagging, the middle video's."
    )
    parts.append(by_form(classified))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--clips", type=Path, help="a folder of more clips, all of them footage")
    parser.add_argument("--form", action="append", help="only this form, for instance karaoke")
    arguments = parser.parse_args()
    clips: Path | None = arguments.clips
    numbers = [
        (half, spec.number)
        for half, sources in enumerate(halves(clips))
        for spec in specs(sources, seed=half)
        if not arguments.form or spec.form in arguments.form
    ]
    with ProcessPoolExecutor() as workers:
        jobs = [workers.submit(classify, half, number, clips) for half, number in numbers]
        classified = []
        for done, job in enumerate(jobs):
            classified.append(job.result())
            print(f"\r{done + 1} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if arguments.form:
        print(by_form(classified))
        return
    text = report(classified, with_more=clips is not None)
    RESULTS.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
