"""Kinds of videos that the rules were not fitted to: other makers, photographs, sizes and codecs.

    PYTHONPATH=.:tests python benchmarks/kinds/held_out.py PHOTOGRAPHS CLIPS

Takes folders of photographs and of clips, makes one video after the other, and prints the table
that LIVELY.md holds, and what was wrong. To be run once the rules are done: what is mended because
of it makes it one more set that they were fitted to.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from variants_drawn import DRAWN
from variants_scenes import SCENES, STILLS, pushed

from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.video_kind import Kind, KindAssessment
from ingest.decoding.frames import open_video
from support import stills
from support.footage import Picture, write_video

SEED: Final = 20261130
N_OF_EACH: Final = 6
SHAPES: Final = ((200, 356), (240, 320), (288, 512), (320, 180), (360, 640), (432, 240))
RATES: Final = (8, 12, 15, 24, 25, 30)
LENGTHS: Final = (8.0, 11.0, 14.0, 18.0, 22.0)
CODERS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    (".mp4", "libx264", {"crf": "20"}),
    (".mkv", "libx264", {"crf": "31"}),
    (".mp4", "libx265", {"crf": "27"}),
    (".webm", "libvpx", {"b": "300k"}),
    (".webm", "libvpx-vp9", {"b": "200k"}),
    (".avi", "mpeg4", {"b": "800k"}),
)


@dataclass(frozen=True, slots=True)
class Made:
    """One video of the set, and what it was taken for."""

    kind: str
    form: str
    file: str
    assessment: KindAssessment

    @property
    def is_right(self) -> bool:
        """Whether it was taken for what it is; a video too short to tell counts as right."""
        return self.assessment.kind in (self.kind, Kind.UNKNOWN)


class Maker:
    """Makes and judges videos; what chance decides follows from the number of each."""

    def __init__(self, photographs: Path, clips: Path) -> None:
        self._photographs = sorted(photographs.glob("*.jpg"))
        self._clips = sorted(path for path in clips.iterdir() if path.suffix != ".md")
        self._n_made = 0

    def all(self) -> Iterator[Made]:
        """Make and judge them all, one after the other."""
        forms = [
            *((Kind.OVERLAY, form) for form in DRAWN.items()),
            *((Kind.MOTION, form) for form in SCENES.items()),
            *((Kind.STATIC, form) for form in STILLS.items()),
        ]
        for kind, (name, form) in forms:
            for _ in range(N_OF_EACH):
                rng, shape, rate, seconds = self._chosen()
                yield self._judged(
                    kind, name, form(self._photo(rng), shape, seconds, rate, rng), rng, rate
                )
        yield from self._slideshows()
        for path in self._clips:
            rng, shape, rate, _ = self._chosen()
            pictures = stills.clip(path, shape, rate, end=15)
            yield self._judged(Kind.MOTION, "clips", pictures, rng, rate)

    def _slideshows(self) -> Iterator[Made]:
        for number in range(2 * N_OF_EACH):
            rng, shape, rate, _ = self._chosen()
            photos = [self._photo(rng) for _ in range(int(rng.integers(3, 7)))]
            each = rng.uniform(2.5, 6)
            if number % 2:
                pictures, name = pushed(photos, shape, each, rate, rng), "pushed"
            else:
                fade = float(rng.choice([0.0, 0.5, 1.5]))
                pictures = stills.slideshow(photos, shape, each, rate, fade_seconds=fade)
                name = "cut or faded"
            yield self._judged(Kind.SLIDESHOW, name, pictures, rng, rate)

    def _chosen(self) -> tuple[np.random.Generator, stills.Shape, int, float]:
        rng = np.random.default_rng([SEED, self._n_made])
        shape = SHAPES[int(rng.integers(len(SHAPES)))]
        return rng, shape, int(rng.choice(RATES)), float(rng.choice(LENGTHS))

    def _photo(self, rng: np.random.Generator) -> stills.Photo:
        return stills.read_photograph(self._photographs[int(rng.integers(len(self._photographs)))])

    def _judged(
        self, kind: str, form: str, pictures: Iterator[Picture], rng: np.random.Generator, rate: int
    ) -> Made:
        suffix, codec, options = CODERS[int(rng.integers(len(CODERS)))]
        self._n_made += 1
        classifier = MotionClassifier()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{self._n_made:03}{suffix}"
            write_video(path, pictures, codec=codec, rate=rate, codec_options=options)
            with open_video(path) as video:
                for second in video.seconds():
                    classifier.add(second)
        return Made(kind, form, f"{path.name}, {codec}, {rate} a second", classifier.assessment())


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("photographs", type=Path)
    parser.add_argument("clips", type=Path)
    arguments = parser.parse_args()
    made = []
    for video in Maker(arguments.photographs, arguments.clips).all():
        made.append(video)
        if not video.is_right:
            print(video, flush=True)
    print("| | form | right |\n| --- | --- | --- |")
    for kind, form in dict.fromkeys((video.kind, video.form) for video in made):
        own = [video for video in made if (video.kind, video.form) == (kind, form)]
        print(f"| {kind} | {form} | {sum(video.is_right for video in own)} of {len(own)} |")
    print(f"| all | | {sum(video.is_right for video in made)} of {len(made)} |")
    for (kind, judged), n in Counter((v.kind, v.assessment.kind) for v in made).items():
        print(f"{kind} taken for {judged}: {n}")


if __name__ == "__main__":
    main()
