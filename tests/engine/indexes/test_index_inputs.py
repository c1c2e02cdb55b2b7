"""Counts, ids, queries and settings that cannot be used are refused, and say why."""

from typing import Any, get_args

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from engine.errors import InvalidInput
from engine.indexes.local.index import Index
from engine.indexes.local.scan_selection import Kernel
from support.plain_counts import THREE, PlainCounts


def test_unsorted_tags_repeats_and_zeros_are_put_in_order() -> None:
    untidy = PlainCounts(
        np.array([0, 4, 5, 8]),
        np.array([1, 0, 2, 0, 1, 2, 0, 1]),
        np.array([1, 1, 0, 2, 2, 4, 1, 0]),
        (3, 3),
    )
    index = Index.from_counts(untidy, ["a", "b", "c"])
    tidy = Index.from_counts(THREE, ["a", "b", "c"])
    for row in range(3):
        for actual, expected in zip(index.counts_of(row), tidy.counts_of(row), strict=True):
            assert actual.tolist() == expected.tolist()
    assert index.df.tolist() == tidy.df.tolist()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"data": np.array([3, -1, 2, 1, 4])}, "outside 0 to"),
        ({"data": np.array([3.0, 1.5, 2, 1, 4])}, "fraction"),
        ({"data": np.array([3.0, np.nan, 2, 1, 4])}, "not a number"),
        ({"data": np.array([3.0, np.inf, 2, 1, 4])}, "outside 0 to"),
        ({"data": np.array(["a"] * 5)}, "whole numbers"),
        ({"data": np.array([3, 1])}, "5 numbers"),
        ({"indices": np.array([0, 1, 3, 0, 2])}, "outside 0 to 2"),
        ({"indices": np.array([0, 1, -1, 0, 2])}, "outside 0 to 2"),
        ({"indices": np.array([0.0, 1, 1, 0, 2])}, "whole numbers"),
        ({"indptr": np.array([0, 2, 1, 5])}, "must rise"),
        ({"indptr": np.array([0, 2, 5])}, "must rise"),
    ],
)
def test_counts_that_cannot_be_used_are_refused(
    change: dict[str, NDArray[Any]], complaint: str
) -> None:
    arrays = {"indptr": THREE.indptr, "indices": THREE.indices, "data": THREE.data} | change
    with pytest.raises(InvalidInput, match=complaint):
        Index.from_counts(PlainCounts(**arrays, shape=(3, 3)), ["a", "b", "c"])


def test_columns_instead_of_rows_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"tocsr"):
        Index.from_counts(sp.csc_array(np.eye(3, dtype=int)), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("ids", "complaint"),
    [
        (["a", "b"], "2 ids for 3 rows"),
        (["a", "b", "a"], "'a' occurs twice"),
        (["a", "b", 3], "3 is not"),
        (["a", "b", "\ud800"], "valid Unicode"),
    ],
)
def test_ids_that_cannot_be_used_are_refused(ids: list[str], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        Index.from_counts(THREE, ids)


@pytest.mark.parametrize(
    "setting",
    [{"tf": "cubic"}, {"slope": 0.0}, {"slope": 1.5}, {"slope": float("nan")}, {"kernel": "best"}],
)
def test_settings_that_do_not_exist_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Index.from_counts(THREE, ["a", "b", "c"], **setting)


@pytest.mark.parametrize(
    ("tags", "weights"),
    [([1, 2], [1.0]), ([[1]], [[1.0]]), ([1], [float("nan")]), ([1.5], [1.0]), ([1], ["much"])],
)
def test_queries_that_cannot_be_used_are_refused(tags: list[Any], weights: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        Index.from_counts(THREE, ["a", "b", "c"]).search(tags, weights, 1)


def test_other_arguments_that_cannot_be_used_are_refused() -> None:
    index = Index.from_counts(THREE, ["a", "b", "c"])
    query = index.query([1], [1.0])
    with pytest.raises(InvalidInput, match="at least 1"):
        index.search([1], [1.0], 0)
    with pytest.raises(InvalidInput, match="3 booleans"):
        index.search([1], [1.0], 1, np.ones(2, dtype=bool))
    with pytest.raises(InvalidInput, match="3 booleans"):
        index.search([1], [1.0], 1, np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="outside 0 to 2"):
        index.score_rows(query, [3])
    with pytest.raises(InvalidInput, match="outside 0 to 2"):
        index.explain(query, -1)


@pytest.mark.parametrize("kernel", get_args(Kernel))
@pytest.mark.parametrize(
    ("tags", "weights"),
    [
        ([], []),
        ([1], [-1.0]),
        ([0, 1], [-1.0, -2.0]),
        ([99, -1], [1.0, 1.0]),
        ([1, 1], [1.0, -1.0]),
    ],
)
def test_queries_that_want_nothing_find_nothing(
    kernel: Kernel, tags: list[int], weights: list[float]
) -> None:
    names, scores = Index.from_counts(THREE, ["a", "b", "c"], kernel=kernel).search(
        tags, weights, 5
    )
    assert names == []
    assert scores.tolist() == []
