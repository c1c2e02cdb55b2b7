"""Ids of the demo's videos as a server knows them."""

from support.product import Served


def id_of(served: Served, title: str) -> str:
    """Return the id of the video with this title."""
    videos = served.client.get("/v1/videos", params={"limit": 1000}).json()["videos"]
    (video,) = [video["video"] for video in videos if video["title"] == title]
    return str(video)
