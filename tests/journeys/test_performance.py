"""Performances, pictures over a song, talk and silence, from files to all answers."""

import json
from collections.abc import Iterator

import pytest

from support.footage import bikes, carphone, interleave, photograph, write_video
from support.pages import get
from support.processes import soon
from support.product import Served, reelmatch, serve
from support.sounds import Track, melody, noise, write_film
from support.stills import read_photograph, slideshow, still

ASSESSMENTS = {
    "singer": "performance",
    "cover": "static_visual",
    "album": "static_visual",
    "rain": "other",
    "bikes": "silent",
    "speech": "talk",
    "deaf": "unknown",
}


def imported(title: str, *tags: str) -> str:
    """A line of our own form: each tag on ten seconds, for sure."""
    observed = [{"tag": tag, "seconds": [[0, 10, 0.9]]} for tag in tags]
    source = f"https://example.com/{title}"
    return json.dumps({"source": source, "title": title, "kind": "motion", "tags": observed})


@pytest.fixture(scope="module")
def performance_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Somebody, pictures and one picture to a melody, noise, a silent street, two imports."""
    folder = tmp_path_factory.mktemp("films")
    home = folder / "home"
    melodic = write_film(folder / "melody.mkv", 9, Track(melody(9)[None]))
    rain = write_film(folder / "rain.mp4", 4, Track(noise(4)[None]))
    singer = interleave(carphone(), melodic, folder / "singer.mp4")
    photos = [read_photograph(photograph(name)) for name in ("china.jpg", "flower.jpg")]
    made = {
        "cover": still(photos[0], (180, 320), 6, 5),
        "album": slideshow(photos * 2, (180, 320), 2, 5),
    }
    songs = [
        interleave(
            write_video(folder / f"of-{name}.mp4", pictures, rate=5),
            melodic,
            folder / f"{name}.mp4",
        )
        for name, pictures in made.items()
    ]
    assert reelmatch(home, "ingest", singer, *songs, rain, bikes()).code == 0
    lines = folder / "lines.jsonl"
    audible = imported("speech", "person", "audio:speech", "audio:music")
    lines.write_text(f"{audible}\n{imported('deaf', 'person')}\n")
    assert reelmatch(home, "import", lines).code == 0
    assert reelmatch(home, "reindex").code == 0
    yield from serve(home)


@pytest.mark.slow
def test_every_video_has_a_verdict_with_its_reason(performance_server: Served) -> None:
    for title, assessment in ASSESSMENTS.items():
        report = reelmatch(performance_server.home, "performance", title, "--json").json
        assert report["verdict"] == assessment, report
        (video,) = performance_server.client.get("/v1/videos", params={"q": title}).json()["videos"]
        answer = performance_server.client.get(f"/v1/videos/{video['video']}").json()["performance"]
        assert answer == {name: report[name] for name in answer}
    report = reelmatch(performance_server.home, "performance", "singer").out
    assert report.startswith(
        "performance: music on 4 of 4 seconds with sound; people or instruments"
    )
    assert "audio:music" in report
    assert "person" in report


def test_filters_find_each_verdict_and_no_other(performance_server: Served) -> None:
    titles = {one["video"]: one["title"] for one in _videos(performance_server)}
    for assessment in set(ASSESSMENTS.values()):
        body = {
            "interests": {"person": 1, "audio:music": 1, "audio:noise": 1, "city": 1},
            "where": {"performance": [assessment]},
            "k": 20,
        }
        results = performance_server.client.post("/v1/recommendations", json=body).json()["matches"]
        names = {titles[match["video"]] for match in results}
        assert names <= {title for title, own in ASSESSMENTS.items() if own == assessment}
        assert names or assessment in ("other", "silent")


def _videos(site: Served) -> list[dict[str, str]]:
    videos: list[dict[str, str]] = site.client.get("/v1/videos").json()["videos"]
    return videos


def test_a_campaign_runs_where_it_asks_to(performance_server: Served) -> None:
    plan = {
        "advertiser": "acme",
        "name": "Strings",
        "keywords": {"person": 1, "audio:music": 1},
        "performance": ["performance"],
    }
    stored = performance_server.client.put("/v1/campaigns/strings", json=plan)
    assert stored.json()["performance"] == ["performance"], stored.text
    titles = {one["video"]: one["title"] for one in _videos(performance_server)}
    matches = performance_server.client.get("/v1/campaigns/strings/matches").json()["matches"]
    assert [titles[match["video"]] for match in matches] == ["singer"]
    ids = {title: video for video, title in titles.items()}

    def campaigns_for(title: str) -> list[str]:
        fits = performance_server.client.get(f"/v1/videos/{ids[title]}/campaigns").json()[
            "campaigns"
        ]
        return [fit["campaign"] for fit in fits]

    soon(lambda: campaigns_for("singer") == ["strings"])
    assert campaigns_for("speech") == []
    requested = {"campaign": "strings", "video": ids["speech"]}
    rules = performance_server.client.get("/v1/explain", params=requested).json()["rules"]
    (rule,) = (one for one in rules if one["rule"] == "performance")
    assert rule["passed"] is False
    assert rule["says"].startswith("the video is talk (speech on 10 of 10 seconds with sound)")
    assert rule["seen"][0] == {"tag": "audio:music", "seconds": [[0, 9]]}
    refused = performance_server.client.put(
        "/v1/campaigns/odd", json={**plan, "performance": ["concert"]}
    )
    assert refused.status_code == 422
    assert "body.performance.0" in refused.json()["detail"]


def test_the_console_tells_it_on_cards_and_on_the_page_of_a_video(
    performance_server: Served,
) -> None:
    page = get(performance_server, "/?performance=static_visual").text
    assert "cover" in page
    assert '<h2 class="card-title">singer' not in page
    assert '<span class="chip">picture over a song</span>' in page
    ids = {one["title"]: one["video"] for one in _videos(performance_server)}
    page = get(performance_server, f"/videos/{ids['singer']}").text
    assert "<b>Performance</b>" in page
    assert "people or instruments in motion on" in page
    assert "<b>4 s</b> music <small>heard</small>" in page
