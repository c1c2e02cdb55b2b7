"""Rows of Milvus go in messages that a server takes."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.indexes.milvus import rows
from engine.indexes.milvus.rows import in_messages

LIMIT = 100


@given(lengths=st.lists(st.integers(0, 150), max_size=30))
def test_messages_hold_all_rows_in_order_and_as_many_as_there_is_room_for(
    lengths: list[int],
) -> None:
    every = [{"id": "x" * length} for length in lengths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_MAX_MESSAGE", LIMIT)
        messages = list(in_messages(every))
    sizes = [[len(json.dumps(row)) for row in message] for message in messages]
    assert [row for message in messages for row in message] == every
    assert all(sum(message) <= LIMIT or len(message) == 1 for message in sizes)
    for message, following in pairwise(sizes):
        assert sum(message) + following[0] > LIMIT
