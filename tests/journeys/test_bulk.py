"""Everything in, everything out, everything elsewhere: real server, real commands."""

import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.http.routes.bulk import MAX_IMPORTS
from support.campaign_answers import eventually
from support.product import Run, Served, reelmatch

GOOD = {"source": "https://films.example/cats", "tags": [{"tag": "cat", "seconds": [[0, 12, 0.9]]}]}


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_are_taken_in_and_bad_ones_named(own_server: Served) -> None:
    body = "\n".join([json.dumps(GOOD), "{broken", json.dumps({"tags": "?"})]).encode()
    for sent, expected in ((body, "added"), (gzip.compress(body), "unchanged")):
        answer = own_server.client.post("/v1/videos:import", content=sent)
        good, broken, wrong, total = lines(answer.text)
        assert (good["line"], good["status"], good["seconds"]) == (1, expected, 12)
        assert (broken["line"], broken["status"]) == (2, "rejected")
        assert (wrong["line"], wrong["status"]) == (3, "rejected")
        assert total == {"accepted": 1, "rejected": 2, "dry_run": False}


def test_a_dry_run_stores_nothing(own_server: Served) -> None:
    answer = own_server.client.post(
        "/v1/videos:import", content=json.dumps(GOOD), params={"dry_run": True}
    )
    assert lines(answer.text)[-1] == {"accepted": 1, "rejected": 0, "dry_run": True}
    assert own_server.client.get("/v1/videos").json()["videos"] == []


def test_an_unknown_format_is_refused(own_server: Served) -> None:
    refused = own_server.client.post("/v1/videos:import", params={"format": "csv"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "query.format"


def test_what_is_exported_is_what_the_command_exports_and_can_be_imported(
    served: Served, ask: Run, own_server: Served, tmp_path: Path
) -> None:
    exported = served.client.get("/v1/videos:export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    assert ask("export", tmp_path / "all.jsonl").code == 0
    assert (tmp_path / "all.jsonl").read_text("utf-8") == exported.text
    answer = own_server.client.post("/v1/videos:import", content=exported.content)
    assert lines(answer.text)[-1]["rejected"] == 0
    again = own_server.client.get("/v1/videos:export")
    assert again.text == exported.text
    refused = ask("export", tmp_path / "all.jsonl")
    assert refused.code == 1
    assert "is there already" in refused.err


@pytest.mark.slow
def test_a_dump_restored_elsewhere_gives_the_same_answers(
    stocked_home: Path, ask: Run, tmp_path: Path
) -> None:
    assert ask("dump", tmp_path / "all.tar", "--json").json["videos"] == 12
    other = tmp_path / "other"
    assert reelmatch(other, "restore", tmp_path / "all.tar").code == 0
    for question in (
        ["match", "--keyword", "cat", "--keyword", "food", "--json"],
        ["recommend", "--like", "animal=1", "--dislike", "car", "--json"],
        ["tags", "chelsea", "--json"],
        ["videos", "--json"],
    ):
        unrecorded = {"REELMATCH_LIST_DAYS": "0"}
        assert reelmatch(other, *question, settings=unrecorded).out == ask(*question).out
    refused = reelmatch(other, "restore", tmp_path / "all.tar")
    assert refused.code == 1
    assert "REELMATCH_HOME" in refused.err
    assert stocked_home.exists()


def test_many_imports_at_once_leave_room_for_every_other_request(own_server: Served) -> None:
    url = str(own_server.client.base_url.join("/v1/videos:import"))
    many = b"".join(
        json.dumps(GOOD | {"source": f"https://films.example/{number}"}).encode() + b"\n"
        for number in range(2_000)
    )

    def send(_: int) -> int:
        with httpx.Client(timeout=60) as client, client.stream("POST", url, content=many) as answer:
            # Left after the first line, or refused.
            next(answer.iter_lines(), "")
            return answer.status_code

    with ThreadPoolExecutor(40) as pool:
        sent = pool.map(send, range(40))
        for _ in range(5):
            assert own_server.client.get("/v1/videos").status_code == 200
        assert set(sent) <= {200, 429}
    eventually(lambda: own_server.client.post("/v1/videos:import").status_code == 200)


def test_more_imports_than_there_is_room_for_are_told_when_to_come_again(
    own_server: Served,
) -> None:
    port = own_server.client.base_url.port or 0
    head = b"POST /v1/videos:import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    with ExitStack() as held:
        # Some more than there is room for: what is asked below may have taken a place of theirs.
        for _ in range(MAX_IMPORTS + 4):
            waiting = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            waiting.sendall(head)
        eventually(lambda: own_server.client.post("/v1/videos:import").status_code == 429)
        refused = own_server.client.post("/v1/videos:import", content=json.dumps(GOOD))
        assert refused.json()["code"] == "too_many_requests"
        assert int(refused.headers["retry-after"]) > 0
        assert own_server.client.get("/v1/videos").json()["videos"] == []
    eventually(lambda: own_server.client.post("/v1/videos:import").status_code == 200)


def test_a_thousand_bad_lines_are_named_and_the_rest_is_counted(own_server: Served) -> None:
    answer = own_server.client.post("/v1/videos:import", content=b"no\n" * 1500)
    *named, rest, total = lines(answer.text)
    assert len(named) == 1000
    assert rest["reason"] == "and 500 more that are not named"
    assert total["rejected"] == 1500


def test_tags_are_replaced_by_none_only_when_that_is_forced(own_server: Served) -> None:
    own_server.client.post("/v1/videos:import", content=json.dumps(GOOD))
    empty = json.dumps({"source": GOOD["source"], "duration": 9, "tags": []})
    refused, _ = lines(own_server.client.post("/v1/videos:import", content=empty).text)
    assert refused["status"] == "rejected"
    forced = own_server.client.post("/v1/videos:import", content=empty, params={"force": True})
    assert lines(forced.text)[0]["status"] == "updated"


def test_only_gzip_is_unpacked(own_server: Served) -> None:
    for encoding in ("br", "zstd", "gzip, gzip"):
        refused = own_server.client.post(
            "/v1/videos:import", content=b"{}", headers={"content-encoding": encoding}
        )
        assert refused.status_code == 415
    packed = gzip.compress(json.dumps(GOOD).encode())
    taken = own_server.client.post(
        "/v1/videos:import", content=packed, headers={"content-encoding": "gzip"}
    )
    assert lines(taken.text)[-1]["accepted"] == 1
