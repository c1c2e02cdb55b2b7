"""Kills the product at random moments, and looks whether anything that was acknowledged is lost.

By hand, with as many kills as wanted::

    python tests/faults/kills.py --kills 200 --seed 7

Every round starts a command over one home, kills it, with all that it started, after a random
time, and then asks: is the catalog whole, is everything there that was acknowledged before, does
what was live still answer, does the next command work? The seed makes the times, not the machine.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.catalogs.sqlite.catalog import Catalog
from engine.indexes.local.disk.generations import Generations
from support.footage import carphone, city
from support.servers import free_port

COMMAND: Final = str(Path(sys.executable).parent / "reelmatch")
VIDEOS: Final = 40


@dataclass(slots=True)
class KillTarget:
    """A home that is worked on and killed, and what was acknowledged to be in it.

    Attributes:
        home: of the product.
        rng: of the moments.
        acknowledged: the ids of viewers whose interests were taken, with these.
        videos: the ids of videos that were said to be stored.
        longest: command -> seconds it takes when nobody kills it.
    """

    home: Path
    rng: random.Random
    acknowledged: dict[str, float] = field(default_factory=dict)
    videos: set[str] = field(default_factory=set)
    longest: dict[str, float] = field(default_factory=dict)
    made: int = 0

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return what commands over the home are started with."""
        return {**os.environ, "REELMATCH_HOME": str(home or self.home)}

    def run(self, *arguments: str | Path, home: Path | None = None) -> str:
        """Run a command to its end; it must succeed."""
        begun = time.monotonic()
        done = subprocess.run(
            [COMMAND, *arguments],
            env=self.environment(home),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        self.longest[str(arguments[0])] = time.monotonic() - begun
        return done.stdout

    def kill(self, *arguments: str | Path, home: Path | None = None) -> str:
        """Start a command and kill it, with all it started; return what it said until then."""
        process = subprocess.Popen(
            [COMMAND, *arguments],
            env=self.environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(
                timeout=self.rng.uniform(0, 1.2 * self.longest.get(str(arguments[0]), 5.0))
            )
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
        return output


def lines_of(target: KillTarget) -> Path:
    """Write a file to import, of other videos than all before it."""
    target.made += 1
    file = target.home.parent / f"import-{target.made}.jsonl"
    with file.open("w") as written:
        for number in range(VIDEOS):
            tags = [{"tag": f"tag {number % 7}", "seconds": [[0, 3, 0.9]]}]
            source = f"https://films.example/{target.made}/{number}"
            written.write(json.dumps({"source": source, "tags": tags}) + "\n")
    return file


def killed_import(target: KillTarget) -> None:
    """Import; what was said to be stored must be there, and again is no harm."""
    file = lines_of(target)
    target.kill("import", file, "--json")
    report = json.loads(target.run("import", file, "--json"))
    target.videos |= {one["video"] for one in report["videos"]}


def killed_ingest(target: KillTarget) -> None:
    """Analyze again what was analyzed; its tags stay."""
    target.kill("ingest", "--force", carphone(), city())


def killed_work(target: KillTarget) -> None:
    """Work the queue as a service does."""
    target.kill("work")


def killed_reindex(target: KillTarget) -> None:
    """Reindex with another configuration than the last time."""
    target.kill("reindex", "--threshold", str(target.rng.choice([0.5, 0.6, 0.7])))


def killed_rollback(target: KillTarget) -> None:
    """Go back to the generation before."""
    target.kill("reindex", "--rollback")


def killed_dump(target: KillTarget) -> None:
    """Dump; a file that is there is whole."""
    file = target.home.parent / f"dump-{target.rng.getrandbits(40):x}.tar"
    target.kill("dump", file)
    if file.exists():
        with tempfile.TemporaryDirectory(dir=target.home.parent) as folder:
            target.run("restore", file, home=Path(folder, "home"))
        file.unlink()


def killed_restore(target: KillTarget) -> None:
    """Restore into an empty place; then, or when it is done again, all is there."""
    file = target.home.parent / "whole.tar"
    file.unlink(missing_ok=True)
    target.run("dump", file)
    with tempfile.TemporaryDirectory(dir=target.home.parent) as folder:
        home = Path(folder, "home")
        target.kill("restore", file, home=home)
        if not (home / "catalog.db").exists() and not (home / ".restored").exists():
            target.run("restore", file, home=home)
        target.run("videos", home=home)
        with Catalog.open(home / "catalog.db") as catalog:
            assert target.videos <= {video.id for video in catalog.videos.page()}


def killed_forget(target: KillTarget) -> None:
    """Forget a video: it is there whole or not at all."""
    if not target.videos:
        return
    video = target.rng.choice(sorted(target.videos))
    target.videos.discard(video)
    target.kill("forget", video, "--yes")


_BEFORE_SOURCES: Final = """
    alter table videos add column tagger text;
    delete from tracks where source <> 'visual';
    delete from tags where source <> 'visual';
    update videos set tagger = (select tagger from tracks where video = videos.id);
    alter table tracks rename to by_source;
    create table tracks (video text primary key, track blob);
    insert into tracks select video, track from by_source;
    drop table by_source;
    drop index idx_tags_name_source;
    alter table tags drop column source;
    create unique index idx_tags_name on tags (name);
"""


def killed_migration(target: KillTarget) -> None:
    """Bring a catalog up to date that lacks the last steps."""
    with tempfile.TemporaryDirectory(dir=target.home.parent) as folder:
        home = Path(folder, "home")
        home.mkdir()
        with closing(sqlite3.connect(target.home / "catalog.db")) as live:
            live.execute("vacuum into ?", (str(home / "catalog.db"),))
        with closing(sqlite3.connect(home / "catalog.db")) as old, old:
            old.execute("alter table videos drop column last_attempt")
            old.executescript(_BEFORE_SOURCES)
            steps = ("keep_what_was_seen", "tell_sources_apart")
            old.execute("delete from _sqlite_migrations where name in (?, ?)", steps)
            # An older version left the mark of its own steps.
            old.execute("pragma user_version = 0")
        target.kill("videos", "--json", home=home)
        listing = json.loads(target.run("videos", "--json", home=home))
        assert target.videos <= {video["video"] for video in listing["videos"]}


def killed_serve(target: KillTarget) -> None:
    """Take interests over HTTP until it is killed: what was answered 204 is stored."""
    with _serving(target) as (process, address):
        until = time.monotonic() + target.rng.uniform(0.05, 3.0)
        with httpx.Client(base_url=address, timeout=10) as client:
            if target.rng.random() < 0.5:
                client.post("/v1/reindex", json={"threshold": target.rng.choice([0.5, 0.6])})
            while time.monotonic() < until:
                viewer, weight = f"v{target.rng.getrandbits(40):x}", target.rng.random()
                interests = {"interests": {"tag 1": weight}}
                answer = client.put(f"/v1/viewers/{viewer}/interests", json=interests)
                assert answer.status_code == 204, answer.text
                target.acknowledged[viewer] = weight
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _serving(target: KillTarget) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)],
        env=target.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield process, address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert process.poll() is None, "the server did not start"
        try:
            if httpx.get(f"{address}/health/live", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer")


KILLS: Final[dict[str, Callable[[KillTarget], None]]] = {
    name.removeprefix("killed_"): act
    for name, act in sorted(globals().items())
    if name.startswith("killed_")
}


def check(target: KillTarget) -> None:
    """Look whether all that was acknowledged is there, and nothing is half."""
    with closing(sqlite3.connect(target.home / "catalog.db")) as raw:
        assert raw.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert raw.execute("pragma foreign_key_check").fetchall() == []
    generation = Generations(target.home / "generations").load_current()
    assert generation.index.n_videos > 0
    with Catalog.open(target.home / "catalog.db") as catalog:
        records = {record.id: record for record in catalog.videos.page()}
        assert target.videos <= records.keys(), target.videos - records.keys()
        for record in records.values():
            assert catalog.tracks.get(record.id).n_seconds == record.seconds, record
            assert record.status == "ok", record
        stored: dict[str, Any] = dict(catalog.rows("select id, interests from viewers"))
    for viewer, weight in target.acknowledged.items():
        assert json.loads(stored[viewer]) == {"tag 1": weight}, viewer


def prepare(folder: Path, seed: int, *, footage: bool = True) -> KillTarget:
    """Make a place with all that is to be lost, each command run once, unharmed."""
    target = KillTarget(folder / "home", random.Random(seed))  # noqa: S311 - to repeat it
    if footage:
        target.run("ingest", carphone(), city())
    file = lines_of(target)
    report = json.loads(target.run("import", file, "--json"))
    target.videos = {one["video"] for one in report["videos"]}
    target.run("reindex", "--threshold", "0.7")
    target.run("reindex", "--threshold", "0.6")
    target.longest |= {"work": 5.0, "forget": target.longest["import"], "serve": 3.0}
    check(target)
    return target


def kill_and_check(
    target: KillTarget, kills: int, names: Sequence[str] = tuple(KILLS)
) -> Counter[str]:
    """Kill so many commands, each kind in turn; return how many of each.

    Raises:
        AssertionError: something was lost, half written, or the next start failed.
    """
    done: Counter[str] = Counter()
    for number in range(kills):
        name = names[number % len(names)]
        KILLS[name](target)
        done[name] += 1
        try:
            check(target)
        except AssertionError as error:
            error.add_note(f"after kill {number} ({name})")
            raise
    target.run("reindex")
    check(target)
    return done


def main() -> None:
    """Kill as many as asked for, and say how it went."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=0)
    arguments = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="reelmatch-kills-"))
    target = prepare(folder, arguments.seed)
    done = kill_and_check(target, arguments.kills)
    stored = f"{len(target.acknowledged)} writes over HTTP, {len(target.videos)} videos"
    print(f"{sum(done.values())} kills ({dict(done)}): nothing lost of {stored}")  # noqa: T201
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
