"""Lines of text come out as they went in, and what is damaged is refused."""

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lines import Line, LineTag, lines_from_bytes, lines_to_bytes
from engine.domain.time_ranges import TimeRange
from engine.errors import CorruptData

ranges = st.tuples(st.integers(0, 99), st.integers(1, 99)).map(lambda two: TimeRange(*two))
lines = st.builds(
    Line,
    text=st.text(),
    seconds=st.none() | ranges,
    field=st.sampled_from(["", "title", "description"]),
    tags=st.lists(st.builds(LineTag, st.text(), st.text()), max_size=3).map(tuple),
)


@given(st.lists(lines, max_size=5))
def test_lines_come_out_as_they_went_in(some: list[Line]) -> None:
    assert lines_from_bytes(lines_to_bytes(some)) == tuple(some)


@pytest.mark.parametrize(
    "raw", [b"", b"[1]", b'{"a": 1}', b'[["a", [1], "", []]]', b'[["a"', b"\xff"]
)
def test_what_is_no_lines_is_refused(raw: bytes) -> None:
    with pytest.raises(CorruptData, match="lines of text cannot be read"):
        lines_from_bytes(zstd.compress(raw))
    with pytest.raises(CorruptData, match="lines of text cannot be read"):
        lines_from_bytes(lines_to_bytes([Line("a")])[:-1])
