import json
import zlib
from pathlib import Path

import pytest

from engine.errors import InvalidInput
from ingest.decoding.frames import open_video
from ingest.sources.failures import FetchStatus, Unfetchable
from ingest.sources.web import FetchLimits, FetchProgress, fetch, playlist_addresses
from support.fetching import first_failure
from support.footage import big_buck_bunny, bikes, photograph
from support.streams import SECONDS, Streams, make_streams
from support.webserver import Answer, Site, endless, page, redirect, video


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Streams:
    return make_streams(tmp_path_factory.mktemp("streams"))


def limits(site: Site, **others: object) -> FetchLimits:
    return FetchLimits(allowed_networks=(site.network,), **others)  # type: ignore[arg-type]


def failure(site: Site, path: str, folder: Path, **others: object) -> Unfetchable:
    """Fetch what cannot be fetched, without pauses between the attempts."""
    with pytest.raises(Unfetchable) as caught:
        fetch(site.address(path), folder, limits(site, **others), wait=lambda _: None)
    return caught.value


def size_of(path: Path) -> tuple[int, int]:
    """Return height, and seconds that can be analyzed."""
    with open_video(path) as opened:
        return opened.height, len(list(opened.seconds()))


def test_a_video_is_fetched_byte_for_byte(site: Site, tmp_path: Path) -> None:
    site.answers["/films/a.mp4"] = video(bikes())
    reports: list[FetchProgress] = []
    fetched = fetch(
        site.address("/films/a.mp4"), tmp_path, limits(site), on_progress=reports.append
    )
    assert fetched.path.read_bytes() == bikes().read_bytes()
    assert fetched.path.parent == tmp_path
    assert fetched.metadata.address == site.address("/films/a.mp4")
    assert reports[-1] == FetchProgress(bikes().stat().st_size, bikes().stat().st_size)


def test_a_video_that_is_here_is_not_asked_for_again(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = video(bikes())
    first = fetch(site.address("/a.mp4"), tmp_path, limits(site))
    requests = len(site.requests)
    assert fetch(f"{site.address('/a.mp4')}#t=3", tmp_path, limits(site)) == first
    assert len(site.requests) == requests
    first.path.write_bytes(b"cut")
    again = fetch(site.address("/a.mp4"), tmp_path, limits(site))
    assert again.path.read_bytes() == bikes().read_bytes()


def test_pages_and_videos_of_one_name_do_not_stand_for_each_other(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/one/clip.mp4"] = video(bikes())
    site.answers["/two/clip.mp4"] = video(big_buck_bunny())
    first = fetch(site.address("/one/clip.mp4"), tmp_path, limits(site))
    second = fetch(site.address("/two/clip.mp4"), tmp_path, limits(site))
    assert first.path.read_bytes() == bikes().read_bytes()
    assert second.path.read_bytes() == big_buck_bunny().read_bytes()


def test_hls_is_fetched_in_the_smallest_size_of_at_least_360_lines(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    fetched = fetch(site.address(streams.master), tmp_path, limits(site))
    assert size_of(fetched.path) == (360, SECONDS)
    segments = [path for path in site.requests if path.endswith(".ts")]
    assert segments == ["/hls/360/video0.ts", "/hls/360/video1.ts"]


def test_dash_is_fetched_in_the_smallest_size_of_at_least_360_lines(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    fetched = fetch(site.address(streams.manifest), tmp_path, limits(site))
    assert size_of(fetched.path) == (360, SECONDS)
    assert not any(path.startswith(("/dash/240/", "/dash/720/")) for path in site.requests)


def test_a_live_stream_is_not_fetched(site: Site, streams: Streams, tmp_path: Path) -> None:
    ended = streams.answers["/hls/360/video.m3u8"].body
    site.answers["/live.m3u8"] = Answer(
        ended.replace(b"#EXT-X-ENDLIST", b""), "application/x-mpegURL"
    )
    error = failure(site, "/live.m3u8", tmp_path)
    assert error.status == FetchStatus.UNSUPPORTED
    assert "live stream" in error.reason


def test_of_small_sizes_the_largest_is_fetched(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    master = streams.answers[streams.master].body.replace(b"640x360", b"426x240")
    site.answers["/hls/small.m3u8"] = Answer(
        b"\n".join(master.splitlines()[:5]), "application/x-mpegURL"
    )
    site.answers["/hls/360/video.m3u8"] = streams.answers["/hls/240/video.m3u8"]
    for name, answer in streams.answers.items():
        if name.startswith("/hls/240/"):
            site.answers[name.replace("/240/", "/360/")] = answer
    fetched = fetch(site.address("/hls/small.m3u8"), tmp_path, limits(site))
    assert size_of(fetched.path) == (240, SECONDS)


def test_the_video_of_an_open_graph_page_is_fetched_with_what_the_page_says(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/v.mp4"] = video(bikes())
    site.answers["/watch"] = page(
        '<meta property="og:title" content="Rush hour">'
        '<meta property="og:description" content="Bikes">'
        f'<meta property="og:video" content="{site.address("/v.mp4")}">'
        f'<meta property="og:image" content="{site.address("/t.jpg")}">'
    )
    fetched = fetch(site.address("/watch"), tmp_path, limits(site))
    assert fetched.path.read_bytes() == bikes().read_bytes()
    assert fetched.metadata.title == "Rush hour"
    assert fetched.metadata.description == "Bikes"
    assert fetched.metadata.thumbnail == site.address("/t.jpg")


def test_the_video_of_a_json_ld_page_is_fetched_with_what_the_page_says(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/v.mp4"] = video(bikes())
    payload = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "Rush hour",
        "description": "Cyclists and a taxi.",
        "contentUrl": site.address("/v.mp4"),
        "uploadDate": "2024-05-01T10:00:00Z",
        "duration": "PT10S",
        "author": {"@type": "Person", "name": "Ada"},
    }
    site.answers["/watch"] = page(
        f'<title>x</title><script type="application/ld+json">{json.dumps(payload)}</script>'
    )
    metadata = fetch(site.address("/watch"), tmp_path, limits(site)).metadata
    assert metadata.title == "Rush hour"
    assert metadata.description == "Cyclists and a taxi."
    assert metadata.uploaded_on == "2024-05-01"
    assert metadata.duration_seconds == 10.0
    assert metadata.uploader == "Ada"


def test_a_broken_download_is_resumed_where_it_broke(site: Site, tmp_path: Path) -> None:
    whole = video(bikes())
    broken = Answer(whole.body, whole.kind, ranges=True, cut_after=300_000)
    down = Answer(status=500, headers={"Retry-After": "86400"})
    # The page is looked at, the download breaks off, and then the site is down.
    site.answers["/a.mp4"] = [whole, broken, down]
    assert failure(site, "/a.mp4", tmp_path).status == FetchStatus.FAILED
    site.answers["/a.mp4"] = whole
    site.requests.clear()
    fetched = fetch(site.address("/a.mp4"), tmp_path, limits(site))
    assert fetched.path.read_bytes() == bikes().read_bytes()
    assert site.requests == ["/a.mp4", "/a.mp4 bytes=300000-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".lock", fetched.path.name, f"{fetched.path.stem}.json"]
    )


def test_hls_is_resumed_at_the_segment_where_it_broke(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    second = streams.answers["/hls/360/video1.ts"]
    site.answers["/hls/360/video1.ts"] = Answer(status=500)
    error = first_failure(site.address(streams.master), tmp_path, limits(site))
    assert error.status == FetchStatus.FAILED
    site.answers["/hls/360/video1.ts"] = second
    site.requests.clear()
    fetched = fetch(site.address(streams.master), tmp_path, limits(site))
    assert size_of(fetched.path) == (360, SECONDS)
    assert "/hls/360/video0.ts" not in site.requests


def test_a_rate_limit_holds_the_speed_down(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = video(bikes())
    reports: list[FetchProgress] = []
    fetch(
        site.address("/a.mp4"),
        tmp_path,
        limits(site, rate_limit_bytes_per_second=250_000),
        on_progress=reports.append,
    )
    # 510 kB take 2 s, with a report every 0.1 s; unlimited, they take less than one report.
    assert len(reports) > 5


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((401, "private"), (404, "gone"), (410, "gone"), (451, "restricted")),
    ],
)
def test_the_status_of_the_answer_tells_why(
    site: Site, tmp_path: Path, code: int, status: str
) -> None:
    site.answers["/a.mp4"] = Answer(status=code)
    error = failure(site, "/a.mp4", tmp_path)
    assert error.status == status
    assert str(code) in error.reason
    assert site.requests == ["/a.mp4"]


@pytest.mark.parametrize(("code", "status"), [(403, "blocked"), (429, "blocked")])
def test_what_may_pass_is_told_from_what_stays(
    site: Site, tmp_path: Path, code: int, status: str
) -> None:
    site.answers["/a.mp4"] = Answer(status=code)
    error = first_failure(site.address("/a.mp4"), tmp_path, limits(site))
    assert error.status == status
    assert str(code) in error.reason


def test_what_may_pass_is_tried_three_times(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = Answer(status=500)
    assert failure(site, "/a.mp4", tmp_path).status == FetchStatus.FAILED
    assert site.requests == ["/a.mp4"] * 3


@pytest.mark.slow
def test_a_site_that_throttles_is_waited_for_as_long_as_it_asks(site: Site, tmp_path: Path) -> None:
    throttled = Answer(status=429, headers={"Retry-After": "17"})
    site.answers["/a.mp4"] = [throttled, Answer(status=403), video(bikes())]
    waits: list[float] = []
    fetched = fetch(site.address("/a.mp4"), tmp_path, limits(site), wait=waits.append)
    assert fetched.path.read_bytes() == bikes().read_bytes()
    assert waits == [17.0, 10.0]


def test_no_attempt_is_waited_for_that_would_come_after_the_deadline(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/a.mp4"] = Answer(status=429, headers={"Retry-After": "60"})
    assert failure(site, "/a.mp4", tmp_path, deadline_seconds=30).status == FetchStatus.BLOCKED
    assert site.requests == ["/a.mp4"]


def test_a_video_without_length_is_stopped_at_the_size_limit(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = Answer(kind="video/mp4", pieces=endless())
    error = failure(site, "/a.mp4", tmp_path, max_bytes=1_000_000)
    assert error.status == FetchStatus.TOO_BIG
    assert "1000000 bytes" in error.reason
    assert site.sent_bytes < 20_000_000
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_video_that_declares_too_much_is_not_taken(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = video(big_buck_bunny())
    assert failure(site, "/a.mp4", tmp_path, max_bytes=1_000_000).status == FetchStatus.TOO_BIG


def test_segments_together_are_stopped_at_the_size_limit(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    sizes = [len(streams.answers[f"/hls/360/video{number}.ts"].body) for number in (0, 1)]
    error = failure(site, streams.master, tmp_path, max_bytes=sum(sizes) - 1000)
    assert error.status == FetchStatus.TOO_BIG


def test_an_endless_segment_is_stopped_at_the_size_limit(
    site: Site, streams: Streams, tmp_path: Path
) -> None:
    site.answers.update(streams.answers)
    site.answers["/hls/360/video1.ts"] = Answer(kind="video/mp2t", pieces=endless())
    assert failure(site, streams.master, tmp_path, max_bytes=5_000_000).status == "too_big"
    assert site.sent_bytes < 40_000_000


def test_an_endless_page_is_stopped_by_the_memory_limit(site: Site, tmp_path: Path) -> None:
    piece = b"<p>" + b"all work and no play " * 200_000
    site.answers["/page"] = Answer(pieces=endless(piece, first=b"<!doctype html><html><body>"))
    error = failure(site, "/page", tmp_path, memory_bytes=300_000_000)
    assert error.status == FetchStatus.TOO_BIG


@pytest.mark.parametrize(("coding", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_a_page_that_unpacks_to_more_than_memory_is_not_asked_for_again(
    site: Site, tmp_path: Path, coding: str, wbits: int
) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    first, again = (
        packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    # It never comes to the end, where the sum of all is.
    packed = first + again * 599 + packer.flush()
    site.answers["/page"] = Answer(packed, headers={"Content-Encoding": coding})
    assert failure(site, "/page", tmp_path, memory_bytes=300_000_000).status == FetchStatus.TOO_BIG
    assert site.requests.count("/page") == 1


@pytest.mark.slow
def test_a_slow_video_is_stopped_at_the_deadline_and_kept(site: Site, tmp_path: Path) -> None:
    body = bikes().read_bytes()
    site.answers["/a.mp4"] = [
        video(bikes()),
        Answer(kind="video/mp4", pieces=endless(first=body[:200_000], piece=b"", pause=0.05)),
    ]
    error = failure(site, "/a.mp4", tmp_path, deadline_seconds=8)
    assert error.status == FetchStatus.FAILED
    assert "longer than the deadline" in error.reason
    assert len(list(tmp_path.glob("*.part"))) == 1


@pytest.mark.slow
def test_a_server_that_never_answers_is_left_at_the_deadline(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = Answer(pieces=endless(b"", pause=0.05))
    assert failure(site, "/a.mp4", tmp_path, deadline_seconds=3).status == FetchStatus.FAILED


@pytest.mark.parametrize("content", ["<!doctype html><title>Sorry</title>", "#EXTM3U\nfile:///x"])
def test_a_text_instead_of_a_video_is_not_kept(site: Site, tmp_path: Path, content: str) -> None:
    site.answers["/a.mp4"] = Answer(content.encode(), "video/mp4")
    assert failure(site, "/a.mp4", tmp_path).status == FetchStatus.UNSUPPORTED
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_picture_is_no_video(site: Site, tmp_path: Path) -> None:
    site.answers["/a.jpg"] = Answer(photograph("china.jpg").read_bytes(), "image/jpeg")
    site.answers["/b.mp4"] = Answer(photograph("china.jpg").read_bytes(), "video/mp4")
    assert failure(site, "/a.jpg", tmp_path).status == FetchStatus.UNSUPPORTED
    assert failure(site, "/b.mp4", tmp_path).status == FetchStatus.UNSUPPORTED


def test_a_page_without_video_is_unsupported(site: Site, tmp_path: Path) -> None:
    site.answers["/page"] = page("<title>News</title>", "<p>Words.</p>")
    error = failure(site, "/page", tmp_path)
    assert error.status == FetchStatus.UNSUPPORTED
    assert not error.retryable
    assert len(site.requests) == 1


def test_a_page_of_several_videos_is_a_playlist_and_fetched_only_when_asked(
    site: Site, tmp_path: Path
) -> None:
    site.answers["/a.mp4"] = video(bikes())
    site.answers["/b.mp4"] = video(big_buck_bunny())
    site.answers["/page"] = page(
        "<title>Two</title>", "<video src='/a.mp4'></video><video src='/b.mp4'></video>"
    )
    error = failure(site, "/page", tmp_path)
    assert error.status == FetchStatus.UNSUPPORTED
    assert "ask for the playlist" in error.reason
    result = playlist_addresses(site.address("/page"), limits(site))
    assert result == (site.address("/a.mp4"), site.address("/b.mp4"))
    assert playlist_addresses(site.address("/a.mp4"), limits(site)) == (site.address("/a.mp4"),)


def test_what_cannot_be_found_by_name_fails_for_now(tmp_path: Path) -> None:
    error = first_failure("http://no-such-host.invalid/a.mp4", tmp_path, FetchLimits())
    assert error.status == FetchStatus.FAILED


def test_a_redirect_to_a_public_name_of_the_site_is_followed(site: Site, tmp_path: Path) -> None:
    site.answers["/old"] = redirect("/new/a.mp4")
    site.answers["/new/a.mp4"] = video(bikes())
    fetched = fetch(site.address("/old"), tmp_path, limits(site))
    assert fetched.path.read_bytes() == bikes().read_bytes()
    assert fetched.metadata.address == site.address("/old")


@pytest.mark.parametrize("network", ["", "everywhere", "10.0.0.0/40"])
def test_a_wrong_network_is_refused_before_anything_is_fetched(network: str) -> None:
    with pytest.raises(InvalidInput, match="is not a network"):
        FetchLimits(allowed_networks=(network,))


def test_limits_that_allow_nothing_are_refused() -> None:
    for wrong in ({"max_bytes": 0}, {"deadline_seconds": -1}, {"rate_limit_bytes_per_second": 0}):
        with pytest.raises(InvalidInput, match="greater than 0"):
            FetchLimits(**wrong)  # type: ignore[arg-type]
