"""Cost of each source of tags, as jobs tell it: CPU seconds of one thread, the best of three runs.

    python benchmarks/ingest/costs.py [CLIP ...]

Without clips it takes those of ``bench.py``. Networks are loaded before.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from api.cli.footage import packaged_clips
from engine.catalogs import open_catalog
from engine.domain.tags import METADATA, SPEECH, TEXT, VISUAL
from ingest.captioning import Captioning
from ingest.cpu_costs import DECODING
from ingest.pipeline import Observer, ingest_file
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.lines.tagger import LineTagger
from ingest.taggers.text.reader import LocalTextReader
from ingest.taggers.visual.tagger import LocalTagger

RUNS = 3
COLUMNS = (DECODING, VISUAL, "audio", TEXT, SPEECH, METADATA)


def main() -> None:
    """Print the table of some clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    clips = parser.parse_args().clips or [
        clip for clip in packaged_clips() if clip.name in ("bikes.mp4", "cityCC0.mpg")
    ]
    print_costs(clips, LocalTagger.load())


def print_costs(clips: list[Path], tagger: LocalTagger) -> None:
    """Print what each source costs on clips, in ms of CPU a second of video and of the whole."""
    observers = (tagger, LocalSoundTagger(), LocalTextReader())
    _ingested(clips[0], observers)
    print(f"| clip | seconds | {' | '.join(COLUMNS)} |")
    print("| --- |" + " --- |" * (1 + len(COLUMNS)))
    for clip in clips:
        seconds, cost = min(
            (_ingested(clip, observers) for _ in range(RUNS)), key=lambda run: sum(run[1].values())
        )
        whole = sum(cost.values())
        shown = (
            f"{1000 * cost.get(part, 0.0) / seconds:.1f} ({cost.get(part, 0.0) / whole:.0%})"
            for part in COLUMNS
        )
        print(f"| {clip.name} | {seconds} | {' | '.join(shown)} |", flush=True)


def _ingested(clip: Path, observers: tuple[Observer, ...]) -> tuple[int, Mapping[str, float]]:
    """Ingest into a new catalog, as ``reelmatch ingest`` does; return seconds and costs."""
    with tempfile.TemporaryDirectory() as home, open_catalog(Path(home) / "c.db") as catalog:
        captioning = Captioning(clip, LineTagger(SPEECH))
        result = ingest_file(clip, catalog, *observers, captioning=captioning)
    return result.seconds, result.cost


if __name__ == "__main__":
    main()
