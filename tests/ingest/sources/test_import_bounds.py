"""Reading a file takes bounded memory, whatever it is made of, and ends when nobody wants it."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalogs.sqlite.catalog import Catalog
from engine.errors import InvalidInput
from ingest.sources.imports import documents, google, long_values, reading, unpacking
from ingest.sources.imports.documents import BadLine
from ingest.sources.imports.fields import BadField
from ingest.sources.imports.importing import Imported, import_file
from ingest.sources.imports.long_values import LongList, Text, end_of, parsed, read_value
from ingest.sources.imports.reading import Read, read_videos
from ingest.taggers.named_tracks import NamedTrack
from ingest.taggers.tag_ranges import MAX_NAMES, MAX_OBSERVATIONS, TagRange, TagRanges
from support.catalogs import NOW
from support.imports import read_all

MIB = 1 << 20


class Left(Exception):
    pass


@contextmanager
def at_most(mib: int) -> Iterator[None]:
    """The block takes no more memory than that, beyond what it began with."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < mib * MIB, f"{peak / MIB:.0f} MiB"


def repeated(start: bytes, item: bytes, end: bytes, *, size: int = 3 * MIB) -> bytes:
    return start + b",".join([item] * (size // (len(item) + 1))) + end


# Parsed whole, most of them take from 80 MiB to 200 MiB.
SWELLING = {
    "empty objects": repeated(b"[", b"{}", b"]"),
    "objects of empty lists": repeated(b"[", b'{"":[]}', b"]"),
    "outputs": repeated(b'{"outputs":[', b"{}", b"]}"),
    "results": repeated(b'{"annotationResults":[', b"{}", b"]}"),
    "labels": repeated(b'{"JobStatus":"SUCCEEDED","Labels":[', b"{}", b"]}"),
    "tags": repeated(b'{"tags":[', b"{}", b"]}"),
    "wide text": '["\U0001f600",'.encode() + repeated(b"", b"[]", b"]"),
    "lists in one item": repeated(b"[[", b"[]", b"]]"),
    "fields": b"{" + b",".join(b'"%d":[]' % at for at in range(300_000)) + b"}",
    "deep": b"[" * (3 * MIB),
    "deep and whole": b"[" * (1 * MIB) + b"]" * (1 * MIB),
    "no end": b'{"tags":[' + b"[]," * MIB,
    "one text": b'{"tags":[],"title":"' + b"\\\\" * MIB + b'"}',
}


@pytest.mark.parametrize("what", SWELLING)
def test_what_swells_when_it_is_parsed_takes_little_memory(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_BAD_LINES", 1000)
    monkeypatch.setattr(google, "MAX_PARTS", 1000)
    file = io.BytesIO(gzip.compress(SWELLING[what]))
    with at_most(32):
        reads = list(read_videos(file))
    assert reads
    assert all(isinstance(read, BadLine) for read in reads)


@pytest.mark.slow
def test_millions_of_runs_take_little_memory() -> None:
    line = repeated(b'{"tags":[{"tag":"cat","seconds":[', b"[0,1,1]", b"]}]}", size=MIB * 3 // 2)
    file = io.BytesIO(gzip.compress(line))
    with at_most(32):
        (read,) = read_videos(file)
    assert isinstance(read, Read)
    assert read.video.track.at(0) == {"cat": 1.0}


def test_a_few_bytes_that_stand_for_millions_of_observations_take_little_memory(
    tmp_path: Path,
) -> None:
    tags = [{"tag": f"t{at}", "seconds": [[0, 43200, 0.9]]} for at in range(25)]
    file = io.BytesIO(json.dumps({"tags": tags}).encode())
    with Catalog.open(tmp_path / "catalog.db") as catalog, at_most(64):
        (result,) = import_file(file, catalog, now=NOW)
    assert isinstance(result, Imported)
    assert result.seconds == 43200


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ([{"tag": f"t{at}", "seconds": [[0, 43200, 1]]} for at in range(101)], "observations"),
        ([{"tag": f"t{at}", "seconds": [[at, at + 1, 1]]} for at in range(10_001)], "tags"),
    ],
)
def test_a_video_may_not_have_more_than_it_can(tmp_path: Path, tags: Any, says: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"tags": tags}))
    videos, (reason,) = read_all(path)
    assert videos == []
    assert says in reason
    assert str(MAX_OBSERVATIONS if says == "observations" else MAX_NAMES) in reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\n" * 200_000, "more than 100000 blank lines"),
        (b" \t\r\n" * 200_000, "more than 100000 blank lines"),
        (b" " * (8 * MIB), "200 times its size"),
        (b"0\n" * (MIB // 32), "200 times its size"),
    ],
)
def test_a_bomb_is_given_up(content: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BAD_LINES", 1 << 40)
    monkeypatch.setattr(documents, "MAX_BYTES", 1 << 16)
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << (14 if "size" in says else 20))
    file = io.BytesIO(gzip.compress(content))
    with at_most(64):
        *_, last = read_videos(file)
    assert isinstance(last, BadLine)
    assert says in last.reason


def test_what_packs_well_is_no_bomb() -> None:
    line = json.dumps({"tags": [{"tag": "cat", "seconds": [[0, 9, 0.9]]}], "duration": 9})
    lines = "".join(f'{line[:-1]}, "title": "{at}"}}\n' for at in range(3000))
    packed = gzip.compress(lines.encode())
    assert len(lines) > 10 * len(packed)
    assert sum(isinstance(read, Read) for read in read_videos(io.BytesIO(packed))) == 3000


def test_a_file_of_nothing_usable_is_not_read_to_its_end() -> None:
    file = io.BytesIO(b"no\n" * 200_000)
    *_, last = read_videos(file)
    assert last == BadLine(100_001, "over 100000 cannot be used: the rest is not read")


def endless(piece: bytes) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(piece * (8 * MIB // len(piece)))


@pytest.mark.parametrize(
    "file",
    [
        endless(gzip.compress(b"")),
        lambda: io.BytesIO(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"n" * (8 * MIB)),
        endless(b" "),
        endless(b'{"tags":[],"duration":1}\n'),
        lambda: io.BytesIO(repeated(b'{"tags":[{"tag":"cat","seconds":[', b"[0,1,1]", b"]}]}")),
    ],
    ids=["empty members", "endless name", "blank", "videos", "one video"],
)
def test_reading_ends_when_nobody_wants_it_any_more(file: Callable[[], io.BytesIO]) -> None:
    requests = 0

    def check() -> None:
        nonlocal requests
        requests += 1
        if requests > 3:
            raise Left

    with pytest.raises(Left):
        list(read_videos(file(), check=check))


def test_a_damaged_gzip_file_within_a_long_value_says_so() -> None:
    whole = gzip.compress(bytes(repeated(b"[", b"{}", b"]", size=4 * MIB)))
    (bad,) = read_videos(io.BytesIO(whole[:-300]))
    assert isinstance(bad, BadLine)
    assert "damaged or cut off" in bad.reason


@pytest.mark.parametrize(
    "raw",
    [
        b'{"tags":[{"tag":"cat","seconds":[[0,' + b"1" * (3 * MIB) + b",1]]}]}",
        b'{"tags":[{"tag":"cat","seconds":[[0,1,0.' + b"1" * (3 * MIB) + b"]]}]}",
        b'{"Labels":[],"NextToken":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"' + b"k" * (3 * MIB) + b'":1}',
        b'{"tags":[],"duration":1}' + b"\0" * (3 * MIB),
        b'{"tags":[' + b"[" * 30 + b"1," * MIB + b"1" + b"]" * 30 + b"]}",
        b'{"tags":' + b" " * (3 * MIB) + b"}",
        b'{"tags":[{},' + b" " * (3 * MIB) + b",{}]}",
    ],
    ids=["digits", "decimals", "nested token", "name", "NUL", "nested lists", "blank", "blanks"],
)
def test_odd_values_are_refused_and_no_more(raw: bytes) -> None:
    reads = list(read_videos(io.BytesIO(raw + b'\n{"tags":[],"duration":1}\n')))
    assert any(isinstance(read, BadLine) for read in reads)
    assert sum(isinstance(read, Read) for read in reads) == 1 + raw.endswith(b"\0")


def test_a_gzip_file_within_a_gzip_file_is_named() -> None:
    (bad,) = read_videos(io.BytesIO(gzip.compress(gzip.compress(b"{}"))))
    assert isinstance(bad, BadLine)
    assert "gzip twice" in bad.reason


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-99, 99)
    | st.text('ab"\\[]{},: \u00e9\U0001f600', max_size=9),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text('k"\\,{', max_size=3), inner, max_size=4)
    ),
    max_leaves=60,
)


def whole(value: Any) -> Any:
    if isinstance(value, list | LongList):
        assert len(value) == sum(1 for _ in value)
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return value


@pytest.fixture(scope="module")
def _everything_is_long() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_values, "SHORT_BYTES", 20)
        patch.setattr(long_values, "_PIECE_BYTES", 8)
        patch.setattr(long_values, "_BLOCK_BYTES", 13)
        yield


@pytest.mark.usefixtures("_everything_is_long")
@settings(max_examples=40)
@given(
    value=st.lists(_values) | st.dictionaries(st.text("k", max_size=3), _values),
    pretty=st.booleans(),
    ascii_only=st.booleans(),
)
def test_long_values_are_read_as_short_ones(value: Any, *, pretty: bool, ascii_only: bool) -> None:
    raw = json.dumps(value, indent=1 if pretty else None, ensure_ascii=ascii_only).encode()
    text = Text(raw, lambda: None)
    assert end_of(text, 0) == len(raw)
    assert whole(read_value(text, 0, len(raw))) == value


@pytest.mark.usefixtures("_everything_is_long")
@settings(max_examples=40)
@given(value=st.lists(_values), data=st.data())
def test_damage_is_found_in_long_values_where_it_is_in_short_ones(
    value: Any, data: st.DataObject
) -> None:
    damaged = bytearray(json.dumps(value).encode())
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] = data.draw(st.sampled_from(list(b'[]{},":\\ 1a')))
    raw = bytes(damaged)
    try:
        expected: Any = parsed(raw)
    except BadField:
        expected = BadField
    try:
        text = Text(raw, lambda: None)
        is_long = raw[:1] in (b"[", b"{") and end_of(text, 0) == len(raw)
        result: Any = whole(read_value(text, 0, len(raw))) if is_long else parsed(raw)
    except BadField:
        result = BadField
    assert result == expected


tag_ranges = st.tuples(
    st.sampled_from(["cat", "dog", "sea"]),
    st.integers(0, 3000),
    st.integers(1, 1500),
    st.floats(0, 1),
)


@given(st.lists(tag_ranges, min_size=1, max_size=20))
def test_runs_are_laid_out_across_blocks(output: list[tuple[str, int, int, float]]) -> None:
    made = [TagRange(tag, start, start + length, sure) for tag, start, length, sure in output]
    n_seconds = max(tag_range.end for tag_range in made)
    track = NamedTrack.build(made, n_seconds)
    expected = np.zeros((3, n_seconds), np.uint16)
    for tag, start, end, sure in made:
        if sure >= 0.05:
            row = expected[["cat", "dog", "sea"].index(tag)]
            row[start:end] = np.maximum(row[start:end], round(sure * 65_535))
    result = np.zeros_like(expected)
    at = np.repeat(np.arange(n_seconds), np.diff(track.starts))
    order_of_tags = [["cat", "dog", "sea"].index(name) for name in track.names]
    result[np.array(order_of_tags, int)[track.tags], at] = track.confidences
    np.testing.assert_array_equal(result, expected)
    assert len(track.tags) == np.count_nonzero(expected)
    numbers = {name: 9 - number for number, name in enumerate(track.names)}
    stored = track.to_track(numbers)
    for second in range(0, n_seconds, 97):
        own = stored.tags[stored.starts[second] : stored.starts[second + 1]]
        assert sorted(own) == list(own)


def test_runs_of_two_places_are_one() -> None:
    one, other = TagRanges(), TagRanges()
    one.add("cat", 0, 2, 0.9)
    other.add("dog", 1, 3, 0.8)
    other.add("cat", 5, 9, 0.01)
    one.extend(other)
    track = NamedTrack.of(one, one.end)
    assert [track.at(second) for second in range(4)] == [
        {"cat": 0.90001},
        {"cat": 0.90001, "dog": 0.8},
        {"dog": 0.8},
        {},
    ]
    assert track.n_seconds == 9


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no such file"):
        list(read_videos(tmp_path))
