"""From an address to a match: a real site on this machine, the real command."""

from pathlib import Path

import pytest

from support.footage import carphone
from support.product import reelmatch
from support.webserver import Answer, Site, page, redirect, video


@pytest.mark.slow
def test_an_address_is_fetched_watched_and_matched(site: Site, tmp_path: Path) -> None:
    home = tmp_path / "home"
    site.answers["/clip.mp4"] = video(carphone())
    head = (
        '<meta property="og:title" content="A man in a car">'
        f'<meta property="og:video" content="{site.address("/clip.mp4")}">'
    )
    site.answers["/watch"] = page(head)
    site.answers["/trap"] = redirect("http://169.254.169.254/latest/meta-data")
    site.answers["/gone"] = Answer(b"", status=410)
    query = [site.address(path) for path in ("/watch", "/trap", "/gone")]

    refused = reelmatch(home, "ingest", query[0], "--json")
    assert refused.code == 1
    assert [video["status"] for video in refused.json["videos"]] == ["unsafe"]
    assert site.requests == []

    (tmp_path / "addresses.txt").write_text(f"# films\n{query[2]}\n")
    done = reelmatch(
        home,
        "ingest",
        *query[:2],
        "--addresses",
        tmp_path / "addresses.txt",
        "--json",
        settings={"REELMATCH_WEB_ALLOWED_NETWORKS": site.network},
    )
    statuses = {video["source"]: video["status"] for video in done.json["videos"]}
    assert statuses == {query[0]: "ok", query[1]: "unsafe", query[2]: "gone"}
    listed = {one["source"]: one for one in reelmatch(home, "videos", "--json").json["videos"]}
    assert listed[query[0]]["title"] == "A man in a car"
    assert listed[query[0]]["seconds"] == 4
    assert not list((home / "fetched").glob("*.mp4")), "the file is not kept"

    assert reelmatch(home, "reindex").code == 0
    output = reelmatch(home, "match", "--keyword", "person", "--json").json["matches"]
    assert [match["video"] for match in output] == [listed[query[0]]["video"]]

    requests = len(site.requests)
    again = reelmatch(home, "ingest", query[0], "--json").json["videos"]
    assert "already analyzed" in again[0]["reason"]
    assert len(site.requests) == requests
