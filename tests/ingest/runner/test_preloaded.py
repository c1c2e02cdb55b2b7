"""Networks and words that are loaded where the processes of videos are forked from."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.sounds import Track, tone, write_film

LOADED = """
import os, sys
from pathlib import Path
import ingest.runner.preloaded
threads = len(os.listdir("/proc/self/task"))
from ingest.runner.worker_process import FetchLimits, JobSpec, Limits, ingest_here, open_catalog
from ingest.taggers.registry import TaggerContext

home = Path(sys.argv[2])
with open_catalog(home / "catalog.db") as catalog:
    before = set(sys.modules)
    spec = JobSpec(
        1, "", sys.argv[1], "", home, False, Limits(), FetchLimits(), "local", TaggerContext()
    )
    result = ingest_here(spec, catalog, lambda _: None)
    print(threads, result.status, *(set(sys.modules) - before))
"""

DAMAGED = """
import models.cards

def fail(card):
    raise models.cards.UnusableWeights("damaged")

models.cards.verify = fail
import ingest.runner.preloaded
from ingest.taggers.visual.factory import local_tagger
try:
    local_tagger()
except Exception as error:
    print(type(error).__name__, error)
"""


SHORT_ALARM = """
import signal, time

alarm = signal.alarm
signal.alarm = lambda seconds: alarm(min(seconds, 1))
"""

HANGING_WEIGHTS = """
import models.cards

models.cards.verify = lambda card: time.sleep(60)
import ingest.runner.preloaded
"""

HANGING_IMPORT = """
import sys

class Hanging:
    def find_spec(self, name, path=None, target=None):
        if name in ("numpy", "ingest.runner.worker_process"):
            time.sleep(60)

sys.meta_path.insert(0, Hanging())
import ingest.runner.preloaded
"""


def output_of(script: str, *arguments: Path) -> str:
    # As a worker has it, before numpy is there.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux counts them")
def test_it_has_one_thread_and_a_film_with_sound_needs_nothing_more(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a dog.mp4", 3, Track(tone(440, 3)[None]))
    assert output_of(LOADED, film, tmp_path) == "1 ok"


def test_damaged_weights_are_told_by_who_needs_them_and_stop_no_server() -> None:
    assert output_of(DAMAGED) == "CorruptData damaged"


@pytest.mark.parametrize("hanging", [HANGING_WEIGHTS, HANGING_IMPORT])
def test_what_is_never_read_to_its_end_ends_the_server(hanging: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        output_of(SHORT_ALARM + hanging)
    assert ended.value.returncode == -signal.SIGALRM
