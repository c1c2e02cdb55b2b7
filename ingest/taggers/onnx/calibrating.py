"""The job that calibrates a pair: looks at a folder of pictures, and fits."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InvalidInput
from ingest.taggers.base import Confidences, Frame
from ingest.taggers.hierarchy import all_above
from ingest.taggers.known_words import known_parents, known_words
from ingest.taggers.onnx.calibration import (
    Calibration,
    Truth,
    Weights,
    fit_curve,
    reliability,
    spread_of,
)
from ingest.taggers.onnx.folder import WORDS, PairFolder, sha256_of
from ingest.taggers.onnx.pictures import PictureEncoder
from ingest.taggers.onnx.texts import PHRASE, PhraseEncoder, Word, check_words, read_words
from ingest.taggers.visual.nudity import NUDITY

MIN_PICTURES: Final = 50
"""The spread of fewer is a guess. Some hundreds, of all kinds, are good."""

MIN_KNOWN: Final = 20
"""Number of words that must be known to be there, and as many not to be."""

_SURELY: Final = 0.9
_SURELY_NOT: Final = 0.05
_PICTURE_SUFFIXES: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


class Teacher(Protocol):
    """A tagger that is believed where it is sure, for want of labels by hand."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags that it can name."""

    def tag(self, frame: Frame) -> Confidences:
        """Return its confidences."""


class _Embedded(NamedTuple):
    vectors: NDArray[np.float32]
    truth: Truth


def words_of(folder: PairFolder) -> tuple[Word, ...]:
    """Return what a pair looks for: ``words.txt`` in its folder, else every known word.

    ``nudity`` is none of them: a network of its own judges it.

    Raises:
        InvalidInput: the list cannot be used.
    """
    path = folder / WORDS
    if not path.is_file():
        known = known_words().items()
        return check_words(
            (Word(tag, PHRASE.format(what or tag)) for tag, what in known), "the list"
        )
    words = read_words(path)
    if any(word.tag == NUDITY for word in words):
        raise InvalidInput(f"{path} has {NUDITY!r}: a network of its own judges that, take it out")
    return words


def parents_of(folder: PairFolder) -> Mapping[str, tuple[str, ...]]:
    """Return the words that come with others; none for a list of somebody's own.

    What words of such a list mean, nobody else knows.
    """
    return {} if (folder / WORDS).is_file() else known_parents()


def calibrate(
    folder: PairFolder,
    pictures: Sequence[Path],
    words: tuple[Word, ...],
    *,
    teacher: Teacher,
    labels: Mapping[str, Sequence[str]] | None = None,
    on_picture: Callable[[int], object] = lambda _: None,
) -> Calibration:
    """Look at pictures of all kinds and find what the pair's cosines are worth.

    Args:
        folder: the pair.
        pictures: files, as ``pictures_in`` finds them.
        words: the words to look for.
        teacher: whose sure answers are taken for the truth (0.9 and more is there, under 0.05 is
            not); not asked where there are labels.
        labels: file name -> the words that are to be seen on it. Those that come with them teach
            nothing, all others are not there. Of some pictures at least.
        on_picture: called after each picture with 1, for a progress bar.

    Raises:
        InvalidInput: too few pictures, or too little known of them; says what would do.
    """
    truths = None
    if labels is not None:
        truths = _truth_by_hand(labels, words, pictures, parents_of(folder))
    embedded = _embed_pictures(folder, pictures, words, teacher, truths, on_picture)
    vectors = PhraseEncoder.open(folder).embed([word.phrase for word in words])
    if vectors.shape[1] != embedded.vectors.shape[1]:
        raise InvalidInput(
            f"{folder.path}: pictures have vectors of {embedded.vectors.shape[1]} numbers,"
            f" phrases of {vectors.shape[1]}: image.onnx and text.onnx are no pair"
        )
    cosines = embedded.vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    means, spreads = spread_of(cosines)
    z = (cosines - means) / spreads
    present, absent = int((embedded.truth == 1).sum()), int((embedded.truth == 0).sum())
    if min(present, absent) < MIN_KNOWN:
        raise InvalidInput(
            f"of {present} words it is known that they are on a picture, of {absent} that they are"
            f" not: {MIN_KNOWN} of each are needed; take more pictures, or label some by hand",
            hint="--labels takes the labels",
        )
    curve = fit_curve(z, embedded.truth)
    return Calibration(
        words=words,
        vectors=vectors,
        means=means,
        spreads=spreads,
        curve=curve,
        weights={
            path.name: Weights(path.stat().st_size, sha256_of(path)) for path in folder.weights()
        },
        pictures=len(embedded.vectors),
        known=(present, absent),
        reliability=reliability(curve.at(z), embedded.truth),
    )


def read_labels(path: Path) -> dict[str, list[str]]:
    """Read labels: a JSON object, file name -> list of words.

    Raises:
        InvalidInput: it is none.
    """
    try:
        payload = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"the labels in {path} cannot be read: {error}") from error
    if not isinstance(payload, dict) or not all(
        isinstance(words, list) and all(isinstance(word, str) for word in words)
        for words in payload.values()
    ):
        raise InvalidInput(f'{path} must be an object like {{"dog-1.jpg": ["dog", "animal"]}}')
    return payload


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures in a folder and all below it.

    Raises:
        InvalidInput: there is no such folder, or it has too few.
    """
    if not folder.is_dir():
        raise InvalidInput(f"there is no folder {str(folder)!r} with pictures")
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _PICTURE_SUFFIXES and path.is_file()
    )
    if len(paths) < MIN_PICTURES:
        raise InvalidInput(
            f"{folder} has {len(paths)} pictures: at least {MIN_PICTURES} of all kinds are"
            " needed, some hundreds are good"
        )
    return paths


def _truth_by_hand(
    labels: Mapping[str, Sequence[str]],
    words: Sequence[Word],
    paths: Sequence[Path],
    parents: Mapping[str, Sequence[str]],
) -> dict[str, NDArray[np.int8]]:
    tags = [word.tag for word in words]
    unknown = sorted({tag for named in labels.values() for tag in named} - set(tags))
    if unknown:
        raise InvalidInput(f"labels name what is none of the words: {', '.join(unknown)}")
    missing = sorted(labels.keys() - {path.name for path in paths})
    if missing:
        raise InvalidInput(f"labels name pictures that are not there: {', '.join(missing)}")
    truths = {}
    for name, named in labels.items():
        # Of what comes with a word, the pair itself need not be sure: that teaches nothing.
        come = {above for tag in named for above in all_above(tag, parents)}
        truths[name] = np.array(
            [1 if tag in named else -1 if tag in come else 0 for tag in tags], np.int8
        )
    return truths


def _embed_pictures(
    folder: PairFolder,
    paths: Sequence[Path],
    words: Sequence[Word],
    teacher: Teacher,
    truths: Mapping[str, NDArray[np.int8]] | None,
    on_picture: Callable[[int], object],
) -> _Embedded:
    encoder = PictureEncoder.open(folder)
    not_known = np.full(len(words), -1, np.int8)
    vectors, truth = [], []
    for path, picture in _opened(paths):
        vectors.append(encoder.embed(picture))
        if truths is not None:
            truth.append(truths.get(path.name, not_known))
        else:
            truth.append(_teacher_labels(teacher, np.asarray(picture), words))
        on_picture(1)
    return _Embedded(np.stack(vectors), np.stack(truth))


def _teacher_labels(teacher: Teacher, frame: Frame, words: Sequence[Word]) -> NDArray[np.int8]:
    """Return where the teacher is sure of a word: 1 or 0; -1 where it is not, or has no word."""
    confidences = dict(zip(teacher.tags, teacher.tag(frame).tolist(), strict=True))
    sure = [confidences.get(word.tag, (_SURELY + _SURELY_NOT) / 2) for word in words]
    return np.array([1 if p >= _SURELY else 0 if p < _SURELY_NOT else -1 for p in sure], np.int8)


def _opened(paths: Sequence[Path]) -> Iterator[tuple[Path, Image.Image]]:
    for path in paths:
        try:
            with Image.open(path) as file:
                picture = file.convert("RGB")
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise InvalidInput(f"{path} cannot be read as a picture: {error}") from error
        yield path, picture
