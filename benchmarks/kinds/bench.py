"""Confusion of stills, slideshows, overlays and footage, and the cost of telling them apart.

    PYTHONPATH=.:tests python benchmarks/kinds/bench.py [--clips FOLDER]

Makes videos of every kind from the photographs and clips of packages, in five codecs and five
sizes, watches them, and writes RESULTS.md beside this file. The sources are split in two halves:
the thresholds were fitted to the first. More clips may be given; they are footage.
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
from footage import halves, recipes, write

from ingest.changes.change_track import new_looks
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.video_kind import Kind
from ingest.decoding.frames import open_video

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
TRUE_KINDS: Final = (Kind.STATIC, Kind.OVERLAY, Kind.SLIDESHOW, Kind.MOTION)


@dataclass(frozen=True, slots=True)
class Watched:
    """Result of one video of the set.

    Attributes:
        half: 0 or 1.
        true: what it is.
        form: which sort of that.
        judged: what it was taken for.
        seconds: how long it is.
        tagged: seconds that must be tagged.
        effective: seconds that are looks of their own.
        cpu_seconds: of a core, for all but the tagging.
        judging_seconds: of these, for telling what changed.
    """

    half: int
    true: str
    form: str
    judged: str
    seconds: int
    tagged: int
    effective: int
    cpu_seconds: float
    judging_seconds: float


def watch(half: int, number: int, clips: Path | None) -> Watched:
    """Make a video of the set and watch it."""
    recipe = recipes(halves(clips)[half], seed=half)[number]
    with tempfile.TemporaryDirectory() as folder:
        path = write(recipe, Path(folder))
        judge = MotionClassifier()
        judging = 0.0
        started = time.process_time()
        with open_video(path) as video:
            for second in video.seconds():
                seen = time.process_time()
                judge.watch(second)
                judging += time.process_time() - seen
        kind = judge.verdict().kind
        cpu = time.process_time() - started
    changes = judge.changes()
    return Watched(
        half=half,
        true=recipe.kind,
        form=recipe.form,
        judged=kind,
        seconds=len(changes.new),
        tagged=int(changes.new.sum()),
        effective=int(new_looks(changes, kind).sum()),
        cpu_seconds=cpu,
        judging_seconds=judging,
    )


def confusion(watched: Iterable[Watched], caption: str) -> str:
    """Return a Markdown table of what the videos are and what they were taken for."""
    videos = list(watched)
    counts = Counter((video.true, video.judged) for video in videos)
    told = [video for video in videos if video.judged != Kind.UNKNOWN]
    right = sum(video.true == video.judged for video in told)
    lines = [
        f"**{caption}**: {right} of {len(told)} right ({right / len(told):.1%}); of"
        f" {len(videos) - len(told)} more, too short, nothing is said.",
        "",
        f"| is \\ taken for | {' | '.join((*TRUE_KINDS, Kind.UNKNOWN))} |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for true in TRUE_KINDS:
        row = (str(counts[true, judged]) for judged in (*TRUE_KINDS, Kind.UNKNOWN))
        lines.append(f"| {true} | {' | '.join(row)} |")
    return "\n".join(lines)


def by_form(watched: Iterable[Watched]) -> str:
    """Return a Markdown table: a line per form, with what is right and what it costs."""
    videos = list(watched)
    lines = [
        "| | form | videos | right | tagged | looks | ms a second | x real time |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for true, form in dict.fromkeys((video.true, video.form) for video in videos):
        own = [video for video in videos if (video.true, video.form) == (true, form)]
        seconds = sum(video.seconds for video in own)
        tagged = sum(video.tagged for video in own) / seconds
        effective = sum(video.effective for video in own) / seconds
        judging = sum(video.judging_seconds for video in own) / seconds * 1000
        speed = np.median([video.seconds / video.cpu_seconds for video in own])
        right = sum(video.judged in (true, Kind.UNKNOWN) for video in own)
        lines.append(
            f"| {true} | {form} | {len(own)} | {right} | {tagged:.0%} | {effective:.0%}"
            f" | {judging:.1f} | {speed:.0f} |"
        )
    return "\n".join(lines)


def report(watched: list[Watched], *, with_more: bool) -> str:
    """Return the whole of RESULTS.md."""
    own = [video for video in watched if not video.form.startswith("more")]
    parts = [
        "# Still, slideshow, overlay, footage: told apart\n\n"
        f"{len(watched)} videos, made by `footage.py` and watched by `bench.py`"
        f" (Python {platform.python_version()}, numpy {np.__version__}; {os.cpu_count()} cores,"
        f" {os.getloadavg()[0]:.0f} busy processes at the end, which makes the times longer)."
        " The thresholds were fitted to the first half of the sources, and what the second showed"
        " was mended, so neither is held out: [LIVELY.md](LIVELY.md) has a set that was."
        " A progress bar is too small to make an overlay and is told `static`, which counts as"
        " wrong here."
    ]
    sets = [("photographs and clips of packages", own)]
    if with_more:
        sets.append(("the same, and more clips", watched))
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
    parts.append(by_form(watched))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--clips", type=Path, help="a folder of more clips, all of them footage")
    clips: Path | None = parser.parse_args().clips
    numbers = [
        (half, recipe.number)
        for half, sources in enumerate(halves(clips))
        for recipe in recipes(sources, seed=half)
    ]
    with ProcessPoolExecutor() as workers:
        jobs = [workers.submit(watch, half, number, clips) for half, number in numbers]
        watched = []
        for done, job in enumerate(jobs):
            watched.append(job.result())
            print(f"\r{done + 1} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    text = report(watched, with_more=clips is not None)
    RESULTS.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
