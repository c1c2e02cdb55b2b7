"""Fit the weights with which what the networks say of a frame becomes confidences.

    python benchmarks/accuracy/fit.py --clips FOLDER... [--kept FILE] [--write]

Prints how right the weights are on frames of repositories and packages they were not fitted to
(ten parts); with ``--write``, puts those fitted to all frames into models. The README says how.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from frames import Label, Truth, origin, outputs_of_variants, read_labels, rows_of
from numpy.typing import NDArray

from ingest.taggers.visual.model_outputs import Evidence, Networks
from ingest.taggers.visual.tag_calibration import WEIGHTS, Clues, TagCalibration

Table = NDArray[np.float64]

THRESHOLD: Final = 0.7
"""From this confidence on, a word is said."""

FOLDER: Final = Path(__file__).parents[2] / "models" / "efficientnet_lite2"

OFTEN: Final = 5
"""Sources that show a tag, from which on its first guess is that of the other common tags."""

SELDOM: Final = 2
"""Sources that show a tag, from which on the scene has a say."""

CAUTION: Final = 0.8
"""Taken off every logit: other footage is less like what was fitted to than the parts are."""

_RIDGE: Final = 12.0  # of all weights for one tag
_RIDGE_OF_BIAS: Final = 0.3  # so that a tag no labelled frame shows can still be said
_RIDGE_OF_POOL: Final = 0.1
_UNPENALISED: Final = 1e-3
_OWN_SCALE: Final = 1 / 6  # of the logit of a confidence, beside the scene
_COMPONENTS: Final = 300  # of the scene, that hold what frames have in common
_FINENESS: Final = 500  # steps from 0 to the largest weight for a scene
_PARTS: Final = 10

Weights = dict[str, dict[str, Any]]
"""For each tag its bias, the weights of its clues and, if it has some, of its scene."""


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
    _report(truth, held_out(variants, labels, tags))
    if arguments.write:
        (FOLDER / WEIGHTS).write_text(_as_text(fit(variants, truth, tags)))


def held_out(
    variants: Sequence[Evidence], labels: Sequence[Label], tags: Sequence[str]
) -> NDArray[np.float32]:
    """Return the confidences of every frame by weights fitted without all that is from there.

    Args:
        variants: what the networks say of every frame, and then of other views of it.
        labels: of the frames.
        tags: to be told.
    """
    truth = Truth.of(labels, tags)
    origins, numbers = np.unique([origin(label) for label in labels], return_inverse=True)
    part = np.random.default_rng(0).permutation(len(origins))[numbers] % _PARTS
    confidences = np.zeros(truth.present.shape, np.float32)
    for number in range(_PARTS):
        inside = part != number
        weights = fit([rows_of(variant, inside) for variant in variants], truth.rows(inside), tags)
        confidences[~inside] = TagCalibration(weights, tags).weigh(rows_of(variants[0], ~inside))
    return confidences


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
    scene = _Scene(clues.of_scene(evidence).astype(np.float64))
    shown_by = [
        len(set(truth.sources[truth.present[:, tag] & truth.counted[:, tag]]))
        for tag in range(len(tags))
    ]
    is_common = np.array(shown_by) >= OFTEN
    pools = {
        common: _pool(of_tags, truth, frames, np.flatnonzero(is_common == common))
        for common in (True, False)
    }
    weights: Weights = {}
    for number, tag in enumerate(tags):
        counted = truth.counted[:, number]
        pool = pools[bool(is_common[number])]
        mine = of_tags[counted, number]
        columns = np.ones((len(mine), 1))
        if shown_by[number] >= SELDOM:
            columns = np.column_stack([scene.reduced[counted], mine[:, 0] * _OWN_SCALE, columns])
        moved = logistic(
            columns,
            truth.present[counted, number],
            frames[counted],
            ridge=np.array([_RIDGE] * (columns.shape[1] - 1) + [_RIDGE_OF_BIAS]),
            start=mine @ pool,
        )
        weights[tag] = _weights_of_tag(pool, moved, scene, has_object=clues.has_object[number])
    return weights


class _Scene:
    """The scene of each frame, in its principal components."""

    def __init__(self, scene: Table) -> None:
        self._centre = scene.mean(axis=0)
        left, sizes, right = np.linalg.svd(scene - self._centre, full_matrices=False)
        self._components = right[:_COMPONENTS]
        self.reduced: Table = (left * sizes)[:, :_COMPONENTS]

    def unreduced(self, weights: Table) -> tuple[Table, float]:
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


def logistic(
    columns: Table,
    truth: NDArray[np.bool_],
    weights: Table,
    *,
    ridge: Table,
    start: Table | float = 0.0,
) -> Table:
    """Return the coefficients of a weighted ridge logistic regression, by Newton's method.

    Args:
        columns: shape (n, n_columns).
        truth: shape (n,).
        weights: shape (n,), of each row.
        ridge: shape (n_columns,), the penalty of each squared coefficient, halved.
        start: the logits that hold where all coefficients are 0.
    """

    def loss(coefficients: Table) -> float:
        logits = columns @ coefficients + start
        misses = weights @ (np.logaddexp(0, logits) - truth * logits)
        return float(misses + ridge @ coefficients**2 / 2)

    coefficients = np.zeros(columns.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-(columns @ coefficients + start)))
        slope = columns.T @ (weights * (sure - truth)) + ridge * coefficients
        bend = (columns * (weights * sure * (1 - sure))[:, None]).T @ columns + np.diag(ridge)
        step: Table = np.asarray(np.linalg.solve(bend, slope), np.float64)
        step = _shortened(step, coefficients, loss)
        coefficients = coefficients - step
        if np.abs(step).max() < 1e-6:
            break
    return coefficients


def _shortened(step: Table, coefficients: Table, loss: Callable[[Table], float]) -> Table:
    here = loss(coefficients)
    while loss(coefficients - step) > here and np.abs(step).max() > 1e-9:
        step = step / 2
    return step


def _weights_of_tag(
    pool: Table, moved: Table, scene: _Scene, *, has_object: bool
) -> dict[str, Any]:
    *clues, for_object, bias = pool
    bias += moved[-1] - CAUTION + (for_object if has_object else 0.0)
    if len(moved) == 1:
        return {"bias": round(bias, 4), "clues": [round(clue, 4) for clue in clues]}
    clues[0] += moved[-2] * _OWN_SCALE
    whole, at_centre = scene.unreduced(moved[:-2])
    unit = float(f"{np.abs(whole).max() / _FINENESS:.4g}")
    return {
        "bias": round(bias - at_centre, 4),
        "clues": [round(clue, 4) for clue in clues],
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
