"""An advertiser who is told of new matches: by the real server, at a real receiver."""

import hashlib
import hmac
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from support.campaign_answers import eventually
from support.product import Served, reelmatch, serve
from support.receiver import receiver

HOOK = "/v1/campaigns/dogs/webhook"
DOGS = {"advertiser": "acme", "name": "Dogs", "keywords": {"dog": 1}}


def has_delivered(served: Served) -> bool:
    return bool(served.client.get(HOOK).json()["deliveries"]["delivered"] == 1)


def is_refused(served: Served) -> bool:
    return "not a public address" in served.client.get(HOOK).json()["trouble"]


def import_video(home: Path, title: str, tag: str) -> str:
    line = {"title": title, "tags": [{"tag": tag, "seconds": [[0, 9, 0.9]]}]}
    file = home.parent / f"{title}.jsonl"
    file.write_text(json.dumps(line))
    done = reelmatch(home, "import", file, "--json")
    assert done.code == 0, done.err
    return str(done.json["videos"][0]["video"])


@pytest.fixture
def two_tags_home(tmp_path: Path) -> Path:
    """A small catalog that knows two tags."""
    home = tmp_path / "home"
    for tag in ("dog", "cat"):
        import_video(home, f"old-{tag}", tag)
    assert reelmatch(home, "reindex").code == 0
    return home


def test_new_matches_are_told_signed_until_they_are_taken(two_tags_home: Path) -> None:
    with receiver([500, 204]) as other:
        settings = Settings(home=two_tags_home, web_allowed_networks=(other.network,))
        for served in serve(two_tags_home, settings):
            client = served.client
            assert client.put("/v1/campaigns/dogs", json=DOGS).status_code == 201
            made = client.put(HOOK, json={"url": other.url}).json()
            assert "secret" not in client.get(HOOK).text

            import_video(two_tags_home, "new-cat", "cat")
            new = import_video(two_tags_home, "new-dog", "dog")
            # The first attempt is answered with an error, the second is taken.
            eventually(partial(has_delivered, served), seconds=20)
            first, second = other.deliveries
            assert first.body == second.body
            payload: dict[str, Any] = json.loads(second.body)
            assert (payload["event"], payload["campaign"], payload["video"]) == (
                "match",
                "dogs",
                new,
            )
            (match,) = (
                match
                for match in client.get("/v1/campaigns/dogs/matches").json()["matches"]
                if match["video"] == new
            )
            assert (payload["score"], payload["why"]) == (match["score"], match["why"])
            assert client.get(HOOK).json()["trouble"] == ""

            at, _, signed = second.headers["X-Reelmatch-Signature"].partition(",")
            moment = at.removeprefix("t=")
            text = f"{moment}.".encode() + second.body
            expected = hmac.new(made["secret"].encode(), text, hashlib.sha256).hexdigest()
            assert signed == f"v1={expected}"
            assert abs(int(moment) - time.time()) < 60
            assert second.headers["X-Reelmatch-Delivery"] == str(payload["delivery"])

            assert client.delete(HOOK).status_code == 204
            assert client.get(HOOK).status_code == 404
            assert client.delete("/v1/campaigns/dogs").status_code == 204
    assert len(other.deliveries) == 2


@pytest.mark.slow
def test_the_command_says_who_is_told(two_tags_home: Path) -> None:
    with receiver([500, 204]) as other:
        allowed = {"REELMATCH_WEB_ALLOWED_NETWORKS": other.network}
        run = partial(reelmatch, two_tags_home, settings=allowed)
        hook = partial(run, "campaigns", "webhook")
        assert hook("list").err == "nobody is told of any campaign's matches\n"
        unknown = hook("set", "dogs", other.url)
        assert unknown.code == 1
        assert "'dogs'" in unknown.err
        plan = two_tags_home.parent / "dogs.json"
        plan.write_text(json.dumps({"campaign": "dogs", **DOGS}))
        assert run("campaigns", "add", plan).code == 0
        assert "is not a web address" in hook("set", "dogs", "ftp://ads.example").err
        refused = reelmatch(two_tags_home, "campaigns", "webhook", "set", "dogs", other.url)
        assert "REELMATCH_WEB_ALLOWED_NETWORKS" in refused.err
        made = hook("set", "dogs", other.url, "--json").json
        assert made.keys() == {"campaign", "url", "secret"}

        settings = Settings(home=two_tags_home, web_allowed_networks=(other.network,))
        for served in serve(two_tags_home, settings):
            import_video(two_tags_home, "new-dog", "dog")
            eventually(partial(has_delivered, served), seconds=20)
            over_http = served.client.get(HOOK).json()
            assert hook("list", "--json").json == {"webhooks": [over_http]}
        assert made["secret"] not in hook("list").out
        assert hook("list").out.splitlines()[1].split() == ["dogs", "0", "1", "0", other.url]
        again = hook("set", "dogs", other.url)
        assert again.out.strip() != made["secret"]
        assert hook("delete", "dogs").code == 0
        gone = hook("delete", "dogs")
        assert gone.code == 1
        assert "nobody is told of the matches of 'dogs'" in gone.err


def test_a_private_receiver_is_refused_unless_it_is_allowed(two_tags_home: Path) -> None:
    with receiver() as other:
        for served in serve(two_tags_home):
            served.client.put("/v1/campaigns/dogs", json=DOGS)
            literal = served.client.put(HOOK, json={"url": other.url})
            assert literal.status_code == 422
            assert "REELMATCH_WEB_ALLOWED_NETWORKS" in literal.json()["detail"]
            # What a name stands for is looked at when it is told something.
            named = other.url.replace("127.0.0.1", "localhost")
            assert served.client.put(HOOK, json={"url": named}).status_code == 200
            import_video(two_tags_home, "new-dog", "dog")
            eventually(partial(is_refused, served), seconds=20)
    assert other.deliveries == []
