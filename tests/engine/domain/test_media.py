"""Names in the store of media hold no word of a person, and nothing else is taken for one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.media import StoredUpload, is_whole_thumbnail, new_thumbnail_name
from ingest.sources.uploads import safe_name

VIDEO = "00112233445566aa"


@given(st.text(max_size=60))
def test_a_source_names_its_upload_and_the_object_holds_no_word_of_it(name: str) -> None:
    upload = StoredUpload.new(VIDEO, safe_name(name))
    assert StoredUpload.parse(upload.source) == upload
    assert re.fullmatch(f"uploads/{VIDEO}-[0-9a-f]{{16}}", upload.object)


@given(st.text(max_size=80))
def test_no_other_text_is_an_upload(text: str) -> None:
    assert StoredUpload.parse(text) is None


@pytest.mark.parametrize(
    "source",
    [
        f"media:{VIDEO}-{VIDEO}/../../etc/passwd",
        f"media:{VIDEO}-{VIDEO}/",
        f"media:{VIDEO}-../a.mp4",
        f"media:../{VIDEO}-{VIDEO}/a.mp4",
        f"MEDIA:{VIDEO}-{VIDEO}/a.mp4",
        f"media:{VIDEO}-{VIDEO[1:]}/a.mp4",
        f"/media:{VIDEO}-{VIDEO}/a.mp4",
    ],
)
def test_what_leads_elsewhere_is_no_upload(source: str) -> None:
    assert StoredUpload.parse(source) is None


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_thumbnail_is_told_from_any_other_content(one: bytes, other: bytes) -> None:
    name, again = new_thumbnail_name(one), new_thumbnail_name(one)
    assert name != again, "that of a video may go while another one keeps its own"
    assert is_whole_thumbnail(name, one)
    assert is_whole_thumbnail(name, other) == (one == other)
