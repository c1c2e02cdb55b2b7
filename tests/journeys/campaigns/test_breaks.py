"""The best seconds of real footage for ads, at both entry points."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from api.vmap import VMAP_NAMESPACE
from support.campaign_answers import eventually
from support.pages import id_of
from support.product import Run, Served


def test_breaks_of_a_slideshow_are_at_its_cuts(campaign_server: Served, run_on_copy: Run) -> None:
    slides = id_of(campaign_server, "slideshow")
    params = {"gap": 5, "edge": 2}
    answer = campaign_server.client.get(f"/v1/videos/{slides}/breaks", params=params).json()
    assert answer == run_on_copy("breaks", slides, "--gap", "5", "--edge", "2", "--json").json
    assert sorted(one["second"] for one in answer["breaks"]) == [5, 10, 15]
    assert {one["seam"] for one in answer["breaks"]} == {"cut"}
    assert answer["breaks"][0]["second"] == 10
    for one in answer["breaks"]:
        assert sum(one["shares"].values()) == pytest.approx(one["score"])


def test_a_campaigns_break_follows_what_it_is_about(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    put("coffee", keywords={"coffee": 1})
    slides = id_of(campaign_server, "slideshow")
    params: dict[str, Any] = {"gap": 30, "edge": 2, "count": 1, "campaign": "coffee"}
    (one,) = campaign_server.client.get(f"/v1/videos/{slides}/breaks", params=params).json()[
        "breaks"
    ]
    assert one["second"] == 5
    assert one["relevance"] > 0.3
    assert "why" not in one
    response = campaign_server.client.get(
        f"/v1/videos/{slides}/breaks", params={**params, "explain": True}
    ).json()["breaks"][0]
    assert response["why"] == [
        {"tag": "coffee", "share": response["relevance"], "seconds": [[0, 4]]}
    ]
    words = ("breaks", slides, "--gap", "30", "--edge", "2", "--count", "1", "--explain")
    assert re.search(r"coffee +\+0\.\d+ +0-4", run_on_copy(*words, "--campaign", "coffee").out)
    without_campaign = run_on_copy(*words)
    assert without_campaign.code == 2
    assert "to a --campaign: name one" in without_campaign.err


def test_what_a_campaign_finds_too_risky_blocks_the_breaks_near_it_and_no_others(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run, tmp_path: Path
) -> None:
    line = {
        "title": "Dinner",
        "duration": 120,
        "tags": [
            {"tag": "dog", "seconds": [[0, 120, 0.9]]},
            {"tag": "beer", "seconds": [[58, 60, 0.95]]},
        ],
    }
    (tmp_path / "dinner.jsonl").write_text(json.dumps(line))
    video = run_on_copy("import", tmp_path / "dinner.jsonl", "--json").json["videos"][0]["video"]
    eventually(lambda: campaign_server.client.get(f"/v1/videos/{video}").status_code == 200)

    def seconds(campaign: str | None) -> list[int]:
        params: dict[str, Any] = {"count": 100, "gap": 1}
        if campaign:
            params["campaign"] = campaign
        answer = campaign_server.client.get(f"/v1/videos/{video}/breaks", params=params).json()
        return sorted(one["second"] for one in answer["breaks"])

    put("careful", keywords={"dog": 1}, suitability={"drugs": "none"})
    put("brewer", keywords={"dog": 1}, suitability={"drugs": "high"})
    everywhere = list(range(10, 111))
    # Ten seconds before a break and ten from it on: 58 and 59 are near to 49 up to 69.
    near = range(49, 70)
    assert seconds("careful") == [second for second in everywhere if second not in near]
    assert seconds(None) == seconds("careful")
    assert len(seconds("brewer")) == 100
    assert set(near) & set(seconds("brewer"))
    assert run_on_copy("forget", video, "--yes").code == 0


def test_breaks_are_given_as_vmap_with_everything_escaped(
    campaign_server: Served, put: Callable[..., Any], run_on_copy: Run
) -> None:
    put("cats")
    slides = id_of(campaign_server, "slideshow")
    params: dict[str, Any] = {"gap": 5, "edge": 2, "campaign": "cats"}
    by_path = campaign_server.client.get(f"/v1/videos/{slides}/breaks.vmap", params=params)
    by_header = campaign_server.client.get(
        f"/v1/videos/{slides}/breaks", params=params, headers={"accept": "application/xml"}
    )
    assert by_path.content == by_header.content
    assert by_path.headers["content-type"] == "application/xml"
    printed = run_on_copy(
        "breaks", slides, "--gap", "5", "--edge", "2", "--campaign", "cats", "--vmap"
    )
    assert printed.out.strip() == by_path.text
    root = ET.fromstring(by_path.content)  # noqa: S314 - our own
    offsets = [each.get("timeOffset") for each in root]
    assert offsets == ["00:00:05.000", "00:00:10.000", "00:00:15.000"]
    titles = {each.text for each in root.iter("AdTitle")}
    assert titles == {"Cats <& coffee>"}
    assert {each.text for each in root.iter("MediaFile")} == {"https://ads.example/a.mp4?x=1&y=2"}
    assert root.tag == f"{{{VMAP_NAMESPACE}}}VMAP"
