"""Queries: weighted tags as a vector of length 1."""

import numpy as np
from numpy.typing import NDArray

from engine.indexes.local.rows.count_matrix import Rows, row_arrays
from engine.kernels.forward import Floats, Queries, TopRows
from engine.ports.query import Query, Tags


def is_known(tags: Tags, idf: Floats) -> NDArray[np.bool_]:
    """Tell, per tag, whether the index knows it."""
    known = (tags >= 0) & (tags < idf.size)
    known[known] = idf[tags[known]] > 0
    return known


def queries_of(rows: Rows, idf: Floats) -> list[Query]:
    """Weigh every row of a matrix (queries x tags) of weights."""
    starts, tags, weights, _ = row_arrays(rows)
    return [
        Query.weigh(tags[start:end], weights[start:end], idf)
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    ]


def packed(queries: list[Query]) -> Queries:
    """Put queries one after the other, as the kernels take them."""
    if len(queries) == 1:
        (query,) = queries
        return Queries(np.array([0, query.tags.size]), query.tags, query.units)
    starts = np.zeros(len(queries) + 1, dtype=np.int64)
    np.cumsum([query.tags.size for query in queries], out=starts[1:])
    tags = np.concatenate([query.tags for query in queries])
    return Queries(starts, tags, np.concatenate([query.units for query in queries]))


def unpacked(hits: TopRows) -> list[tuple[NDArray[np.int64], Floats]]:
    """Return the rows of each query with their scores, best first."""
    return [
        (hits.rows[query, :size].copy(), hits.scores[query, :size].copy())
        for query, size in enumerate(hits.sizes.tolist())
    ]
