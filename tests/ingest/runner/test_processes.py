"""Networks that videos share: who pays for them, and what becomes of jobs without."""

import sys
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from engine.catalogs.sqlite.catalog import Catalog
from ingest.runner.processes import Processes
from support.footage import numbered, write_video
from support.product import reelmatch

KILLER = """
import os, sys

class Killer:
    def find_spec(self, name, *_):
        if name == "onnxruntime" and {where!r} in open("/proc/self/cmdline").read():
            os.kill(os.getpid(), 9)

sys.meta_path.insert(0, Killer())
"""


def tell_modules(_spec: object, answers: Connection) -> None:
    answers.send({"engine", "ingest.runner.preloaded"} & set(sys.modules))


def test_a_reindex_pays_for_no_network() -> None:
    process, answers = Processes(loads_networks=True).start(tell_modules, "of a reindex")
    assert answers.recv() == {"engine"}
    process.join()
    assert process.exitcode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart as Linux names them")
@pytest.mark.parametrize(
    ("where", "state"),
    [
        pytest.param(
            "multiprocessing.forkserver", "ok", id="where they are shared", marks=pytest.mark.slow
        ),
        pytest.param("multiprocessing", "crashed", id="wherever they are loaded"),
    ],
)
def test_what_ends_the_server_of_networks_ends_no_job_or_that_of_its_video(
    where: str, state: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(KILLER.format(where=where))
    video = write_video(tmp_path / "still.mp4", [numbered(7)] * 2, rate=1)
    home = tmp_path / "home"
    done = reelmatch(home, "ingest", video, settings={"PYTHONPATH": str(tmp_path)})
    assert "Aborted" not in done.err
    with Catalog.open(home / "catalog.db") as catalog:
        (job,) = catalog.jobs.all()
    assert job.status == state, done.err
    assert ("SIGKILL" in job.reason) == (state == "crashed")
