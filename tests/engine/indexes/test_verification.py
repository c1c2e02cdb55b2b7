"""Checks of an index find what a scan gets wrong, and compare the same videos each time."""

import numpy as np
import pytest
import scipy.sparse as sp

from engine.indexes.local.disk.verification import (
    counted_seconds,
    neighbours,
    sampled_videos,
    unlike_textbook,
)
from engine.indexes.local.index import Index
from support.plain_counts import THREE

IDS = ["a", "b", "c"]


@pytest.fixture
def index_of_three() -> Index:
    return Index.from_counts(THREE, IDS)


def test_an_index_that_answers_as_it_should_passes(index_of_three: Index) -> None:
    assert unlike_textbook(index_of_three, 16) is None
    assert counted_seconds(index_of_three) == 11


def test_a_video_that_the_scan_loses_is_named(
    index_of_three: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    top_k = Index.top_k
    monkeypatch.setattr(
        Index, "top_k", lambda *arguments: tuple(part[1:] for part in top_k(*arguments))
    )
    assert unlike_textbook(index_of_three, 16) == "a"


def test_neighbours_are_the_videos_that_share_tags(index_of_three: Index) -> None:
    assert neighbours(index_of_three, "a") == {"b", "c"}
    assert neighbours(index_of_three, "b") == {"a"}
    assert neighbours(index_of_three, "nobody") == set()


def test_samples_are_spread_evenly_and_stay_the_same() -> None:
    ids = [f"{number:02}" for number in range(50)]
    index = Index.from_counts(sp.csr_array(np.ones((50, 1), int)), ids)
    assert sampled_videos(index, 3) == sampled_videos(index, 3) == ["00", "24", "49"]
    assert sampled_videos(index, 99) == ids
