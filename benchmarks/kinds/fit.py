"""Trees that tell drawings from what is there in the world, fitted to the sets and judged on each.

    PYTHONPATH=.:tests python benchmarks/kinds/fit.py measure SET OUT [PHOTOGRAPHS CLIPS ...]
    PYTHONPATH=.:tests python benchmarks/kinds/fit.py fit OUT ...

``measure`` makes the videos of a set (``own``: of ``footage.py``; ``clips``: the files of folders,
all of them footage; else one of ``held_out.py``) and writes what was measured on each, a line of
JSON each. ``fit`` reads such files, prints how each set is told by trees that were fitted to all
others (of clips, a fifth by the other four), and writes ``ingest/changes/drawn_model.json``, fitted
to all.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from footage import halves, specs, write
from held_out import TOO_SMALL, Footage
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from ingest.changes.drawn_model import FILE, DrawnModel
from ingest.changes.kind_evidence import Evidence
from ingest.changes.motion_classifier import MotionClassifier
from ingest.changes.pattern import Pattern
from ingest.changes.video_kind import Kind, asks_the_model, classify
from ingest.changes.within_second import Pace
from ingest.decoding.frames import open_video

MEASURES: Final = (
    *(field.name for field in fields(Pattern)),
    *(field.name for field in fields(Pace)),
)
"""Names of what the trees look at."""
CLIPS: Final = "clips"
_N_TREES, _RATE, _CLIP_WEIGHT, _N_FOLDS = 150, 0.1, 2.0, 5
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One video: its set, what it is, its form, and what was measured."""

    set: str
    kind: str
    form: str
    evidence: Evidence

    @classmethod
    def parse(cls, line: str) -> "Measured":
        """Read a line that ``measure`` wrote."""
        stored: dict[str, Any] = json.loads(line)
        evidence = Evidence(**{**stored["evidence"], "cuts": tuple(stored["evidence"]["cuts"])})
        return cls(stored["set"], stored["kind"], stored["form"], evidence)

    def is_right(self, kind: Kind) -> bool:
        """Whether this is its kind; of what is too short to tell any is."""
        may_be_static = self.form in TOO_SMALL and kind is Kind.STATIC
        return kind in (self.kind, Kind.UNKNOWN) or may_be_static


def _evidence(path: Path) -> Evidence:
    classifier = MotionClassifier()
    with open_video(path, longest_seconds=90) as video:
        for second in video.seconds():
            classifier.add(second)
    return classifier.assessment().evidence


def _own(half: int, number: int) -> Measured:
    spec = specs(halves(None)[half], seed=half)[number]
    with tempfile.TemporaryDirectory() as folder:
        return Measured("own", spec.kind, spec.form, _evidence(write(spec, Path(folder))))


def _clip(path: Path) -> Measured:
    return Measured(CLIPS, Kind.MOTION, path.name, _evidence(path))


def _made(footage: Footage, name: str, number: int, kind: str, form: str) -> Measured:
    made = footage.made(number, kind, form)
    return Measured(name, kind, form, made.assessment.evidence)


def _measured(name: str, folders: list[Path]) -> Iterator[Measured]:
    with ProcessPoolExecutor() as workers:
        if name == "own":
            jobs = [
                workers.submit(_own, half, spec.number)
                for half, sources in enumerate(halves(None))
                for spec in specs(sources, seed=half)
            ]
        elif name == CLIPS:
            jobs = [workers.submit(_clip, path) for folder in folders for path in folder.iterdir()]
        else:
            footage = Footage(folders[0], [], name)
            jobs = [
                workers.submit(_made, footage, name, number, *recipe)
                for number, recipe in enumerate(footage.recipes())
            ]
        for job in jobs:
            yield job.result()


def _values(videos: list[Measured]) -> NDArray[np.float64]:
    return np.array([[getattr(one.evidence, name) for name in MEASURES] for one in videos])


def fitted(videos: list[Measured]) -> DrawnModel:
    """Fit the trees to those videos of which they will be asked."""
    eligible = [one for one in videos if asks_the_model(one.evidence) and one.form not in TOO_SMALL]
    trees = HistGradientBoostingClassifier(
        max_iter=_N_TREES,
        learning_rate=_RATE,
        max_depth=2,
        l2_regularization=5,
        max_features=0.4,
        early_stopping=False,
        random_state=0,
    ).fit(
        _values(eligible),
        [one.kind == Kind.OVERLAY for one in eligible],
        sample_weight=[_CLIP_WEIGHT if one.set == CLIPS else 1.0 for one in eligible],
    )
    # The fitted trees are in no public attribute.
    return DrawnModel(
        MEASURES,
        round(float(trees._baseline_prediction.item()), _DIGITS),
        *(
            np.array(parts)
            for parts in zip(*(_tree(one[0].nodes) for one in trees._predictors), strict=True)
        ),
    )


def _tree(nodes: NDArray[Any]) -> tuple[list[int], list[float], list[float]]:
    """Return the three questions and four answers of a tree; one that ends early asks again."""
    root = nodes[0]
    features, thresholds, values = [int(root["feature_idx"])], [_rounded(root["num_threshold"])], []
    for side in ("left", "right"):
        node = nodes[int(root[side])] if not root["is_leaf"] else root
        if node["is_leaf"]:
            features.append(features[0])
            thresholds.append(thresholds[0])
            values += [_rounded(node["value"])] * 2
        else:
            features.append(int(node["feature_idx"]))
            thresholds.append(_rounded(node["num_threshold"]))
            values += [_rounded(nodes[int(node[end])]["value"]) for end in ("left", "right")]
    return features, thresholds, values


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def told(model: DrawnModel, video: Measured) -> Kind:
    """Return the kind a video is told with a model."""
    drawn = model.probability(asdict(video.evidence)) if asks_the_model(video.evidence) else 0.5
    return classify(replace(video.evidence, drawn=drawn))


def _judged(videos: list[Measured]) -> None:
    rng = np.random.default_rng(0)
    fold = rng.integers(0, _N_FOLDS, len(videos))
    for name in dict.fromkeys(video.set for video in videos):
        right, wrong = 0, []
        for number in range(_N_FOLDS if name == CLIPS else 1):
            own = [v.set == name and (name != CLIPS or fold[k] == number)
                   for k, v in enumerate(videos)]  # fmt: skip
            model = fitted([v for v, is_own in zip(videos, own, strict=True) if not is_own])
            for video in (v for v, is_own in zip(videos, own, strict=True) if is_own):
                kind = told(model, video)
                right += video.is_right(kind)
                if not video.is_right(kind):
                    wrong.append(f"{video.kind} {video.form} as {kind}")
        print(f"{name}: {right} of {right + len(wrong)} right by trees of all others")
        print("\n".join(f"    {line}" for line in sorted(wrong)))


def _written(model: DrawnModel, n_videos: int) -> str:
    trees = zip(
        model.features.tolist(), model.thresholds.tolist(), model.log_odds.tolist(), strict=True
    )
    lines = ",\n".join(
        json.dumps({"features": features, "thresholds": thresholds, "log_odds": log_odds})
        for features, thresholds, log_odds in trees
    )
    head = {"fitted_to": n_videos, "measures": model.measures, "base": model.base}
    return f'{json.dumps(head)[:-1]}, "trees": [\n{lines}\n]}}\n'


def main() -> None:
    """Measure a set, or fit to what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    steps = parser.add_subparsers(dest="step", required=True)
    measure = steps.add_parser("measure", help="make the videos of a set and measure them")
    measure.add_argument("set", help="own, clips, or a set of held_out.py")
    measure.add_argument("out", type=Path)
    measure.add_argument("folders", type=Path, nargs="*", help="of photographs, or of clips")
    fit = steps.add_parser("fit", help="judge each set by trees of all others, and fit to all")
    fit.add_argument("measured", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.step == "measure":
        with arguments.out.open("w") as file:
            for video in _measured(arguments.set, arguments.folders):
                print(json.dumps(asdict(video)), file=file, flush=True)
        return
    videos = [
        Measured.parse(line)
        for path in arguments.measured
        for line in path.read_text().splitlines()
    ]
    _judged(videos)
    FILE.write_text(_written(fitted(videos), len(videos)))


if __name__ == "__main__":
    main()
