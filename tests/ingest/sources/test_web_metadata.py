import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.fetching import downloader
from ingest.sources.metadata import Metadata

YOUTUBE = Path(__file__).parents[2] / "data" / "youtube"
ADDRESS = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def info(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((YOUTUBE / f"{name}.info.json").read_text())
    return values


def test_what_youtube_says_of_a_video_is_kept() -> None:
    assert Metadata.from_info(ADDRESS, info("video")) == Metadata(
        address=ADDRESS,
        title="Cycling through the old town",
        description="Sixty seconds of cobbles.\n\nCamera: handheld.\n#cycling",
        uploader="Town on Two Wheels",
        uploader_id="UCaaaaaaaaaaaaaaaaaaaaaa",
        duration_seconds=60.0,
        uploaded_on="2024-05-01",
        tags=("cycling", "old town", "cobbles"),
        categories=("Travel & Events",),
        thumbnail="https://pictures.example/vi/aaaaaaaaaaa/maxresdefault.jpg",
        language="en",
    )


def test_the_channel_stands_for_an_uploader_that_is_not_named() -> None:
    assert Metadata.from_info(ADDRESS, info("short")).uploader == "Kitchen Corner"


@pytest.mark.parametrize(
    ("payload", "id_"),
    [
        ({"channel_id": "UC1", "uploader_id": "@ann"}, "UC1"),
        ({"channel_id": None, "uploader_id": "@ann"}, "@ann"),
        ({"uploader_id": 1234}, "1234"),
        ({"uploader_id": " a\x1b\n1 "}, "a 1"),
        ({"channel_id": True, "uploader_id": ["a"]}, ""),
    ],
)
def test_an_uploader_is_known_by_the_id_of_a_channel(payload: dict[str, Any], id_: str) -> None:
    assert Metadata.from_info(ADDRESS, payload).uploader_id == id_


def test_what_is_not_said_is_empty() -> None:
    assert Metadata.from_info(ADDRESS, {}) == Metadata(ADDRESS)
    live = Metadata.from_info(ADDRESS, info("live"))
    assert live.duration_seconds is None
    assert live.thumbnail == ""


def test_a_hostile_page_cannot_write_control_characters_or_other_addresses() -> None:
    payload = {
        "title": "a\x1b[2J\u202eb\nc" + "x" * 10_000,
        "description": "one\ntwo\x00",
        "thumbnail": "file:///etc/passwd",
        "upload_date": "20249999",
        "duration": float("nan"),
        "tags": ["a", 1, None, "a", " ", "b\n"],
        "categories": "not a list",
    }
    metadata = Metadata.from_info(ADDRESS, payload)
    assert metadata.title.startswith("a[2Jb")
    assert len(metadata.title) <= 500
    assert metadata.title.isprintable()
    assert metadata.description == "one\ntwo"
    assert metadata.tags == ("a", "b")
    assert (metadata.thumbnail, metadata.uploaded_on, metadata.duration_seconds) == ("", "", None)
    assert metadata.categories == ()


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_FIELDS = (
    *("title", "description", "uploader", "channel", "duration", "upload_date", "timestamp"),
    *("tags", "categories", "thumbnail", "language"),
)


@given(st.dictionaries(st.sampled_from(_FIELDS), _anything))
def test_whatever_is_said_can_be_written_and_read_again(payload: dict[str, Any]) -> None:
    metadata = Metadata.from_info(ADDRESS, payload)
    written = json.loads(json.dumps(metadata.as_json(), allow_nan=False))
    assert Metadata.from_json(written) == metadata


@pytest.mark.parametrize(
    ("name", "format_id"),
    [
        # Of four with 360 lines the H.264 without sound: 18 is twice its size with the sound, 243
        # and 396 take longer to decode.
        ("video", "134"),
        # Upright: 360 pixels wide, not the 240 that would be over 360 high.
        ("short", "134"),
        ("live", "93"),
    ],
)
def test_of_youtubes_formats_the_smallest_of_at_least_360_lines_is_chosen(
    name: str, format_id: str
) -> None:
    with downloader() as ydl:
        chosen = ydl.process_ie_result(info(name), download=False)
    assert chosen["format_id"] == format_id
    assert "requested_formats" not in chosen
