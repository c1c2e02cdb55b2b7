"""Replicas answer from what another host publishes, whatever happens to store or host."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.catalogs.copying import copy_between
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.catalogs import save, video_id
from support.postgres import serving_postgres
from support.processes import children_of, has_in_command, soon
from support.servers import Server, started

pytest.importorskip("fsspec", reason="needs: pip install -e '.[store]'")
pytestmark = pytest.mark.slow

INTERESTS = {"interests": {"cat": 1.0}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of who publishes."""
    home = tmp_path / "primary"
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(6):
            save(catalog, video_id(number), {"cat": number + 2})
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))
    return home


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"file://{tmp_path}/shared"


@pytest.fixture
def primary(home: Path, store: str) -> Iterator[Server]:
    with started(home, REELMATCH_PUBLISH_TO=store) as server:
        soon(lambda: "published generation" in server.log.read_text())
        yield server


@pytest.fixture
def replica(primary: Server, store: str, tmp_path: Path) -> Iterator[Server]:  # noqa: ARG001 - publishes
    with started(
        tmp_path / "replica", REELMATCH_REPLICA_OF=store, REELMATCH_REPLICA_SECONDS="0.2"
    ) as server:
        yield server


def ids(server: Server, key: str = "") -> list[str]:
    headers = {"X-API-Key": key} if key else {}
    answer = httpx.post(
        f"{server.address}/v1/recommendations", json=INTERESTS, headers=headers, timeout=60
    )
    assert answer.status_code == 200, answer.text
    return [match["video"] for match in answer.json()["matches"]]


def add(home: Path, number: int) -> None:
    with Catalog.open(home / "catalog.db") as catalog:
        save(catalog, video_id(number), {"cat": 9})
        reindex(catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw"))


def test_a_replica_answers_as_the_service_and_follows_its_reindexes(
    home: Path, primary: Server, replica: Server
) -> None:
    assert ids(replica) == ids(primary)
    before = workers_of(replica)
    for number in (20, 21):
        add(home, number)
        # Asked without a pause: nobody is refused while others take over.
        soon(lambda number=number: video_id(number) in ids(replica))  # type: ignore[misc]
    # Those of before answer what they took until they end.
    soon(lambda: not workers_of(replica) & before)
    soon(lambda: sorted(ids(replica)) == sorted(ids(primary)))
    soon(lambda: len(publications_of(replica)) == 1)
    assert "Traceback" not in replica.log.read_text()


def workers_of(server: Server) -> set[int]:
    """Return the processes that answer; another child tracks what they share."""
    return {
        child for child in children_of(server.process.pid) if has_in_command(child, "spawn_main")
    }


def publications_of(server: Server) -> list[Path]:
    home = server.log.with_name(server.log.name.rsplit("-", 1)[0])
    return [path for path in (home / "replica").iterdir() if path.is_dir() and path.name[0] != "."]


def test_changes_are_sent_elsewhere_and_questions_are_answered(replica: Server) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("DELETE", f"/v1/videos/{video_id(1)}", None),
        ("POST", "/v1/viewers/ann/events", {"events": []}),
        ("POST", "/v1/reindex", {}),
        ("POST", "/v1/reindex/rollback", {}),
        ("POST", "/v1/videos:upload", None),
        ("POST", "/console/sign-in", None),
        ("PUT", "/v1/campaigns/spring", {"name": "spring"}),
    ]
    for method, path, content in requests:
        answer = httpx.request(method, f"{replica.address}{path}", json=content, timeout=60)
        assert answer.status_code == 421, (method, path, answer.text)
        assert "send changes to the service that publishes" in answer.text
    for path in (f"/v1/videos/{video_id(1)}", f"/v1/videos/{video_id(1)}/tags", "/health/ready"):
        assert httpx.get(f"{replica.address}{path}", timeout=60).status_code == 200
    page = httpx.get(f"{replica.address}/console/", timeout=60, follow_redirects=True)
    assert page.status_code == 200


def test_keys_of_the_service_open_its_replicas(home: Path, store: str, tmp_path: Path) -> None:
    with Catalog.open(home / "catalog.db") as catalog:
        _, secret = catalog.keys.create("app", [Scope.READ], now=1.0)
    with started(home, REELMATCH_PUBLISH_TO=store) as primary:
        soon(lambda: "published generation" in primary.log.read_text())
        with started(
            tmp_path / "replica", REELMATCH_REPLICA_OF=store, REELMATCH_REPLICA_SECONDS="0.2"
        ) as replica:
            assert ids(replica, secret) == ids(primary, secret)
            refused = httpx.post(f"{replica.address}/v1/recommendations", json=INTERESTS)
            assert refused.status_code == 401


def test_a_store_that_goes_away_is_said_once_and_found_again(
    home: Path, primary: Server, replica: Server, store: str
) -> None:
    folder = Path(store.removeprefix("file://"))
    shutil.move(folder, folder.with_name("elsewhere"))
    soon(lambda: "nothing newer can be fetched" in replica.log.read_text())
    assert ids(replica) == ids(primary)
    shutil.move(folder.with_name("elsewhere"), folder)
    add(home, 20)
    soon(lambda: video_id(20) in ids(replica))
    assert replica.log.read_text().count("nothing newer can be fetched") <= 2


def test_a_replica_starts_from_what_it_has_while_the_store_is_away(
    primary: Server, store: str, tmp_path: Path
) -> None:
    with started(
        tmp_path / "replica", REELMATCH_REPLICA_OF=store, REELMATCH_REPLICA_SECONDS="0.2"
    ) as replica:
        expected = ids(replica)
        assert expected == ids(primary)
        replica.process.send_signal(signal.SIGKILL)
        replica.process.wait()
    folder = Path(store.removeprefix("file://"))
    shutil.move(folder, folder.with_name("elsewhere"))
    with started(
        tmp_path / "replica", REELMATCH_REPLICA_OF=store, REELMATCH_REPLICA_SECONDS="0.2"
    ) as replica:
        assert ids(replica) == expected


def test_hosts_share_a_catalog_and_take_the_index_from_the_one_that_builds_it(
    home: Path, store: str, tmp_path: Path
) -> None:
    with serving_postgres() as postgres:
        url = postgres.create("reelmatch")
        copy_between(str(home / "catalog.db"), url)
        with started(home, REELMATCH_CATALOG=url, REELMATCH_PUBLISH_TO=store) as builder:
            soon(lambda: "published generation" in builder.log.read_text())
            with started(
                tmp_path / "host",
                REELMATCH_CATALOG=url,
                REELMATCH_REPLICA_OF=store,
                REELMATCH_REPLICA_SECONDS="0.2",
            ) as host:
                assert ids(host) == ids(builder)
                # Changes are taken in by any, and seen by all without a reindex.
                path = f"/v1/videos/{video_id(5)}"
                assert httpx.delete(f"{host.address}{path}", timeout=60).status_code == 204
                soon(lambda: video_id(5) not in ids(builder))
                assert video_id(5) not in ids(host)
                with open_catalog(url) as catalog:
                    save(catalog, video_id(30), {"cat": 9})
                    soon(lambda: video_id(30) in ids(host))
                    generations = Generations(home / "generations")
                    built = reindex(catalog, generations, IndexConfig(threshold=0.7, tf="raw"))
                fetched = f"*/generations/{built.id}"
                soon(lambda: list((tmp_path / "host" / "replica").glob(fetched)))
                assert sorted(ids(host)) == sorted(ids(builder))
                assert not list((tmp_path / "host" / "replica").glob("*/catalog.db"))


def test_commands_on_a_replica_answer_and_change_nothing(
    primary: Server, replica: Server, store: str
) -> None:
    home = replica.log.with_name("replica")
    environment = {**os.environ, "REELMATCH_HOME": str(home), "REELMATCH_REPLICA_OF": store}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).parent / "reelmatch"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    answers = run("recommend", "--like", "cat", "--json")
    assert [match["video"] for match in json.loads(answers.stdout)["matches"]] == ids(primary)
    for command in (
        "keys create --name me --scope read",
        "work",
        f"forget --yes {video_id(1)}",
    ):
        refused = run(*command.split())
        assert refused.returncode == 1
        assert "send changes to the service that publishes" in refused.stderr
    for command in ("reindex", f"publish {store}-elsewhere"):
        refused = run(*command.split())
        assert refused.returncode == 1
        assert "do this on the host that publishes there" in refused.stderr
    assert not (home / "catalog.db").exists()
