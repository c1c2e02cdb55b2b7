"""Cost of an ad request: one video, 100,000 campaigns, the 10 best that may run. CPU time.

Run by hand: ``.venv/bin/python benchmarks/targeting/bench.py``. Beside it, the same request as
two peers would do it: scipy's product with all campaigns and rules by numpy, then the best ten.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import scipy.sparse as sp

from engine.content.tag_time_ranges import tag_time_ranges
from engine.domain.advertising.campaigns import Campaign, CampaignState, Creative, Keyword
from engine.domain.counts import Counts
from engine.domain.matching.index_config import IndexConfig
from engine.domain.matching.keywords import KeywordMatch, MatchMethod, Status, TagCandidate
from engine.domain.time_ranges import TimeRange
from engine.domain.tracks import Track
from engine.domain.videos import KINDS
from engine.indexes.local.disk.generation import Generation
from engine.indexes.local.index import Index
from engine.indexes.local.rows.count_matrix import CountMatrix
from engine.indexes.local.rows.metadata import MetadataColumns
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.matches import explain
from engine.targeting.campaign_index import CampaignIndex
from engine.targeting.columns import Lists
from engine.targeting.rules import MIN_RELEVANCE, KindRule, LanguageRule
from engine.targeting.targeting import Targeting
from engine.words.vocabulary import Vocabulary

Answer = TypeVar("Answer")

N_CAMPAIGNS = 100_000
N_VIDEOS = 2_000
N_TAGS = 2_000
REQUESTS = 400
K = 10
NOW = 100_000_000
DAY = 86_400
LANGUAGES = ("en", "de", "")

NAMES = tuple(f"tag-{number:04}" for number in range(N_TAGS))


def main() -> None:
    """Make campaigns and videos, ask, print a table."""
    rng = np.random.default_rng(0)
    snapshot = made_snapshot(rng)
    campaigns = [made_campaign(rng, number) for number in range(N_CAMPAIGNS)]
    index, read = timed(
        lambda: CampaignIndex.empty().changed(campaigns, (), snapshot.vocabulary, 1)
    )
    targeting = Targeting.of(index, snapshot)
    targeting.warm_up()
    videos = snapshot.base.index.ids[:REQUESTS]
    peer = Peer(targeting, campaigns)
    requests, peers, reasons = [], [], []
    for video in videos:
        fits, spent = timed(partial(targeting.for_video, video, K, now=NOW))
        requests.append(spent)
        same, spent = timed(partial(peer.for_video, video))
        peers.append(spent)
        assert [fit.row for fit in fits] == same
        for fit in fits:
            _, spent = timed(partial(explain, snapshot, targeting.query_of(fit.row), video))
            reasons.append(spent)
    track = made_track(rng)
    runs = [
        timed(partial(time_ranges_in, track, tags))[1]
        for tags in rng.integers(120, size=(REQUESTS, 6))
    ]
    change = [timed(lambda: changed(index, campaigns[77], snapshot))[1] for _ in range(20)]
    print("| what | median | 99 of 100 within |")
    print("| --- | --- | --- |")
    for name, times in (
        (f"a video, {N_CAMPAIGNS:,} campaigns, the {K} best that may run", requests),
        ("the same by scipy and numpy", peers),
        ("why, of one match", reasons),
        ("when its tags were seen, on a film of ten minutes", runs),
        ("one campaign changes: all ready again", change),
    ):
        print(
            f"| {name} | {median(times) * 1e3:.2f} ms | {np.percentile(times, 99) * 1e3:.2f} ms |"
        )
    ratios = np.array(peers) / np.array(requests)
    print(f"\nscipy and numpy take {np.median(ratios):.1f} times as long (median of the pairs);")
    print(f"reading {N_CAMPAIGNS:,} campaigns into memory takes {read:.1f} s, once a process;")
    print(f"explained: {len(reasons):,} matches.")


class Peer:
    """The same answer by a sparse product and one mask a rule."""

    def __init__(self, targeting: Targeting, campaigns: Sequence[Campaign]) -> None:
        snapshot = targeting.snapshot
        rows = [targeting.query_of(row) for row in range(len(targeting.campaigns))]
        starts = np.concatenate([[0], np.cumsum([len(query.tags) for query in rows])])
        tags = np.concatenate([query.tags for query in rows])
        units = np.concatenate([query.units for query in rows])
        self._profiles = sp.csr_array((units, tags, starts), shape=(len(rows), N_TAGS)).tocsc()
        excluded = Lists.of(snapshot.vocabulary.numbers(one.excluded_tags) for one in campaigns)
        ones = np.ones(len(excluded.values))
        shape = (len(rows), N_TAGS)
        self._excluded = sp.csr_array((ones, excluded.values, excluded.starts), shape=shape).tocsc()
        self._targeting, self._snapshot = targeting, snapshot
        self._active = np.array([one.state is CampaignState.ACTIVE for one in campaigns])
        self._begins = np.array([one.begins for one in campaigns])
        self._ends = np.array([one.ends for one in campaigns])
        self._min_relevance = np.array([MIN_RELEVANCE.of(one) for one in campaigns])
        self._kinds = np.array([_kind_bits(KindRule.choices.of(one)) for one in campaigns])
        self._languages = Lists.of(
            [
                LANGUAGES.index(code) if code in LANGUAGES else -1
                for code in LanguageRule.languages.of(one)
            ]
            for one in campaigns
        )

    def for_video(self, video: str) -> list[int]:
        """Return the rows of the best."""
        target = self._targeting.target(video, now=NOW)
        tags, _ = self._snapshot.counts(video)
        weights = target.frequencies[tags] * self._snapshot.idf[tags] / target.divisor
        scores = self._profiles[:, tags] @ weights
        (language,), (kind,) = self._snapshot.columns([video], ["language", "kind"]).values()
        passes = self._active & (self._begins <= NOW) & (self._ends > NOW)
        passes &= (self._kinds == 0) | (self._kinds & _kind_bits([kind]) > 0)
        passes &= scores >= self._min_relevance
        passes &= self._excluded[:, tags].sum(axis=1) == 0
        lengths = np.diff(self._languages.starts)
        owners = np.repeat(np.arange(len(lengths)), lengths)
        speaks = lengths == 0
        speaks[owners[self._languages.values == LANGUAGES.index(language)]] = True
        rows = np.flatnonzero(passes & speaks & (scores > 1e-9))
        ranked = np.lexsort((rows, -(scores[rows] / 1e-6 + 0.5).astype(np.int64)))
        return [int(row) for row in rows[ranked[:K]]]


def _kind_bits(kinds: Iterable[str]) -> int:
    return sum(1 << KINDS.index(kind) for kind in set(kinds))


def time_ranges_in(track: bytes, tags: np.ndarray) -> dict[int, tuple[TimeRange, ...]]:
    """Read a track as the catalog keeps it, and say when some tags were seen."""
    return tag_time_ranges(Track.from_bytes(track), tags.tolist(), 0.7)


def made_track(rng: np.random.Generator) -> bytes:
    """Ten minutes, 120 tags, some eight of them kept on each second."""
    sure = rng.random((600, 120), np.float32) * (rng.random((600, 120)) < 8 / 120)
    return Track.from_confidences(sure, np.arange(120)).to_bytes()


def changed(index: CampaignIndex, campaign: Campaign, snapshot: LocalSnapshot) -> Targeting:
    """Return all ready again after one change."""
    return Targeting.of(index.changed([campaign], (), snapshot.vocabulary, 2), snapshot)


def timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what a call gives, and the CPU seconds of this thread that it took."""
    started = time.thread_time()
    answer = call()
    return answer, time.thread_time() - started


def made_snapshot(rng: np.random.Generator) -> LocalSnapshot:
    """Videos with some 35 tags each, the common ones on most."""
    rows = []
    for _ in range(N_VIDEOS):
        tags = drawn_tags(rng, 40)
        seconds = rng.geometric(0.05, len(tags))
        rows.append(Counts(tags.astype(np.uint32), seconds.astype(np.uint32)))
    ids = [f"{number:016x}" for number in range(N_VIDEOS)]
    index = Index.from_counts(CountMatrix.from_rows(rows, N_TAGS), ids)
    metadata = [
        {"seconds": 30, "language": LANGUAGES[number % 3], "kind": "motion"}
        for number in range(N_VIDEOS)
    ]
    config = IndexConfig(0.7, "raw")
    generation = Generation(
        "g", index, MetadataColumns.of(metadata), Vocabulary(NAMES), config, 1, Path()
    )
    return LocalSnapshot.of(generation)


def made_campaign(rng: np.random.Generator, number: int) -> Campaign:
    """Some 11 keywords, 3 exclusions, half of the flights over or to come."""
    begins = int(NOW + rng.integers(-60, 30) * DAY)
    return Campaign(
        f"campaign-{number:06}",
        "acme",
        "Campaign",
        tuple(
            Keyword(word, float(rng.integers(1, 4)))
            for word in keyword_matches(drawn_tags(rng, 12).tolist())
        ),
        exclude=keyword_matches(rng.integers(N_TAGS, size=3).tolist()),
        begins=begins,
        ends=begins + 30 * DAY,
        criteria={
            "min_relevance": 0.05,
            "languages": (("en",), ("de", "fr"), ())[number % 3],
            "kinds": ((), ("motion", "overlay"), ("static",), ())[number % 4],
        },
        creatives=(Creative("c", 15.0, "https://ads.example/c.mp4", "video/mp4"),),
    )


def drawn_tags(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw tags by rank: tag r is about as frequent as r to the power of -0.8."""
    weights = 1.0 / np.arange(1, N_TAGS + 1) ** 0.8
    return np.unique(rng.choice(N_TAGS, n, p=weights / weights.sum()))


def keyword_matches(tags: Sequence[int]) -> tuple[KeywordMatch, ...]:
    """Return words that are tags."""
    return tuple(
        KeywordMatch(
            NAMES[tag], Status.USED, (TagCandidate(NAMES[tag], 1.0, MatchMethod.EXACT, NAMES[tag]),)
        )
        for tag in tags
    )


if __name__ == "__main__":
    main()
