"""Measure of how well text on the picture is read, and what that costs.

    python benchmarks/accuracy/text.py PICTURES CLIPS [--write]

``PICTURES`` holds ``pictures.tsv`` (file, repository, path) and the files that
``labels/lines.json`` names by repository and path; ``CLIPS`` holds clips without captions. Three
things are measured: lines of photographs as a person reads them; captions that are drawn over the
clips here, with the seconds they are on; and CPU time of reading the clips as they are, beside that
of all the rest.
``--write`` makes ``TEXT.md`` of it.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from engine.catalogs import open_catalog
from engine.domain.lines import Line
from ingest.changes.motion_classifier import MotionClassifier
from ingest.decoding.frames import Second, open_video
from ingest.pipeline import ingest_file
from ingest.taggers.audio.tagger import LocalSoundTagger
from ingest.taggers.text.reader import LocalTextReader
from ingest.taggers.visual.tagger import LocalTagger
from ingest.text_recognition import TextRecognition

HERE = Path(__file__).parent
SIDE = 640
NEAR = 0.75
SIZES = (14, 20, 32)
CAPTIONS = (
    "Where have you been all night?",
    "I waited for you by the river.",
    "Breaking news from the harbour",
    "Fresh bread every morning",
    "Chapter two: the long way home",
    "Guitar lessons for beginners",
    "Nobody saw the second car.",
    "Mountain weather today",
)
MAX_SECONDS = 20
LONGEST = 60  # seconds of a clip that is analyzed to tell the cost

HEAD = """# How well text on the picture is read

Made by `text.py`. A reading is *right* when it says what a person reads, but for capitals, spaces
and points, and *near* when at most a quarter of its characters differs.
"""


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    reader = LocalTextReader()
    clips = sorted(
        one for one in arguments.clips.iterdir() if one.suffix in (".mp4", ".webm", ".mkv")
    )
    lines = [HEAD]
    for part in (
        photographs(arguments.pictures, reader),
        captions(clips, reader),
        costs(clips, reader),
    ):
        for line in part:
            print(line, flush=True)
            lines.append(line)
    if arguments.write:
        (HERE / "TEXT.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


def photographs(folder: Path, reader: LocalTextReader) -> Iterator[str]:
    """Read photographs; tell how much of what a person reads is read, and what is read wrongly."""
    rows = (line.split("\t") for line in (folder / "pictures.tsv").read_text().splitlines()[1:])
    files = {f"{repository}/{path}": folder / file for file, repository, path, *_ in rows}
    n_right = n_near = n_read = n_labelled = n_empty = n_wrong_on_empty = n_with = n_found = 0
    wrong = []
    for label in json.loads((HERE / "labels" / "lines.json").read_text(encoding="utf-8")):
        left = [text for text in label["lines"] if _n_letters(text) >= 3]
        n_labelled, n_empty = n_labelled + len(left), n_empty + (not left)
        n_with += bool(left)
        read = [line.text for line in _read_picture(files[label["source"]], reader)]
        n_read += len(read)
        n_wrong_on_empty += bool(read) and not left
        n_found += bool(read) and bool(left)
        for text in read:
            best = max(left, key=partial(_likeness, text), default="")
            likeness = _likeness(best, text)
            n_right += likeness == 1
            n_near += likeness >= NEAR
            if likeness >= NEAR:
                left.remove(best)
            if likeness < 1:
                wrong.append(f"{text!r} for {best!r}" if likeness >= NEAR else repr(text))
    yield "## Photographs\n"
    yield (
        f"{n_with + n_empty} photographs of public repositories, labelled by eye; on {n_with} a"
        f" person reads {n_labelled} lines of three letters or more (large and small, in leaning"
        " scripts too; Thai, old and blurred text was not judged).\n"
    )
    yield "| what | |"
    yield "| --- | --- |"
    yield f"| read | {n_read} lines |"
    yield f"| right | {_share(n_right, n_read)} |"
    yield f"| right or near | {_share(n_near, n_read)} |"
    yield f"| of the labelled lines, right or near | {_share(n_near, n_labelled)} |"
    yield f"| photographs with text on which a line was read | {_share(n_found, n_with)} |"
    yield f"| photographs without, on which one was read | {_share(n_wrong_on_empty, n_empty)} |"
    yield f"\nNot right: {', '.join(wrong)}.\n"


def captions(clips: list[Path], reader: LocalTextReader) -> Iterator[str]:
    """Draw captions over clips; tell which are read, and how exact their seconds are."""
    rng = np.random.default_rng(14)
    yield "## Captions over clips\n"
    yield (
        f"White letters with a dark rim over the {len(clips)} clips (at most {MAX_SECONDS} s of"
        " each), 2 to 4 s each with 1 to 3 s between; `size` is that of the font, in pixels of a"
        " picture whose longer side has at most 640: capitals have about two thirds of it.\n"
    )
    yield (
        "| size | captions | read near | right | mean error of the first second | of the last |"
        " other lines |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for size in SIZES:
        n_captions, n_right, others = 0, 0, 0
        errors: list[tuple[int, int]] = []
        for clip in clips:
            shown, lines = _captioned(clip, size, reader, rng)
            n_captions += len(shown)
            left = {line.text: line.seconds or (0, 0) for line in lines}
            for text, start, end in shown:
                read = max(left, key=partial(_likeness, text), default="")
                if _likeness(text, read) < NEAR:
                    continue
                n_right += _likeness(text, read) == 1
                first_read, after_last = left.pop(read)
                errors.append((abs(first_read - start), abs(after_last - end)))
            others += len(left)
        first, last = np.mean(errors, axis=0) if errors else (np.nan, np.nan)
        yield (
            f"| {size} | {n_captions} | {_share(len(errors), n_captions)} |"
            f" {_share(n_right, n_captions)} | {first:.2f} s | {last:.2f} s | {others} |"
        )
    yield ""


def _captioned(
    clip: Path, size: int, reader: LocalTextReader, rng: np.random.Generator
) -> tuple[list[tuple[str, int, int]], tuple[Line, ...]]:
    """Read a clip with captions; return these with their seconds, and the lines that were read."""
    shown: list[tuple[str, int, int]] = []
    classifier, session, n_seconds = MotionClassifier(), reader.begin(), 0
    texts = list(rng.permutation(CAPTIONS))
    start = int(rng.integers(0, 3))
    end = start + int(rng.integers(2, 5))
    with open_video(clip) as video:
        for second in video.seconds():
            if second.index == MAX_SECONDS:
                break
            n_seconds = second.index + 1
            if second.index == end:
                texts.append(texts.pop(0))
                start = end + int(rng.integers(1, 4))
                end = start + int(rng.integers(2, 5))
            frame = second.frame
            if second.index >= start:
                if second.index == start:
                    shown.append((str(texts[0]), start, end))
                frame = _drawn(frame, str(texts[0]), size)
            changed = Second(second.index, second.time, frame, second.repeated)
            session.read_second(second.index, frame, classifier.add(changed))
    shown = [(text, start, min(end, n_seconds)) for text, start, end in shown]
    return shown, session.end(n_seconds).lines


def _drawn(frame: NDArray[np.uint8], text: str, size: float) -> NDArray[np.uint8]:
    picture = Image.fromarray(frame)
    font = ImageFont.load_default(size)
    while font.getlength(text) > 0.95 * picture.width:
        size *= 0.9
        font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text(
        (picture.width / 2, picture.height * 0.88),
        text,
        "white",
        font,
        anchor="mm",
        stroke_width=max(1, round(size / 16)),
        stroke_fill="black",
    )
    return np.asarray(picture)


def costs(clips: list[Path], reader: LocalTextReader) -> Iterator[str]:
    """Watch clips as they are; tell the CPU time of reading beside that of all."""
    tagger, sound = LocalTagger.load(), LocalSoundTagger()
    sound.networks, reader.networks  # noqa: B018 - loaded before
    yield "## What it costs\n"
    yield "CPU time of one thread on a busy machine, of clips as they are, seen, heard and read.\n"
    yield "| clip | seconds | lines | ms a second for reading | of the whole |"
    yield "| --- | --- | --- | --- | --- |"
    total = reading_total = seconds_total = 0.0
    for clip in clips:
        if _n_seconds(clip) > LONGEST:
            continue
        spent, n_seconds, n_lines, whole = _cost(clip, tagger, sound, reader)
        if n_seconds >= 10 and not n_lines:  # of a shorter one the first look is most
            total, reading_total = total + whole, reading_total + spent
            seconds_total += n_seconds
        yield (
            f"| {clip.name} | {n_seconds} | {n_lines} | {1000 * spent / n_seconds:.1f} |"
            f" {spent / whole:.0%} |"
        )
    mean = 1000 * reading_total / seconds_total
    yield (
        f"| those of 10 s or more without a line | {seconds_total:.0f} | | {mean:.1f} |"
        f" {reading_total / total:.0%} |"
    )


def _n_seconds(clip: Path) -> float:
    with open_video(clip) as video:
        return video.declared_seconds or 0.0


def _cost(
    clip: Path, tagger: LocalTagger, sound: LocalSoundTagger, reader: LocalTextReader
) -> tuple[float, int, int, float]:
    spent = 0.0

    def timed(name: str) -> None:
        method = originals[name]

        def measured(*values: object) -> object:
            nonlocal spent
            begin = time.process_time()
            try:
                return method(*values)
            finally:
                spent += time.process_time() - begin

        setattr(TextRecognition, name, measured)

    originals = {name: getattr(TextRecognition, name) for name in ("read_second", "end", "track")}
    try:
        for name in originals:
            timed(name)
        with tempfile.TemporaryDirectory() as home, open_catalog(Path(home) / "c.db") as catalog:
            begin = time.process_time()
            result = ingest_file(clip, catalog, tagger, sound, reader)
            whole = time.process_time() - begin
            n_lines = len(catalog.tracks.lines(result.video or "").get("text", ()))
    finally:
        for name, method in originals.items():
            setattr(TextRecognition, name, method)
    return spent, result.seconds, n_lines, whole


def _read_picture(path: Path, reader: LocalTextReader) -> tuple[Line, ...]:
    with open_video(path) as video:
        session, classifier, n_seconds = reader.begin(), MotionClassifier(), 0
        for second in video.seconds():
            session.read_second(second.index, second.frame, classifier.add(second))
            n_seconds = second.index + 1
        return session.end(n_seconds).lines


def _likeness(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(_bare(one), _bare(other))


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _n_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "none"


if __name__ == "__main__":
    main()
