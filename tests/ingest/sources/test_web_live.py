"""Against the real internet; left out unless asked for: REELMATCH_LIVE_TESTS=1 pytest -m live."""

import os
from pathlib import Path

import pytest

from ingest.decoding.frames import open_video
from ingest.sources.failures import FetchStatus, Unfetchable
from ingest.sources.web import FetchLimits, fetch

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.environ.get("REELMATCH_LIVE_TESTS") != "1", reason="needs: REELMATCH_LIVE_TESTS=1"
    ),
]

# yt-dlp's own test video: ten seconds, made to be tested with.
TEST_VIDEO = "https://www.youtube.com/watch?v=BaW_jenozKc"


def test_a_video_is_fetched_from_youtube(tmp_path: Path) -> None:
    fetched = fetch(TEST_VIDEO, tmp_path, FetchLimits(max_bytes=50_000_000, deadline_seconds=120))
    assert "youtube-dl test video" in fetched.metadata.title
    assert fetched.metadata.uploaded_on == "2012-10-02"
    with open_video(fetched.path) as opened:
        assert min(opened.width, opened.height) >= 360
        assert 9 <= len(list(opened.seconds())) <= 11


def test_a_video_that_is_not_there_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Unfetchable) as caught:
        fetch("https://www.youtube.com/watch?v=-----------", tmp_path, FetchLimits())
    assert caught.value.status == FetchStatus.GONE
