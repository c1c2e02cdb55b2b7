"""A campaign to store, and the campaigns that a server gives a video."""

import time
from collections.abc import Callable
from typing import Any

from support.product import Served

CATS: dict[str, Any] = {
    "advertiser": "acme",
    "name": "Cats <& coffee>",
    "keywords": {"kitty": 2, "coffee": 1},
    "creatives": [
        {"id": "c1", "seconds": 15, "url": "https://ads.example/a.mp4?x=1&y=2", "mime": "video/mp4"}
    ],
    "bid": {"amount": 4.5, "currency": "EUR"},
}


def eventually(ask: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until it is so: a process sees within a second what another stores."""
    until = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < until
        time.sleep(0.05)


def campaigns_on(served: Served, video: str, **params: Any) -> dict[str, Any]:
    answer = served.client.get(f"/v1/videos/{video}/campaigns", params=params).json()
    return {one["campaign"]: one for one in answer["campaigns"]}
