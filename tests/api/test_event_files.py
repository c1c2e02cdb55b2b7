"""Files of events: both forms, line by line, and whatever strangers write into them."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.event_files import MAX_LINE_BYTES, BadLine, EventLine, read_events
from engine.catalogs import open_catalog
from engine.domain.viewers import MAX_EVENTS, Event, EventKind
from engine.services.viewers import BATCH_SIZE, load_events
from support.catalogs import save, video_id

NOW = datetime(2026, 2, 1, tzinfo=UTC).timestamp()


def read(content: str | bytes, form: str | None = None) -> list[EventLine | BadLine]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_events(io.BytesIO(raw), form, now=NOW))


def reasons(content: str | bytes, form: str | None = None) -> dict[int, str]:
    return {one.line: one.reason for one in read(content, form) if isinstance(one, BadLine)}


def test_stars_of_movielens_are_likes_half_watched_films_and_dislikes() -> None:
    expected = [
        EventLine(at, "7", Event(f"{film}@{moment}", str(film), kind, float(moment), share))
        for at, film, kind, moment, share in (
            (2, 10, EventKind.LIKED, 100, 1.0),
            (3, 11, EventKind.WATCHED, 101, 0.5),
            (4, 12, EventKind.DISLIKED, 102, 1.0),
        )
    ]
    rows = [("7", "10", "4.0", "100"), ("7", "11", "3.5", "101"), ("7", "12", "2.5", "102")]
    heading = "userId,movieId,rating,timestamp\n"
    assert read(heading + "".join(",".join(row) + "\r\n" for row in rows)) == expected
    quoted = '"userId","movieId","rating","timestamp"\n'
    assert read(quoted + "".join(",".join(row) + "\n" for row in rows)) == expected
    all_quoted = "".join(",".join(f'"{one}"' for one in row) + "\n" for row in rows)
    assert read("\n" + all_quoted) == expected
    for separator in ("\t", "::"):
        lines = "\n".join(["", *map(separator.join, rows)])
        assert read(lines) == expected


def test_a_rating_that_is_none_is_named_and_the_others_are_read() -> None:
    rows = ["1,2,NaN,5", "1,2,6,5", "1,2,4,later", "1,2,4,1e300", "1,2,4,-5", "1,2,4", ",2,4,5"]
    lines = "\n".join(["1,2,4,5", *rows, "1,2,4,5"])
    wrong = reasons(lines)
    assert sorted(wrong) == [2, 3, 4, 5, 6, 7, 8]
    assert wrong[2] == "rating is no number: 'NaN'"
    assert "from 0 to 5" in wrong[3]
    assert wrong[4] == "timestamp is no number: 'later'"
    assert "a day ahead" in wrong[5]
    assert "before 1970" in wrong[6]
    assert "3 columns" in wrong[7]
    assert wrong[8].startswith("viewer:")


def test_a_line_of_any_length_is_passed_over_and_the_next_one_read() -> None:
    event = json.dumps({"viewer": "ann", "id": "1", "video": "v", "kind": "liked"})
    long = '{"viewer": "' + "a" * (3 * MAX_LINE_BYTES)
    assert reasons(f"{event}\n{long}\n{event}") == {2: f"longer than {MAX_LINE_BYTES} bytes"}
    assert len(read(f"{event}\n{long}\n{event}")) == 3
    assert len(read("\ufeff" + event)) == 1


@pytest.mark.parametrize("share", ["NaN", "Infinity", "-0.1", '"x"', "1e400"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    line = f'{{"viewer": "a", "id": "1", "video": "v", "kind": "watched", "share": {share}}}'
    assert "share" in reasons(line)[1]


def test_names_of_a_strangers_fields_are_cut_and_without_escapes() -> None:
    event = {"viewer": "ann", "id": "1", "video": "v", "kind": "liked"}
    reported = reasons(json.dumps(event | {"\x1b[2J" + "a" * 1000: 1}))[1]
    assert reported.startswith("'\\x1b[2Jaaa")
    assert len(reported) < 200
    assert reasons(json.dumps(event | {"id": 7}))[1].startswith("id: ")


@given(st.binary(max_size=400), st.sampled_from([None, "jsonl", "movielens"]))
def test_no_bytes_end_the_reading(content: bytes, form: str | None) -> None:
    for one in read(content, form):
        assert isinstance(one, EventLine) or one.reason


def test_a_file_is_added_once_however_often_it_is_loaded(tmp_path: Path) -> None:
    rows = [f"{viewer},{film},4,{100 + film}" for film in range(600) for viewer in range(10)]
    content = "\n".join([*rows, rows[0]]).encode()
    assert len(rows) > BATCH_SIZE
    with open_catalog(tmp_path / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 2})
        catalog.videos.describe(video_id(1), {"external_id": "7"})

        def load(part: bytes) -> tuple[int, int, int]:
            lines = read_events(io.BytesIO(part), now=NOW)
            events = ((one.viewer, one.event) for one in lines if isinstance(one, EventLine))
            parts = list(load_events(catalog, events, now=NOW))
            return (
                sum(part.added for part in parts),
                sum(part.repeated for part in parts),
                sum(len(part.unknown) for part in parts),
            )

        # What was cut off is gone on with from the beginning.
        half = load(b"\n".join(content.split(b"\n")[:1000]))
        assert half == (1000, 0, 990)
        assert load(content) == (len(rows) - 1000, 1001, len(rows) + 1 - 10)
        assert load(content) == (0, len(rows) + 1, len(rows) + 1 - 10)
        assert [event.video for event in catalog.viewers.events("3")][7] == video_id(1)


def test_what_is_too_old_to_be_kept_is_not_added_again(tmp_path: Path) -> None:
    events = [
        ("ann", Event(str(number), "v", EventKind.LIKED, float(number)))
        for number in range(MAX_EVENTS + 50)
    ]
    with open_catalog(tmp_path / "catalog.db") as catalog:
        assert sum(part.added for part in load_events(catalog, events, now=NOW)) >= MAX_EVENTS
        stored = catalog.viewers.events("ann")
        assert sum(part.added for part in load_events(catalog, events, now=NOW)) == 0
        assert catalog.viewers.events("ann") == stored
