"""Costs of an advertiser's questions: a keyword, a video's suitability, filters.

    python benchmarks/advertising/bench.py [--videos 1000000]

CPU time of one thread, the median of many calls; each kind of call is made once before.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.content.brand_suitability import SuitabilityClassifier
from engine.content.categories import Categories
from engine.content.counting import count_tags
from engine.content.sensitivity import SensitivityClassifier
from engine.domain.assessments.sensitivity import TOPICS
from engine.domain.assessments.suitability import N_TOPICS, RISKS
from engine.domain.matching.filters import Field, Filter
from engine.domain.metadata import RiskLimit
from engine.domain.tracks import Track
from engine.indexes.local.filters import FilterCompiler
from engine.indexes.local.index import Index
from engine.indexes.local.rows.columns import Coded, CodedLists, Numbers
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.keywords.matcher import Keywords
from engine.keywords.thesaurus.nouns import Thesaurus
from engine.words.vocabulary import Vocabulary
from ingest.taggers.visual.tagger import LocalTagger
from models.minilm.embedder import shared_minilm

WORDS = Path(__file__).parents[2] / "tests" / "data" / "keywords"
TAGS_A_SECOND = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=1_000_000)
    n_videos = parser.parse_args().videos
    vocabulary = Vocabulary(LocalTagger.load().tags)
    rng = np.random.default_rng(0)
    keywords(vocabulary)
    for seconds in (60, 600, 3600):
        one_video(vocabulary, rng, seconds)
    filters(rng, n_videos)


def keywords(vocabulary: Vocabulary) -> None:
    """Read the words of the tests, warm."""
    known = Keywords(vocabulary, Thesaurus.load(), shared_minilm())
    listed = json.loads((WORDS / "tuning.json").read_text("utf-8"))
    words = [one["word"] for one in listed]
    known.read(words[0])
    report("a keyword", [partial(known.read, word) for word in words])


def one_video(vocabulary: Vocabulary, rng: np.random.Generator, seconds: int) -> None:
    """Judge and file one video, and give it the level of sensitive content for comparison."""
    of_topics = frozenset().union(*TOPICS.values())
    harmless = [number for number, name in enumerate(vocabulary.names) if name not in of_topics]
    track = made_track(len(vocabulary), np.arange(len(vocabulary)), rng, seconds)
    quiet = made_track(len(vocabulary), np.array(harmless), rng, seconds)
    words = frozenset(vocabulary.names)
    classifier, sensitive = SuitabilityClassifier(vocabulary), SensitivityClassifier(vocabulary)
    categories = Categories(vocabulary)

    def file() -> None:
        counts = count_tags(track, 0.7)
        categories.scores(counts.tags, counts.seconds, track.n_seconds)

    report(f"suitability of {seconds} s", [lambda: classifier.assessments(track, words)] * 50)
    report("  levels alone, something seen", [lambda: classifier.risks(track, words)] * 50)
    report("  levels alone, nothing seen", [lambda: classifier.risks(quiet, words)] * 50)
    report("  categories", [file] * 50)
    report("  sensitive level", [lambda: sensitive.level(track, words)] * 50)


def made_track(
    n_tags: int, shown: NDArray[np.int64], rng: np.random.Generator, seconds: int
) -> Track:
    """Draw a video of so many seconds with some of the shown tags a second, few of them sure."""
    confidences = np.zeros((seconds, n_tags), np.float32)
    for second in range(seconds):
        tags = rng.choice(shown, TAGS_A_SECOND, replace=False)
        confidences[second, tags] = rng.beta(1, 3, TAGS_A_SECOND)
    return Track.from_confidences(confidences, np.arange(n_tags))


def filters(rng: np.random.Generator, n_videos: int) -> None:
    """Compile filters of many videos, none of which was asked before."""
    ids = [f"{number:016x}" for number in range(n_videos)]
    empty = CountMatrix(
        np.zeros(n_videos + 1, np.int64),
        np.zeros(0, np.uint32),
        np.zeros(0, np.uint32),
        (n_videos, 1),
    )
    index = Index.from_counts(empty, ids, kernel="rows")
    compiler = FilterCompiler(index, made_metadata(rng, n_videos), Vocabulary(("tag",)))
    filters_timed: dict[str, Filter] = {
        "risk, one topic": Field("risk", "at_most", RiskLimit("low", "arms")),
        "risk, all topics": Field("risk", "at_most", RiskLimit("medium", unknown=True)),
        "iab": Field("iab", "in", ("422", "1")),
    }
    for name, where in filters_timed.items():
        fresh = partial(compiler._bitmap, where)
        report(f"filter of {n_videos:,} videos: {name}", [fresh] * 9)


def made_metadata(rng: np.random.Generator, n_videos: int) -> MetadataColumns:
    """Draw risks and two categories a video; the rest is unknown."""
    filed = tuple(sorted(["1", "210", "338", "422", "424", "425", "483", "552", "596", "VKIV56"]))
    entries = Coded(filed, rng.integers(0, len(filed), 2 * n_videos).astype(np.int32))
    risks = rng.integers(0, len(RISKS), (n_videos, N_TOPICS)).astype(np.uint8)
    drawn: dict[str, Numbers | Coded | CodedLists] = {
        "risk": Numbers(risks),
        "iab": CodedLists(entries, np.repeat(np.arange(n_videos), 2), n_videos),
    }
    return MetadataColumns(n_videos, drawn)


def report(what: str, calls: Iterable[Callable[[], object]]) -> None:
    """Print the median of some calls."""
    taken = []
    for call in calls:
        began = time.thread_time()
        call()
        taken.append(time.thread_time() - began)
    print(f"{what:60} {1000 * np.median(taken):9.3f} ms", flush=True)


if __name__ == "__main__":
    main()
