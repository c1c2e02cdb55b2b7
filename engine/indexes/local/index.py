"""The index: videos by their tag counts, and the exact best of them for weighted tags.

Usable by itself; needs numpy and numba only::

    from reelmatch import Index

    index = Index.from_counts(counts, ids)  # scipy CSR, videos x tags, whole numbers
    found, scores = index.search(tags=[3, 17, 40], weights=[1.0, 0.5, -0.2], k=10)

A score is the cosine of the query (weights x idf) and the video (term frequency x idf), with the
idf of scikit-learn's ``TfidfTransformer``. Whatever is skipped on the way, the answer is that of
the full product. An index never changes once built, and any number of threads may search it.
"""

import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.domain.matching.weighting import TF, TfName, Weighting, pivoted_norm
from engine.errors import InvalidInput
from engine.indexes.local.disk import storage as index_files
from engine.indexes.local.disk.saved_index import index_arrays, index_settings, read_index
from engine.indexes.local.queries import is_known, packed, queries_of, unpacked
from engine.indexes.local.rows.count_matrix import RowArrays, Rows
from engine.indexes.local.rows.forward_rows import forward_rows, row_norms, sorted_rows
from engine.indexes.local.rows.unit_vectors import unit_rows
from engine.indexes.local.scan_selection import Kernel, Sample, build_scan, check_kernel
from engine.indexes.local.scans.base import Array, Scan
from engine.indexes.local.scans.rows import RowScan
from engine.kernels.compiled import use_machine_code
from engine.kernels.forward import Floats, ForwardRows, TopRows, score_rows, search_rows
from engine.kernels.sorted_ids import SortedIds
from engine.ports.query import Query
from engine.system.cpus import usable_cpus

RowNumbers = NDArray[np.int64]

_FEW: Final = 0.02
_EVERY_ROW: Final = np.empty(0, dtype=np.bool_)
_BEYOND_TWO_BYTES: Final = 2**16
_BLOCK_QUERIES: Final = 16


class Index:
    """Immutable; made by ``from_counts``, ``build_beside`` or ``load``.

    Rows are numbered by rising id, so that ties go to the lower id. ``sample`` is what a sample of
    queries said when the kernel was chosen, None if it was given or the videos are few.
    """

    def __init__(
        self,
        ids: SortedIds,
        forward: ForwardRows,
        weighting: Weighting,
        scan: Scan,
        sample: Sample | None = None,
    ) -> None:
        self.ids = ids
        self.forward = forward
        self.weighting = weighting
        self.scan = scan
        self.sample = sample
        self._scratch = threading.local()

    @classmethod
    def from_counts(
        cls,
        counts: Rows,
        ids: Sequence[str],
        *,
        tf: TfName = "raw",
        min_df: int = 1,
        slope: float = 1.0,
        boosts: Floats | None = None,
        kernel: Kernel | None = None,
    ) -> Self:
        """Build an index.

        Args:
            counts: shape (n_videos, n_tags), a scipy CSR matrix or anything with the same
                ``indptr``, ``indices``, ``data`` and ``shape``; whole numbers from 0.
            ids: shape (n_videos,), the id of each row, in any order, each once.
            tf: the term frequency: the count, its square root, or 1 + its logarithm.
            min_df: tags on fewer videos are dropped, as if never seen; 1 drops none, not even
                one that no video has.
            slope: of the pivoted length normalisation (Singhal 1996), 0.01 to 1. At 1 scores are
                cosines. Below, a score is the cosine times a confidence that grows with how much
                was seen of the video, from nearly 0 up to 1 / slope.
            boosts: shape (n_tags,), factors of the idf; tags with 0 are dropped.
            kernel: how to search: "rows" scores every video, "plain" adds up every posting of
                the query, "levels" reads the postings that can matter. All give the same answer.
                By default "plain" below 100,000 videos; from there on "levels", if a sample of
                queries shows that they pay off.

        Raises:
            InvalidInput: what is given cannot be used; the message says why.
        """
        check_kernel(kernel)
        video_ids, rows = sorted_rows(counts, ids)
        df = rows.document_frequency()
        weighting = Weighting.learned(
            df, len(video_ids), tf=tf, slope=slope, min_df=min_df, boosts=boosts
        )
        if np.any(weighting.idf == 0):
            rows = rows.keep(weighting.idf > 0)
        norms = row_norms(rows, weighting)
        weighting = weighting.pivoted(norms)
        forward = forward_rows(rows, norms, weighting)
        # The norm of a scaled row: 1, unless a slope lets it pass. No impact is above.
        max_impact = float((norms * forward.scales).max(initial=1.0))
        return cls(video_ids, forward, weighting, *build_scan(forward, max_impact, df, kernel))

    def build_beside(
        self, counts: Rows, ids: Sequence[str], boosts: Floats | None = None
    ) -> "Index":
        """Build a small index of other videos, weighed as this one is: its tf, idf and pivot.

        For the videos that changed since this index was built. The vocabulary may be longer;
        a new tag has the idf of one that no video had. Make queries with the longer of the two
        (``query``), and search both with them (``top_k``): the scores are of one kind.

        Args:
            counts: as of ``from_counts``.
            ids: as of ``from_counts``.
            boosts: shape (n_tags,), of the longer vocabulary.

        Raises:
            InvalidInput: what is given cannot be used, or the vocabulary is shorter.
        """
        video_ids, rows = sorted_rows(counts, ids)
        if rows.n_tags < self.n_tags:
            raise InvalidInput(f"{rows.n_tags} tags, but the index beside has {self.n_tags}")
        weighting = self.weighting.extended(rows.n_tags, boosts)
        rows = rows.keep(weighting.idf > 0)
        forward = forward_rows(rows, row_norms(rows, weighting), weighting)
        return Index(video_ids, forward, weighting, RowScan())

    @property
    def n_videos(self) -> int:
        """Number of rows."""
        return len(self.ids)

    @property
    def n_tags(self) -> int:
        """Size of the vocabulary."""
        return self.weighting.df.size

    @property
    def n_postings(self) -> int:
        """Number of (video, tag) pairs."""
        return self.forward.tags.size

    @property
    def idf(self) -> Floats:
        """Shape (n_tags,); 0 for tags dropped by ``min_df``."""
        return self.weighting.idf

    @property
    def df(self) -> NDArray[np.int64]:
        """Shape (n_tags,), on how many videos each tag was."""
        return self.weighting.df

    @property
    def size_bytes(self) -> int:
        """Memory of all arrays, ids included."""
        return sum(array.nbytes for array in self._arrays().values())

    def unknown(self, tags: ArrayLike) -> NDArray[np.int64]:
        """Return those of ``tags`` that are outside the vocabulary or were dropped, rising."""
        numbers = np.asarray(tags, dtype=np.int64)
        return np.unique(numbers[~is_known(numbers, self.idf)])

    def row_of(self, video: str) -> int | None:
        """Return the row of a video, None if it is not in the index."""
        row = int(self.ids.rows_of([video])[0])
        return row if row >= 0 else None

    def rows_of(self, videos: Iterable[str]) -> RowNumbers:
        """Return the row of every video, -1 for one that is not in the index."""
        return self.ids.rows_of(videos)

    def counts_of(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the tags of a video, rising, and their counts."""
        own = self._postings_of(row)
        return self.forward.tags[own].astype(np.int64), self.forward.counts[own].astype(np.int64)

    def query(self, tags: ArrayLike, weights: ArrayLike) -> Query:
        """Weigh tags: weight x idf, brought to length 1 over all known tags, negative ones too.

        Tags outside the vocabulary or dropped by ``min_df`` do not count in the length; they are
        in ``Query.unknown``. The weights of a tag given twice add up.

        Raises:
            InvalidInput: tags and weights differ in length, or a weight is not finite.
        """
        return Query.weigh(tags, weights, self.idf)

    def query_from_counts(self, tags: ArrayLike, counts: ArrayLike) -> Query:
        """Return the query that looks for videos like one with these counts."""
        return self.query(tags, TF[self.weighting.tf](counts))

    def search(
        self,
        tags: ArrayLike,
        weights: ArrayLike,
        k: int = 10,
        where: NDArray[np.bool_] | None = None,
    ) -> tuple[list[str], Floats]:
        """Find the videos that fit some tags best.

        Args:
            tags: shape (n,), tag numbers; unknown ones are ignored, see ``unknown``.
            weights: shape (n,), above 0 for wanted, below for unwanted tags.
            k: at most so many are found.
            where: shape (n_videos,), the rows that may be found; None for all.

        Returns:
            Ids and scores, best first; only scores above 0. Scores that are equal to 1e-6 are
            ordered by id.

        Raises:
            InvalidInput: arguments of wrong shape or value.
        """
        rows, scores = self.top_k(self.query(tags, weights), k, where)
        return self.ids.at(rows), scores

    def search_many(
        self, queries: Rows, k: int = 10, where: NDArray[np.bool_] | None = None
    ) -> list[tuple[list[str], Floats]]:
        """Search for every row of a matrix (queries x tags) of weights, on all cores.

        Returns:
            What ``search`` returns, query by query.
        """
        matches = self.top_k_many(queries_of(queries, self.idf), k, where)
        return [(self.ids.at(rows), scores) for rows, scores in matches]

    def top_k(
        self, query: Query, k: int, where: NDArray[np.bool_] | None = None
    ) -> tuple[RowNumbers, Floats]:
        """Return the rows and scores ``search`` names the videos of."""
        k = self._checked_k(k)
        return unpacked(self._find([query], k, *self._selection(where)))[0]

    def top_k_many(
        self, queries: Sequence[Query], k: int, where: NDArray[np.bool_] | None = None
    ) -> list[tuple[RowNumbers, Floats]]:
        """Return the rows and scores for every query, computed on all cores."""
        k = self._checked_k(k)
        selection = self._selection(where)
        blocks = [
            list(queries[first : first + _BLOCK_QUERIES])
            for first in range(0, len(queries), _BLOCK_QUERIES)
        ]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(usable_cpus()) as pool:
            matches = pool.map(lambda block: self._find(block, k, *selection), blocks)
            return [match for block in matches for match in unpacked(block)]

    def score_rows(self, query: Query, rows: ArrayLike) -> Floats:
        """Return the exact score of some rows, also where it is 0 or below."""
        checked = self._checked_rows(rows)
        scores = np.empty(checked.size, dtype=np.float64)
        score_rows(self.forward, packed([query]), checked, self._weights(), scores)
        return scores

    def explain(self, query: Query, row: int) -> tuple[NDArray[np.int64], Floats]:
        """Return the tags that made a video's score and what each gave; they add up to it.

        Returns:
            Tags and shares, the largest share first; shares of unwanted tags are below 0.
        """
        own = self._postings_of(row)
        # Both rise: where a tag would stand in the query is where it is, or is not.
        shown = self.forward.tags[own].astype(np.int64)
        at_query = np.searchsorted(query.tags, shown)
        at = np.flatnonzero(at_query < len(query.tags))
        at = at[query.tags[at_query[at]] == shown[at]]
        tags, at_query = shown[at], at_query[at]
        weighted = TF[self.weighting.tf](self.forward.counts[own])
        weighted *= self.idf[self.forward.tags[own]]
        norm = np.sqrt(np.dot(weighted, weighted))
        divisor = pivoted_norm(norm, self.weighting.slope, self.weighting.pivot)
        contributions = query.units[at_query] * weighted[at] / divisor
        order = np.lexsort((tags, -contributions))
        return tags[order], contributions[order]

    def warm_up(self) -> None:
        """Compile, or fetch from the disk, every kernel a search of this index may need.

        Also those for the videos beside it (``build_beside``), so that no request compiles.
        """
        use_machine_code()
        tags = np.arange(min(self.n_tags, 1))
        query = self.query(tags, np.ones(tags.size))
        self.top_k(query, 1)
        self.top_k(query, 1, np.zeros(self.n_videos, dtype=np.bool_))
        self.score_rows(query, np.arange(min(self.n_videos, 1)))
        unit_rows(self.forward, np.zeros(0, np.int64))
        self.rows_of(["a"])
        for count in (1, _BEYOND_TWO_BYTES):
            rows = RowArrays(
                np.array([0, tags.size, tags.size]),
                tags,
                np.full(tags.size, count),
                (2, self.n_tags),
            )
            beside = self.build_beside(rows, ["b", "a"])  # out of order, as they may come
            beside.top_k(query, 1)
            beside.score_rows(query, [0])
            unit_rows(beside.forward, np.zeros(0, np.int64))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index into a folder; on return it is on the disk.

        The same index gives the same bytes.
        """
        settings = index_settings(self.weighting, self.scan, self.sample)
        index_files.write(Path(path), index_files.IndexFiles(settings, self._arrays()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Open a saved index by mapping its files.

        Raises:
            CorruptData: a file is missing, cut short, or of another version.
        """
        return cls(*read_index(Path(path)))

    def _arrays(self) -> dict[str, Array]:
        return index_arrays(self.ids, self.forward, self.weighting, self.scan)

    def _postings_of(self, row: int) -> slice:
        if not 0 <= row < self.n_videos:
            raise InvalidInput(f"row {row} is outside 0 to {self.n_videos - 1}")
        return slice(int(self.forward.starts[row]), int(self.forward.starts[row + 1]))

    def _checked_k(self, k: int) -> int:
        if k < 1:
            raise InvalidInput(f"k is {k}: ask for at least 1")
        return max(1, min(k, self.n_videos))

    def _checked_rows(self, rows: ArrayLike) -> RowNumbers:
        checked = np.array(rows, dtype=np.int64, ndmin=1)
        if checked.size and not 0 <= checked.min() <= checked.max() < self.n_videos:
            raise InvalidInput(f"a row is outside 0 to {self.n_videos - 1}")
        return checked

    def _selection(
        self, where: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.bool_], RowNumbers | None]:
        """Return the filter, and the rows themselves if so few pass that each is scored."""
        if where is None:
            return _EVERY_ROW, None
        if where.dtype != np.bool_ or where.shape != (self.n_videos,):
            raise InvalidInput(
                f"where must be {self.n_videos} booleans, one a row; it is {where.dtype} of shape"
                f" {where.shape}"
            )
        if np.count_nonzero(where) <= _FEW * self.n_videos:
            return where, np.flatnonzero(where)
        return np.require(where, requirements=["C", "W"]), None

    def _find(
        self, queries: list[Query], k: int, passes: NDArray[np.bool_], few: RowNumbers | None
    ) -> TopRows:
        shape = (len(queries), k)
        hits = TopRows(
            np.empty(shape, dtype=np.int64),
            np.empty(shape, dtype=np.float64),
            np.zeros(len(queries), dtype=np.int64),
        )
        packed_queries = packed(queries)
        if few is not None:
            search_rows(self.forward, packed_queries, few, self._weights(), hits)
        elif self.n_videos:
            weights, scratch = self._weights(), self._scan_scratch()
            self.scan.find(self.forward, packed_queries, passes, weights, scratch, hits)
        return hits

    def _weights(self) -> Floats:
        """Return this thread's dense query, all 0."""
        if not hasattr(self._scratch, "weights"):
            self._scratch.weights = np.zeros(self.n_tags, dtype=np.float64)
        weights: Floats = self._scratch.weights
        return weights

    def _scan_scratch(self) -> tuple[Array, ...]:
        if not hasattr(self._scratch, "scan"):
            self._scratch.scan = self.scan.scratch(self.n_videos)
        scratch: tuple[Array, ...] = self._scratch.scan
        return scratch
