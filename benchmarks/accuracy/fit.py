"""Fit the weights with which what the networks say of a frame becomes confidences.

    python benchmarks/accuracy/fit.py --clips FOLDER... [--kept FILE] [--write]

Prints how right the weights are on frames of repositories and packages they were not fitted to
(ten parts); with ``--write``, puts those fitted to all frames into models. The README says how.
"""

import argparse
import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import regression
from frames import TELLING_NOTHING, Label, Truth, origin, outputs_of_variants, read_labels, rows_of
from numpy.typing import NDArray
from regression import Columns, Limits, Single, Table, logistic, logistic_of_many

from ingest.taggers.visual import tag_calibration
from ingest.taggers.visual.model_outputs import Evidence, Networks
from ingest.taggers.visual.tag_calibration import WEIGHTS, Clues, TagCalibration

THRESHOLD: Final = 0.7
"""From this confidence on, a word is said."""

FOLDER: Final = Path(__file__).parents[2] / "models" / "efficientnet_lite2"

OFTEN: Final = 5
"""Sources that show a tag, from which on its first guess is that of the other common tags."""

SELDOM: Final = 2
"""Sources that show a tag, from which on the scene has a say."""

CAUTION: Final = 0.15
"""Taken off the logit of a telling word: other footage is less like what was fitted to."""

CAUTION_OF_OTHERS: Final = 0.75
"""Taken off that of a word that tells nothing: nobody misses it, and it is as wrong as others."""

CAUTIONS: Final = dict.fromkeys(TELLING_NOTHING, CAUTION_OF_OTHERS) | {
    "still life": 0.05,
    "abstract": 0.05,
    "illustration": 1.25,
    "gaming": 1.0,
    "video game": 0.5,
    "map": -1.0,
}
"""Of tags that take another one than telling words do.

``still life`` tells nothing, but where it is said there often is no other word; most others are
right on nine of ten held-out frames from there on.
"""

IF_DRAWN: Final = 1.0
"""Taken off the logit of a word where it is certain that a picture is drawn.

Of words with 0.5 and more, held out, 0.9 fits best on one half of the places and 1.0 on the other.
"""

SHOWN_IN_DRAWN: Final = (
    *("illustration", "abstract", "map", "software"),
    *("video game", "gaming", "text", "space"),
)
"""Tags that are learned from drawn pictures as much as from others, and so take nothing off."""

_RIDGE: Final = 20.0  # of all weights for one tag
_RIDGE_OF_BIAS: Final = 0.3  # so that a tag no labelled frame shows can still be said
_RIDGE_OF_POOL: Final = 0.1
_UNPENALISED: Final = 1e-3
_OWN_SCALE: Final = 1 / 6  # of the logit of a confidence, beside the scene
_COMPONENTS: Final = 300  # of the scene, that hold what frames have in common
_FINENESS: Final = 500  # steps from 0 to the largest weight for a scene
_PARTS: Final = 10
_SUMS: Final = (0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)  # of a tag's own classes
_SHARE_RIGHT: Final = 0.96  # of the frames with such a sum
_SHARE_OF_NEW: Final = 0.88  # of those that are not said otherwise
_DRAWN_BY: Final = 2.0  # sources
_MIN_SOURCES: Final = 8.0  # with such a sum
_MIN_NEW: Final = 0.9  # sources that are not said otherwise

Weights = dict[str, dict[str, Any]]
"""For each tag its bias, the weights of its clues and, if it has some, of its scene."""


class HeldOut(NamedTuple):
    """Confidences of every frame by weights that saw nothing that is from there.

    Attributes:
        weighed: shape (n_frames, n_tags), without what tags say by themselves.
        confidences: likewise, with it.
    """

    weighed: Single
    confidences: Single


def main() -> None:
    """Print how it went; write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--kept", dest="stored", type=Path, help="what the networks said, to look only once"
    )
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS}")
    arguments = parser.parse_args()
    tags = Networks.load().tags
    labels = read_labels()
    variants = outputs_of_variants(labels, arguments.clips, arguments.stored)
    truth = Truth.of(labels, tags)
    apart = held_out(variants, labels, tags, arguments.stored)
    _report(truth, apart.confidences)
    if arguments.write:
        least = min_sums(truth, variants[0].confidences, apart.weighed, tags)
        weights = _with_min_sums(fit(variants, truth, tags), least)
        (FOLDER / WEIGHTS).write_text(_as_text(weights))


def held_out(
    variants: Sequence[Evidence], labels: Sequence[Label], tags: Sequence[str], stored: Path | None
) -> HeldOut:
    """Return the confidences of every frame by weights fitted without all that is from there.

    Args:
        variants: what the networks say of every frame, and then of other views of it.
        labels: of the frames.
        tags: to be told.
        stored: as of ``outputs_of``; what comes out has a file of its own beside it, which is used
            again as long as evidence, labels and the way weights are fitted stay the same.
    """
    truth = Truth.of(labels, tags)
    origins, numbers = np.unique([origin(label) for label in labels], return_inverse=True)
    part = np.random.default_rng(0).permutation(len(origins))[numbers] % _PARTS
    if stored is None:
        return _held_out(variants, truth, tags, part)
    key = _digest(variants, truth, part)
    path = stored.with_stem(f"{stored.stem} held out")
    if path.is_file():
        with np.load(path) as arrays:
            if str(arrays["key"]) == key:
                return HeldOut(*(arrays[name] for name in HeldOut._fields))
    apart = _held_out(variants, truth, tags, part)
    np.savez(path, key=np.array(key), **apart._asdict())
    return apart


def _digest(variants: Sequence[Evidence], truth: Truth, part: NDArray[np.intp]) -> str:
    """Return what changes with anything that decides what comes out."""
    digest = hashlib.sha256()
    for module in (regression, tag_calibration):
        digest.update(inspect.getsource(module).encode())
    digest.update(Path(__file__).read_bytes())
    tables = [table for variant in variants for table in variant]
    for table in (*tables, truth.present, truth.counted, truth.sources, part):
        digest.update(np.ascontiguousarray(table).tobytes())
    return digest.hexdigest()


def _held_out(
    variants: Sequence[Evidence], truth: Truth, tags: Sequence[str], part: NDArray[np.intp]
) -> HeldOut:
    fitted = []
    weighed = np.zeros(truth.present.shape, np.float32)
    for number in range(_PARTS):
        inside = part != number
        weights = fit([rows_of(variant, inside) for variant in variants], truth.rows(inside), tags)
        weighed[~inside] = TagCalibration(weights, tags).weigh(rows_of(variants[0], ~inside))
        fitted.append(weights)
    confidences = np.zeros_like(weighed)
    for number, weights in enumerate(fitted):
        inside = part != number
        least = min_sums(truth.rows(inside), variants[0].confidences[inside], weighed[inside], tags)
        calibration = TagCalibration(_with_min_sums(weights, least), tags)
        confidences[~inside] = calibration.weigh(rows_of(variants[0], ~inside))
    return HeldOut(weighed, confidences)


def min_sums(truth: Truth, sums: Single, weighed: Single, tags: Sequence[str]) -> dict[str, float]:
    """Return, of the tags that may be said by their own classes alone, the sum that it takes.

    From there on the tag is nearly always right, and hardly less often where it would not be said
    otherwise, of which there must be a case. Where cases are few, the one share is drawn to that of
    all tags, the other to the first.

    Args:
        truth: of the frames.
        sums: shape (n_frames, n_tags), of the classes of each tag.
        weighed: likewise, what weights say that saw nothing that is from there.
        tags: a column each.
    """
    frames = _weights_of_frames(truth.sources)
    least: dict[str, float] = {}
    for sum_ in sorted(_SUMS, reverse=True):
        named = (sums >= sum_) & truth.counted
        otherwise_silent = named & (weighed < THRESHOLD)
        n_said, n_right = frames @ named, frames @ (named & truth.present)
        share = _drawn(n_right, n_said, n_right.sum() / max(1e-9, n_said.sum()))
        n_new, n_new_right = frames @ otherwise_silent, frames @ (otherwise_silent & truth.present)
        share_of_new = _drawn(n_new_right, n_new, share)
        enough = (n_said >= _MIN_SOURCES) & (n_new >= _MIN_NEW)
        trusted = enough & (share >= _SHARE_RIGHT) & (share_of_new >= _SHARE_OF_NEW)
        least |= {tag: sum_ for tag, is_trusted in zip(tags, trusted, strict=True) if is_trusted}
    return least


def _drawn(n_right: Table, n_said: Table, towards: Table | float) -> Table:
    """Return shares as if two sources more had been right as often as something else is."""
    return (n_right + _DRAWN_BY * towards) / (n_said + _DRAWN_BY)


def _with_min_sums(weights: Weights, least: Mapping[str, float]) -> Weights:
    return {
        tag: of_tag | ({"sure": least[tag]} if tag in least else {})
        for tag, of_tag in weights.items()
    }


def fit(variants: Sequence[Evidence], truth: Truth, tags: Sequence[str]) -> Weights:
    """Return the weights for every tag.

    First guess: one logistic regression over the clues of all common tags, and one over those of
    all others. Then each tag is moved from there by a ridge regression of its own: by a bias alone
    if hardly any source shows it, else by the scene too.

    Args:
        variants: what the networks say of every frame, and then of other views of it, on which the
            same is true; together they weigh as much as the frame.
        truth: of the frames.
        tags: to be told.
    """
    frames = np.tile(_weights_of_frames(truth.sources) / len(variants), len(variants))
    evidence = Evidence(*(np.concatenate(tables) for tables in zip(*variants, strict=True)))
    truth = truth.repeated(len(variants))
    clues = Clues(tags)
    of_tags = _with_ones(clues, clues.of_tags(evidence).astype(np.float64))
    scene = _Scene(clues.of_scene(evidence).astype(np.float32))
    shown_by = [
        len(set(truth.sources[truth.present[:, tag] & truth.counted[:, tag]]))
        for tag in range(len(tags))
    ]
    is_common = np.array(shown_by) >= OFTEN
    pools = {
        common: _pool(of_tags, truth, frames, np.flatnonzero(is_common == common))
        for common in (True, False)
    }
    pool = np.array([pools[bool(common)] for common in is_common])
    has_scene = np.array(shown_by) >= SELDOM
    shared, own = logistic_of_many(
        Columns(
            scene.reduced,
            np.dstack([of_tags[..., 0] * _OWN_SCALE, np.ones(of_tags.shape[:2])]).astype(
                np.float32
            ),
            np.einsum("nwk,wk->nw", of_tags, pool).astype(np.float32),
        ),
        truth.present,
        (frames[:, None] * truth.counted).astype(np.float32),
        _limits(pool, has_scene),
    )
    return {
        tag: _weights_of_tag(
            pool[number],
            own[number],
            scene.unreduced(shared[number]) if has_scene[number] else None,
            caution=CAUTIONS.get(tag, CAUTION),
            has_object=clues.has_object[number],
        )
        | ({} if tag in SHOWN_IN_DRAWN else {"if_drawn": IF_DRAWN})
        for number, tag in enumerate(tags)
    }


def _limits(pool: Table, has_scene: NDArray[np.bool_]) -> Limits:
    """Return what holds the weights of each tag back: its own sum never speaks against it."""
    anything = np.full(len(pool), -np.inf)
    return Limits(
        _RIDGE,
        np.array([_RIDGE, _RIDGE_OF_BIAS], np.float32),
        np.column_stack([-pool[:, 0] / _OWN_SCALE, anything]).astype(np.float32),
        np.column_stack([has_scene, np.ones_like(has_scene)]),
        has_scene,
    )


class _Scene:
    """The scene of each frame, in its principal components."""

    def __init__(self, scene: Single) -> None:
        self._centre = scene.mean(axis=0)
        centred = scene - self._centre
        _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        self._components = directions[:, -_COMPONENTS:].T
        self.reduced: Single = centred @ self._components.T.astype(np.float32)

    def unreduced(self, weights: Single) -> tuple[Table, float]:
        """Return weights of the whole scene, and what they add at its centre."""
        whole = weights @ self._components
        return whole, float(whole @ self._centre)


def _with_ones(clues: Clues, of_tags: Table) -> Table:
    """Return the clues of each tag, whether it has an object, and 1."""
    has_object = np.broadcast_to(clues.has_object, of_tags.shape[:2])
    return np.dstack([of_tags, has_object, np.ones(of_tags.shape[:2])])


def _weights_of_frames(sources: NDArray[np.str_]) -> Table:
    """Return the weight of each frame: a source of many frames counts more, but not as often."""
    _, number, counts = np.unique(sources, return_inverse=True, return_counts=True)
    weights: Table = np.asarray(counts[number] ** -0.5, np.float64)
    return weights


def _pool(of_tags: Table, truth: Truth, frames: Table, tags: NDArray[np.intp]) -> Table:
    counted = truth.counted[:, tags]
    columns = of_tags[:, tags][counted]
    ridge = np.array([_RIDGE_OF_POOL] * (columns.shape[1] - 1) + [_UNPENALISED])
    weights = np.broadcast_to(frames[:, None], counted.shape)[counted]
    return logistic(columns, truth.present[:, tags][counted], weights, ridge=ridge)


def _weights_of_tag(
    pool: Table, own: Single, scene: tuple[Table, float] | None, *, caution: float, has_object: bool
) -> dict[str, Any]:
    *clues, for_object, bias = map(float, pool)
    clues[0] = max(0.0, clues[0] + float(own[0]) * _OWN_SCALE)
    bias += float(own[1]) - caution + (for_object if has_object else 0.0)
    rounded = [round(clue, 4) for clue in clues]
    if scene is None:
        return {"bias": round(bias, 4), "clues": rounded}
    whole, at_centre = scene
    unit = float(f"{np.abs(whole).max() / _FINENESS:.4g}")
    return {
        "bias": round(bias - at_centre, 4),
        "clues": rounded,
        "scene_unit": unit,
        "scene": np.rint(whole / unit).astype(int).tolist(),
    }


def _as_text(weights: Weights) -> str:
    """One tag a line, so that a review sees what changed."""
    lines = (f"{json.dumps(tag)}: {json.dumps(of_tag)}" for tag, of_tag in weights.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _report(truth: Truth, confidences: NDArray[np.float32]) -> None:
    certain = (confidences >= THRESHOLD) & truth.counted
    right, wrong = (certain & truth.present).sum(), (certain & ~truth.present).sum()
    there = (truth.present & truth.counted).sum()
    print(f"{len(truth.sources)} frames of {len(set(truth.sources))} sources, held out in turn:")
    print(f"{right} right, {wrong} wrong, {there - right} missed;", end=" ")
    print(f"precision {right / (right + wrong):.3f}, recall {right / there:.3f}")


if __name__ == "__main__":
    main()
