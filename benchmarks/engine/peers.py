"""Peers that a Python user could install instead, each behind the same two calls."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import linear_kernel

from engine.indexes.local.index import Index

Counts = Any
Tags = NDArray[np.int64]
Weights = NDArray[np.float64]


class Peer(Protocol):
    """Finds the k best rows for weighted tags."""

    exact: bool
    """Whether it ranks by the same cosine."""

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Return rows, best first, or an empty array where rows are not comparable."""


class Ours:
    """engine.indexes.local.index, with a kernel."""

    exact = True

    def __init__(self, index: Index) -> None:
        self.index = index

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Search, query preparation included."""
        return self.index.top_k(self.index.query(tags, weights), k)[0]


class ScikitLearn:
    """linear_kernel of the normalised query with the tf-idf matrix, then argpartition."""

    exact = True

    def __init__(self, counts: Counts) -> None:
        self.vectors = TfidfTransformer().fit_transform(counts)
        df = np.bincount(counts.indices, minlength=counts.shape[1])
        self.idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1

    def query(self, tags: Tags, weights: Weights) -> Any:
        """Return the query as a row of length 1."""
        vector = weights * self.idf[tags]
        vector /= np.linalg.norm(vector)
        shape = (1, self.idf.size)
        return sp.csr_matrix((vector, tags, np.array([0, tags.size])), shape)

    def scores(self, tags: Tags, weights: Weights) -> Weights:
        """Return the score of every row."""
        query = self.query(tags, weights)
        return np.asarray(linear_kernel(query, self.vectors, dense_output=True)).ravel()

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Score all, keep the best."""
        scores = self.scores(tags, weights)
        best = np.argpartition(-scores, k)[:k]
        return best[np.argsort(-scores[best], kind="stable")]


class ScipyColumns:
    """The columns of the query's tags, added up with numpy."""

    exact = True

    def __init__(self, sklearn: ScikitLearn) -> None:
        self.columns = sklearn.vectors.astype(np.float32).tocsc()
        self.sklearn = sklearn

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Add up, keep the best."""
        query = self.sklearn.query(tags, weights)
        sums = np.zeros(self.columns.shape[0], dtype=np.float32)
        starts = self.columns.indptr
        for tag, weight in zip(query.indices, query.data.astype(np.float32), strict=True):
            own = slice(starts[tag], starts[tag + 1])
            sums[self.columns.indices[own]] += weight * self.columns.data[own]
        best = np.argpartition(-sums, k)[:k]
        return best[np.argsort(-sums[best], kind="stable")]


class Tantivy:
    """BM25 with boosted terms: no cosine, so another ranking; each tag once a video."""

    exact = False

    def __init__(self, counts: Counts) -> None:
        import tantivy

        self.tantivy = tantivy
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("tags", stored=False, tokenizer_name="whitespace")
        schema.add_integer_field("row", stored=True)
        self.schema = schema.build()
        self.index = tantivy.Index(self.schema)
        writer = self.index.writer(heap_size=500_000_000, num_threads=1)
        names = [str(tag) for tag in range(counts.shape[1])]
        starts, tags = counts.indptr.tolist(), counts.indices
        for row in range(counts.shape[0]):
            words = " ".join(names[tag] for tag in tags[starts[row] : starts[row + 1]].tolist())
            writer.add_document(tantivy.Document(tags=words, row=row))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Search a boosted OR of the wanted tags."""
        query_of = self.tantivy.Query
        terms = [
            (
                self.tantivy.Occur.Should,
                query_of.boost_query(query_of.term_query(self.schema, "tags", str(tag)), weight),
            )
            for tag, weight in zip(tags.tolist(), weights.tolist(), strict=True)
            if weight > 0
        ]
        matches = self.searcher.search(query_of.boolean_query(terms), k, count=False)
        assert len(matches.hits) <= k
        return np.empty(0, dtype=np.int64)


class Seismic:
    """pyseismic-lsr: approximate maximum inner product over learned sparse vectors."""

    exact = False

    def __init__(self, counts: Counts, sklearn: ScikitLearn) -> None:
        import seismic

        self.sklearn = sklearn
        self.text = seismic.get_seismic_string()
        self.names = np.array([str(tag) for tag in range(counts.shape[1])], dtype=self.text)
        dataset = seismic.SeismicDataset()
        vectors = sklearn.vectors
        for row in range(counts.shape[0]):
            own = slice(vectors.indptr[row], vectors.indptr[row + 1])
            values = vectors.data[own].astype(np.float32)
            dataset.add_document(str(row), self.names[vectors.indices[own]], values)
        n_postings = max(100, counts.shape[0] // 100)
        self.index = seismic.SeismicIndex.build_from_dataset(
            dataset, n_postings=n_postings, num_threads=1
        )

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Search with all tags of the query."""
        query = self.sklearn.query(tags, weights)
        matches = self.index.search(
            query_id="q",
            query_components=self.names[query.indices],
            query_values=query.data.astype(np.float32),
            k=k,
            query_cut=query.indices.size,
            heap_factor=0.9,
        )
        return np.array([int(match[2]) for match in matches], dtype=np.int64)


class SparseDotTopn:
    """sparse_dot_topn: a sparse product that keeps the best of each row; meant for batches."""

    exact = True

    def __init__(self, sklearn: ScikitLearn) -> None:
        from sparse_dot_topn import sp_matmul_topn

        self.product = sp_matmul_topn
        self.sklearn = sklearn
        self.by_tag = sklearn.vectors.T.tocsr().astype(np.float32)

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Multiply one row."""
        query = self.sklearn.query(tags, weights).astype(np.float32)
        matches = self.product(query, self.by_tag, top_n=k, sort=True, n_threads=1)
        return np.asarray(matches.indices, dtype=np.int64)


class Bm25s:
    """bm25s over the same impacts. It has no query weights, so its ranking is another."""

    exact = False

    def __init__(self, sklearn: ScikitLearn) -> None:
        import bm25s

        self.bm25 = bm25s.BM25(backend="numba")
        columns = sklearn.vectors.tocsc()
        self.bm25.scores = {
            "data": columns.data.astype(np.float32),
            "indices": columns.indices.astype(np.int32),
            "indptr": columns.indptr.astype(np.int32),
            "num_docs": columns.shape[0],
        }
        self.bm25.nonoccurrence_array = None
        self.bm25.unique_token_ids_set = set(range(columns.shape[1]))

    def search(self, tags: Tags, weights: Weights, k: int) -> NDArray[np.int64]:
        """Search for the wanted tags, each as much as the others."""
        names = tags[weights > 0].tolist()
        matches, _ = self.bm25.retrieve([names], k=k, show_progress=False)
        assert matches.shape == (1, k)
        return np.empty(0, dtype=np.int64)


Build = Callable[[Counts, ScikitLearn], Peer]
BUILDS: Final[dict[str, Build]] = {
    "scipy columns": lambda _, sklearn: ScipyColumns(sklearn),
    "sparse_dot_topn": lambda _, sklearn: SparseDotTopn(sklearn),
    "bm25s": lambda _, sklearn: Bm25s(sklearn),
    "tantivy": lambda counts, _: Tantivy(counts),
    "pyseismic-lsr": Seismic,
}
"""The peers beside scikit-learn, by name."""
