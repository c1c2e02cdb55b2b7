"""Measure of what each source of tags is worth, on clips that were labelled by eye.

    REELMATCH_HOME=HOME reelmatch ingest FOLDER
    REELMATCH_HOME=HOME python benchmarks/accuracy/sources.py FOLDER [--write] [--fit]

``FOLDER`` holds the clips of ``clips.py``. ``labels/sources.json`` says of each what is heard,
read and told, ``labels/fits.json`` which clips fit 20 viewers and 20 campaigns,
``labels/likes.json`` which fit 34 more viewers; all were written before anything was watched.
``--fit`` tries weights of sources on every second viewer and campaign; ``--write`` makes
``SOURCES.md``.
"""

import argparse
import itertools
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from frames import read_labels

from api.background.live import Live
from api.settings import load_settings
from engine.batch.reindex import reindex
from engine.domain.matching.index_config import DEFAULT_WEIGHTS
from engine.domain.tags import AUDIO, METADATA, SPEECH, TEXT, VISUAL, Tag
from engine.errors import InvalidInput
from engine.search.matches import recommend
from engine.services.matches import keyword_matches
from engine.services.videos import counts_of

HERE: Final = Path(__file__).parent
SOURCES: Final = (VISUAL, AUDIO, TEXT, SPEECH, METADATA)
OTHERS: Final = (AUDIO, TEXT, SPEECH, METADATA)
FIRST: Final = 5
TRIED: Final = (0.0, 0.1, 0.25, 0.5, 1.0)

Truth = Mapping[str, tuple[frozenset[str], frozenset[str]]]
"""Source -> the tags that are right, and those that are left out of the count."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="make SOURCES.md")
    parser.add_argument("--fit", action="store_true", help="try weights on the first half")
    arguments = parser.parse_args()
    labels = json.loads((HERE / "labels" / "sources.json").read_text("utf-8"))
    queries = json.loads((HERE / "labels" / "fits.json").read_text("utf-8"))
    queries["further viewers"] = json.loads((HERE / "labels" / "likes.json").read_text("utf-8"))
    with Live.open(load_settings()) as live:
        videos = {
            label["clip"]: live.catalog.videos.find(str(arguments.folder / label["clip"])).id
            for label in labels
        }
    if arguments.fit:
        for line in fitted(queries, videos):
            print(line, flush=True)
        return
    tables = [*_precision(queries, videos)]
    with _indexed({}) as live:
        text = "\n".join([*_right(live, labels, videos), *tables]) + "\n"
    print(text)
    if arguments.write:
        (HERE / "SOURCES.md").write_text(text, "utf-8")


def truths(labels: Sequence[Mapping[str, Any]]) -> dict[str, Truth]:
    """Return what is right of each clip; what is seen is that of all its labelled frames."""
    shown: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for frame in read_labels():
        right, unsure = shown[frame.source]
        right |= frame.present | {name for name, good in frame.specific.items() if good}
        unsure |= frame.unsure
    every: dict[str, Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {}
    for label in labels:
        of = label["made"]["picture"] if "made" in label else label["clip"]
        name = of if of in shown else of.rpartition("/")[2]
        right, unsure = shown[name] if name in shown else (label["seen"], label["seen_unsure"])
        every[label["clip"]] = {
            VISUAL: (frozenset(right), frozenset(unsure) - frozenset(right)),
            AUDIO: (frozenset(label["heard"]), frozenset(label["unsure"])),
            TEXT: (frozenset(label["read"]), frozenset()),
            SPEECH: (frozenset(label.get("spoken", ())), frozenset()),
            METADATA: (frozenset(label["told"]), frozenset()),
        }
    return every


def _right(
    live: Live, labels: Sequence[Mapping[str, Any]], videos: Mapping[str, str]
) -> Iterator[str]:
    n_made = sum("made" in label for label in labels)
    n_silent = sum(not label["heard"] for label in labels)
    n_real = len(labels) - n_made - n_silent
    yield "# What each source is worth\n"
    yield "Made by `sources.py`.\n\n## Right, of the tags that are shown\n"
    yield f"{n_real} real clips with their own sound, {n_made} clips over speech or songs of other"
    yield f"packages (made pairs), {n_silent} without a sound track.\n"
    yield "| source | clips | tags | right | | wrong most often |"
    yield "| --- | --- | --- | --- | --- | --- |"
    truth = truths(labels)
    for source, made in itertools.product(SOURCES, (False, True)):
        right, wrong = 0, Counter[str]()
        for label in labels:
            if ("made" in label) != made:
                continue
            is_right, left_out = truth[label["clip"]][source]
            for tag in _shown(live, videos[label["clip"]], source):
                if tag in is_right:
                    right += 1
                elif tag not in left_out:
                    wrong[tag] += 1
        total = right + wrong.total()
        share = f"{100 * right / total:.0f} %" if total else ""
        often = ", ".join(f"`{tag}` {n}" for tag, n in wrong.most_common(6))
        kind = "made" if made else "real"
        yield f"| `{source}` | {kind} | {total} | {right} | {share} | {often} |"


def _shown(live: Live, video: str, source: str) -> list[str]:
    record = live.catalog.videos.find(video)
    known = {
        track.source for content in live.catalog.content.of([video]) for track in content.tracks
    }
    if source not in known:
        return []
    config = load_settings().counting(None)
    counts = counts_of(live.catalog, record, config, live.tag_idf, source)
    return [Tag.parse(count.tag).name for count in counts]


def _indexed(weights: Mapping[str, float]) -> Live:
    """Return the catalog, indexed with weights of sources; the defaults where none is named."""
    named = ",".join(f"{source}=0.7:{weight:g}" for source, weight in weights.items())
    os.environ.pop("REELMATCH_SOURCES", None)
    if named:
        os.environ["REELMATCH_SOURCES"] = named
    settings = load_settings()
    live = Live.open(settings)
    reindex(live.catalog, live.generations, settings.counting(None))
    return live


def precisions(
    live: Live,
    queries: Mapping[str, Sequence[Mapping[str, Any]]],
    videos: Mapping[str, str],
    *,
    at_best: bool = False,
) -> dict[str, list[float]]:
    """Return the share that is right among the first five of each, by what they are.

    Where fewer clips fit, as many as fit are looked at; a place that nothing takes is wrong. With
    ``at_best`` that of the best order of all that share a tag with what is asked for.
    """
    k = len(videos) if at_best else FIRST

    def share(one: Mapping[str, Any]) -> float:
        if "likes" in one:
            liked = [videos[clip] for clip in one["likes"]]
            matches = recommend(live.snapshot, interests={}, liked=liked, k=k)
        else:
            matches = _matched(live, one["keywords"], k)
        right = {videos[clip] for clip in one["fits"]}
        places = min(FIRST, len(right))
        looked_at = matches if at_best else matches[:places]
        return min(places, sum(match.video in right for match in looked_at)) / places

    return {name: list(map(share, of)) for name, of in queries.items()}


def _matched(live: Live, keywords: Sequence[str], k: int) -> list[Any]:
    """Return what ``POST /v1/matches`` answers: the matches, and the nearest after them."""
    snapshot, words = live.snapshot, dict.fromkeys(keywords, 1.0)
    try:
        profile, understood = live.weights(snapshot.vocabulary, words)
        answer = keyword_matches(
            live.catalog.tracks, snapshot, profile, understood, words=words, k=k
        )
    except InvalidInput:
        return []  # not one word is understood, or none by this source
    return [*answer.matches, *answer.nearest]


def _halves(values: Sequence[float]) -> str:
    halves = (values[::2], values[1::2], values)
    return " | ".join(f"{100 * np.mean(half):.0f} %" for half in halves)


def _precision(queries: Mapping[str, Any], videos: Mapping[str, str]) -> Iterator[str]:
    yield "\n## Right among the first five\n"
    yield "| | sources | fitting half | unseen half | all |"
    yield "| --- | --- | --- | --- | --- |"
    for name, weights in (("`visual`", dict.fromkeys(OTHERS, 0.0)), ("all, default weights", {})):
        with _indexed(weights) as live:
            yield from _rows(name, precisions(live, queries, videos))
    with _indexed({}) as live:
        yield from _rows("all, in the best order", precisions(live, queries, videos, at_best=True))


def _rows(name: str, shares: Mapping[str, Sequence[float]]) -> Iterator[str]:
    for of, values in shares.items():
        yield f"| {len(values)} {of} | {name} | {_halves(values)} |"


def fitted(queries: Mapping[str, Any], videos: Mapping[str, str]) -> Iterator[str]:
    """Yield what weights give on the fitting half: of one source, with the others as they are."""
    for source in (AUDIO, TEXT, METADATA):
        for weight in TRIED:
            with _indexed({**DEFAULT_WEIGHTS, source: weight}) as live:
                shares = precisions(live, queries, videos).values()
            means = " | ".join(f"{np.mean(one[::2]):.3f}" for one in shares)
            yield f"| `{source}` {weight:g} | {means} |"
    _indexed({}).close()  # the index as it was


if __name__ == "__main__":
    main()
