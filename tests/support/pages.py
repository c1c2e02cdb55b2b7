"""The console's pages as a server gives them, and forms as a browser sends them."""

import re
import time
from collections.abc import Mapping

import httpx

from support.product import Served


def id_of(served: Served, title: str) -> str:
    """Return the id of the video with this title."""
    videos = served.client.get("/v1/videos", params={"limit": 1000}).json()["videos"]
    (video,) = [video["video"] for video in videos if video["title"] == title]
    return str(video)


def get(served: Served, path: str, **headers: str) -> httpx.Response:
    return served.client.get(f"/console{path}", headers={"accept": "text/html", **headers})


def post(served: Served, path: str, form: Mapping[str, str], **headers: str) -> httpx.Response:
    query = {"accept": "text/html", **headers}
    return served.client.post(f"/console{path}", data=dict(form), headers=query)


def token_of(page: httpx.Response) -> str:
    (token,) = re.findall(r'name="csrf" content="(\w+)"', page.text)
    return str(token)


def until_known(served: Served) -> None:
    """Wait until the server knows that there are keys now: a second or so."""
    until = time.monotonic() + 10
    while served.client.get("/v1/videos").status_code != 401:
        assert time.monotonic() < until
        time.sleep(0.05)
