"""Nothing a site answers may lead a fetch where it must not go: a second site counts who came."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources.failures import FetchStatus, Unfetchable
from ingest.sources.web import FetchLimits, FetchProgress, fetch, playlist_addresses
from support.fetching import first_failure
from support.footage import bikes
from support.webserver import Answer, Site, endless, page, redirect, serving, video


@pytest.fixture
def forbidden() -> Iterator[Site]:
    """A site that would answer everything, and that no fetch may reach."""
    with serving() as site:
        site.answers = {
            "/secret.mp4": video(bikes()),
            "/secret.m3u8": Answer(b"#EXTM3U\n#EXTINF:1,\n/secret.mp4\n", "application/x-mpegURL"),
            "/key": Answer(b"0123456789abcdef"),
        }
        yield site


def refusal(site: Site, path: str, folder: Path) -> Unfetchable:
    limits = FetchLimits(allowed_networks=(site.network,))
    with pytest.raises(Unfetchable) as caught:
        fetch(site.address(path), folder, limits, wait=lambda _: pytest.fail("tried again"))
    return caught.value


def playlist(*lines: str) -> Answer:
    return Answer("\n".join(("#EXTM3U", *lines)).encode(), "application/x-mpegURL")


def assert_unsafe(site: Site, path: str, folder: Path, forbidden: Site) -> None:
    error = refusal(site, path, folder)
    assert error.status == FetchStatus.UNSAFE, error.reason
    assert forbidden.connections == []
    assert not list(folder.glob("*-*")), "nothing of it is stored"


ELSEWHERE = [
    "http://127.0.0.1:{port}/secret.mp4",
    "http://localhost:{port}/secret.mp4",
    "http://2130706433:{port}/secret.mp4",
    "http://[::ffff:127.0.0.1]:{port}/secret.mp4",
    "http://[::1]:{port}/secret.mp4",
    "http://169.254.169.254/latest/meta-data/",
    "ftp://127.0.0.1:{port}/secret.mp4",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_redirect_to_a_forbidden_address_is_not_followed(
    site: Site, forbidden: Site, tmp_path: Path, target: str
) -> None:
    site.answers["/a.mp4"] = redirect(target.format(port=forbidden.port))
    assert_unsafe(site, "/a.mp4", tmp_path, forbidden)


def test_a_redirect_of_the_download_itself_is_not_followed(
    site: Site, forbidden: Site, tmp_path: Path
) -> None:
    site.answers["/a.mp4"] = [video(bikes()), redirect(forbidden.address("/secret.mp4"))]
    assert_unsafe(site, "/a.mp4", tmp_path, forbidden)
    assert len(site.requests) == 2


def test_redirects_that_go_round_in_a_circle_end(site: Site, tmp_path: Path) -> None:
    site.answers["/a"] = redirect("/b")
    site.answers["/b"] = redirect("/a")
    limits = FetchLimits(allowed_networks=(site.network,))
    assert first_failure(site.address("/a"), tmp_path, limits).status == FetchStatus.FAILED
    assert len(site.requests) < 30


def test_a_page_may_not_name_a_forbidden_video(site: Site, forbidden: Site, tmp_path: Path) -> None:
    there = forbidden.address("/secret.mp4")
    site.answers["/watch"] = page(f'<meta property="og:video" content="{there}">')
    assert_unsafe(site, "/watch", tmp_path, forbidden)


@pytest.mark.parametrize(
    "tag",
    [
        '<meta property="og:video" content="file:///etc/passwd">',
        '<video><source src="file:///etc/passwd" type="video/mp4"></video>',
    ],
)
def test_a_page_may_not_name_a_file_of_this_machine(site: Site, tmp_path: Path, tag: str) -> None:
    site.answers["/watch"] = page("<title>Watch</title>", tag)
    assert refusal(site, "/watch", tmp_path).status in (
        FetchStatus.UNSAFE,
        FetchStatus.UNSUPPORTED,
    )
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


MANIFESTS = {
    "a segment": ("#EXTINF:1,", "{elsewhere}/secret.mp4"),
    "a later segment": ("#EXTINF:1,", "/a.ts", "#EXTINF:1,", "{elsewhere}/secret.mp4"),
    "a file for a segment": ("#EXTINF:1,", "file:///etc/passwd"),
    "a rendition": ("#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360", "{elsewhere}/secret.m3u8"),
    "a key": (
        '#EXT-X-KEY:METHOD=AES-128,URI="{elsewhere}/key",IV=0x00000000000000000000000000000000',
        *("#EXTINF:1,", "/a.ts"),
    ),
    "a header": ('#EXT-X-MAP:URI="{elsewhere}/secret.mp4"', "#EXTINF:1,", "/a.ts"),
    "a redirected segment": ("#EXTINF:1,", "/away"),
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_an_hls_manifest_may_not_lead_elsewhere(
    site: Site, forbidden: Site, tmp_path: Path, what: str
) -> None:
    lines = [line.format(elsewhere=forbidden.address("")) for line in MANIFESTS[what]]
    # What tells a list of segments from a list of renditions.
    if what != "a rendition":
        lines = ["#EXT-X-TARGETDURATION:1", *lines, "#EXT-X-ENDLIST"]
    site.answers["/v.m3u8"] = playlist(*lines)
    site.answers["/a.ts"] = Answer(b"\x47" * 1880, "video/mp2t")
    site.answers["/away"] = redirect(forbidden.address("/secret.mp4"))
    assert_unsafe(site, "/v.m3u8", tmp_path, forbidden)


def test_a_dash_manifest_may_not_lead_elsewhere(
    site: Site, forbidden: Site, tmp_path: Path
) -> None:
    manifest = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' mediaPresentationDuration="PT2S"><Period>'
        f"<BaseURL>{forbidden.address('/')}</BaseURL>"
        '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" width="640"'
        ' height="360" codecs="avc1.64001e"><SegmentTemplate timescale="1" duration="1"'
        ' startNumber="1" initialization="secret.mp4" media="secret.mp4?$Number$"/>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    site.answers["/v.mpd"] = Answer(manifest.encode(), "application/dash+xml")
    assert_unsafe(site, "/v.mpd", tmp_path, forbidden)


def test_a_playlist_may_not_lead_elsewhere(site: Site, forbidden: Site) -> None:
    site.answers["/list"] = redirect(forbidden.address("/secret.mp4"))
    with pytest.raises(Unfetchable) as caught:
        playlist_addresses(site.address("/list"), FetchLimits(allowed_networks=(site.network,)))
    assert caught.value.status == FetchStatus.UNSAFE
    assert forbidden.connections == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_without_a_setting_this_machine_is_not_reached(
    forbidden: Site, tmp_path: Path, host: str
) -> None:
    with pytest.raises(Unfetchable) as caught:
        fetch(f"http://{host}:{forbidden.port}/secret.mp4", tmp_path, FetchLimits())
    assert caught.value.status == FetchStatus.UNSAFE
    assert forbidden.connections == []


def test_proxies_of_the_environment_are_not_used(
    site: Site, forbidden: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, forbidden.address(""))
    site.answers["/a.mp4"] = video(bikes())
    fetch(site.address("/a.mp4"), tmp_path, FetchLimits(allowed_networks=(site.network,)))
    assert forbidden.connections == []


def test_configurations_and_plugins_of_the_machine_are_not_used(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, trace = tmp_path / "home", tmp_path / "trace"
    plugin = home / "yt_dlp_plugins" / "extractor" / "mine.py"
    for folder in (plugin.parent, home / ".config" / "yt-dlp"):
        folder.mkdir(parents=True)
    plugin.write_text(f"open({str(trace)!r}, 'w')\n")
    (home / ".config" / "yt-dlp" / "config").write_text(f"--write-info-json\n-P {home}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.syspath_prepend(str(home))
    site.answers["/a.mp4"] = video(bikes())
    fetched = fetch(
        site.address("/a.mp4"), tmp_path / "to", FetchLimits(allowed_networks=(site.network,))
    )
    assert fetched.path.parent == tmp_path / "to"
    assert not trace.exists()


def test_only_the_handler_that_the_guard_sees_makes_connections() -> None:
    code = (
        "import sys\n"
        "from ingest.sources import fetching\n"
        "for name in fetching.HIDDEN_PACKAGES: sys.modules[name] = None\n"
        "with fetching.downloader() as ydl: print(*ydl._request_director.handlers)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["Urllib"]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs: Linux")
def test_a_killed_parent_leaves_no_child_behind(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = Answer(kind="video/mp4", pieces=endless(pause=0.2))
    code = (
        "from pathlib import Path\n"
        "from ingest.sources.web import FetchLimits, fetch\n"
        f"limits = FetchLimits(allowed_networks=({site.network!r},))\n"
        f"fetch({site.address('/a.mp4')!r}, Path({str(tmp_path)!r}), limits,"
        " on_progress=lambda _: print('started', flush=True))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert len(children) == 1
    parent.kill()
    parent.communicate()
    child = Path("/proc", children[0])
    while child.exists() and "Z" not in (child / "stat").read_text().rpartition(")")[2]:
        time.sleep(0.05)


def test_a_fetch_that_is_given_up_leaves_no_child_behind(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = Answer(kind="video/mp4", pieces=endless(pause=0.2))

    before = own_children()
    during: set[str] = set()

    def give_up(_: FetchProgress) -> None:
        during.update(own_children() - before)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(
            site.address("/a.mp4"),
            tmp_path,
            FetchLimits(allowed_networks=(site.network,)),
            on_progress=give_up,
        )
    assert during
    assert own_children() <= before


def own_children() -> set[str]:
    """Return the processes this one has started and not yet buried."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}
